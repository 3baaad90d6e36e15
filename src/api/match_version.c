/* The version of a list, by which it is tagged and kept: of the niches that it touches, of the workspace's
 * own rows, of taxonomy and model, and the day that ages are counted from. A write elsewhere leaves it alone.
 * Invariants: what is kept has a version and no diagnosis; niche versions are read before the page, so that a
 * tag can only be older than what it names. What looks further (why_not, the diagnosis of an empty list,
 * filters on brands, growth and audiences, include=) is tagged by its bytes. */
#include "match_honest.h"

#include "authority.h"
#include "base/clock.h"
#include "kept.h"

#include <math.h>
#include <string.h>

#define COMPOUND_US INT64_C(30000000)

/* What is asked looks at evidence that changes without a ranked row of the niche. */
static bool beyond_niche(const struct match_query *q) {
    return q->brand_conflict.in_count || !isnan(q->min_follower_growth) || q->audience_country.in_count ||
           q->audience_target.text || q->include.in_count || strcmp(q->sort_by, "follower_growth") == 0;
}

uint64_t match_version_hash(const struct request *req, const struct snapshot *s, int64_t version) {
    const struct match_state *st = req->state;
    return kept_version_of(req->app, s, st->basis, version);
}

/* On what the answer depends, beside what is asked. */
static const struct kept_basis *basis_of(struct request *req) {
    const struct match_state *st = req->state;
    const struct api *api = req->app;
    struct kept_basis *b = arena_alloc(req->arena, sizeof *b);
    b->world = st->world;
    b->world_asked = st->q.world != NULL;
    b->workspace = req->caller.workspace;
    b->authority = request_authority(req);
    b->compound = st->kept_id;
    b->parts = match_is_compound(st) && api->shared->settings->compounds ? (int32_t)st->niche_count : 0;
    for (size_t i = 0; i < st->niche_count; i++)
        b->id[b->n++] = st->niche_ids[i];
    for (size_t i = 0; i < st->excluded_count; i++)
        b->id[b->n++] = st->excluded_ids[i];
    return b;
}

/* For how long the answer stays as it is while nothing is written: until the age of a row turns. A compound's
 * use is noted each time it is asked for. */
static int64_t lifetime_us(const struct request *req, const struct snapshot *s) {
    const struct match_state *st = req->state;
    const struct api *api = req->app;
    int64_t now_us = api_now_us(api, s, st->world), least = match_is_compound(st) ? COMPOUND_US : INT64_MAX;
    bool frozen = api->shared->settings->now_us || s->clock_us[st->world];
    for (size_t i = 0; i < st->row_count && !frozen; i++) {
        int64_t age_us = now_us - st->rows[i].observed_us;
        int64_t left_us = age_us < 0 ? -age_us : CLOCK_DAY - age_us % CLOCK_DAY;
        least = left_us < least ? left_us : least;
    }
    return least;
}

void match_version_tag(struct request *req, const struct snapshot *s) {
    const struct match_state *st = req->state;
    if (!st->page || !st->row_count) {
        req->etag = NULL;
        return;
    }
    uint64_t version = kept_version_read(req->app, s, st->basis, st->version);
    (void)request_version(req, version);
    if (!st->diagnosis && st->basis->compound == st->kept_id)
        request_keep_reply(req, version, lifetime_us(req, s));
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
    uint64_t version = kept_version_read(req->app, s, st->basis, st->version);
    return request_version(req, version) ? request_reply_unchanged(req) : st->page(req);
}

/* The niches of the basis and the compound's rows, as the text of an array. */
static const char *touched(const struct kept_basis *b, struct arena *a) {
    const char *ids = "";
    for (int32_t i = 0; i < b->n; i++)
        ids = arena_printf(a, "%s%s%d", ids, i ? "," : "", b->id[i]);
    return b->compound ? arena_printf(a, "{%s,%d}", ids, b->compound) : arena_printf(a, "{%s}", ids);
}

static enum err version_ask(struct request *req) {
    struct match_state *st = req->state;
    const char *params[] = {st->world ? "1" : "0", touched(st->basis, req->arena),
                            match_named(st, "workspace")};
    struct statement stmt = api_statement(req, "match_version");
    bool first = request_is_conditional(req);
    st->version_beside = !first && match_is_one_list(st) && !st->excluded_count && !st->q.facets.in_count &&
                         strcmp(st->q.count, "exact") != 0;
    if (st->version_beside)
        return st->page(req);
    enum err e =
        request_query(req, &stmt, COUNT_OF(params), params, first ? version_first_rows : version_rows);
    return e || first ? e : st->page(req);
}

enum err match_version_ask(struct request *req, enum err (*page)(struct request *req)) {
    struct match_state *st = req->state;
    if (beyond_niche(&st->q))
        return page(req);
    st->page = page;
    st->basis = basis_of(req);
    return request_shared(req, st->basis, sizeof *st->basis, version_ask);
}
