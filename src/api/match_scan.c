/* The exact list under own weights, by an early-stopping scan (ranking specification, g): all ln x are at
 * most 0, so S' <= S^rho with rho = min w'/w. Rows are read in the stored order in chunks until no unread row
 * can reach the k-th best. Invariants: a row is dropped only when its bound is strictly below the k-th score
 * (ties are decided by the total order); when the niche changes between two chunks the scan begins again, and
 * after RESTARTS_MAX times it reads all in one statement, which sees one state. */
#include "match_why_not.h"

#include "rank/engagement.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { DIVERSE_FROM = 100, FIRST_CHUNK = 128, LAST_CHUNK = 1024, RESTARTS_MAX = 5 };

struct scan_row {
    int64_t creator_id, account_id, score, conf, version;
    double ln[MATCH_STORED], theta, sigma, tau, sample_n;
    const char *country;
    struct text_list shares;
};

#define READ(type, member, column) FIELD(type, struct scan_row, member, NULL, NULL, column, 0)

static const struct field scan_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_I64, version, "version"),
    MATCH_LN_FIELDS(struct scan_row),
    READ(FIELD_F64, theta, "engagement_theta"),
    READ(FIELD_F64, sigma, "engagement_sigma"),
    READ(FIELD_F64, tau, "engagement_tau"),
    READ(FIELD_F64, sample_n, "sample_n"),
    READ(FIELD_TEXT, country, "country"),
    READ(FIELD_TEXTS, shares, "shares"),
};

struct match_scan {
    struct match_picks picks;
    struct match_place last; /* in the stored order */
    int64_t version;
    int64_t rows_read;
    int64_t chunk;
    int restarts;
};

static enum err ask_chunk(struct request *req);

static void begin(struct request *req, struct match_scan *scan) {
    const struct match_state *st = req->state;
    bool diverse = !isnan(st->q.diversify);
    scan->picks = match_picks_new(req->arena, diverse ? DIVERSE_FROM : (size_t)st->q.limit + 1);
    scan->last = (struct match_place){0, MATCH_SCALE + 1, 0, 0};
    match_why_not_begin(st);
    scan->chunk = scan->restarts < RESTARTS_MAX ? FIRST_CHUNK : INT32_MAX;
}

static void weigh_row(const struct match_state *st, const struct scan_row *row, struct match_scan *scan) {
    struct match_pick pick = {
        .creator_id = row->creator_id, .account_id = row->account_id, .conf = row->conf};
    memcpy(pick.ln, row->ln, sizeof row->ln);
    struct match_anew anew = {row->theta, row->sigma, row->tau, row->country, row->shares, row->sample_n};
    match_weigh(&st->ranking, &anew, &pick);
    match_why_not_see(st, &pick);
    match_picks_add(&scan->picks, &pick, &st->after);
    scan->last = (struct match_place){0, (int32_t)row->score, (int32_t)row->conf, row->account_id};
}

/* Whether no row behind the last one read can be among the picks, or ahead of those asked about. */
static bool settled(const struct match_state *st, const struct match_scan *scan) {
    if (scan->picks.count < scan->picks.cap)
        return false;
    int bound = match_quantise(match_bound(scan->last.score, st->ranking.rho));
    return bound < scan->picks.at[scan->picks.cap - 1].score && bound < match_why_not_lowest(st);
}

static enum err finish(struct request *req, struct match_scan *scan) {
    request_timing(req, arena_printf(req->arena, "rows;desc=\"%lld\"", (long long)scan->rows_read));
    const struct match_state *st = req->state;
    return !isnan(st->q.diversify) ? match_diverse_ask(req, &scan->picks)
                                   : match_picks_show(req, &scan->picks);
}

/* Whether the niche is another than in the chunk before; the first chunk sets the version. */
static bool changed(struct match_scan *scan, int64_t version) {
    bool first = scan->last.score > MATCH_SCALE;
    bool same = first || version == scan->version;
    scan->version = version;
    return !same;
}

static enum err again(struct request *req, struct match_scan *scan) {
    scan->restarts++;
    begin(req, scan);
    return ask_chunk(req);
}

/* A chunk has a row even when the niche has no more: the version alone. */
static enum err chunk_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    struct match_scan *scan = st->scan;
    CLEANUP(arena_free_at) struct arena *a = arena_new(65536);
    if (!a)
        return request_fail(req, ERR_NO_MEMORY, "no memory for a scan");
    int64_t n = 0;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct scan_row row;
        rows_decode(rows, i, scan_fields, COUNT_OF(scan_fields), a, &row);
        if (i == 0 && changed(scan, row.version))
            return again(req, scan);
        if (row.account_id == FIELD_NULL_I64)
            continue;
        weigh_row(st, &row, scan);
        n++;
    }
    scan->rows_read += n;
    if (n < scan->chunk || settled(st, scan))
        return finish(req, scan);
    scan->chunk = scan->chunk * 2 > LAST_CHUNK ? LAST_CHUNK : scan->chunk * 2;
    return ask_chunk(req);
}

const char *match_target_countries(const struct match_ranking *r, struct arena *a) {
    if (!r->target_count)
        return NULL;
    const char *list = "{";
    for (size_t i = 0; i < r->target_count; i++)
        list = arena_printf(a, "%s%s%s", list, i ? "," : "", r->target[i].country);
    return arena_printf(a, "%s}", list);
}

static enum err ask_chunk(struct request *req) {
    struct match_state *st = req->state;
    const struct match_scan *scan = st->scan;
    struct arena *a = req->arena;
    const char *own[] = {
        arena_printf(a, "%d", st->world),
        arena_printf(a, "%d", st->niche_ids[0]),
        arena_printf(a, "%lld", (long long)scan->chunk),
        arena_printf(a, "%d", scan->last.score),
        arena_printf(a, "%d", scan->last.conf),
        arena_printf(a, "%lld", (long long)scan->last.account_id),
        match_target_countries(&st->ranking, a),
        st->ranking.z != ENGAGEMENT_DEFAULTS.z ? "t" : "f",
    };
    return match_ask_filtered(req, "match_scan", COUNT_OF(own), own, chunk_rows);
}

enum err match_scan_ask(struct request *req) {
    struct match_state *st = req->state;
    st->scan = arena_alloc(req->arena, sizeof *st->scan);
    begin(req, st->scan);
    enum err e = ask_chunk(req);
    return e ? e : match_ask_related(req);
}
