/* The versions. Invariants: a notification makes everything unknown (`heard` moves on) before it is looked
 * at, and known again only by a statement that was sent after it; what a table tells is no older than the
 * moment its statement was sent. */
#include "api/versions.h"

#include "base/clock.h"
#include "store/hosts.h"
#include "store/leash.h"

#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 500,
    STANDBY_MS = 200, /* without notifications */
    RETRY_MS = 200,
    TRUST_US = 2000000,
    LAG_US = 1000000, /* what was not notified reaches answers within this and a poll */
    GRACE_MS = 500
};

struct versions {
    const struct settings *settings;
    struct leash leash;
    bool listens;
    _Atomic uint64_t heard; /* moves on when something may have changed */
    _Atomic uint64_t known; /* its value before the newest table was read */
    _Atomic uint64_t told;  /* moves on when something did change, as far as is known */
    _Atomic uint64_t taken; /* its value before the newest table was read */
    _Atomic int64_t read_us;
    bool apart;                /* reads may go to a standby */
    _Atomic uint64_t wrote;    /* moves on when something may have been committed */
    _Atomic uint64_t placed;   /* its value before `position` was read */
    _Atomic uint64_t position; /* of the log, behind all that was notified */
    uint64_t older;            /* a position of `older_us`, whatever was notified */
    int64_t older_us;
    _Atomic uint64_t serial; /* of the newest table */
    pthread_mutex_t lock;    /* of `newest` */
    struct version_table *newest;
};

void version_table_give(struct version_table *t) {
    if (t && atomic_fetch_sub(&t->references, 1) == 1)
        free(t);
}

static int by_key(const void *a, const void *b) {
    const struct version_line *x = a, *y = b;
    return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind) : (x->id > y->id) - (x->id < y->id);
}

int64_t version_find(const struct version_table *t, int kind, int32_t id) {
    const struct version_line key = {kind, id, 0};
    const struct version_line *line = bsearch(&key, t->line, t->n, sizeof key, by_key);
    return line ? line->version : 0;
}

/* Puts the newest table in its place. */
static bool renew(struct versions *v, struct version_table **io_table) {
    if (*io_table && (*io_table)->serial == atomic_load(&v->serial))
        return true;
    pthread_mutex_lock(&v->lock);
    struct version_table *newest = v->newest;
    if (newest)
        atomic_fetch_add(&newest->references, 1);
    pthread_mutex_unlock(&v->lock);
    version_table_give(*io_table);
    *io_table = newest;
    return newest != NULL;
}

bool versions_see(struct versions *v, int64_t mono_us, struct version_table **io_table) {
    uint64_t known = atomic_load(&v->known);
    if (known != atomic_load(&v->heard) || mono_us - atomic_load(&v->read_us) > TRUST_US)
        return false;
    return renew(v, io_table);
}

bool versions_last(struct versions *v, struct version_table **io_table, int64_t *ret_read_us) {
    int64_t read_us = atomic_load(&v->read_us);
    if (atomic_load(&v->taken) != atomic_load(&v->told) || !renew(v, io_table))
        return false;
    *ret_read_us = read_us;
    return true;
}

uint64_t versions_position(struct versions *v, int64_t mono_us) {
    uint64_t placed = atomic_load(&v->placed), known = atomic_load(&v->known);
    if (placed != atomic_load(&v->wrote) || known != atomic_load(&v->heard) ||
        mono_us - atomic_load(&v->read_us) > TRUST_US)
        return UINT64_MAX;
    return atomic_load(&v->position);
}

void versions_changed(struct versions *v) {
    if (!v)
        return;
    atomic_fetch_add(&v->told, 1);
    atomic_fetch_add(&v->heard, 1);
    leash_wake(&v->leash);
}

void versions_wrote(struct versions *v) {
    if (!v || !v->apart)
        return;
    atomic_fetch_add(&v->wrote, 1);
    leash_wake(&v->leash);
}

static struct version_table *table_of(const struct rows *r) {
    size_t n = rows_count(r);
    struct version_table *t = calloc(1, sizeof *t + n * sizeof t->line[0]);
    if (!t)
        abort();
    t->references = 1;
    t->n = n;
    for (size_t i = 0; i < n; i++) {
        const char *model = rows_text(r, i, 3);
        int64_t version = rows_i64(r, i, 2);
        t->line[i] = (struct version_line){(int32_t)rows_i64(r, i, 0), (int32_t)rows_i64(r, i, 1),
                                           version == FIELD_NULL_I64 ? 0 : version};
        if (model)
            strncpy(t->model, model, sizeof t->model - 1);
    }
    return t;
}

