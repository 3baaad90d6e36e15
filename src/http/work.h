/* Inside http only: a bounded pool of threads for work that would hold a loop up, and each loop's inbox for
 * what was done. An item is with exactly one of the caller, the queue, a thread and an inbox; what it points
 * to goes with it. */
#ifndef NICHED_HTTP_WORK_H
#define NICHED_HTTP_WORK_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORK_TOGETHER = 128 }; /* items of a group that run at once, at most */

struct work;

/* What a thread has finished for one loop. `fd` becomes readable when something is there. */
struct work_inbox {
    pthread_mutex_t lock;
    struct work_item *first, **last;
    int fd;
};

/* One piece of work; the owner embeds it. */
struct work_item {
    /* On a thread of the pool: the first of those that run together, the others behind it by `next`. */
    void (*run)(struct work_item *first);
    struct work_inbox *inbox; /* where it goes then */
    uint64_t group;           /* 0: it runs alone; else with all that wait for the same */
    bool must;                /* it is taken however many wait; its owner has no other in flight */
    bool one;                 /* not beside another of these; a group is wholly of these or not */
    int64_t us;               /* how long it ran */
    struct work_item *next;
};

/* Starts `threads` threads; at most `most` items wait. ERR_NO_MEMORY. */
NODISCARD enum err work_start(size_t threads, size_t most, struct fault *f, struct work **ret_work);
/* Ends the threads; nothing may be queued any more. Accepts NULL. */
void work_stop(struct work *w);
/* Queues an item. ERR_LIMIT_OVERLOAD at once when too many wait, unless it must. */
NODISCARD enum err work_put(struct work *w, struct work_item *item, struct fault *f);
/* Items that wait for a thread; of no pool, 0. */
size_t work_waiting(struct work *w);

/* Makes an inbox. ERR_IO. */
NODISCARD enum err work_inbox_open(struct work_inbox *box, struct fault *f);
/* All that was done since the last call, in order, by `next`; NULL if nothing. */
struct work_item *work_inbox_take(struct work_inbox *box);
/* Frees it. */
void work_inbox_close(struct work_inbox *box);

#endif
