/* Why: new evidence must rank soon without anybody asking for it. Invariants: one batch follows the other
 * while the queue is long, but an idle store sees at most a batch each 200 ms; nothing that goes wrong ends
 * the thread but worker_stop(). */
#include "score/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "score/scorer.h"
#include "store/leash.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAUSE_MS = 200,
    BATCH_MS =
        250, /* who waits for a free thread waits so long; a store in memory scores 200 accounts in it */
    POLL_MS = 1000,
    MARKET_ROWS = 20000, /* measured at a time: what is written meanwhile waits for it */
    DUE_ROWS = 2000, /* of those that time alone has changed wait at once: what is written meanwhile waits for
                        them */
    DUE_MS = 60000,
    SHARE = 20, /* counting, and measuring, niches take at most one part in this of the time */
    RETRY_MS = 500,
    RETRY_MAX_MS = 2000, /* what ranks soon must not wait longer for a store that is back */
    STANDBY_MS = 2000,   /* between two looks whether it was promoted */
    GRACE_MS = 1000
};

struct worker {
    struct worker *next; /* the other threads */
    bool chores;         /* what one of them does for all */
    struct leash leash;
    struct settings settings;
    struct taxonomy_shelf *taxonomies;
    int64_t due_at_ms;    /* when scorer_mark_due() is called next */
    int64_t market_at_ms; /* when scorer_market() is called next */
    int64_t count_at_ms;  /* when scorer_recount() is called next */
    int64_t busy_since;   /* begin of the busy period, 0: idle */
    uint64_t busy_from;   /* accounts scored before it */
    uint64_t failed;      /* failures that are logged already */
    struct worker_counts *counts;
    struct scorer_totals told; /* what of this connection is in the counts already */
};

static void log_failures(struct worker *w, const struct scorer_totals *t) {
    if (t->failed > w->failed)
        log_line(LOG_ERROR, "accounts could not be scored", LOG_NUM("attempts", t->failed - w->failed),
                 LOG_STR("error", t->last_error));
    w->failed = t->failed;
}

/* Adds what the scorer of this connection did since the last call. */
static void count(struct worker *w, const struct scorer_totals *t) {
    struct worker_counts *c = w->counts;
    atomic_fetch_add(&c->scored, t->scored - w->told.scored);
    atomic_fetch_add(&c->failed, t->failed - w->told.failed);
    atomic_fetch_add(&c->batches, t->batches - w->told.batches);
    atomic_fetch_add(&c->compounds, t->compounds - w->told.compounds);
    atomic_fetch_add(&c->read_us, (uint64_t)(t->read_us - w->told.read_us));
    atomic_fetch_add(&c->compute_us, (uint64_t)(t->compute_us - w->told.compute_us));
    atomic_fetch_add(&c->write_us, (uint64_t)(t->write_us - w->told.write_us));
    w->told = *t;
}

/* One line when a busy period is over. */
static void note_busy(struct worker *w, const struct scorer_totals *t, uint64_t before, size_t handled) {
    int64_t now = clock_mono_ms();
    if (handled > 0 && !w->busy_since) {
        w->busy_since = now;
        w->busy_from = before;
    }
    if (handled > 0 || !w->busy_since)
        return;
    log_line(LOG_INFO, "scored", LOG_NUM("accounts", t->scored - w->busy_from),
             LOG_NUM("ms", now - w->busy_since));
    w->busy_since = 0;
}

/* Marks what time alone has changed, while nothing else waits: at midnight that is a quarter of a store. */
static enum err mark_due(struct worker *w, struct scorer *s, struct fault *f) {
    if (scorer_more(s) || clock_mono_ms() < w->due_at_ms)
        return ERR_OK;
    size_t marked = 0;
    enum err e = scorer_mark_due(s, f, &marked);
    w->due_at_ms = clock_mono_ms() + (marked > 0 ? 0 : DUE_MS);
    return e;
}

/* Counts what niches list, also while there is always something to score. */
static enum err recount(struct worker *w, struct scorer *s, struct fault *f) {
    int64_t begin = clock_mono_ms();
    if (begin < w->count_at_ms)
        return ERR_OK;
    size_t niches;
    enum err e = scorer_recount(s, f, &niches);
    int64_t end = clock_mono_ms();
    w->count_at_ms = end + SHARE * (end - begin);
    return e;
}

