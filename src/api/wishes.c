/* The wishes of loops. Invariant: the mutex is held for a copy of a few numbers only, so that a loop never
 * waits for the store. */
#include "api/wishes.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WANTED_MAX = 32, USED_MAX = 128, WAITING_MAX = 50 };

struct wanted {
    int world;
    size_t n;
    int32_t part[COMPOUND_PARTS_MAX];
};

struct list {
    size_t wanted_count, used_count;
    struct wanted wanted[WANTED_MAX];
    int32_t used[USED_MAX];
};

struct wishes {
    pthread_mutex_t lock;
    struct list list;
};

struct wishes *wishes_new(void) {
    struct wishes *w = calloc(1, sizeof *w);
    if (w)
        pthread_mutex_init(&w->lock, NULL);
    return w;
}

void wishes_free(struct wishes *w) {
    if (!w)
        return;
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static bool is_wanted(const struct list *l, const struct wanted *one) {
    for (size_t i = 0; i < l->wanted_count; i++)
        if (l->wanted[i].world == one->world && l->wanted[i].n == one->n &&
            memcmp(l->wanted[i].part, one->part, one->n * sizeof one->part[0]) == 0)
            return true;
    return false;
}

void wishes_compound(struct wishes *w, int world, const int32_t *parts, size_t n) {
    struct wanted one = {.world = world, .n = n};
    if (n > COMPOUND_PARTS_MAX)
        return;
    memcpy(one.part, parts, n * sizeof *parts);
    pthread_mutex_lock(&w->lock);
    if (w->list.wanted_count < WANTED_MAX && !is_wanted(&w->list, &one))
        w->list.wanted[w->list.wanted_count++] = one;
    pthread_mutex_unlock(&w->lock);
}

void wishes_used(struct wishes *w, int32_t compound_id) {
    pthread_mutex_lock(&w->lock);
    struct list *l = &w->list;
    size_t i = 0;
    while (i < l->used_count && l->used[i] != compound_id)
        i++;
    if (i == l->used_count && i < USED_MAX)
        l->used[l->used_count++] = compound_id;
    pthread_mutex_unlock(&w->lock);
}

bool wishes_waiting(struct wishes *w) {
    pthread_mutex_lock(&w->lock);
    bool waiting = w->list.wanted_count > 0;
    pthread_mutex_unlock(&w->lock);
    return waiting;
}

/* {1,2,3} */
static void put_array(char *out, size_t size, const int32_t *v, size_t n) {
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, size - len, "%c%d", i ? ',' : '{', v[i]);
    snprintf(out + len, size - len, "}");
}

enum err wishes_write(struct wishes *w, struct db *db, bool read_only, struct fault *f) {
    struct list l;
    pthread_mutex_lock(&w->lock);
    l = w->list;
    w->list.wanted_count = w->list.used_count = 0;
    pthread_mutex_unlock(&w->lock);
    if (read_only)
        return ERR_OK;
    enum err e = ERR_OK;
    for (size_t i = 0; i < l.wanted_count && !e; i++) {
        char world[16], parts[16 * COMPOUND_PARTS_MAX], most[16];
        snprintf(world, sizeof world, "%d", l.wanted[i].world);
        put_array(parts, sizeof parts, l.wanted[i].part, l.wanted[i].n);
        snprintf(most, sizeof most, "%d", WAITING_MAX);
        const char *params[] = {world, parts, most};
        e = db_query(db, "compound_ask", 3, params, f, NULL);
    }
    if (e || !l.used_count)
        return e;
    char ids[16 * USED_MAX];
    put_array(ids, sizeof ids, l.used, l.used_count);
    const char *params[] = {ids};
    return db_query(db, "compound_used", 1, params, f, NULL);
}
