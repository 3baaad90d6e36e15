/* The keeper. Invariants: a published snapshot never changes; it is freed by whoever gives the last reference
 * back; the mutex is held only to swap or take the pointer, ten times a second a loop, never on a request. */
#include "api/snapshot.h"

#include "audit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "ingest/secrets.h"
#include "rank/model.h"
#include "store/hosts.h"
#include "store/leash.h"
#include "store/migrate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 1000,
    GRACE_MS = 500,
    SWEEP_MS = 60000,          /* between two looks for writes that need not be remembered */
    GAUGES_MS = 5000,          /* between two readings */
    GAUGES_SHARE = 20,         /* a reading takes at most one part in this of the time */
    GAUGES_WANTED_MS = 120000, /* read while somebody asked within this */
};

struct keeper {
    const struct settings *settings;
    const struct crypto_secrets *secrets;
    struct taxonomy_shelf *taxonomies;
    pthread_mutex_t lock;
    struct snapshot *newest;
    struct keyring *keys;
    struct wishes *wishes;
    struct leash leash;
    struct gauges gauges;           /* under the lock */
    _Atomic int64_t gauges_used_ms; /* when they were asked for */
    int64_t gauges_next_ms;
    int64_t sweep_next_ms;
};

void snapshot_give(struct snapshot *s) {
    if (!s || atomic_fetch_sub(&s->references, 1) > 1)
        return;
    taxonomy_give(s->held);
    free(s);
}

struct wishes *keeper_wishes(struct keeper *k) {
    return k->wishes;
}

int32_t snapshot_compound_id(const struct snapshot *s, int world, const int32_t *parts, size_t n) {
    for (size_t i = 0; i < s->compound_count; i++) {
        const struct snapshot_compound *c = &s->compounds[i];
        if (c->world == world && c->n == n && memcmp(c->part, parts, n * sizeof *parts) == 0)
            return c->id;
    }
    return 0;
}

struct snapshot *keeper_take(struct keeper *k) {
    pthread_mutex_lock(&k->lock);
    struct snapshot *s = k->newest;
    if (s)
        atomic_fetch_add(&s->references, 1);
    pthread_mutex_unlock(&k->lock);
    return s;
}

struct keyring *keeper_keys(struct keeper *k) {
    pthread_mutex_lock(&k->lock);
    struct keyring *keys = keyring_hold(k->keys);
    pthread_mutex_unlock(&k->lock);
    return keys;
}

/* Row-level security binds neither a superuser nor, without a role of its own, whoever may bypass it. */
static void warn_open(struct db *db) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    struct fault f;
    if (db_query(db, "isolation", 0, NULL, &f, &rows) || rows_bool(rows, 0, 0) || rows_bool(rows, 0, 1))
        return;
    log_line(LOG_WARN,
             "workspaces are kept apart by the program alone: row-level security does not bind this user and "
             "there is no role niched_app; niched migrate makes it");
}

static enum err sweep(struct keeper *k, struct db *db, struct fault *f) {
    int64_t now = clock_mono_ms();
    if (now < k->sweep_next_ms || k->newest->read_only || !k->settings->audit_days)
        return ERR_OK;
    k->sweep_next_ms = now + SWEEP_MS;
    return audit_sweep(db, k->settings->audit_days, f);
}

static enum err refresh_keys(struct keeper *k, struct db *db, struct fault *f) {
    struct keyring *keys = NULL;
    enum err e = keyring_read(db, f, &keys);
    if (e)
        return e;
    pthread_mutex_lock(&k->lock);
    struct keyring *old = k->keys;
    k->keys = keys;
    pthread_mutex_unlock(&k->lock);
    keyring_give(old);
    return ERR_OK;
}

static void publish(struct keeper *k, struct snapshot *s) {
    pthread_mutex_lock(&k->lock);
    struct snapshot *old = k->newest;
    k->newest = s;
    pthread_mutex_unlock(&k->lock);
    snapshot_give(old);
}

void keeper_gauges(struct keeper *k, struct gauges *ret_gauges) {
    atomic_store(&k->gauges_used_ms, clock_mono_ms());
    pthread_mutex_lock(&k->lock);
    *ret_gauges = k->gauges;
    pthread_mutex_unlock(&k->lock);
}

static void publish_gauges(struct keeper *k, const struct gauges *g) {
    pthread_mutex_lock(&k->lock);
    k->gauges = *g;
    pthread_mutex_unlock(&k->lock);
}

/* Once at the start, then while somebody looks at them. What fails leaves them unknown and nothing else. */
static void read_gauges(struct keeper *k, struct db *db) {
    int64_t begin = clock_mono_ms();
    bool used = begin - atomic_load(&k->gauges_used_ms) < GAUGES_WANTED_MS;
    if (begin < k->gauges_next_ms || (k->gauges_next_ms && !used))
        return;
    struct gauges g = {0};
    struct fault f;
    if (gauges_read(db, &f, &g))
        g = (struct gauges){0};
    int64_t end = clock_mono_ms(), pause = GAUGES_SHARE * (end - begin);
    k->gauges_next_ms = end + (pause > GAUGES_MS ? pause : GAUGES_MS);
    publish_gauges(k, &g);
}

