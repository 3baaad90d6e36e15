/* Lists by something else than the score: one exact top-k scan over the niche. Invariants: what is not known
 * comes last in both orders; ties are in the order of the score, so that the order is total. */
#include "match_pick.h"

#include <math.h>
#include <string.h>

static double as_is(double key) {
    return key;
}

static double points(double key) {
    return key / 100;
}

/* The keys as they are and turned around: the list is always read from the largest. */
#define KEY(name, expression, shown)                                                                         \
    { name, "(" expression ")::float8", "-(" expression ")::float8", shown }

static const struct key {
    const char *name, *desc, *asc;
    double (*shown)(double); /* in the unit of the answer */
} keys[] = {
    KEY("score", "m.score", points),
    KEY("followers", "m.followers", as_is),
    KEY("engagement_rate", "m.engagement_rate", as_is),
    KEY("authenticity", "m.l_auth", exp),
    KEY("price", MATCH_PRICE, as_is),
    KEY("follower_growth", MATCH_GROWTH, as_is),
    KEY("last_post", "m.last_post_day", as_is),
};

struct sorted_row {
    int64_t creator_id, account_id, score, conf;
    double key, ln[MATCH_STORED];
};

#define READ(type, member, column) FIELD(type, struct sorted_row, member, NULL, NULL, column, 0)

static const struct field sorted_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_F64, key, "key"),
    MATCH_LN_FIELDS(struct sorted_row),
};

static bool is_asc(const struct match_query *q) {
    return strcmp(q->sort_order, "asc") == 0;
}

/* sort_by is one of them: the parameter's choices. */
static const struct key *key_of(const struct match_query *q) {
    size_t i = 0;
    while (strcmp(keys[i].name, q->sort_by) != 0)
        i++;
    return &keys[i];
}

const char *match_sort_expression(const struct match_query *q) {
    const struct key *key = key_of(q);
    if (is_asc(q))
        return key->asc;
    return key == &keys[0] ? NULL : key->desc;
}

const char *match_sort_sql(struct request *req, size_t first, struct params_where *where) {
    const struct match_state *st = req->state;
    const char *key = match_sort_expression(&st->q);
    if (!key)
        return NULL;
    key = params_expression(match_params, match_param_count, &st->q, key, first + where->count, st->named,
                            req->arena, where->values, &where->count);
    return arena_printf(req->arena, "coalesce(%s, '-infinity')", key);
}

double match_sort_value(const struct match_query *q, double key) {
    return key_of(q)->shown(is_asc(q) ? -key : key);
}

enum err match_sort_check(struct request *req, const struct match_state *st) {
    if (!match_sort_expression(&st->q) ||
        (!st->ranking.own && isnan(st->q.diversify) && st->niche_count == 1))
        return ERR_OK;
    bool score = strcmp(st->q.sort_by, "score") == 0;
    const char *param = score ? "sort_order" : "sort_by";
    const char *value = score ? st->q.sort_order : st->q.sort_by;
    if (st->niche_count > 1) {
        request_fail(req, ERR_PARAM_INVALID, "%s=%s cannot be combined with several niches", param, value);
        return fault_param(&req->fault, param, value, "left out, or a single niche");
    }
    request_fail(req, ERR_PARAM_INVALID,
                 "%s=%s orders by another thing than the score: leave it out, or weights, goal, caution, "
                 "audience_target and diversify",
                 param, value);
    return fault_param(&req->fault, param, value, "left out beside them");
}

static enum err sorted_rows(struct request *req, const struct rows *rows) {
    const struct match_state *st = req->state;
    size_t n = rows_count(rows);
    struct match_picks *picks = arena_alloc(req->arena, sizeof *picks);
    *picks = match_picks_new(req->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct sorted_row row;
        rows_decode(rows, i, sorted_fields, COUNT_OF(sorted_fields), req->arena, &row);
        struct match_pick *pick = &picks->at[picks->count++];
        *pick = (struct match_pick){.creator_id = row.creator_id,
                                    .account_id = row.account_id,
                                    .niche_id = st->niche_ids[0],
                                    .sort_key = row.key,
                                    .score = row.score,
                                    .conf = row.conf};
        memcpy(pick->ln, row.ln, sizeof row.ln);
    }
    return match_picks_show(req, picks);
}

enum err match_sort_ask(struct request *req) {
    const struct match_state *st = req->state;
    const struct match_place *after = &st->after;
    struct arena *a = req->arena;
    const char *own[] = {
        arena_printf(a, "%d", st->world),
        arena_printf(a, "%d", st->niche_ids[0]),
        arena_printf(a, "%d", (int)st->q.limit + 1),
        isinf(after->key) ? after->key > 0 ? "infinity" : "-infinity" : arena_printf(a, "%.17g", after->key),
        arena_printf(a, "%d", after->score),
        arena_printf(a, "%d", after->conf),
        arena_printf(a, "%lld", (long long)after->account_id),
    };
    enum err e = match_ask_filtered(req, "match_sorted", COUNT_OF(own), own, sorted_rows);
    return e ? e : match_ask_related(req);
}