/* Measures niches while nothing else is to do. */
static enum err measure_market(struct worker *w, struct scorer *s, size_t handled, struct fault *f) {
    int64_t begin = clock_mono_ms();
    if (handled > 0 || begin < w->market_at_ms)
        return ERR_OK;
    size_t niches;
    enum err e = scorer_market(s, f, &niches);
    int64_t end = clock_mono_ms(), pause = SHARE * (end - begin);
    w->market_at_ms = end + (pause > POLL_MS ? pause : POLL_MS);
    return e;
}

/* What is due beside scoring. */
static enum err do_chores(struct worker *w, struct scorer *s, size_t handled, struct fault *f) {
    if (!w->chores)
        return ERR_OK;
    enum err e = mark_due(w, s, f);
    if (!e)
        e = recount(w, s, f);
    return e ? e : measure_market(w, s, handled, f);
}

/* Scores until the connection fails or the end comes. */
static enum err run_connected(struct worker *w, struct db *db, struct fault *f) {
    CLEANUP(scorer_free_at) struct scorer *s = NULL;
    struct scorer_options options = {.taxonomies = w->taxonomies,
                                     .now_us = w->settings.now_us,
                                     .batch_ms = BATCH_MS,
                                     .due_rows = DUE_ROWS,
                                     .market_rows = MARKET_ROWS,
                                     .compounds = w->chores ? (size_t)w->settings.compounds : 0};
    enum err e = scorer_open(db, &options, f, &s);
    if (!e)
        e = db_run(db, "listen niched_dirty", f, NULL);
    w->failed = 0;
    w->told = (struct scorer_totals){0};
    bool connected = !e;
    atomic_fetch_add(&w->counts->connected, connected);
    while (!e && !leash_stopped(&w->leash)) {
        size_t handled = 0;
        uint64_t before = scorer_totals(s)->scored;
        e = scorer_step(s, f, &handled);
        if (!e)
            e = do_chores(w, s, handled, f);
        if (e)
            break;
        count(w, scorer_totals(s));
        note_busy(w, scorer_totals(s), before, handled);
        log_failures(w, scorer_totals(s));
        if (scorer_more(s))
            continue;
        (void)leash_rest(&w->leash, NULL, PAUSE_MS);
        if (handled == 0)
            (void)leash_rest(&w->leash, db, POLL_MS - PAUSE_MS);
    }
    atomic_fetch_sub(&w->counts->connected, connected);
    return e;
}

static void *run(void *arg) {
    struct worker *w = arg;
    int pause = RETRY_MS;
    while (!leash_stopped(&w->leash)) {
        struct fault f = {0};
        struct db *db = NULL;
        int64_t begin = clock_mono_ms();
        enum err e = db_open(w->settings.database_url, "niched worker", &f, &db);
        leash_hold(&w->leash, db);
        bool idle = !e && db_read_only(db); /* a standby: the worker of the primary scores */
        if (!e && !idle && !leash_stopped(&w->leash))
            e = run_connected(w, db, &f);
        leash_hold(&w->leash, NULL);
        db_close(db);
        w->busy_since = 0;
        if (idle)
            (void)leash_rest(&w->leash, NULL, STANDBY_MS);
        if (!e || leash_stopped(&w->leash))
            continue;
        pause = clock_mono_ms() - begin > RETRY_MAX_MS ? RETRY_MS : pause;
        log_line(LOG_ERROR, "worker", LOG_STR("code", err_name(e)), LOG_STR("error", f.detail),
                 LOG_NUM("retry_ms", pause));
        (void)leash_rest(&w->leash, NULL, pause);
        pause = pause * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : pause * 2;
    }
    return NULL;
}

/* One more thread before the others. */
static enum err add_thread(const struct settings *settings, struct worker_counts *counts,
                           struct taxonomy_shelf *taxonomies, bool chores, struct fault *f,
                           struct worker **others) {
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the worker");
    *w = (struct worker){
        .next = *others, .chores = chores, .settings = *settings, .taxonomies = taxonomies, .counts = counts};
    enum err e = leash_start(&w->leash, run, w, f);
    if (e)
        free(w);
    else
        *others = w;
    return e;
}

enum err worker_start(const struct settings *settings, struct worker_counts *counts,
                      struct taxonomy_shelf *taxonomies, struct fault *f, struct worker **ret_worker) {
    struct worker *all = NULL;
    enum err e = ERR_OK;
    for (int64_t i = 0; i < settings->worker && !e; i++)
        e = add_thread(settings, counts, taxonomies, i == 0, f, &all);
    if (e)
        worker_stop(all);
    else
        *ret_worker = all;
    return e;
}

void worker_stop(struct worker *w) {
    while (w) {
        struct worker *next = w->next;
        leash_end(&w->leash, GRACE_MS);
        free(w);
        w = next;
    }
}
