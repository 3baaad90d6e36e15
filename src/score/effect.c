/* Why: whoever edits the taxonomy wants to know first, and only accounts that it changes need scoring.
 * Invariants: both sides see the same evidence; candidates are compared before the cuts that depend on the
 * day; memory grows with the accounts that change, 16 bytes each. */
#include "score/effect.h"

#include "score/scorer.h"
#include "store.h"
#include "work.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIVE = 0 };

/* One taxonomy with all that accounts are scored against. */
struct side {
    const struct taxonomy *tax;
    struct score_context *live, *seed;
    struct score_compounds *compounds;
    struct account_result *result;
};

struct counts {
    uint64_t before, gained, lost;
};

struct run {
    struct db *db;
    struct side now, next;
    struct platform_map platforms;
    struct batch batch;
    struct counts *counts; /* by world, then niches of `next`, then those of `now` */
    size_t per_world;
    size_t room; /* of the list of accounts */
    struct effect out;
};

static void side_done(struct side *s) {
    score_context_free(s->live);
    score_context_free(s->seed);
    account_result_free(s->result);
    free(s->compounds);
}

static void run_done(struct run *r) {
    batch_done(&r->batch);
    side_done(&r->now);
    side_done(&r->next);
    free(r->counts);
    effect_done(&r->out);
}

void effect_done(struct effect *e) {
    free(e->creators);
    free(e->accounts_at);
    free(e->lists);
    *e = (struct effect){0};
}

static enum err side_init(struct side *s, struct db *db, const struct taxonomy *tax,
                          const struct store_state *state, int64_t now_us, struct fault *f) {
    const struct score_model seeds = {0};
    s->tax = tax;
    s->compounds = calloc(1, sizeof *s->compounds);
    enum err e = s->compounds ? account_result_new(f, &s->result)
                              : fault_set(f, ERR_NO_MEMORY, "no memory for the compounds");
    if (!e)
        e = compounds_read(db, tax, f, s->compounds);
    if (!e)
        e = context_read(db, tax, state, f, &s->live);
    if (!e)
        e = score_context_new(tax, &seeds, f, &s->seed);
    if (e)
        return e;
    s->live->compounds = s->seed->compounds = s->compounds;
    int64_t real = now_us ? now_us : clock_now_us();
    for (int w = 0; w < SCORE_WORLDS_MAX; w++) {
        int64_t at = state->clock_us[w] && state->clock_us[w] != FIELD_NULL_I64 ? state->clock_us[w] : real;
        score_context_set_now(s->live, w, at);
        score_context_set_now(s->seed, w, at);
    }
    return ERR_OK;
}

static void score(struct side *s, const struct account_evidence *ev) {
    score_account(ev->world == LIVE ? s->live : s->seed, ev, s->result);
}

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static bool same_direct(const struct run *r, const struct score_direct *a, const struct score_direct *b) {
    bool is = taxonomy_id(r->now.tax, a->niche) == taxonomy_id(r->next.tax, b->niche) &&
              a->posts == b->posts && a->post_mask == b->post_mask && same(a->k, b->k) && same(a->n, b->n) &&
              same(a->focus, b->focus) && same(a->profile, b->profile) && a->word_count == b->word_count;
    for (size_t i = 0; is && i < a->word_count; i++)
        is = strcmp(a->words[i], b->words[i]) == 0;
    return is;
}

static bool same_row(const struct run *r, const struct score_match *a, const struct score_match *b) {
    bool is = a->compound_id == b->compound_id &&
              taxonomy_id(r->now.tax, a->niche) == taxonomy_id(r->next.tax, b->niche) && a->kind == b->kind &&
              a->score == b->score && a->conf == b->conf && same((double)a->sd, (double)b->sd) &&
              same(a->relevance, b->relevance) && same(a->focus, b->focus) &&
              same(a->cpe_usual_usd, b->cpe_usual_usd) && same(a->rel_sd, b->rel_sd) &&
              same(a->rel_prior_sd, b->rel_prior_sd);
    for (size_t i = 0; is && i < MATCH_STORED; i++)
        is = same(a->ln[i], b->ln[i]);
    return is;
}

static bool same_rows(const struct run *r, const struct score_match *a, size_t n, const struct score_match *b,
                      size_t m) {
    bool is = n == m;
    for (size_t i = 0; is && i < n; i++)
        is = same_row(r, &a[i], &b[i]);
    return is;
}

static bool same_result(const struct run *r) {
    const struct account_result *a = r->now.result;
    const struct account_result *b = r->next.result;
    bool is = a->direct_count == b->direct_count && same(a->quality.bio_weight, b->quality.bio_weight);
    for (size_t i = 0; is && i < a->direct_count; i++)
        is = same_direct(r, &a->direct[i], &b->direct[i]);
    return is &&
           same_rows(r, a->work->candidate, a->work->n_candidates, b->work->candidate,
                     b->work->n_candidates) &&
           same_rows(r, a->compound, a->compound_count, b->compound, b->compound_count);
}

/* Where the counts of a niche of one side are. */
static struct counts *counts_of(const struct run *r, int world, const struct side *s, uint16_t niche) {
    int at = taxonomy_by_id(r->next.tax, taxonomy_id(s->tax, niche));
    size_t slot = at >= 0 ? (size_t)at : taxonomy_count(r->next.tax) + niche;
    return &r->counts[(size_t)world * r->per_world + slot];
}

static bool lists(const struct side *s, int32_t id) {
    int at = taxonomy_by_id(s->tax, id);
    for (size_t i = 0; at >= 0 && i < s->result->match_count; i++)
        if (s->result->match[i].niche == at)
            return s->result->match[i].kind != RELEVANCE_RELATED;
    return false;
}

