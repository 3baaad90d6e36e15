/* The course of a pull: find, read in batches, import, note. Invariant: what is noted as read is in the
 * store; so a stop at any moment costs at most the requests of one batch. */
#include "ingest/pull.h"

#include "base/hash.h"
#include "pull_own.h"

#include <stdio.h>
#include <string.h>

enum { LOCK_JOB = 20262 };

/* The table: a further platform is one more line. */
static const struct pull_platform *const platforms[] = {
    &pull_youtube,
    &pull_instagram,
};

const struct pull_platform *const *pull_platforms(size_t *ret_count) {
    *ret_count = COUNT_OF(platforms);
    return platforms;
}

const struct pull_platform *pull_platform_find(const char *name) {
    for (size_t i = 0; i < COUNT_OF(platforms); i++)
        if (strcmp(platforms[i]->name, name) == 0)
            return platforms[i];
    return NULL;
}

const char *pull_platform_name(const struct pull_platform *p) {
    return p->name;
}

bool pull_platform_searches(const struct pull_platform *p) {
    return p->first_search != NULL;
}

int pull_platform_max_age_days(const struct pull_platform *p) {
    return p->max_age_days;
}

int64_t pull_platform_quota(const struct pull_platform *p) {
    return p->quota;
}

const char *pull_platform_policies(const struct pull_platform *p) {
    return p->policies;
}

enum err pull_affordable(struct pull *p, size_t n, struct fault *f, size_t *ret_n) {
    enum err e = pull_used_units(p, f);
    int64_t left = p->quota - p->s->units_today;
    while (!e && n && p->platform->cost(n, p->o->posts) > left)
        n--;
    if (e)
        return e;
    *ret_n = n;
    return n ? ERR_OK
             : fault_set(f, ERR_LIMIT_RATE,
                         "%lld of today's %lld units are used, an account costs up to %lld: run the same "
                         "again tomorrow, it goes on from here",
                         (long long)p->s->units_today, (long long)p->quota,
                         (long long)p->platform->cost(1, p->o->posts));
}

enum err pull_read_batch(struct pull *p, const char *const *keys, size_t n, enum pull_state *ret_states,
                         struct fault *f) {
    for (size_t i = 0; i < n; i++)
        ret_states[i] = PULL_FOUND;
    struct fault later = {0};
    enum err e = p->platform->read(p, keys, n, ret_states, f);
    enum err imported = pull_import(p, e ? &later : f); /* also what came before a stop: it was paid for */
    for (size_t i = 0; i < n; i++) {
        ret_states[i] = imported && ret_states[i] == PULL_READ ? PULL_FOUND : ret_states[i];
        p->s->read += ret_states[i] == PULL_READ;
        p->s->gone += ret_states[i] == PULL_GONE;
    }
    if (p->o->on_progress)
        p->o->on_progress(p->o->progress_ctx, p->s);
    return e ? e : imported;
}

static enum err find_all(struct pull *p, struct fault *f) {
    enum err e = ERR_OK;
    int64_t left = 0;
    while (!e && strcmp(p->search.data, "done") != 0 && p->s->found < p->o->max) {
        e = p->platform->find(p, f);
        if (!e)
            e = pull_count(p, f, &p->s->found, &left);
    }
    return e;
}

static enum err read_some(struct pull *p, struct fault *f) {
    const char *keys[PULL_BATCH];
    enum pull_state states[PULL_BATCH];
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    size_t n = (size_t)(p->s->left < PULL_BATCH ? p->s->left : PULL_BATCH);
    enum err e = pull_affordable(p, n, f, &n);
    if (!e)
        e = pull_take(p, n, f, &rows);
    if (e)
        return e;
    n = rows_count(rows);
    for (size_t i = 0; i < n; i++)
        keys[i] = rows_text(rows, i, 0);
    struct fault later = {0};
    e = pull_read_batch(p, keys, n, states, f);
    enum err marked = pull_mark(p, keys, states, n, e ? &later : f);
    return e ? e : marked;
}

static enum err read_all(struct pull *p, struct fault *f) {
    enum err e = pull_count(p, f, &p->s->found, &p->s->left);
    for (int64_t before = -1; !e && p->s->left > 0 && p->s->left != before;) {
        before = p->s->left;
        e = read_some(p, f);
        struct fault later = {0};
        enum err counted = pull_count(p, e ? &later : f, &p->s->found, &p->s->left);
        e = e ? e : counted;
    }
    return e;
}

/* The usernames as the JSON list that pull_found() takes. */
static void put_usernames(const struct pull_options *o, struct buf *out) {
    struct json w = json_to(out);
    json_array(&w);
    for (size_t i = 0; i < o->username_count; i++)
        json_str(&w, o->usernames[i]);
    json_array_end(&w);
}

static enum err open_job(struct pull *p, struct fault *f) {
    CLEANUP(buf_free) struct buf asked = {0};
    CLEANUP(buf_free) struct buf list = {0};
    if (p->o->query)
        buf_puts(&asked, p->o->query);
    else
        put_usernames(p->o, &list);
    if (!p->o->query)
        buf_printf(&asked, "usernames %016llx",
                   (unsigned long long)hash_bytes(HASH_START, list.data, list.len));
    enum err e = pull_job_open(p, asked.data, f);
    if (!e)
        e = pull_lock(p, LOCK_JOB, p->id, f);
    if (!e && !p->o->query && !*p->search.data)
        e = pull_found(p, list.data, "done", "", f);
    return e;
}

static enum err run(struct pull *p, struct fault *f) {
    enum err e = pull_open(p, f);
    if (!e)
        e = pull_used_units(p, f);
    if (!e)
        e = open_job(p, f);
    int64_t left = 0;
    if (!e)
        e = pull_count(p, f, &p->s->found, &left);
    if (!e && p->o->query)
        e = find_all(p, f);
    if (!e)
        e = read_all(p, f);
    if (!e)
        e = pull_job_close(p, f);
    p->s->closed = !e;
    return e;
}

enum err pull_run(struct db *db, const struct pull_options *o, struct fault *f,
                  struct pull_summary *ret_summary) {
    struct pull p = {.db = db, .o = o, .platform = o->platform, .s = ret_summary};
    memset(ret_summary, 0, sizeof *ret_summary);
    p.quota = o->quota ? o->quota : o->platform->quota;
    enum err e = run(&p, f);
    pull_done(&p);
    return e;
}
