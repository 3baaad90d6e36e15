/* GET /creators/{id}/history: how the scores of a creator's accounts in a niche changed, and by what. The
 * scorer keeps what was before each change (score_history); a change is what lies between two states that
 * follow each other. Invariant: the factors of a change multiply to the ratio of its scores. */
#include "api/api.h"

#include "base/fields.h"
#include "http/list.h"
#include "match.h"
#include "tables.h"

#include <math.h>
#include <string.h>

enum { CAUSES_MAX = 8 };

struct history_query {
    struct param_text niche;
    struct list_choice list;
};

const struct param history_params[] = {
    {"niche", PARAM_TEXT, offsetof(struct history_query, niche), 1, 200, NULL, NULL, false, PARAM_NO_FILTER,
     NULL, "one niche in any spelling; by default the strongest of each account"},
    LIST_PARAMS(struct history_query, list),
};
const size_t history_param_count = COUNT_OF(history_params);

/* The scores of an account in a niche, until replaced_us (null: now). */
struct state {
    int64_t account_id, world, niche_id, nth, replaced_us, posts, followers, last_post_day, score;
    const char *account, *model_version;
    double engagement_rate, price_usd, ln[MATCH_STORED];
    int8_t price_known, related;
};

#define READ(type, member, column) FIELD(type, struct state, member, NULL, NULL, column, 0)

static const struct field state_fields[] = {
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, world, "world"),
    READ(FIELD_I64, niche_id, "niche_id"),
    READ(FIELD_I64, nth, "nth"),
    READ(FIELD_I64, replaced_us, "replaced_us"),
    READ(FIELD_I64, posts, "posts"),
    READ(FIELD_I64, followers, "followers"),
    READ(FIELD_I64, last_post_day, "last_post_day"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_TEXT, account, "account"),
    READ(FIELD_TEXT, model_version, "model_version"),
    READ(FIELD_F64, engagement_rate, "engagement_rate"),
    READ(FIELD_F64, price_usd, "price_usd"),
    MATCH_LN_FIELDS(struct state),
    READ(FIELD_BOOL, price_known, "price_known"),
    READ(FIELD_BOOL, related, "related"),
};

/* One change, by score_change_fields[]. */
struct score_change {
    const struct state *before, *after; /* after NULL: the account is not ranked in the niche any more */
    const char *account, *niche, *model_before, *model_after;
    int64_t at_us;
    double score_before, score_after;
    int8_t listed_before, listed_after;
    struct text_list causes;
};

#define CHANGE(type, member, json) FIELD(type, struct score_change, member, NULL, json, NULL, 0)

const struct field score_change_fields[] = {
    CHANGE(FIELD_TEXT, account, "account"),
    CHANGE(FIELD_TEXT, niche, "niche"),
    CHANGE(FIELD_TIME, at_us, "at"),
    FIELD(FIELD_F64, struct score_change, score_before, NULL, "score_before", NULL, 1),
    FIELD(FIELD_F64, struct score_change, score_after, NULL, "score_after", NULL, 1),
    CHANGE(FIELD_BOOL, listed_before, "listed_before"),
    CHANGE(FIELD_BOOL, listed_after, "listed_after"),
    CHANGE(FIELD_TEXT, model_before, "model_before"),
    CHANGE(FIELD_TEXT, model_after, "model_after"),
    CHANGE(FIELD_TEXTS, causes, "causes"),
};
const size_t score_change_field_count = COUNT_OF(score_change_fields);

static bool other(double a, double b) {
    return isnan(a) != isnan(b) || (!isnan(a) && (float)a != (float)b);
}

/* What differs between two states beside their components: what the change comes from. */
static void find_causes(struct score_change *c, struct arena *a) {
    const struct state *x = c->before, *y = c->after;
    bool posts = x->posts != y->posts || x->last_post_day != y->last_post_day;
    const struct {
        const char *name;
        bool is;
    } causes[] = {
        {"model", strcmp(x->model_version, y->model_version) != 0},
        {"posts", posts},
        {"followers", x->followers != y->followers},
        {"engagement_rate", other(x->engagement_rate, y->engagement_rate)},
        {"price", x->price_known != y->price_known || other(x->price_usd, y->price_usd)},
        {"time", !posts && other(x->ln[MATCH_FRESHNESS], y->ln[MATCH_FRESHNESS])},
    };
    c->causes.items = arena_alloc(a, CAUSES_MAX * sizeof *c->causes.items);
    for (size_t i = 0; i < COUNT_OF(causes); i++)
        if (causes[i].is)
            c->causes.items[c->causes.count++] = causes[i].name;
    if (!c->causes.count)
        c->causes.items[c->causes.count++] = "other_evidence";
}