static int64_t or_zero(int64_t v) {
    return v == FIELD_NULL_I64 ? 0 : v;
}

static bool same(const struct snapshot *a, const struct snapshot *b) {
    return a && a->taxonomy_version == b->taxonomy_version && a->default_world == b->default_world &&
           a->clock_us[0] == b->clock_us[0] && a->clock_us[1] == b->clock_us[1] &&
           strcmp(a->model_version[0], b->model_version[0]) == 0 && a->read_only == b->read_only &&
           a->compound_count == b->compound_count &&
           memcmp(a->compounds, b->compounds, a->compound_count * sizeof a->compounds[0]) == 0;
}

static enum err read_state(struct db *db, struct fault *f, struct snapshot *s) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "state", 0, NULL, f, &r);
    if (e == ERR_STORE_SCHEMA)
        return fault_set(f, e, "the store has no schema yet: run niched migrate");
    if (e)
        return e;
    int schema = (int)or_zero(rows_i64(r, 0, 5));
    if (schema != migrate_newest())
        return migrate_fault(schema, f);
    s->default_world = (int)or_zero(rows_i64(r, 0, 0));
    s->taxonomy_version = or_zero(rows_i64(r, 0, 1));
    if (!s->taxonomy_version)
        return fault_set(f, ERR_DATA_INVALID, "the store has no niches yet: run niched taxonomy load");
    const char *model = rows_text(r, 0, 2);
    snprintf(s->model_version[0], sizeof s->model_version[0], "%s", model ? model : "none");
    snprintf(s->model_version[1], sizeof s->model_version[1], "%s", MODEL_VERSION);
    s->clock_us[0] = or_zero(rows_i64(r, 0, 3));
    s->clock_us[1] = or_zero(rows_i64(r, 0, 4));
    s->read_only = rows_bool(r, 0, 6);
    s->position = (uint64_t)or_zero(rows_i64(r, 0, 7));
    return ERR_OK;
}

static enum err read_compounds(struct db *db, struct fault *f, struct snapshot *s) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 14);
    if (!a)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a snapshot");
    enum err e = db_query(db, "state_compounds", 0, NULL, f, &r);
    for (size_t i = 0; !e && i < rows_count(r) && s->compound_count < SNAPSHOT_COMPOUNDS_MAX; i++) {
        struct text_list parts = rows_list(r, i, 2, a);
        struct snapshot_compound *c = &s->compounds[s->compound_count++];
        c->id = (int32_t)rows_i64(r, i, 0);
        c->world = (int)rows_i64(r, i, 1);
        for (; c->n < parts.count && c->n < COMPOUND_PARTS_MAX; c->n++)
            c->part[c->n] = (int32_t)strtol(parts.items[c->n], NULL, 10);
    }
    return e;
}

/* The newest snapshot's taxonomy where it is the same, else a new one. */
static enum err read_taxonomy(const struct snapshot *newest, struct db *db, struct taxonomy_shelf *taxonomies,
                              struct fault *f, struct snapshot *s) {
    if (newest && newest->taxonomy_version == s->taxonomy_version) {
        s->held = newest->held;
        atomic_fetch_add(&s->held->references, 1);
    } else {
        enum err e = taxonomy_take(db, taxonomies, f, &s->held);
        if (e)
            return e;
    }
    s->taxonomy = s->held->taxonomy;
    s->taxonomy_version = s->held->version;
    return ERR_OK;
}

/* The seeds for both worlds, and what the active model has instead for the live one. */
static enum err read_benchmarks(struct db *db, struct fault *f, struct snapshot *s) {
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++) {
            struct benchmark seed = benchmark_seed((enum rank_platform)p, (enum rank_basis)b);
            struct benchmark_note *note = &s->benchmarks[1][p][b];
            snprintf(note->source, sizeof note->source, "%s", seed.source);
            snprintf(note->date, sizeof note->date, "%s", seed.as_of);
            note->accounts = seed.n_accounts;
            s->benchmarks[0][p][b] = *note;
        }
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "state_benchmarks", 0, NULL, f, &r);
    for (size_t i = 0; !e && i < rows_count(r); i++) {
        enum rank_platform p;
        int b = 0;
        while (b < RANK_BASIS_COUNT && strcmp(rank_basis_name((enum rank_basis)b), rows_text(r, i, 1)) != 0)
            b++;
        if (!rank_platform_by_name(rows_text(r, i, 0), &p) || b == RANK_BASIS_COUNT)
            continue;
        struct benchmark_note *note = &s->benchmarks[0][p][b];
        snprintf(note->source, sizeof note->source, "%s", rows_text(r, i, 2));
        snprintf(note->date, sizeof note->date, "%s", rows_text(r, i, 3));
        note->accounts = rows_i64(r, i, 4);
    }
    return e;
}

