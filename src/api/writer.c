/* Writing connections. Invariants: a connection rests here only outside a transaction and alive; a commit
 * that failed counts as one that changed something, since the connection may have been lost behind it. */
#include "api/writer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { RESTING_MAX = 16 };

struct writer {
    const char *conninfo;
    struct versions *versions;
    pthread_mutex_t lock;
    struct db *resting[RESTING_MAX];
    size_t n;
};

struct writer *writer_new(const char *conninfo, struct versions *versions) {
    struct writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->conninfo = conninfo;
    w->versions = versions;
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void writer_free(struct writer *w) {
    if (!w)
        return;
    while (w->n)
        db_close(w->resting[--w->n]);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static struct db *take(struct writer *w) {
    pthread_mutex_lock(&w->lock);
    struct db *db = w->n ? w->resting[--w->n] : NULL;
    pthread_mutex_unlock(&w->lock);
    return db;
}

static void give(struct writer *w, struct db *db) {
    pthread_mutex_lock(&w->lock);
    bool room = w->n < RESTING_MAX && db_alive(db);
    if (room)
        w->resting[w->n++] = db;
    pthread_mutex_unlock(&w->lock);
    if (!room)
        db_close(db);
}

static enum err begin(struct db *db, int32_t workspace, struct fault *f) {
    char sql[256], id[16] = "";
    if (workspace)
        snprintf(id, sizeof id, "%d", workspace);
    snprintf(sql, sizeof sql,
             "begin; set local lock_timeout = '2s'; set local statement_timeout = '30s'; set local jit "
             "= off; set local plan_cache_mode = force_generic_plan; set local app.workspace = '%s'",
             id);
    return db_run(db, sql, f, NULL);
}

enum err writer_begin(struct writer *w, int32_t workspace, struct fault *f, struct db **ret_db) {
    for (struct db *db; (db = take(w)); db_close(db)) {
        if (begin(db, workspace, f) == ERR_OK) {
            *ret_db = db;
            return ERR_OK;
        }
    }
    struct db *db = NULL;
    enum err e = db_open(w->conninfo, "niched writes", f, &db);
    if (!e)
        e = db_query(db, "request_role", 0, NULL, f, NULL);
    if (!e)
        e = begin(db, workspace, f);
    if (e)
        db_close(db);
    else
        *ret_db = db;
    return e;
}

enum err writer_end(struct writer *w, struct db *db, enum err e, struct fault *f) {
    if (!e && (e = db_run(db, "commit", f, NULL)) != ERR_OK)
        versions_changed(w->versions);
    if (e)
        db_rollback(db);
    give(w, db);
    return e;
}
