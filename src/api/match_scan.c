/* The exact list by an early-stopping scan of the stored order. Under own weights (ranking specification, g):
 * all ln x are at most 0 and at least their floor in the niche (niche_version.floors; ln .02 where that is
 * unknown), so S bounds S' (match_bound()); a creator is bounded by the best row of any of their accounts and
 * niches, with which all of those rows come. Under the stored ranking
 * the first rows are the page. Rows are read in the stored order in chunks until no unread row can reach the
 * k-th best. Invariants: a row is dropped only when its bound is strictly below the k-th score (ties are
 * decided by the total order); when the niche changes between two chunks the scan begins again, and after
 * RESTARTS_MAX times it reads all in one statement, which sees one state. */
#include "match_why_not.h"

#include "rank/engagement.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CHUNK = 128, LAST_CHUNK = 1024, RESTARTS_MAX = 5 };

struct scan_row {
    int64_t creator_id, account_id, score, conf, place, niche_id, row_conf, version;
    double ln[MATCH_STORED], theta, sigma, tau, sample_n;
    const char *country;
    struct text_list shares;
    struct text_list floors; /* of the first row */
};

#define READ(type, member, column) FIELD(type, struct scan_row, member, NULL, NULL, column, 0)

static const struct field scan_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_I64, place, "place"),
    READ(FIELD_I64, niche_id, "niche_id"),
    READ(FIELD_I64, row_conf, "row_conf"),
    READ(FIELD_I64, version, "version"),
    READ(FIELD_TEXTS, floors, "floors"),
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
    struct match_limit limit;
    bool begun; /* version and limit are known */
    int64_t rows_read;
    int64_t chunk;
    int lowest; /* stored score that is still of use */
    int restarts;
};

static enum err ask_chunk(struct request *req);

static bool is_stored_order(const struct match_state *st) {
    return !st->ranking.own;
}

static void begin(struct request *req, struct match_scan *scan) {
    const struct match_state *st = req->state;
    scan->picks = match_phase_picks(st, req->arena);
    bool stored = is_stored_order(st) && !scan->picks.watch;
    scan->last = stored ? st->after : MATCH_START;
    scan->lowest = 0;
    scan->chunk = scan->restarts < RESTARTS_MAX ? FIRST_CHUNK : INT32_MAX;
    if (stored)
        scan->chunk = (int64_t)scan->picks.cap;
}

static struct match_pick pick_of(const struct match_state *st, const struct scan_row *row) {
    struct match_pick pick = {.creator_id = row->creator_id,
                              .account_id = row->account_id,
                              .niche_id = (int32_t)row->niche_id,
                              .conf = row->row_conf};
    for (size_t i = 0; i < st->niche_count; i++)
        pick.parts |= (uint32_t)(st->any && st->niche_ids[i] == pick.niche_id) << i;
    memcpy(pick.ln, row->ln, sizeof row->ln);
    struct match_anew anew = {row->theta, row->sigma, row->tau, row->country, row->shares, row->sample_n};
    match_weigh(&st->ranking, &anew, &pick);
    return pick;
}

/* Takes row `at` and those of the same creator behind it; the best is the creator's. Returns where the next
 * creator begins. */
static size_t take_creator(const struct match_state *st, const struct scan_row *rows, size_t n, size_t at,
                           struct match_scan *scan) {
    struct match_pick best = {.score = -1};
    size_t i = at;
    for (; i < n && rows[i].creator_id == rows[at].creator_id; i++) {
        struct match_pick pick = pick_of(st, &rows[i]);
        if (match_pick_ahead(&pick, &best))
            best = pick;
    }
    const struct scan_row *last = &rows[i - 1];
    scan->last = (struct match_place){0, (int32_t)last->score, (int32_t)last->conf, last->place, false};
    match_picks_add(&scan->picks, &best, &st->after);
    return i;
}

