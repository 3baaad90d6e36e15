/* GET /creators/{id}/standing: where a creator of the store stands in a niche. Steps: find the account and
 * its niche, ask for peers and for the sources of the numbers, write. */
#include "standing.h"

#include "rank/authenticity.h"

#include <math.h>
#include <string.h>

struct standing_query {
    struct param_text niche;
    const char *platform;
    struct list_choice list;
};

const struct param standing_params[] = {
    {"niche", PARAM_TEXT, offsetof(struct standing_query, niche), 1, 200, NULL, NULL, false, PARAM_NO_FILTER,
     NULL, "a niche in any spelling; by default the creator's strongest"},
    {"platform", PARAM_CHOICE, offsetof(struct standing_query, platform), 0, 0, NULL,
     "instagram,tiktok,youtube", false, PARAM_NO_FILTER, NULL,
     "which account of several; by default the one that scores best in the niche"},
    LIST_PARAMS(struct standing_query, list),
};
const size_t standing_param_count = COUNT_OF(standing_params);

struct standing_state *standing_new(struct request *req, const void *query) {
    struct standing_state *st = arena_alloc(req->arena, sizeof *st);
    for (size_t i = 0; i < standing_account_field_count; i++)
        field_set_null(&standing_account_fields[i], &st->is);
    for (size_t i = 0; i < standing_field_count; i++)
        field_set_null(&standing_fields[i], &st->is);
    st->query = query;
    req->state = st;
    return st;
}

void standing_take_niche(struct standing_state *st, const struct snapshot *s, size_t at) {
    st->niche_ids[0] = taxonomy_id(s->taxonomy, at);
    st->is.niche = taxonomy_slug(s->taxonomy, at);
    st->is.label = taxonomy_label(s->taxonomy, at);
    st->list_count = 1;
    struct tax_list above = taxonomy_parents(s->taxonomy, at);
    for (size_t i = 0; i < above.count && st->list_count < STANDING_LISTS_MAX; i++)
        if (!taxonomy_is_generic(s->taxonomy, above.at[i]))
            st->niche_ids[st->list_count++] = taxonomy_id(s->taxonomy, above.at[i]);
}

enum err standing_niche(struct request *req, const struct snapshot *s, struct param_text asked,
                        struct standing_state *st) {
    struct tax_resolution r;
    enum err e = taxonomy_resolve(s->taxonomy, asked.text, asked.len, &req->fault, &r);
    if (e)
        return fault_param(&req->fault, "niche", asked.text, NULL);
    if (r.niche_count > 1 || r.excluded_count) {
        request_fail(req, ERR_PARAM_INVALID, "a standing is within one niche, got \"%.100s\"", asked.text);
        return fault_param(&req->fault, "niche", asked.text, "one niche");
    }
    st->is.how = taxonomy_how_name(r.how);
    standing_take_niche(st, s, r.niche[0]);
    return ERR_OK;
}

/* What is not known, by the words of /match. */
static void list_not_measured(struct request *req, struct standing *is) {
    struct text_list *l = &is->not_measured;
    l->items = arena_alloc(req->arena, (AUTH_SIGNAL_COUNT + 2) * sizeof *l->items);
    if (isnan(is->rate))
        l->items[l->count++] = "engagement";
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        const char *needs = authenticity_info((enum authenticity_signal)i)->needs;
        bool known = (is->signal_measured >> i & 1) != 0;
        for (size_t k = 0; k < l->count; k++)
            known |= strcmp(l->items[k], needs) == 0;
        if (!known)
            l->items[l->count++] = needs;
    }
    if (isnan(is->quote_usd))
        l->items[l->count++] = "price";
}

/* Numbers that are functions of what was read. */
static void derive(struct standing_state *st) {
    struct standing *is = &st->is;
    double spread = exp(1.2816 * is->sd), centre = (double)is->score * 100.0 / MATCH_SCALE;
    bool any_post = is->posts > 0, engaged = !isnan(is->rate);
    const bool measured[MATCH_STORED] = {
        [MATCH_RELEVANCE] = true,
        [MATCH_ENGAGEMENT] = engaged,
        [MATCH_AUTHENTICITY] = is->signal_measured != 0,
        [MATCH_AFFORDABILITY] = engaged || strcmp(is->price_source, "prior") != 0,
        [MATCH_LOYALTY] = is->brands > 0 || !isnan(is->consistency),
        [MATCH_FRESHNESS] = any_post,
    };
    memcpy(is->measured, measured, sizeof measured);
    is->points = match_score_tenths((int)is->score) / 10.0;
    is->confidence = (double)is->conf / MATCH_SCALE;
    is->low = centre / spread;
    is->high = fmin(100.0, centre * spread);
    is->ratio = is->rate / is->usual_rate;
    is->risk_z = ENGAGEMENT_DEFAULTS.z;
    is->quote_usd = strcmp(is->price_source, "prior") == 0 ? NAN : is->price_usd;
    is->price_source = isnan(is->quote_usd) ? NULL : is->price_source;
}