static void count_lists(struct run *r, int world) {
    const struct account_result *a = r->now.result;
    const struct account_result *b = r->next.result;
    for (size_t i = 0; i < a->match_count; i++) {
        if (a->match[i].kind == RELEVANCE_RELATED)
            continue;
        struct counts *c = counts_of(r, world, &r->now, a->match[i].niche);
        c->before++;
        c->lost += !lists(&r->next, taxonomy_id(r->now.tax, a->match[i].niche));
    }
    for (size_t i = 0; i < b->match_count; i++)
        if (b->match[i].kind != RELEVANCE_RELATED &&
            !lists(&r->now, taxonomy_id(r->next.tax, b->match[i].niche)))
            counts_of(r, world, &r->next, b->match[i].niche)->gained++;
}

static bool grow(int64_t **io_array, size_t room) {
    int64_t *grown = realloc(*io_array, room * sizeof *grown);
    *io_array = grown ? grown : *io_array;
    return grown;
}

static enum err keep_account(struct run *r, const struct account_evidence *ev, struct fault *f) {
    if (r->out.changed == r->room) {
        size_t room = r->room ? 2 * r->room : 1024;
        if (!grow(&r->out.creators, room) || !grow(&r->out.accounts_at, room))
            return fault_set(f, ERR_NO_MEMORY, "no memory for the list of accounts");
        r->room = room;
    }
    r->out.creators[r->out.changed] = ev->creator_id;
    r->out.accounts_at[r->out.changed++] = ev->account_id;
    return ERR_OK;
}

static enum err take_batch(struct run *r, struct fault *f) {
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < r->batch.n; i++) {
        const struct account_evidence *ev = &r->batch.ev[i];
        score(&r->now, ev);
        score(&r->next, ev);
        count_lists(r, ev->world);
        if (!same_result(r))
            e = keep_account(r, ev, f);
    }
    r->out.accounts += r->batch.n;
    return e;
}

static enum err walk(struct run *r, uint64_t total, effect_progress *progress, void *user, struct fault *f) {
    struct account_at at = {INT64_MIN, INT64_MIN};
    const struct account_at last = {INT64_MAX, INT64_MAX};
    for (;;) {
        enum err e = batch_read(&r->batch, r->db, "effect_take", r->now.live, &r->platforms, at, last,
                                SCORER_BATCH_BULK, f);
        if (e || r->batch.n_taken == 0)
            return e;
        e = take_batch(r, f);
        if (e)
            return e;
        at = r->batch.taken[r->batch.n_taken - 1];
        progress(user, r->out.accounts, total);
    }
}

static enum err take_lists(struct run *r, struct fault *f) {
    size_t n_next = taxonomy_count(r->next.tax);
    r->out.lists = calloc(SCORE_WORLDS_MAX * r->per_world + 1, sizeof *r->out.lists);
    if (!r->out.lists)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the lists");
    for (size_t i = 0; i < SCORE_WORLDS_MAX * r->per_world; i++) {
        const struct counts *c = &r->counts[i];
        size_t at = i % r->per_world;
        int32_t id = at < n_next ? taxonomy_id(r->next.tax, at) : taxonomy_id(r->now.tax, at - n_next);
        if (c->gained || c->lost)
            r->out.lists[r->out.list_count++] =
                (struct effect_list){(int)(i / r->per_world), id, c->before, c->gained, c->lost};
    }
    return ERR_OK;
}

/* The connection reads by keys alone, like the scorer's (score_temp.sql). */
static enum err begin(struct run *r, int64_t now_us, struct fault *f, uint64_t *ret_total) {
    CLEANUP(rows_free_at) struct rows *n = NULL;
    struct store_state state;
    enum err e = db_query(r->db, "effect_count", 0, NULL, f, &n);
    if (!e)
        e = db_run(r->db,
                   "set plan_cache_mode = force_custom_plan; set enable_seqscan = off; set enable_hashjoin = "
                   "off; set enable_mergejoin = off; set jit = off",
                   f, NULL);
    if (!e)
        e = state_read(r->db, f, &state);
    if (!e)
        e = platforms_read(r->db, f, &r->platforms);
    if (!e)
        e = batch_init(&r->batch, f);
    if (!e)
        e = side_init(&r->now, r->db, r->now.tax, &state, now_us, f);
    if (!e)
        e = side_init(&r->next, r->db, r->next.tax, &state, now_us, f);
    if (!e && !(r->counts = calloc(SCORE_WORLDS_MAX * r->per_world, sizeof *r->counts)))
        e = fault_set(f, ERR_NO_MEMORY, "no memory for the lists");
    if (!e)
        *ret_total = (uint64_t)rows_i64(n, 0, 0);
    return e;
}

enum err effect_find(struct db *db, const struct taxonomy *now, const struct taxonomy *next, int64_t now_us,
                     effect_progress *progress, void *user, struct fault *f, struct effect *ret_effect) {
    CLEANUP(run_done)
    struct run r = {.db = db,
                    .now.tax = now,
                    .next.tax = next,
                    .per_world = taxonomy_count(now) + taxonomy_count(next) + 1};
    uint64_t total = 0;
    enum err e = begin(&r, now_us, f, &total);
    if (!e)
        e = walk(&r, total, progress, user, f);
    if (!e)
        e = take_lists(&r, f);
    if (e)
        return e;
    *ret_effect = r.out;
    r.out = (struct effect){0};
    return ERR_OK;
}
