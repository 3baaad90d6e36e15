/* What a pull keeps in the store: accepted conditions, units of the day, how far it came. Invariant: the page
 * of a search and what it gave are written together, so that a stop at any moment loses and doubles nothing.
 */
#include "pull_own.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>

struct number {
    char text[24];
};

static const char *put(struct number *n, int64_t v) {
    snprintf(n->text, sizeof n->text, "%lld", (long long)v);
    return n->text;
}

enum err pull_accepted(struct db *db, const struct pull_platform *p, struct fault *f, int64_t *ret_us) {
    struct number platform = {""};
    const char *params[] = {put(&platform, p->platform), p->edition};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "pull_policy", 2, params, f, &rows);
    if (!e)
        *ret_us = rows_count(rows) ? rows_i64(rows, 0, 0) : 0;
    return e;
}

enum err pull_accept(struct db *db, const struct pull_platform *p, int64_t now_us, struct fault *f) {
    struct number platform = {""};
    char now[32];
    clock_format(now_us, now);
    const char *params[] = {put(&platform, p->platform), p->edition, now};
    return db_query(db, "pull_policy_accept", 3, params, f, NULL);
}

enum err pull_use_units(struct pull *p, int64_t units, struct fault *f) {
    struct number platform = {""}, cost = {""}, quota = {""};
    char now[32];
    clock_format(clock_now_us(), now); /* the platform's day, not that of a frozen clock */
    const char *params[] = {put(&platform, p->platform->platform), now, p->platform->quota_zone,
                            put(&cost, units), put(&quota, p->quota)};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(p->db, "pull_use", 5, params, f, &rows);
    if (e)
        return e;
    if (!rows_count(rows)) {
        e = pull_used_units(p, f);
        return e ? e
                 : fault_set(f, ERR_LIMIT_RATE,
                             "%lld of today's %lld units are used and the next request costs %lld: run the "
                             "same again tomorrow, it goes on from here",
                             (long long)p->s->units_today, (long long)p->quota, (long long)units);
    }
    p->s->units += units;
    p->s->units_today = rows_i64(rows, 0, 0);
    return ERR_OK;
}

enum err pull_used_units(struct pull *p, struct fault *f) {
    struct number platform = {""};
    char now[32];
    clock_format(clock_now_us(), now);
    const char *params[] = {put(&platform, p->platform->platform), now, p->platform->quota_zone};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(p->db, "pull_used", 3, params, f, &rows);
    if (!e)
        p->s->units_today = rows_i64(rows, 0, 0);
    return e;
}

enum err pull_lock(struct pull *p, int space, int64_t id, struct fault *f) {
    struct number a = {""}, b = {""};
    const char *params[] = {put(&a, space), put(&b, id)};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(p->db, "pull_lock", 2, params, f, &rows);
    if (e)
        return e;
    if (!rows_bool(rows, 0, 0))
        return fault_set(f, ERR_STORE_CONFLICT, "another run for %s does the same right now",
                         p->platform->name);
    p->lock_space = space;
    p->lock_id = id;
    return ERR_OK;
}

void pull_unlock(struct pull *p) {
    if (!p->lock_space)
        return;
    struct number a = {""}, b = {""};
    const char *params[] = {put(&a, p->lock_space), put(&b, p->lock_id)};
    enum err ignored = db_query(p->db, "pull_unlock", 2, params, NULL, NULL);
    (void)ignored; /* a lost connection has lost the lock */
    p->lock_space = 0;
}

enum err pull_job_open(struct pull *p, const char *asked, struct fault *f) {
    struct number platform = {""}, wanted = {""};
    char now[32];
    char oldest[32];
    clock_format(p->o->now_us, now);
    clock_format(p->o->now_us - p->platform->max_age_days * CLOCK_DAY, oldest);
    const char *sweep[] = {put(&platform, p->platform->platform), oldest};
    const char *params[] = {platform.text, asked, put(&wanted, p->o->max), now};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(p->db, "pull_job_sweep", 2, sweep, f, NULL);
    if (!e)
        e = db_query(p->db, "pull_job_open", 4, params, f, &rows);
    if (e)
        return e;
    p->id = rows_i64(rows, 0, 0);
    buf_put(&p->search, rows_text(rows, 0, 1), rows_len(rows, 0, 1));
    if (rows_len(rows, 0, 2))
        buf_put(&p->token, rows_text(rows, 0, 2), rows_len(rows, 0, 2));
    else
        buf_puts(&p->token, "");
    p->s->resumed = rows_bool(rows, 0, 3);
    return ERR_OK;
}

static void set(struct buf *b, const char *text) {
    struct buf fresh = {0};
    buf_puts(&fresh, text); /* the text may be of the buffer itself */
    buf_free(b);
    *b = fresh;
}

enum err pull_found(struct pull *p, const char *keys, const char *search, const char *token,
                    struct fault *f) {
    struct number id = {""};
    const char *params[] = {put(&id, p->id), keys, search, *token ? token : NULL};
    enum err e = db_query(p->db, "pull_found", 4, params, f, NULL);
    if (e)
        return e;
    set(&p->search, search);
    set(&p->token, token);
    return ERR_OK;
}

enum err pull_count(struct pull *p, struct fault *f, int64_t *ret_found, int64_t *ret_left) {
    struct number id = {""};
    const char *params[] = {put(&id, p->id)};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(p->db, "pull_count", 1, params, f, &rows);
    if (e)
        return e;
    *ret_found = rows_i64(rows, 0, 0);
    *ret_left = rows_i64(rows, 0, 1);
    return ERR_OK;
}

enum err pull_take(struct pull *p, size_t n, struct fault *f, struct rows **ret_rows) {
    struct number id = {""}, limit = {""};
    const char *params[] = {put(&id, p->id), put(&limit, (int64_t)n)};
    return db_query(p->db, "pull_take", 2, params, f, ret_rows);
}

enum err pull_mark(struct pull *p, const char *const *keys, const enum pull_state *states, size_t n,
                   struct fault *f) {
    static const char *const names[] = {[PULL_FOUND] = "found", [PULL_READ] = "read", [PULL_GONE] = "gone"};
    CLEANUP(buf_free) struct buf list = {0};
    struct json w = json_to(&list);
    struct number id = {""};
    json_array(&w);
    for (size_t i = 0; i < n; i++) {
        json_array(&w);
        json_str(&w, keys[i]);
        json_str(&w, names[states[i]]);
        json_array_end(&w);
    }
    json_array_end(&w);
    const char *params[] = {put(&id, p->id), list.data};
    return db_query(p->db, "pull_mark", 2, params, f, NULL);
}

enum err pull_job_close(struct pull *p, struct fault *f) {
    struct number id = {""};
    char now[32];
    clock_format(p->o->now_us, now);
    const char *params[] = {put(&id, p->id), now};
    return db_query(p->db, "pull_job_close", 2, params, f, NULL);
}