static enum err source_rows(struct request *req, const struct rows *rows) {
    struct standing_state *st = req->state;
    st->source_count = rows_count(rows);
    st->sources = arena_alloc(req->arena, st->source_count * sizeof *st->sources + 1);
    for (size_t i = 0; i < st->source_count; i++)
        rows_decode(rows, i, standing_source_fields, standing_source_field_count, req->arena,
                    &st->sources[i]);
    return req->waiting ? ERR_OK : standing_write(req);
}

static enum err ask_rest(struct request *req) {
    const struct standing *is = &((struct standing_state *)req->state)->is;
    const char *ids[] = {arena_printf(req->arena, "%lld", (long long)is->creator_id),
                         arena_printf(req->arena, "%lld", (long long)is->account_id)};
    struct statement sources = api_statement(req, "standing_sources");
    enum err e = request_query(req, &sources, COUNT_OF(ids), ids, source_rows);
    return e ? e : standing_ask_peers(req);
}

/* Whether an account has what a standing needs; the fault says what is missing. */
static enum err check(struct request *req, const struct snapshot *s, struct standing_state *st) {
    const struct standing *is = &st->is;
    const char *who = req->segments[0];
    if (is->followers == FIELD_NULL_I64 || is->followers <= 0)
        return request_fail(req, ERR_CREATOR_UNKNOWN,
                            "creator %s has no standing: the followers of %s are not known", who,
                            is->username);
    if (is->posts == FIELD_NULL_I64)
        return request_fail(req, ERR_CREATOR_UNKNOWN, "creator %s has no standing yet: it is not scored",
                            who);
    if (is->niche_id != FIELD_NULL_I64)
        return ERR_OK;
    int best =
        is->strongest_id == FIELD_NULL_I64 ? -1 : taxonomy_by_id(s->taxonomy, (int32_t)is->strongest_id);
    request_fail(req, ERR_NICHE_UNKNOWN, "creator %s has no standing in %s: nothing of it is about that", who,
                 is->niche ? is->niche : "any niche");
    if (best >= 0)
        fault_hint(&req->fault, taxonomy_slug(s->taxonomy, (size_t)best));
    return ERR_NICHE_UNKNOWN;
}

/* The row of the platform asked for, or the first: the order is that of the statement. False: there is none.
 */
static bool pick(struct request *req, const struct rows *rows, const char *platform, struct standing *ret) {
    for (size_t i = 0; i < rows_count(rows); i++) {
        rows_decode(rows, i, standing_account_fields, standing_account_field_count, req->arena, ret);
        if (!platform || strcmp(platform, ret->platform) == 0)
            return true;
    }
    return false;
}

static enum err account_rows(struct request *req, const struct rows *rows) {
    struct standing_state *st = req->state;
    const struct standing_query *q = st->query;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    if (!rows_count(rows))
        return api_creator_missing(req);
    if (!pick(req, rows, q->platform, &st->is)) {
        request_fail(req, ERR_CREATOR_UNKNOWN, "creator %s has no account on %s", req->segments[0],
                     q->platform);
        return fault_param(&req->fault, "platform", q->platform, st->is.platform);
    }
    e = check(req, s, st);
    if (e)
        return e;
    if (!rank_platform_by_name(st->is.platform, &st->platform))
        return request_fail(req, ERR_INTERNAL, "platform %s has no benchmark", st->is.platform);
    int at = taxonomy_by_id(s->taxonomy, (int32_t)st->is.niche_id);
    if (at < 0)
        return request_fail(req, ERR_NICHE_UNKNOWN, "the niche was retired meanwhile");
    if (!st->is.niche) {
        st->is.how = "strongest";
        standing_take_niche(st, s, (size_t)at);
    }
    st->world = (int)rows_i64(rows, 0, 2);
    derive(st);
    list_not_measured(req, &st->is);
    return ask_rest(req);
}

enum err api_standing(struct request *req) {
    struct standing_query *q = arena_alloc(req->arena, sizeof *q);
    struct standing_state *st = standing_new(req, q);
    const struct snapshot *s;
    uint64_t given;
    enum err e = api_creator_id(req);
    if (!e)
        e = api_params(req, q, &given);
    if (!e)
        e = list_choose(req, &q->list, standing_component_fields, standing_component_field_count, "");
    if (!e)
        e = api_snapshot(req, &s);
    if (!e && q->niche.text)
        e = standing_niche(req, s, q->niche, st);
    if (e)
        return e;
    const char *params[] = {req->segments[0],
                            q->niche.text ? arena_printf(req->arena, "%d", st->niche_ids[0]) : NULL};
    struct statement stmt = api_statement(req, "standing_account");
    return request_query(req, &stmt, COUNT_OF(params), params, account_rows);
}
