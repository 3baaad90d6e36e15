/* The thread. Invariants: nothing that goes wrong ends it but jobs_stop(); after an error its connection, and
 * with it every lock, is given up before it tries again. */
#include "ingest/jobs.h"
#include "ingest/retain.h"

#include "base/clock.h"
#include "base/log.h"
#include "job_run.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    POLL_MS = 1000,
    CLEAR_MS = 10000,
    BROKEN_MAX = 64,
    STALE_S = 30, /* beyond the time that a silent connection is kept */
    RETRY_MS = 500,
    RETRY_MAX_MS = 2000,
    STANDBY_MS = 2000, /* between two looks whether it was promoted */
    GRACE_MS = 1000
};

struct jobs {
    struct leash leash;
    struct settings settings;
    const struct crypto_secrets *secrets;
    pthread_mutex_t lock;
    int64_t broken[BROKEN_MAX]; /* what does not fit is cleared away when it is stale */
    size_t broken_count;
    int64_t clear_at_ms;
    struct retain retain;
};

static bool take_broken(struct jobs *j, int64_t *ret_id) {
    pthread_mutex_lock(&j->lock);
    bool any = j->broken_count > 0;
    if (any)
        *ret_id = j->broken[--j->broken_count];
    pthread_mutex_unlock(&j->lock);
    return any;
}

static enum err drop_broken(struct jobs *j, struct db *db, struct fault *f) {
    char id[24];
    const char *params[] = {id};
    enum err e = ERR_OK;
    for (int64_t import_id; !e && take_broken(j, &import_id);) {
        snprintf(id, sizeof id, "%lld", (long long)import_id);
        e = db_query(db, "import_drop", 1, params, f, NULL);
    }
    return e;
}

static enum err clear_away(struct jobs *j, struct db *db, struct fault *f) {
    char stale[24], days[24];
    const char *params[] = {stale, days};
    if (clock_mono_ms() < j->clear_at_ms)
        return ERR_OK;
    snprintf(stale, sizeof stale, "%lld", (long long)j->settings.idle_timeout_s + STALE_S);
    snprintf(days, sizeof days, "%lld", (long long)j->settings.import_keep_days);
    j->clear_at_ms = clock_mono_ms() + CLEAR_MS;
    return db_query(db, "import_clear", COUNT_OF(params), params, f, NULL);
}

static enum err drop_old(struct jobs *j, struct db *db, struct fault *f) {
    int64_t gone = 0, now_us = j->settings.now_us ? j->settings.now_us : clock_now_us();
    if (!j->settings.evidence_days)
        return ERR_OK;
    enum err e = retain_step(db, &j->retain, now_us - j->settings.evidence_days * CLOCK_DAY, f, &gone);
    if (!e && gone)
        log_line(LOG_INFO, "old evidence was deleted", LOG_NUM("rows", gone));
    return e;
}

static enum err run_connected(struct jobs *j, struct db *db, struct fault *f) {
    struct job_home home = {db, &j->settings, j->secrets, &j->leash};
    enum err e = db_run(db, "set jit = off; listen niched_import", f, NULL);
    while (!e && !leash_stopped(&j->leash)) {
        bool any = false;
        e = drop_broken(j, db, f);
        if (!e)
            e = clear_away(j, db, f);
        if (!e)
            e = drop_old(j, db, f);
        if (!e && j->settings.import_worker)
            e = job_run(&home, f, &any);
        if (!e && !any)
            (void)leash_rest(&j->leash, db, POLL_MS);
    }
    return e;
}

static void *run(void *arg) {
    struct jobs *j = arg;
    int pause = RETRY_MS;
    while (!leash_stopped(&j->leash)) {
        struct fault f = {0};
        struct db *db = NULL;
        int64_t began_ms = clock_mono_ms();
        enum err e = db_open(j->settings.database_url, "niched imports", &f, &db);
        leash_hold(&j->leash, db);
        bool idle = !e && db_read_only(db); /* another process has a store that can be written */
        if (!e && !idle && !leash_stopped(&j->leash))
            e = run_connected(j, db, &f);
        leash_hold(&j->leash, NULL);
        db_close(db);
        if (idle)
            (void)leash_rest(&j->leash, NULL, STANDBY_MS);
        if (!e || leash_stopped(&j->leash))
            continue;
        pause = clock_mono_ms() - began_ms > RETRY_MAX_MS ? RETRY_MS : pause;
        log_line(LOG_ERROR, "imports", LOG_STR("code", err_name(e)), LOG_STR("error", f.detail),
                 LOG_NUM("retry_ms", pause));
        (void)leash_rest(&j->leash, NULL, pause);
        pause = pause * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : pause * 2;
    }
    return NULL;
}

enum err jobs_start(const struct settings *settings, const struct crypto_secrets *secrets, struct fault *f,
                    struct jobs **ret_jobs) {
    struct jobs *j = calloc(1, sizeof *j);
    if (!j)
        return fault_set(f, ERR_NO_MEMORY, "no memory for imports");
    j->settings = *settings;
    j->secrets = secrets;
    pthread_mutex_init(&j->lock, NULL);
    enum err e = leash_start(&j->leash, run, j, f);
    if (e)
        free(j);
    else
        *ret_jobs = j;
    return e;
}

void jobs_stop(struct jobs *j) {
    if (!j)
        return;
    leash_end(&j->leash, GRACE_MS);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

void jobs_broken(struct jobs *j, int64_t import_id) {
    pthread_mutex_lock(&j->lock);
    if (j->broken_count < BROKEN_MAX)
        j->broken[j->broken_count++] = import_id;
    pthread_mutex_unlock(&j->lock);
}
