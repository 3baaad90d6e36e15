/* Ending a thread that may be waiting for the server. Invariant: the connection is cut only while `db` says
 * so, under the lock, so never after it was closed. */
#include "store/leash.h"

#include "base/clock.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum err leash_start(struct leash *l, void *(*run)(void *), void *arg, struct fault *f) {
    pthread_mutex_init(&l->lock, NULL);
    l->db = NULL;
    atomic_store(&l->stop, false);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->wake_fd < 0)
        return fault_set(f, ERR_IO, "no descriptor for a thread");
    if (pthread_create(&l->thread, NULL, run, arg) == 0)
        return ERR_OK;
    close(l->wake_fd);
    return fault_set(f, ERR_NO_MEMORY, "cannot start a thread");
}

void leash_wake(struct leash *l) {
    uint64_t one = 1;
    if (write(l->wake_fd, &one, sizeof one) < 0)
        return; /* full: it is awake already */
}

bool leash_stopped(struct leash *l) {
    return atomic_load(&l->stop);
}

void leash_hold(struct leash *l, struct db *db) {
    pthread_mutex_lock(&l->lock);
    l->db = db;
    pthread_mutex_unlock(&l->lock);
}

bool leash_rest(struct leash *l, struct db *db, int ms) {
    struct pollfd wake = {.fd = l->wake_fd, .events = POLLIN};
    uint64_t count;
    bool heard = false;
    if (leash_stopped(l))
        return false;
    if (db)
        heard = db_wait_notify(db, l->wake_fd, ms);
    else
        (void)poll(&wake, 1, ms);
    while (read(l->wake_fd, &count, sizeof count) > 0)
        ;
    return heard;
}

static void cut(struct leash *l) {
    pthread_mutex_lock(&l->lock);
    if (l->db)
        db_abort(l->db);
    pthread_mutex_unlock(&l->lock);
}

static bool joined_within(struct leash *l, int ms) {
    int64_t until = clock_now_us() + (int64_t)ms * 1000;
    struct timespec t = {.tv_sec = until / CLOCK_S, .tv_nsec = until % CLOCK_S * 1000};
    return pthread_timedjoin_np(l->thread, NULL, &t) == 0;
}

void leash_end(struct leash *l, int grace_ms) {
    atomic_store(&l->stop, true);
    leash_wake(l);
    while (!joined_within(l, grace_ms)) {
        cut(l);
        grace_ms = 50; /* it may have been opening another one */
    }
    close(l->wake_fd);
    pthread_mutex_destroy(&l->lock);
}
