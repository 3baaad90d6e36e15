/* The tables as JSON: what openapi.yaml is compared with. */
#include "api/api.h"

#include "base/json.h"
#include "tables.h"
#include "writes.h"

#include <string.h>

static const char *const type_names[] = {
    [PARAM_INT] = "integer",  [PARAM_RATE] = "rate",     [PARAM_NUMBER] = "number", [PARAM_BOOL] = "boolean",
    [PARAM_FLAG] = "boolean", [PARAM_CHOICE] = "choice", [PARAM_TEXT] = "text",     [PARAM_PHRASE] = "text",
    [PARAM_LIST] = "list",    [PARAM_WORDS] = "words",   [PARAM_JSON] = "json"};

/* Whether min and max are bounds of the value, or of the length of its words. */
static bool is_bounded(const struct param *p) {
    bool list = p->type == PARAM_LIST || p->type == PARAM_WORDS;
    bool free =
        p->type == PARAM_BOOL || p->type == PARAM_FLAG || p->type == PARAM_CHOICE || p->type == PARAM_JSON;
    return !free && (!list || p->max > 0);
}

static void write_param(const struct param *p, struct json *w) {
    json_object(w);
    json_kstr(w, "name", p->name);
    json_kstr(w, "type", type_names[p->type]);
    bool bounded = is_bounded(p);
    json_key(w, "min");
    if (bounded)
        json_f64(w, p->min, 6);
    else
        json_null(w);
    json_key(w, "max");
    if (bounded)
        json_f64(w, p->max, 6);
    else
        json_null(w);
    json_kstr(w, "default", p->fallback);
    json_kstr(w, "choices", p->choices);
    json_kbool(w, "required", p->required);
    json_kbool(w, "filter", p->op != PARAM_NO_FILTER);
    json_object_end(w);
}

/* The members of a body that are fields of a kind of the importer. */
static void write_kind(const struct write_way *way, struct json *w) {
    const struct kind *kind = kind_find(way->kind);
    for (size_t i = 0; i < kind->count; i++) {
        const char *words, *name = kind->fields[i].name;
        bool required = (kind->fields[i].required && !kind_instead(name, &words)) ||
                        (way->own && strcmp(name, "platform") == 0);
        struct param p = {.name = name, .type = PARAM_JSON, .required = required};
        if (write_takes(way, p.name))
            write_param(&p, w);
    }
    if (strcmp(way->kind, "creators") == 0)
        write_param(&(struct param){.name = "source", .type = PARAM_JSON}, w);
}

static void write_body_of(const struct route *r, struct json *w) {
    const struct route_body *body = r->body;
    const struct write_way *way = write_way_of(r->name);
    json_key(w, "body");
    if (!body) {
        json_null(w);
        return;
    }
    json_array(w);
    for (size_t i = 0; i < *body->n_members; i++)
        write_param(&body->members[i], w);
    if (way && way->kind)
        write_kind(way, w);
    json_array_end(w);
}

static void write_route(const struct route *r, struct json *w) {
    json_object(w);
    json_kstr(w, "method", r->method);
    json_kstr(w, "path", r->path);
    json_kstr(w, "name", r->name);
    json_key(w, "params");
    json_array(w);
    struct param params[PARAM_MAX];
    size_t n = route_params(r, params);
    for (size_t i = 0; i < n; i++)
        write_param(&params[i], w);
    json_array_end(w);
    write_body_of(r, w);
    json_object_end(w);
}

/* The schemas of openapi.yaml that field tables carry: one group of a table each, with what the handler adds.
 */