static struct score_change change_of(const struct state *before, const struct state *after, const char *niche,
                                     struct arena *a) {
    struct score_change c = {.before = before,
                             .after = after,
                             .account = before->account,
                             .niche = niche,
                             .at_us = before->replaced_us,
                             .model_before = before->model_version,
                             .score_before = match_score_tenths((int)before->score) / 10.0,
                             .score_after = NAN,
                             .listed_before = before->related == 0};
    if (!after)
        return c;
    c.model_after = after->model_version;
    c.score_after = match_score_tenths((int)after->score) / 10.0;
    c.listed_after = after->related == 0;
    find_causes(&c, a);
    return c;
}

/* Writes "components": of each the value before and after, and the factor by which it moved the score. */
static void write_components(struct request *req, const void *row, struct json *w) {
    (void)req;
    const struct score_change *c = row;
    const double *weights = match_default_weights();
    json_key(w, "components");
    json_object(w);
    for (int i = 0; i < MATCH_STORED; i++) {
        double after = c->after ? c->after->ln[i] : NAN;
        json_key(w, match_component_name((enum match_component)i));
        json_object(w);
        json_kf64(w, "before", exp(c->before->ln[i]), 3);
        json_kf64(w, "after", exp(after), 3);
        json_kf64(w, "weight", weights[i], 4);
        json_kf64(w, "factor", exp(weights[i] * (after - c->before->ln[i])), 4);
        json_object_end(w);
    }
    json_object_end(w);
}

static const char *slug_of(const struct snapshot *s, int64_t id) {
    int at = id == FIELD_NULL_I64 ? -1 : taxonomy_by_id(s->taxonomy, (int32_t)id);
    return at < 0 ? NULL : taxonomy_slug(s->taxonomy, (size_t)at);
}

/* The changes from states that are ordered by account and time, each account's newest first. */
static struct score_change *find_changes(struct request *req, const struct snapshot *s,
                                         const struct state *states, size_t n, size_t *ret_n) {
    struct score_change *changes = arena_alloc(req->arena, (n + 1) * sizeof *changes);
    size_t count = 0;
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && states[end].account_id == states[begin].account_id;)
            end++;
        for (size_t i = end; i-- > begin;) {
            const struct state *after = i + 1 < end ? &states[i + 1] : NULL;
            if (states[i].nth != FIELD_NULL_I64)
                changes[count++] = change_of(&states[i], after, slug_of(s, states[i].niche_id), req->arena);
        }
    }
    *ret_n = count;
    return changes;
}

static enum err state_rows(struct request *req, const struct rows *rows) {
    const struct snapshot *s;
    size_t n = rows_count(rows), count;
    if (!n)
        return api_creator_missing(req);
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    struct state *states = arena_alloc(req->arena, n * sizeof *states);
    for (size_t i = 0; i < n; i++)
        rows_decode(rows, i, state_fields, COUNT_OF(state_fields), req->arena, &states[i]);
    struct score_change *changes = find_changes(req, s, states, n, &count);
    const struct list list = {.fields = score_change_fields,
                              .n = score_change_field_count,
                              .rows = changes,
                              .count = count,
                              .size = sizeof *changes,
                              .more = write_components};
    const char *world = api_world_name((int)states[0].world);
    if (req->format != LIST_JSON) {
        api_list_headers(req, world, NULL);
        return list_reply(req, &list);
    }
    struct json w = json_to(&req->body);
    json_object(&w);
    json_kstr(&w, "creator_id", req->segments[0]);
    json_key(&w, "items");
    list_json(req, &list, &w);
    json_kstr(&w, "world", world);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

/* The niche asked for as text, NULL: none. */
static enum err read_niche(struct request *req, struct param_text asked, const char **ret_id) {
    const struct snapshot *s;
    struct tax_resolution r;
    enum err e = api_snapshot(req, &s);
    if (e || !asked.text)
        return e;
    e = taxonomy_resolve(s->taxonomy, asked.text, asked.len, &req->fault, &r);
    if (!e && (r.niche_count != 1 || r.excluded_count))
        e = request_fail(req, ERR_PARAM_INVALID, "niche must be one niche here, got \"%.100s\"", asked.text);
    if (e)
        return fault_param(&req->fault, "niche", asked.text, NULL);
    *ret_id = arena_printf(req->arena, "%d", taxonomy_id(s->taxonomy, r.niche[0]));
    return ERR_OK;
}

enum err api_history(struct request *req) {
    struct history_query *q = arena_alloc(req->arena, sizeof *q);
    const char *niche = NULL;
    uint64_t given;
    enum err e = api_creator_id(req);
    if (!e)
        e = api_params(req, q, &given);
    if (!e)
        e = list_choose(req, &q->list, score_change_fields, score_change_field_count, "components");
    if (!e)
        e = read_niche(req, q->niche, &niche);
    const char *params[] = {req->segments[0], niche};
    struct statement stmt = api_statement(req, "history");
    return e ? e : request_query(req, &stmt, COUNT_OF(params), params, state_rows);
}
