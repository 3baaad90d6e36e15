/* Why: one batch is one transaction: lock, read, compute, write, take off the list. Invariants: an account is
 * off the list exactly when its rows are committed; a failure that is an account's own is recorded with it
 * and never stops the others; every other failure is returned, and the batch stays on the list. */
#include "score/scorer.h"

#include "store.h"

#include "base/clock.h"
#include "base/embed.h"
#include "base/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct account_at FIRST = {INT64_MIN, INT64_MIN};
static const struct account_at LAST = {INT64_MAX, INT64_MAX};

enum { LIVE_WORLD = 0 };

static const char RECOUNT_ROWS[] = "50000";

enum { DUE_ROWS = 50000, MARKET_ROWS = 200000 };

struct scorer {
    struct db *db;
    struct scorer_options options;
    struct taxonomy_held *held;
    const struct taxonomy *tax; /* of held */
    struct score_context *ctx;  /* the active model, for the live world */
    struct score_context
        *seed; /* the seeds, for worlds that never enter a fit: their answers never move with one */
    struct store_state state;
    struct platform_map platforms;
    int64_t now_us[SCORE_WORLDS_MAX]; /* the clock of each world */
    struct account_result *result;
    struct batch batch;
    struct score_compounds *compounds;
    struct write write;
    struct account_at at; /* the next batch begins behind it */
    size_t limit;         /* accounts that it may have */
    bool stale;           /* taxonomy or model changed before the batch had its lock */
    struct scorer_totals totals;
};

/* Reads taxonomy and model; the old ones go when the new ones are there. */
static enum err reload(struct scorer *s, const struct store_state *state, struct fault *f) {
    CLEANUP(taxonomy_give_at) struct taxonomy_held *held = NULL;
    struct score_context *ctx = NULL, *seed = NULL;
    const struct score_model seeds = {0};
    enum err e = taxonomy_take(s->db, s->options.taxonomies, f, &held);
    if (!e)
        e = platforms_read(s->db, f, &s->platforms);
    if (!e)
        e = context_read(s->db, held->taxonomy, state, f, &ctx);
    if (!e)
        e = score_context_new(held->taxonomy, &seeds, f, &seed);
    if (e) {
        score_context_free(ctx);
        return e;
    }
    score_context_free(s->ctx);
    score_context_free(s->seed);
    ctx->compounds = seed->compounds = s->compounds;
    s->seed = seed;
    taxonomy_give(s->held);
    s->ctx = ctx;
    s->held = held;
    s->tax = held->taxonomy;
    s->state = *state;
    s->state.taxonomy_version = held->version;
    held = NULL;
    return ERR_OK;
}

/* Brings versions and clocks up to date. */
static enum err refresh(struct scorer *s, struct fault *f) {
    struct store_state state;
    enum err e = state_read(s->db, f, &state);
    if (e)
        return e;
    bool same = s->ctx && state.taxonomy_version == s->state.taxonomy_version &&
                strcmp(state.model_version, s->state.model_version) == 0;
    if (!same)
        e = reload(s, &state, f);
    if (e)
        return e;
    int64_t real = s->options.now_us ? s->options.now_us : clock_now_us();
    memcpy(s->state.world, state.world, sizeof state.world);
    for (int w = 0; w < SCORE_WORLDS_MAX; w++) {
        int64_t now = state.clock_us[w] && state.clock_us[w] != FIELD_NULL_I64 ? state.clock_us[w] : real;
        s->now_us[w] = now;
        score_context_set_now(s->ctx, w, now);
        score_context_set_now(s->seed, w, now);
    }
    return ERR_OK;
}

enum err scorer_open(struct db *db, const struct scorer_options *options, struct fault *f,
                     struct scorer **ret_scorer) {
    CLEANUP(scorer_free_at) struct scorer *s = calloc(1, sizeof *s);
    if (!s)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a scorer");
    s->db = db;
    s->options = *options;
    s->at = FIRST;
    if (s->options.batch == 0)
        s->options.batch = SCORER_BATCH;
    if (s->options.batch > SCORER_BATCH_MAX)
        s->options.batch = SCORER_BATCH_MAX;
    s->limit = s->options.batch;
    enum err e = account_result_new(f, &s->result);
    if (!e && !(s->compounds = calloc(1, sizeof *s->compounds)))
        e = fault_set(f, ERR_NO_MEMORY, "no memory for a scorer");
    if (!e)
        e = batch_init(&s->batch, f);
    const struct embedded *setup = embed_find("sql/queries/score_temp.sql");
    if (!e)
        e = setup ? db_run(db, setup->data, f, NULL)
                  : fault_set(f, ERR_INTERNAL, "no such query: score_temp");
    if (!e)
        e = refresh(s, f);
    if (e)
        return e;
    *ret_scorer = s;
    s = NULL;
    return ERR_OK;
}

void scorer_free(struct scorer *s) {
    if (!s)
        return;
    batch_done(&s->batch);
    write_done(&s->write);
    account_result_free(s->result);
    score_context_free(s->ctx);
    score_context_free(s->seed);
    taxonomy_give(s->held);
    free(s->compounds);
    free(s);
}

