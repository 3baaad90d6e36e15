/* A thread with a connection of its own that can be ended from outside, whatever its connection waits for. */
#ifndef NICHED_STORE_LEASH_H
#define NICHED_STORE_LEASH_H

#include "store/db.h"

#include <pthread.h>
#include <stdatomic.h>

struct leash {
    pthread_t thread;
    pthread_mutex_t lock;
    struct db *db; /* what the thread waits on, if anything */
    int wake_fd;   /* readable: the thread is not to rest */
    _Atomic bool stop;
};

/* Starts the thread. ERR_NO_MEMORY, ERR_IO. */
NODISCARD enum err leash_start(struct leash *l, void *(*run)(void *), void *arg, struct fault *f);
/* By the thread: whether it is told to end. */
bool leash_stopped(struct leash *l);
/* By the thread: from now on the end may cut this connection (NULL: none). Call with NULL before closing it.
 */
void leash_hold(struct leash *l, struct db *db);
/* By the thread: waits until ms are over, leash_wake() or the end; with a connection (else NULL) also until a
 * notification, all of which are taken: true when there were any. */
bool leash_rest(struct leash *l, struct db *db, int ms);
/* From outside: ends the rest that the thread takes, or else its next one. */
void leash_wake(struct leash *l);
/* From outside: tells the thread to end, gives it grace_ms to finish what it does, then cuts its connection;
 * joins. */
void leash_end(struct leash *l, int grace_ms);

#endif
