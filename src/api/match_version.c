/* The version of a list: of the niches that it touches, of the workspace's own rows, of taxonomy and model,
 * and the day that ages are counted from. A write elsewhere leaves it alone. Invariant: niche versions are
 * read before the page, so that a tag can only be older than what it names. What looks further (why_not, the
 * diagnosis of an empty list, filters on brands, growth and audiences, include=) is tagged by its bytes. */
#include "match_honest.h"

#include "base/hash.h"

#include <math.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

/* What is asked looks at evidence that changes without a ranked row of the niche. */
static bool beyond_niche(const struct match_query *q) {
    return q->brand_conflict.in_count || !isnan(q->min_follower_growth) || q->audience_country.in_count ||
           q->audience_target.text || q->include.in_count || strcmp(q->sort_by, "follower_growth") == 0;
}

uint64_t match_version_hash(const struct request *req, const struct snapshot *s, int64_t version) {
    const struct match_state *st = req->state;
    int64_t numbers[] = {version, s->taxonomy_version, api_now_us(req->app, s, st->world) / DAY_US,
                         st->world};
    const char *workspace = match_named(st, "workspace");
    uint64_t h = hash_text(hash_bytes(HASH_START, numbers, sizeof numbers), s->model_version[st->world]);
    return hash_text(h, workspace ? workspace : "");
}

void match_version_tag(struct request *req, const struct snapshot *s) {
    const struct match_state *st = req->state;
    if (st->page && st->row_count > 0)
        (void)request_version(req, match_version_hash(req, s, st->version));
    else
        req->etag = NULL;
}

static enum err version_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    st->version = rows_i64(rows, 0, 0);
    return ERR_OK;
}

static enum err version_first_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    const struct snapshot *s;
    st->version = rows_i64(rows, 0, 0);
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    return request_version(req, match_version_hash(req, s, st->version)) ? request_reply_unchanged(req)
                                                                         : st->page(req);
}

enum err match_version_ask(struct request *req, enum err (*page)(struct request *req)) {
    struct match_state *st = req->state;
    const char *ids = "";
    for (size_t i = 0; i < st->niche_count + st->excluded_count; i++)
        ids = arena_printf(req->arena, "%s%s%d", ids, i ? "," : "",
                           i < st->niche_count ? st->niche_ids[i] : st->excluded_ids[i - st->niche_count]);
    if (st->kept_id)
        ids = arena_printf(req->arena, "%s,%d", ids, st->kept_id);
    const char *params[] = {st->world ? "1" : "0", arena_printf(req->arena, "{%s}", ids),
                            match_named(st, "workspace")};
    struct statement stmt = api_statement(req, "match_version");
    if (beyond_niche(&st->q))
        return page(req);
    st->page = page;
    bool first = request_is_conditional(req);
    st->version_beside = !first && match_is_plain(st) && !st->excluded_count && !st->q.facets.in_count &&
                         strcmp(st->q.count, "exact") != 0;
    if (st->version_beside)
        return page(req);
    enum err e =
        request_query(req, &stmt, COUNT_OF(params), params, first ? version_first_rows : version_rows);
    return e || first ? e : page(req);
}