static const struct view {
    const char *schema;
    const struct field *fields;
    const size_t *n;
    const char *group;
    const char *added; /* blank between */
} views[] = {
    {"MatchItem", match_fields, &match_field_count, NULL, "creator explanation evidence contact"},
    {"MatchCreator", match_fields, &match_field_count, "creator", ""},
    {"SimilarItem", similar_fields, &similar_field_count, NULL, "creator traits"},
    {"OverlapCreator", overlap_creator_fields, &overlap_creator_field_count, NULL, ""},
    {"OverlapPair", overlap_pair_fields, &overlap_pair_field_count, NULL, ""},
    {"OverlapTotal", overlap_total_fields, &overlap_total_field_count, NULL, ""},
    {"PlanCreator", plan_fields, &plan_field_count, NULL, "creator price_usd"},
    {"Import", import_fields, &import_field_count, NULL, ""},
    {"ImportError", import_error_fields, &import_error_field_count, NULL, ""},
    {"Niche", niche_fields, &niche_field_count, NULL, ""},
    {"Account", creator_account_fields, &creator_account_field_count, NULL,
     "score niches follower_history engagement_history sources"},
    {"AccountScore", creator_account_fields, &creator_account_field_count, "score", ""},
    {"AccountNiche", creator_niche_fields, &creator_niche_field_count, NULL, ""},
    {"EngagementMonth", creator_engagement_fields, &creator_engagement_field_count, NULL, ""},
    {"AccountSource", creator_source_fields, &creator_source_field_count, NULL, ""},
    {"ScoreChange", score_change_fields, &score_change_field_count, NULL, "components"},
    {"LinkSuggestion", link_suggestion_fields, &link_suggestion_field_count, NULL, ""},
    {"FollowerDay", creator_history_fields, &creator_history_field_count, NULL, ""},
    {"ModelBenchmark", model_benchmark_fields, &model_benchmark_field_count, NULL, ""},
    {"ModelVersion", model_version_fields, &model_version_field_count, NULL, ""},
    {"Request", request_fields, &request_field_count, NULL, ""},
    {"NicheMarket", niche_market_fields, &niche_market_field_count, NULL,
     "supply tiers engagement_vs_usual price_usd demand crowding small_against_large"},
    {"NicheTiers", niche_market_fields, &niche_market_field_count, "tiers", ""},
    {"NicheQuartiles", niche_market_fields, &niche_market_field_count, "price_usd", ""},
    {"NicheDemand", niche_market_fields, &niche_market_field_count, "demand", ""},
    {"NicheCrowding", niche_market_fields, &niche_market_field_count, "crowding", ""},
    {"NicheSizes", niche_market_fields, &niche_market_field_count, "small_against_large", ""},
    {"StandingCreator", standing_fields, &standing_field_count, "creator", ""},
    {"StandingNiche", standing_fields, &standing_field_count, "niche", ""},
    {"StandingPeers", standing_fields, &standing_field_count, "peers", ""},
    {"StandingEngagement", standing_fields, &standing_field_count, "engagement", ""},
    {"StandingPrice", standing_fields, &standing_field_count, "price", ""},
    {"Standing", standing_fields, &standing_field_count, NULL,
     "query creator niche peers engagement price components gaps provenance rights world model_version"},
    {"StandingComponent", standing_component_fields, &standing_component_field_count, NULL, ""},
    {"StandingGap", standing_gap_fields, &standing_gap_field_count, NULL, "levers"},
    {"StandingSource", standing_source_fields, &standing_source_field_count, NULL, ""},
    {"Price", price_fields, &price_field_count, NULL, "creator"},
    {"Collaboration", collaboration_fields, &collaboration_field_count, NULL, "creator"},
    {"Conversion", conversion_fields, &conversion_field_count, NULL, "creator"},
    {"RowCreator", price_fields, &price_field_count, "creator", ""},
    {"ModelFitted", model_fitted_fields, &model_fitted_field_count, NULL, ""},
};

static const char *const json_types[] = {
    [FIELD_I64] = "integer",  [FIELD_ID] = "string",   [FIELD_F64] = "number",  [FIELD_TEXT] = "string",
    [FIELD_BOOL] = "boolean", [FIELD_TIME] = "string", [FIELD_TEXTS] = "array", [FIELD_NUMBERS] = "array"};

static bool in_group(const struct field *f, const char *group) {
    return f->json && (f->group == group || (f->group && group && strcmp(f->group, group) == 0));
}

static void write_name(const char *name, size_t len, const char *type, struct json *w) {
    json_object(w);
    json_key(w, "name");
    json_strn(w, name, len);
    if (type)
        json_kstr(w, "type", type);
    json_object_end(w);
}

static void write_views(struct json *w) {
    json_key(w, "schemas");
    json_object(w);
    for (const struct view *v = views; v < views + COUNT_OF(views); v++) {
        json_key(w, v->schema);
        json_array(w);
        for (size_t i = 0; i < *v->n; i++)
            if (in_group(&v->fields[i], v->group))
                write_name(v->fields[i].json, strlen(v->fields[i].json), json_types[v->fields[i].type], w);
        for (const char *c = v->added; *c; c += strspn(c, " ")) {
            write_name(c, strcspn(c, " "), NULL, w);
            c += strcspn(c, " ");
        }
        json_array_end(w);
    }
    json_object_end(w);
}

static void write_errors(struct json *w) {
    json_key(w, "errors");
    json_array(w);
    for (int e = ERR_OK + 1; e < ERR_COUNT; e++) {
        json_object(w);
        json_kstr(w, "code", err_name((enum err)e));
        json_ki64(w, "status", err_status((enum err)e));
        json_object_end(w);
    }
    json_array_end(w);
}

void api_contract(struct buf *out) {
    struct json w = json_to(out);
    json_object(&w);
    json_key(&w, "routes");
    json_array(&w);
    for (size_t i = 0; i < api_route_count; i++)
        write_route(&api_routes[i], &w);
    json_array_end(&w);
    write_views(&w);
    write_errors(&w);
    json_object_end(&w);
    buf_putc(out, '\n');
}