/* The lowest stored score of a row that can be among the picks, or ahead of those asked about; 0: any can. */
static int lowest_of_use(const struct match_scan *scan) {
    if (scan->picks.count < scan->picks.cap)
        return 0;
    int wanted = (int)scan->picks.at[scan->picks.cap - 1].score;
    if (scan->picks.watch && match_watch_lowest(scan->picks.watch) < wanted)
        wanted = (int)match_watch_lowest(scan->picks.watch);
    int low = 0, high = MATCH_SCALE;
    while (low < high) {
        int middle = (low + high) / 2;
        if (match_quantise(match_bound(middle, &scan->limit)) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum err finish(struct request *req, struct match_scan *scan) {
    struct match_state *st = req->state;
    if (st->ranking.own || !isnan(st->q.diversify))
        request_timing(req, arena_printf(req->arena, "rows;desc=\"%lld\"", (long long)scan->rows_read));
    match_watch_close(st);
    if (st->memo) {
        st->version = scan->version == FIELD_NULL_I64 ? 0 : scan->version;
        enum err e = match_related_check(req);
        if (e)
            return e;
    }
    if (!st->kept_id || !match_is_compound(st) || st->related_phase)
        return match_phase_done(req, &scan->picks);
    struct match_pick_ids ids = match_picks_ids(req, &scan->picks);
    return match_joint_ask(req, ids.creators, ids.accounts);
}

/* What bounds the ranking over the stored order: less caution than stored may lift the engagement of any row.
 */
static void set_limit(const struct match_ranking *r, const struct text_list *floors,
                      struct match_limit *ret_limit) {
    double low[MATCH_STORED];
    for (size_t i = 0; i < floors->count && i < MATCH_STORED; i++)
        low[i] = strtod(floors->items[i], NULL);
    match_limit_of(match_default_weights(), r->weights, r->z < ENGAGEMENT_DEFAULTS.z,
                   floors->count == MATCH_STORED ? low : NULL, ret_limit);
}

/* Whether the niche is another than in the chunk before; the first chunk sets version and limit. */
static bool changed(const struct match_state *st, struct match_scan *scan, const struct scan_row *first) {
    if (scan->begun)
        return first->version != scan->version;
    scan->begun = true;
    scan->version = first->version;
    set_limit(&st->ranking, &first->floors, &scan->limit);
    return false;
}

static enum err again(struct request *req, struct match_scan *scan) {
    scan->restarts++;
    scan->begun = false;
    begin(req, scan);
    return ask_chunk(req);
}

/* Whether the rows of a kept compound went since the snapshot was taken: its version went with them. */
static bool is_gone(const struct match_state *st, int64_t version) {
    return st->kept_id && version == FIELD_NULL_I64;
}

/* A chunk has a row even when the niche has no more: the version alone. */
static enum err chunk_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    struct match_scan *scan = st->scan;
    CLEANUP(arena_free_at) struct arena *a = arena_new(65536);
    if (!a)
        return request_fail(req, ERR_NO_MEMORY, "no memory for a scan");
    size_t count = rows_count(rows);
    struct scan_row *row = arena_alloc(a, count * sizeof *row);
    rows_decode_all(rows, count, scan_fields, COUNT_OF(scan_fields), a, row, sizeof *row);
    if (is_gone(st, row->version)) {
        st->kept_id = 0;
        return match_go(req);
    }
    if (changed(st, scan, row))
        return again(req, scan);
    int64_t n = 0;
    for (size_t i = 0; row->account_id != FIELD_NULL_I64 && i < count; n++)
        i = take_creator(st, row, count, i, scan);
    scan->rows_read += n;
    bool stored = is_stored_order(st) && !scan->picks.watch;
    scan->lowest = stored ? 0 : lowest_of_use(scan);
    if (n < scan->chunk || stored || scan->last.score < scan->lowest)
        return finish(req, scan);
    scan->chunk = scan->chunk * 2 > LAST_CHUNK ? LAST_CHUNK : scan->chunk * 2;
    return ask_chunk(req);
}

static enum err ask_chunk(struct request *req) {
    struct match_state *st = req->state;
    const struct match_scan *scan = st->scan;
    struct arena *a = req->arena;
    int32_t niche = match_is_compound(st) ? st->kept_id : st->niche_ids[0];
    const char *own[] = {
        arena_printf(a, "%d", st->world),
        st->any ? match_niche_array(st, a) : arena_printf(a, "%d", niche),
        arena_printf(a, "%lld", (long long)scan->chunk),
        arena_printf(a, "%d", scan->last.score),
        arena_printf(a, "%d", scan->last.conf),
        arena_printf(a, "%lld", (long long)scan->last.account_id),
        match_target_countries(&st->ranking, a),
        st->ranking.z != ENGAGEMENT_DEFAULTS.z ? "t" : "f",
        st->related_phase ? "t" : "f",
        arena_printf(a, "%d", scan->lowest),
        match_named(st, "workspace"),
    };
    return match_ask_filtered(req, st->any ? "match_any" : "match_scan", COUNT_OF(own), own, chunk_rows);
}

enum err match_scan_ask(struct request *req) {
    struct match_state *st = req->state;
    st->scan = arena_alloc(req->arena, sizeof *st->scan);
    begin(req, st->scan);
    return ask_chunk(req);
}
