/* The answer of a standing: percentiles from the chosen peers, gaps, price band, provenance. As CSV and
 * NDJSON it is the components. It is tagged by its bytes: peers of a platform are of many niches. */
#include "standing.h"

#include <math.h>
#include <string.h>

enum { REQUEST_BYTES = 4096 };

/* Share of the chosen peers below a measure. */
static double percentile(const struct standing_state *st, int c) {
    const struct standing_group *g = st->chosen;
    return g ? standing_percentile(g->below[c], g->equal[c], g->peers) : NAN;
}

static void finish_engagement(struct standing *is, const struct standing_state *st) {
    double w = match_default_weights()[MATCH_ENGAGEMENT];
    bool measured = is->measured[MATCH_ENGAGEMENT];
    double calm = engagement_value(is->theta, is->sigma, is->tau, 0.0);
    double cautious = engagement_value(is->theta, is->sigma, is->tau, is->risk_z);
    is->percentile = measured ? calm : NAN;
    is->percentile_with_risk = measured ? cautious : NAN;
    is->peer_percentile = measured ? percentile(st, STANDING_THETA) : NAN;
    is->peer_percentile_with_risk = measured ? percentile(st, MATCH_ENGAGEMENT) : NAN;
    is->worth = standing_information(is->theta, is->sigma, is->tau, is->risk_z);
    is->worth_points = standing_gain((double)is->score / MATCH_SCALE, w, cautious, calm);
}

static void finish_price(struct standing *is) {
    if (isnan(is->typical) || !(is->typical > 0.0))
        return;
    struct price band = price_fair(is->cpe_usual_usd, is->typical);
    is->low_usd = band.low_usd;
    is->mid_usd = band.mid_usd;
    is->high_usd = band.high_usd;
    is->quote_lies = isnan(is->quote_usd) ? NULL : standing_quote(&band, is->quote_usd);
}

/* Numbers of the answer that are made of the components. */
struct parts {
    struct standing_component rows[MATCH_STORED];
    struct standing_gap gaps[MATCH_STORED];
    size_t gap_count;
};

static void find_parts(const struct standing_state *st, struct parts *ret) {
    double values[MATCH_STORED], targets[MATCH_STORED];
    for (int c = 0; c < MATCH_STORED; c++) {
        const double *q = st->chosen ? st->chosen->quartiles[c] : (const double[]){NAN, NAN, NAN};
        values[c] = exp(st->is.ln[c]);
        targets[c] = q[2];
        ret->rows[c] = (struct standing_component){
            .name = match_component_name((enum match_component)c),
            .value = values[c],
            .weight = match_default_weights()[c],
            .measured = st->is.measured[c],
            .percentile = st->is.measured[c] ? percentile(st, c) : NAN,
            .p25 = q[0],
            .p50 = q[1],
            .p75 = q[2],
            .gain = NAN,
        };
    }
    ret->gap_count = standing_gaps((double)st->is.score / MATCH_SCALE, values, targets,
                                   match_default_weights(), ret->gaps);
    for (size_t i = 0; i < ret->gap_count; i++)
        ret->rows[ret->gaps[i].component].gain = ret->gaps[i].gain;
}

static void write_gaps(struct request *req, const struct parts *parts, struct json *w) {
    const struct standing_state *st = req->state;
    const struct standing_gap *gaps = parts->gaps;
    json_key(w, "gaps");
    json_array(w);
    for (size_t i = 0; i < parts->gap_count; i++) {
        struct standing_gap_row row = {match_component_name(gaps[i].component), gaps[i].value, gaps[i].target,
                                       gaps[i].gain, gaps[i].effort};
        json_object(w);
        fields_json(standing_gap_fields, standing_gap_field_count, &row, w);
        standing_levers(st, gaps[i].component, req->arena, w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_sources(const struct standing_state *st, struct json *w) {
    json_key(w, "provenance");
    json_array(w);
    for (size_t i = 0; i < st->source_count; i++) {
        json_object(w);
        fields_json(standing_source_fields, standing_source_field_count, &st->sources[i], w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_words(const struct param_list *l, struct json *w) {
    json_array(w);
    for (size_t i = 0; i < l->in_count; i++)
        json_str(w, l->in[i]);
    json_array_end(w);
}

/* One parameter as it was understood. */
static void write_param(const struct param *p, const void *query, struct json *w) {
    const char *at = (const char *)query + p->offset;
    json_key(w, p->name);
    if (!param_is_set(p, query))
        json_null(w);
    else if (p->type == PARAM_INT)
        json_i64(w, *(const int64_t *)(const void *)at);
    else if (p->type == PARAM_CHOICE)
        json_str(w, *(const char *const *)(const void *)at);
    else if (p->type == PARAM_LIST)
        write_words((const void *)at, w);
    else if (p->type == PARAM_TEXT)
        json_str(w, ((const struct param_text *)(const void *)at)->text);
    else
        json_f64(w, *(const double *)(const void *)at, 6);
}

static void write_query(const struct request *req, struct json *w) {
    const struct standing_state *st = req->state;
    json_key(w, "query");
    json_object(w);
    for (size_t i = 0; i + LIST_PARAM_COUNT < *req->route->n_params; i++)
        write_param(&req->route->params[i], st->query, w);
    json_object_end(w);
}

enum err standing_write(struct request *req) {
    struct standing_state *st = req->state;
    struct standing *is = &st->is;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    is->score_percentile = percentile(st, STANDING_SCORE);
    finish_engagement(is, st);
    finish_price(is);
    struct parts parts;
    find_parts(st, &parts);
    struct list components = {standing_component_fields,
                              standing_component_field_count,
                              parts.rows,
                              MATCH_STORED,
                              sizeof parts.rows[0],
                              NULL};
    api_list_headers(req, api_world_name(st->world), s->model_version[st->world]);
    buf_reserve(&req->body, REQUEST_BYTES);
    if (req->format != LIST_JSON)
        return list_reply(req, &components);
    struct json w = json_to(&req->body);
    json_object(&w);
    write_query(req, &w);
    fields_json(standing_fields, standing_field_count, is, &w);
    json_key(&w, "components");
    list_json(req, &components, &w);
    write_gaps(req, &parts, &w);
    write_sources(st, &w);
    json_kstr(
        &w, "rights",
        "access, correction, erasure and appeal: POST /requests, without a key; a code in the bio proves "
        "that the account is yours");
    json_kstr(&w, "world", api_world_name(st->world));
    json_kstr(&w, "model_version", s->model_version[st->world]);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}