/* Reads the state; *ret_snapshot stays NULL where nothing differs from the newest. */
static enum err read_newer(struct db *db, const struct snapshot *newest, struct taxonomy_shelf *taxonomies,
                           struct fault *f, struct snapshot **ret_snapshot) {
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a snapshot");
    s->references = 1;
    enum err e = read_state(db, f, s);
    if (!e)
        e = read_compounds(db, f, s);
    bool differs = !e && !same(newest, s);
    if (differs)
        e = read_taxonomy(newest, db, taxonomies, f, s);
    if (!e && differs)
        e = read_benchmarks(db, f, s);
    if (e || !differs)
        snapshot_give(s);
    else
        *ret_snapshot = s;
    return e;
}

static enum err refresh(struct keeper *k, struct db *db, struct fault *f) {
    struct snapshot *s = NULL;
    enum err e = read_newer(db, k->newest, k->taxonomies, f, &s);
    if (!e && !k->newest)
        e = secrets_check(db, k->secrets, f);
    bool serves_on =
        e == ERR_STORE_SCHEMA && k->newest; /* a newer program has migrated: keys are still checked */
    struct fault of_keys;
    enum err keys =
        !e || serves_on ? refresh_keys(k, db, e ? &of_keys : f) : e; /* before the snapshot is seen */
    e = e ? e : keys;
    if (!e && s)
        publish(k, s);
    else
        snapshot_give(s);
    return e;
}

enum err snapshot_load(const struct settings *settings, struct fault *f, struct snapshot **ret_snapshot) {
    CLEANUP(db_close_at) struct db *db = NULL;
    enum err e = db_open_reading(settings->database_url, "niched", f, &db);
    return e ? e : read_newer(db, NULL, NULL, f, ret_snapshot);
}

/* About a second, or until the store says that something changed; short while there is no snapshot yet. */
static void rest(struct keeper *k, struct db *db) {
    int ms = k->newest ? POLL_MS : POLL_MS / 10;
    for (; ms > 0 && !leash_stopped(&k->leash); ms -= 100) {
        if (leash_rest(&k->leash, db, 100) || (db && wishes_waiting(k->wishes)))
            return;
    }
}

static void let_go(struct keeper *k, struct db **db) {
    leash_hold(&k->leash, NULL);
    db_close(*db);
    *db = NULL;
}

/* Opens the connection if need be and reads through it; a broken one is closed, and one to a standby where
 * there may be a primary by now. */
static enum err look(struct keeper *k, struct db **db, struct fault *f) {
    bool first = !*db && !k->newest;
    if (*db && db_on_standby(*db) && hosts_apart(k->settings->database_url))
        let_go(k, db);
    enum err e = *db ? ERR_OK : db_open_reading(k->settings->database_url, "niched keeper", f, db);
    leash_hold(&k->leash, *db);
    if (!e)
        e = db_run(*db,
                   db_on_standby(*db) ? "set statement_timeout = '3s'"
                                      : "listen niched; set statement_timeout = '3s'",
                   f, NULL);
    if (!e)
        e = refresh(k, *db, f);
    if (!e && first)
        warn_open(*db);
    if (!e)
        e = wishes_write(k->wishes, *db, k->newest->read_only, f);
    if (!e)
        e = sweep(k, *db, f);
    if (!e)
        read_gauges(k, *db);
    if (*db && !db_alive(*db))
        let_go(k, db);
    return e;
}

static void *keeper_run(void *arg) {
    struct keeper *k = arg;
    struct db *db = NULL;
    enum err last = ERR_OK;
    while (!leash_stopped(&k->leash)) {
        struct fault f = {0};
        enum err e = look(k, &db, &f);
        if (e && e != last && !leash_stopped(&k->leash))
            log_line(LOG_WARN, "the store cannot be read yet", LOG_STR("code", err_name(e)),
                     LOG_STR("detail", f.detail));
        if (!e && last)
            log_line(LOG_INFO, "the store can be read again");
        if (e) {
            publish_gauges(k, &(struct gauges){0});
            k->gauges_next_ms = 0;
        }
        last = e;
        rest(k, db);
    }
    leash_hold(&k->leash, NULL);
    db_close(db);
    return NULL;
}

enum err keeper_start(const struct settings *settings, const struct crypto_secrets *secrets,
                      struct taxonomy_shelf *taxonomies, struct fault *f, struct keeper **ret_keeper) {
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the keeper");
    k->settings = settings;
    k->secrets = secrets;
    k->taxonomies = taxonomies;
    pthread_mutex_init(&k->lock, NULL);
    k->wishes = wishes_new();
    enum err e = k->wishes ? leash_start(&k->leash, keeper_run, k, f)
                           : fault_set(f, ERR_NO_MEMORY, "no memory for the keeper");
    if (e) {
        wishes_free(k->wishes);
        free(k);
    } else
        *ret_keeper = k;
    return e;
}

void keeper_stop(struct keeper *k) {
    if (!k)
        return;
    leash_end(&k->leash, GRACE_MS);
    snapshot_give(k->newest);
    keyring_give(k->keys);
    wishes_free(k->wishes);
    pthread_mutex_destroy(&k->lock);
    free(k);
}