static bool same(const struct version_table *a, const struct version_table *b) {
    return a && a->n == b->n && strcmp(a->model, b->model) == 0 &&
           memcmp(a->line, b->line, a->n * sizeof a->line[0]) == 0;
}

/* False: it tells what the newest does. */
static bool publish(struct versions *v, struct version_table *t) {
    if (same(v->newest, t)) {
        version_table_give(t);
        return false;
    }
    pthread_mutex_lock(&v->lock);
    struct version_table *old = v->newest;
    t->serial = old ? old->serial + 1 : 1;
    v->newest = t;
    atomic_store(&v->serial, t->serial);
    pthread_mutex_unlock(&v->lock);
    version_table_give(old);
    return true;
}

/* What a standby must have: all up to here where something changed, else what there was a while ago. */
static void place(struct versions *v, const struct rows *r, bool changed, int64_t now_us) {
    int64_t told = rows_i64(r, rows_count(r) - 1, 4); /* of the taxonomy, the last kind */
    uint64_t position = told == FIELD_NULL_I64 ? 0 : (uint64_t)told;
    bool aged = now_us - v->older_us >= LAG_US;
    if (changed)
        atomic_store(&v->position, position);
    else if (aged && v->older > atomic_load(&v->position))
        atomic_store(&v->position, v->older);
    if (changed || aged) {
        v->older = position;
        v->older_us = now_us;
    }
}

static enum err read_versions(struct versions *v, struct db *db, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    uint64_t heard = atomic_load(&v->heard), wrote = atomic_load(&v->wrote), told = atomic_load(&v->told);
    int64_t asked_us = clock_mono_us();
    enum err e = db_query(db, "versions", 0, NULL, f, &r);
    if (e)
        return e;
    bool changed = publish(v, table_of(r));
    changed |= heard != atomic_load(&v->known) || wrote != atomic_load(&v->placed);
    place(v, r, changed, asked_us);
    atomic_store(&v->placed, wrote);
    atomic_store(&v->read_us, asked_us);
    atomic_store(&v->taken, told);
    atomic_store(&v->known, heard); /* last: from now on the table counts */
    return ERR_OK;
}

/* Opens and listens where that is needed, then reads. What a lost connection did not hear is unknown. */
static enum err look(struct versions *v, struct db **db, struct fault *f) {
    enum err e = ERR_OK;
    if (!*db) {
        v->listens = false;
        e = db_open(v->settings->database_url, "niched versions", f, db);
        leash_hold(&v->leash, *db);
    }
    if (!e && !v->listens && !db_read_only(*db)) {
        atomic_fetch_add(&v->heard, 1);
        e = db_run(*db, "listen niched", f, NULL);
        v->listens = !e;
    }
    if (!e)
        e = read_versions(v, *db, f);
    if (e)
        atomic_fetch_add(&v->heard, 1);
    if (*db && !db_alive(*db)) {
        leash_hold(&v->leash, NULL);
        db_close(*db);
        *db = NULL;
    }
    return e;
}

/* Until there is something to read. */
static void rest(struct versions *v, struct db *db, bool failed) {
    int ms = failed ? RETRY_MS : v->listens ? POLL_MS : STANDBY_MS;
    if (!failed && (atomic_load(&v->heard) != atomic_load(&v->known) ||
                    atomic_load(&v->wrote) != atomic_load(&v->placed)))
        return;
    if (!leash_rest(&v->leash, db, ms))
        return;
    atomic_fetch_add(&v->told, 1);
    atomic_fetch_add(&v->heard, 1);
}

/* It says nothing of what fails: the keeper, which asks the same store, does. */
static void *versions_run(void *arg) {
    struct versions *v = arg;
    struct db *db = NULL;
    while (!leash_stopped(&v->leash)) {
        struct fault f = {0};
        enum err e = look(v, &db, &f);
        rest(v, db, e != ERR_OK);
    }
    leash_hold(&v->leash, NULL);
    db_close(db);
    return NULL;
}

enum err versions_start(const struct settings *s, struct fault *f, struct versions **ret_versions) {
    struct versions *v = calloc(1, sizeof *v);
    if (!v)
        return fault_set(f, ERR_NO_MEMORY, "no memory for versions");
    v->settings = s;
    v->heard = 1;
    v->apart = hosts_apart(s->database_url);
    pthread_mutex_init(&v->lock, NULL);
    enum err e = leash_start(&v->leash, versions_run, v, f);
    if (e)
        free(v); /* the program ends now */
    else
        *ret_versions = v;
    return e;
}

void versions_stop(struct versions *v) {
    if (!v)
        return;
    leash_end(&v->leash, GRACE_MS);
    version_table_give(v->newest);
    pthread_mutex_destroy(&v->lock);
    free(v);
}
