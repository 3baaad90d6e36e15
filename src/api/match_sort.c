/* Lists by something else than the score: one exact top-k scan over the niche. Invariants: what is not known
 * comes last in both orders; ties are in the order of the score, so that the order is total. */
#include "match_pick.h"

#include <math.h>
#include <string.h>

/* The keys as they are and turned around: the list is always read from the largest. */
#define KEY(name, expression)                                                                                \
    { name, "(" expression ")::float8", "-(" expression ")::float8" }

static const struct {
    const char *name, *desc, *asc;
} keys[] = {
    KEY("score", "m.score"),
    KEY("followers", "m.followers"),
    KEY("engagement_rate", "m.engagement_rate"),
    KEY("authenticity", "m.l_auth"),
    KEY("price", MATCH_PRICE),
    KEY("follower_growth", MATCH_GROWTH),
    KEY("last_post", "m.last_post_day"),
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

const char *match_sort_expression(const struct match_query *q) {
    bool asc = strcmp(q->sort_order, "asc") == 0;
    if (!asc && strcmp(q->sort_by, "score") == 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (strcmp(keys[i].name, q->sort_by) == 0)
            return asc ? keys[i].asc : keys[i].desc;
    return NULL;
}

enum err match_sort_check(struct request *req, const struct match_state *st) {
    if (!match_sort_expression(&st->q) ||
        (!st->ranking.own && isnan(st->q.diversify) && !st->q.why_not.text && st->niche_count == 1))
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
                 "audience_target, diversify and why_not",
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
