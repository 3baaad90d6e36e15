/* What a list has beside its full matches: how many match in part, and those themselves when they are asked
 * for. Full and related ones are two phases of one list: the second begins where the first has less than a
 * page. */
#include "match_why_not.h"

#include <math.h>
#include <string.h>

enum { DIVERSE_FROM = 100 };

bool match_is_compound(const struct match_state *st) {
    return st->niche_count > 1 && !st->any;
}

const char *match_niche_array(const struct match_state *st, struct arena *a) {
    const char *ids = "";
    for (size_t i = 0; i < st->niche_count; i++)
        ids = arena_printf(a, "%s%s%d", ids, i ? "," : "", st->niche_ids[i]);
    return arena_printf(a, "{%s}", ids);
}

const char *match_target_countries(const struct match_ranking *r, struct arena *a) {
    if (!r->target_count)
        return NULL;
    const char *list = "{";
    for (size_t i = 0; i < r->target_count; i++)
        list = arena_printf(a, "%s%s%s", list, i ? "," : "", r->target[i].country);
    return arena_printf(a, "%s}", list);
}

static enum err related_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    st->related = rows_i64(rows, 0, 0);
    st->own_prices = st->niche_count > 1 || rows_bool(rows, 0, 2);
    if (e || !st->version_beside)
        return e ? e : match_write_when_done(req);
    int64_t version = rows_i64(rows, 0, 1);
    *match_memo_of(req) =
        (struct match_memo){st->query_hash, match_version_hash(req, s, version), st->related, st->own_prices};
    if (!st->memo)
        st->version = version;
    return match_write_when_done(req);
}

enum err match_related_remembered(struct request *req) {
    struct match_state *st = req->state;
    const struct match_memo *memo = match_memo_of(req);
    if (!st->version_beside || memo->query != st->query_hash)
        return match_ask_related(req);
    st->memo = memo;
    return ERR_OK;
}

enum err match_related_check(struct request *req) {
    struct match_state *st = req->state;
    const struct match_memo *memo = st->memo;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    if (memo->query != st->query_hash || memo->version != match_version_hash(req, s, st->version))
        return match_ask_related(req);
    st->related = memo->related;
    st->own_prices = memo->own_prices;
    return ERR_OK;
}

enum err match_ask_related(struct request *req) {
    const struct match_state *st = req->state;
    struct arena *a = req->arena;
    bool one = st->niche_count == 1;
    const char *own[] = {
        arena_printf(a, "%d", st->world),
        one ? arena_printf(a, "%d", st->niche_ids[0]) : match_niche_array(st, a),
        one ? match_named(st, "workspace") : arena_printf(a, "%zu", st->niche_count),
    };
    const char *query = one ? "match_related" : st->any ? "match_any_related" : "match_compound_count";
    return match_ask_filtered(req, query, COUNT_OF(own), own, related_rows);
}

struct match_picks match_phase_picks(const struct match_state *st, struct arena *a) {
    struct match_picks picks =
        match_picks_new(a, isnan(st->q.diversify) ? (size_t)st->q.limit + 1 : DIVERSE_FROM);
    picks.watch = match_watch_new(st, a);
    return picks;
}

enum err match_phase_check(struct request *req, const struct match_state *st) {
    if (!st->with_related || (isnan(st->q.diversify) && !match_sort_expression(&st->q)))
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID, "diversify, sort_by and sort_order are about full matches alone");
    return fault_param(&req->fault, "include", "related", "left out beside them");
}

static enum err phase_ask(struct request *req) {
    const struct match_state *st = req->state;
    bool stored = !match_is_compound(st) || (st->kept_id && !st->related_phase);
    return stored ? match_scan_ask(req) : match_compound_ask(req);
}

/* Puts the related picks behind the full ones. */
static struct match_picks *joined(struct match_state *st, const struct match_picks *related) {
    struct match_picks *all = st->full;
    for (size_t i = 0; i < related->count && all->count < all->cap; i++)
        all->at[all->count++] = related->at[i];
    return all;
}

enum err match_phase_done(struct request *req, struct match_picks *picks) {
    struct match_state *st = req->state;
    if (st->with_related && !st->related_phase && picks->count < picks->cap) {
        st->full = picks;
        st->related_phase = true;
        st->after = MATCH_START;
        return phase_ask(req);
    }
    if (st->full)
        picks = joined(st, picks);
    return isnan(st->q.diversify) ? match_picks_show(req, picks) : match_diverse_ask(req, picks);
}

enum err match_list_ask(struct request *req) {
    struct match_state *st = req->state;
    st->related_phase = st->after.related;
    enum err e = match_related_remembered(req);
    return e ? e : phase_ask(req);
}
