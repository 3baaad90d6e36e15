/* Keeping what was pulled within its permitted age: asked again, or deleted. Invariant: nothing is deleted
 * because of an answer that did not come; only when the platform says it is gone, or when it is too old. */
#include "pull_own.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCK_REFRESH = 20263, FORGET_BATCH = 500 };

/* Columns of pull_due. */
enum { COL_CREATOR, COL_ACCOUNT, COL_ID, COL_USERNAME, COL_LATE };

struct refresh {
    struct pull p;
    const struct refresh_options *r;
    char due[32];  /* seen before: to be asked for again */
    char late[32]; /* seen before: may not be kept */
    struct rows *rows;
};

static enum err list(struct refresh *x, const char *before, struct fault *f, struct rows **ret_rows) {
    char platform[16];
    snprintf(platform, sizeof platform, "%d", x->p.platform->platform);
    const char *params[] = {platform, x->p.platform->source, before, x->late};
    return db_query(x->p.db, "pull_due", 4, params, f, ret_rows);
}

/* Deletes accounts of x->rows not seen since `before`; which: those of `at`. */
static enum err forget(struct refresh *x, const size_t *at, size_t n, const char *before, struct fault *f) {
    CLEANUP(buf_free) struct buf creators = {0};
    CLEANUP(buf_free) struct buf accounts = {0};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    if (!n)
        return ERR_OK;
    for (size_t i = 0; i < n; i++) {
        buf_printf(&creators, "%c%s", i ? ',' : '{', rows_text(x->rows, at[i], COL_CREATOR));
        buf_printf(&accounts, "%c%s", i ? ',' : '{', rows_text(x->rows, at[i], COL_ACCOUNT));
    }
    buf_putc(&creators, '}');
    buf_putc(&accounts, '}');
    const char *params[] = {creators.data, accounts.data, before};
    enum err e = db_query(x->p.db, "pull_forget", 3, params, f, &rows);
    if (!e)
        x->p.s->forgotten += rows_i64(rows, 0, 0);
    return e ? e : db_query(x->p.db, "pull_forgotten", 0, NULL, f, NULL);
}

static const char *key_of(const struct refresh *x, size_t row) {
    return rows_text(x->rows, row, x->p.platform->by_id ? COL_ID : COL_USERNAME);
}

/* Asks for up to `room` accounts from row *at on. */
static enum err refresh_some(struct refresh *x, size_t room, struct fault *f, size_t *at) {
    const char *keys[PULL_BATCH];
    size_t row[PULL_BATCH];
    size_t gone[PULL_BATCH];
    enum pull_state states[PULL_BATCH];
    size_t n = 0;
    size_t n_gone = 0;
    for (; *at < rows_count(x->rows) && n < room; (*at)++) {
        keys[n] = key_of(x, *at);
        row[n] = *at;
        n += keys[n] != NULL;
    }
    if (!n)
        return ERR_OK;
    struct fault later = {0};
    enum err e = pull_read_batch(&x->p, keys, n, states, f);
    for (size_t i = 0; i < n; i++)
        if (states[i] == PULL_GONE)
            gone[n_gone++] = row[i];
    enum err forgot = forget(x, gone, n_gone, "infinity", e ? &later : f);
    return e ? e : forgot;
}

static enum err refresh_all(struct refresh *x, struct fault *f) {
    size_t total = rows_count(x->rows);
    enum err e = pull_open(&x->p, f);
    for (size_t at = 0; !e && at < total;) {
        size_t room = total - at < PULL_BATCH ? total - at : PULL_BATCH;
        e = pull_affordable(&x->p, room, f, &room);
        if (!e)
            e = refresh_some(x, room, f, &at);
        x->p.s->left = (int64_t)(total - at);
    }
    return e;
}

static enum err forget_late(struct refresh *x, struct fault *f) {
    enum err e = ERR_OK;
    size_t at[FORGET_BATCH];
    size_t n = 0;
    for (size_t i = 0; !e && i < rows_count(x->rows); i++) {
        if (rows_bool(x->rows, i, COL_LATE))
            at[n++] = i;
        if (n < FORGET_BATCH)
            continue;
        e = forget(x, at, n, x->late, f);
        n = 0;
    }
    return e ? e : forget(x, at, n, x->late, f);
}

static enum err expire(struct refresh *x, struct fault *f) {
    char platform[16];
    snprintf(platform, sizeof platform, "%d", x->p.platform->platform);
    const char *params[] = {platform, x->p.platform->source, x->late};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(x->p.db, "pull_expire", 3, params, f, &rows);
    if (!e)
        x->p.s->expired = rows_i64(rows, 0, 0);
    return e;
}

/* What must go, whether or not asking went well. */
static enum err clean(struct refresh *x, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *still = NULL;
    enum err e = x->r->delete_stale ? forget_late(x, f) : ERR_OK;
    if (!e)
        e = expire(x, f);
    if (!e)
        e = list(x, x->late, f, &still);
    if (!e)
        x->p.s->late = (int64_t)rows_count(still);
    return e;
}

static enum err look(struct refresh *x, struct fault *f) {
    enum err e = pull_lock(&x->p, LOCK_REFRESH, x->p.platform->platform, f);
    if (!e)
        e = list(x, x->due, f, &x->rows);
    if (!e)
        e = pull_used_units(&x->p, f);
    if (e)
        return e;
    x->p.s->due = x->p.s->left = (int64_t)rows_count(x->rows);
    for (size_t i = 0; i < rows_count(x->rows); i++)
        x->p.s->late += rows_bool(x->rows, i, COL_LATE);
    return ERR_OK;
}

static enum err run(struct refresh *x, struct fault *f) {
    struct pull_access access = {0};
    struct fault later = {0};
    enum err e = look(x, f);
    if (e || x->r->dry_run)
        return e;
    x->p.platform->access(x->p.o->settings, &access);
    if (rows_count(x->rows) && (*access.secret || !x->r->delete_stale))
        e = refresh_all(x, f);
    enum err cleaned = clean(x, e ? &later : f);
    return e ? e : cleaned;
}

enum err pull_refresh(struct db *db, const struct pull_options *o, const struct refresh_options *r,
                      struct fault *f, struct pull_summary *ret_summary) {
    struct refresh x = {.p = {.db = db, .o = o, .platform = o->platform, .s = ret_summary}, .r = r};
    memset(ret_summary, 0, sizeof *ret_summary);
    x.p.quota = o->quota ? o->quota : o->platform->quota;
    clock_format(o->now_us - r->days * CLOCK_DAY, x.due);
    clock_format(o->now_us - o->platform->max_age_days * CLOCK_DAY, x.late);
    enum err e = run(&x, f);
    pull_done(&x.p);
    rows_free(x.rows);
    return e;
}