void scorer_free_at(struct scorer **s) {
    scorer_free(*s);
}

const struct scorer_totals *scorer_totals(const struct scorer *s) {
    return &s->totals;
}

static void compute(struct scorer *s) {
    write_begin(&s->write);
    for (size_t i = 0; i < s->batch.n; i++) {
        const struct score_context *ctx = s->batch.ev[i].world == LIVE_WORLD ? s->ctx : s->seed;
        score_account(ctx, &s->batch.ev[i], s->result);
        write_account(&s->write, ctx, &s->batch.ev[i], s->result);
    }
}

/* Reads, computes and writes inside the transaction; *ret_changed is set when anything was taken. */
static enum err score_taken(struct scorer *s, struct account_at after, struct account_at upto, size_t limit,
                            struct fault *f, size_t *ret_changed) {
    int64_t begin = clock_mono_us();
    enum err e = batch_read(&s->batch, s->db, "score_take", s->ctx, &s->platforms, after, upto, limit, f);
    int64_t read = clock_mono_us();
    s->totals.read_us += read - begin;
    if (e || s->batch.n_taken == 0)
        return e;
    compute(s);
    int64_t computed = clock_mono_us();
    s->totals.compute_us += computed - read;
    e = write_store(&s->write, s->db, &s->batch, s->now_us, f, ret_changed);
    s->totals.write_us += clock_mono_us() - computed;
    return e;
}

/* Under the lock, which whoever changes the taxonomy holds alone: whether what was read before is in force.
 */
static enum err look_again(struct scorer *s, struct fault *f) {
    struct store_state state;
    enum err e = state_read(s->db, f, &state);
    if (!e)
        s->stale = state.taxonomy_version != s->state.taxonomy_version ||
                   strcmp(state.model_version, s->state.model_version) != 0;
    return e;
}

/* One transaction over up to `limit` accounts; takes none when s->stale. */
static enum err transact(struct scorer *s, struct account_at after, struct account_at upto, size_t limit,
                         struct fault *f) {
    size_t changed = 0;
    const char *shared[] = {"f"};
    enum err e = db_run(s->db, "begin", f, NULL);
    if (!e)
        e = db_query(s->db, "score_lock", 1, shared, f, NULL);
    s->batch.n_taken = 0;
    if (!e)
        e = look_again(s, f);
    if (!e && !s->stale)
        e = compounds_read(s->db, s->tax, f, s->compounds);
    if (!e && !s->stale)
        e = score_taken(s, after, upto, limit, f, &changed);
    int64_t begin = clock_mono_us();
    if (!e)
        e = db_run(s->db, "commit", f, NULL);
    s->totals.write_us += clock_mono_us() - begin;
    if (e) {
        db_rollback(s->db);
        return e;
    }
    s->totals.scored += s->batch.n_taken;
    s->totals.changed += changed;
    s->totals.batches += s->batch.n_taken > 0;
    return ERR_OK;
}

/* Whether an error says nothing about the account at hand. */
static bool is_common(const struct scorer *s, enum err e) {
    return e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_SCHEMA || e == ERR_NO_MEMORY || e == ERR_INTERNAL ||
           !db_alive(s->db);
}

static enum err record_failure(struct scorer *s, struct account_at at, const struct fault *why,
                               struct fault *f) {
    char creator[24], account[24];
    snprintf(creator, sizeof creator, "%lld", (long long)at.creator_id);
    snprintf(account, sizeof account, "%lld", (long long)at.account_id);
    const char *params[] = {creator, account, why->detail};
    snprintf(s->totals.last_error, sizeof s->totals.last_error, "%s", why->detail);
    s->totals.failed++;
    return db_query(s->db, "score_fail", 3, params, f, NULL);
}

/* Scores the accounts of a failed batch one by one. */
static enum err score_singly(struct scorer *s, const struct account_at *at, size_t n, struct fault *f) {
    for (size_t i = 0; i < n; i++) {
        struct account_at before = {at[i].creator_id, at[i].account_id - 1};
        struct fault why = {0};
        enum err e = transact(s, before, at[i], 1, &why);
        if (e && is_common(s, e)) {
            *f = why;
            return e;
        }
        if (e && (e = record_failure(s, at[i], &why, f)))
            return e;
    }
    return ERR_OK;
}

/* The next batch has as many accounts as this one's pace lets through in the time that it may take. */
static void pace(struct scorer *s, size_t n, int64_t took_us) {
    if (s->options.batch_ms == 0 || n == 0)
        return;
    int64_t fit = (int64_t)n * s->options.batch_ms * 1000 / (took_us + 1);
    int64_t most = (int64_t)s->options.batch;
    s->limit = (size_t)(fit > most ? most : fit < SCORER_BATCH_MIN ? SCORER_BATCH_MIN : fit);
}

