/* Why: a taxonomy takes some 50 ms of processor and 4.4 MB; a service with four scorers would make it five
 * times. Invariants: what is held never changes; the shelf itself holds the newest. */
#include "store/taxonomy_shelf.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_S = 1 };

struct taxonomy_shelf {
    pthread_mutex_t lock; /* also while the newest is read */
    struct taxonomy_held *newest;
};

struct taxonomy_shelf *taxonomy_shelf_new(void) {
    struct taxonomy_shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf)
        pthread_mutex_init(&shelf->lock, NULL);
    return shelf;
}

void taxonomy_shelf_free(struct taxonomy_shelf *shelf) {
    if (!shelf)
        return;
    taxonomy_give(shelf->newest);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

void taxonomy_give(struct taxonomy_held *held) {
    if (!held || atomic_fetch_sub(&held->references, 1) > 1)
        return;
    taxonomy_free(held->taxonomy);
    free(held);
}

void taxonomy_give_at(struct taxonomy_held **held) {
    taxonomy_give(*held);
}

static enum err read_new(struct db *db, struct fault *f, struct taxonomy_held **ret_held) {
    struct taxonomy_held *held = calloc(1, sizeof *held);
    if (!held)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a taxonomy");
    enum err e = taxonomy_read(db, f, &held->taxonomy, &held->version);
    if (e) {
        free(held);
        return e;
    }
    held->references = 1;
    malloc_trim(0); /* what it was made from is twice as large */
    *ret_held = held;
    return ERR_OK;
}

/* Under the lock. */
static enum err take(struct db *db, struct taxonomy_shelf *shelf, struct fault *f,
                     struct taxonomy_held **ret_held) {
    int64_t version = 0;
    enum err e = taxonomy_version(db, f, &version);
    if (!e && (!shelf->newest || shelf->newest->version != version)) {
        struct taxonomy_held *held = NULL;
        e = read_new(db, f, &held);
        if (!e) {
            taxonomy_give(shelf->newest);
            shelf->newest = held;
        }
    }
    if (e)
        return e;
    atomic_fetch_add(&shelf->newest->references, 1);
    *ret_held = shelf->newest;
    return ERR_OK;
}

enum err taxonomy_take(struct db *db, struct taxonomy_shelf *shelf, struct fault *f,
                       struct taxonomy_held **ret_held) {
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += WAIT_S;
    if (!shelf || pthread_mutex_timedlock(&shelf->lock, &end) != 0)
        return read_new(db, f, ret_held);
    enum err e = take(db, shelf, f, ret_held);
    pthread_mutex_unlock(&shelf->lock);
    return e;
}