/* One batch behind s->at. *ret_taken tells how many accounts it had. */
static enum err step_on(struct scorer *s, struct fault *f, size_t *ret_taken) {
    struct fault why = {0};
    size_t limit = s->limit;
    int64_t begin = clock_mono_us();
    enum err e = transact(s, s->at, LAST, limit, &why);
    size_t n = s->batch.n_taken;
    if (e && (n == 0 || is_common(s, e))) {
        *f = why;
        return e;
    }
    *ret_taken = n;
    if (n == 0)
        return ERR_OK;
    /* fewer were all: who comes next need not wait for those who come behind */
    s->at = n < limit ? FIRST : s->batch.taken[n - 1];
    pace(s, n, clock_mono_us() - begin);
    if (!e)
        return ERR_OK;
    struct account_at *at = malloc(n * sizeof *at);
    if (!at)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a batch");
    memcpy(at, s->batch.taken, n * sizeof *at);
    e = score_singly(s, at, n, f);
    free(at);
    return e;
}

static bool is_first(struct account_at at) {
    return at.creator_id == FIRST.creator_id && at.account_id == FIRST.account_id;
}

bool scorer_more(const struct scorer *s) {
    return !is_first(s->at);
}

static enum err step(struct scorer *s, struct fault *f, size_t *ret_handled) {
    size_t taken = 0;
    bool made = false;
    enum err e = refresh(s, f);
    if (!e && s->options.compounds)
        e = compounds_keep(s->db, s->tax, s->state.taxonomy_version, s->options.compounds, f, &made);
    s->totals.compounds += made;
    if (!e)
        e = step_on(s, f, &taken);
    if (!e && taken == 0 && !is_first(s->at)) {
        s->at = FIRST;
        e = step_on(s, f, &taken);
    }
    if (!e)
        *ret_handled = taken ? taken : made;
    return e;
}

enum err scorer_step(struct scorer *s, struct fault *f, size_t *ret_handled) {
    size_t handled = 0;
    enum err e = step(s, f, &handled);
    while (!e && s->stale && handled == 0)
        e = step(s, f, &handled);
    if (!e)
        *ret_handled = handled;
    return e;
}

/* Runs a statement of (world, its clock, at most so many rows) for each world; *ret_sum: of its first column.
 */
static enum err of_worlds(struct scorer *s, const char *statement, size_t rows, struct fault *f,
                          size_t *ret_sum) {
    size_t sum = 0;
    enum err e = refresh(s, f);
    for (int w = 0; w < SCORE_WORLDS_MAX && !e; w++) {
        if (!s->state.world[w])
            continue;
        char world[16], now[24], most[24];
        snprintf(world, sizeof world, "%d", w);
        snprintf(now, sizeof now, "%lld", (long long)s->ctx->now_us[w]);
        snprintf(most, sizeof most, "%zu", rows);
        const char *params[] = {world, now, most};
        CLEANUP(rows_free_at) struct rows *r = NULL;
        e = db_query(s->db, statement, 3, params, f, &r);
        if (!e)
            sum += (size_t)rows_i64(r, 0, 0);
    }
    if (!e)
        *ret_sum = sum;
    return e;
}

enum err scorer_mark_due(struct scorer *s, struct fault *f, size_t *ret_marked) {
    return of_worlds(s, "score_due", s->options.due_rows ? s->options.due_rows : DUE_ROWS, f, ret_marked);
}

enum err scorer_market(struct scorer *s, struct fault *f, size_t *ret_niches) {
    size_t rows = s->options.market_rows ? s->options.market_rows : MARKET_ROWS;
    return of_worlds(s, "score_market", rows, f, ret_niches);
}

enum err scorer_recount(struct scorer *s, struct fault *f, size_t *ret_niches) {
    const char *params[] = {RECOUNT_ROWS};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(s->db, "score_recount", 1, params, f, &r);
    if (!e)
        *ret_niches = (size_t)rows_affected(r);
    return e;
}

enum err scorer_mark_all(struct scorer *s, struct fault *f, size_t *ret_marked) {
    size_t marked = 0;
    for (struct account_at at = FIRST;;) {
        char creator[24], account[24];
        snprintf(creator, sizeof creator, "%lld", (long long)at.creator_id);
        snprintf(account, sizeof account, "%lld", (long long)at.account_id);
        const char *params[] = {creator, account};
        CLEANUP(rows_free_at) struct rows *r = NULL;
        enum err e = db_query(s->db, "score_all", 2, params, f, &r);
        if (e)
            return e;
        if (rows_count(r) == 0)
            break;
        marked += (size_t)rows_i64(r, 0, 0);
        at = (struct account_at){rows_i64(r, 0, 1), rows_i64(r, 0, 2)};
    }
    *ret_marked = marked;
    return ERR_OK;
}

enum err scorer_waiting(struct scorer *s, struct fault *f, size_t *ret_waiting) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(s->db, "score_waiting", 0, NULL, f, &r);
    if (!e)
        *ret_waiting = (size_t)rows_i64(r, 0, 0);
    return e;
}
