/* The pool. Invariants: an item that was accepted reaches its inbox; the mutexes are held only to link and
 * unlink; what a thread wrote into an item is seen by the loop that takes it out of its inbox. */
#include "work.h"

#include "base/clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { THREADS_MAX = 16 };

struct work {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct work_item *first, **last;
    size_t waiting, most;
    bool stop, one_runs;
    size_t n;
    pthread_t threads[THREADS_MAX];
};

/* Takes the item that *at leads to out of the queue. */
static struct work_item *unlink_item(struct work *w, struct work_item **at) {
    struct work_item *item = *at;
    *at = item->next;
    if (!*at)
        w->last = at;
    item->next = NULL;
    w->waiting--;
    return item;
}

/* Links those that run together with the first behind it, in the order in which they came. */
static void gather(struct work *w, struct work_item *first) {
    struct work_item **end = &first->next, **at = &w->first;
    for (size_t n = 1; *at && n < WORK_TOGETHER;) {
        if ((*at)->group != first->group) {
            at = &(*at)->next;
            continue;
        }
        *end = unlink_item(w, at);
        end = &(*end)->next;
        n++;
    }
}

/* What leads to the first that may run now, or to the end. */
static struct work_item **runnable(struct work *w) {
    struct work_item **at = &w->first;
    while (*at && (*at)->one && w->one_runs)
        at = &(*at)->next;
    return at;
}

/* The next item and those that run with it, NULL when it is over. */
static struct work_item *take(struct work *w) {
    struct work_item **at;
    pthread_mutex_lock(&w->lock);
    while (!*(at = runnable(w)) && (w->first || !w->stop))
        pthread_cond_wait(&w->some, &w->lock);
    struct work_item *first = *at ? unlink_item(w, at) : NULL;
    if (first && first->group)
        gather(w, first);
    if (first && first->one)
        w->one_runs = true;
    pthread_mutex_unlock(&w->lock);
    return first;
}

static void one_ended(struct work *w) {
    pthread_mutex_lock(&w->lock);
    w->one_runs = false;
    pthread_cond_broadcast(&w->some);
    pthread_mutex_unlock(&w->lock);
}

static void deliver(struct work_item *item) {
    struct work_inbox *box = item->inbox;
    uint64_t one = 1;
    item->next = NULL;
    pthread_mutex_lock(&box->lock);
    *box->last = item;
    box->last = &item->next;
    (void)!write(box->fd, &one,
                 sizeof one); /* under the lock: the owner may close right after it took the item */
    pthread_mutex_unlock(&box->lock);
}

static void *work_run(void *arg) {
    struct work *w = arg;
    for (struct work_item *first; (first = take(w));) {
        int64_t begin = clock_mono_us();
        first->run(first);
        int64_t us = clock_mono_us() - begin;
        if (first->one)
            one_ended(w);
        for (struct work_item *item = first, *next; item; item = next) {
            next = item->next;
            item->us = us;
            deliver(item);
        }
    }
    return NULL;
}

enum err work_start(size_t threads, size_t most, struct fault *f, struct work **ret_work) {
    struct work *w = calloc(1, sizeof *w);
    if (!w)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the pool of threads");
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->some, NULL);
    w->last = &w->first;
    w->most = most;
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    while (w->n < threads && pthread_create(&w->threads[w->n], NULL, work_run, w) == 0)
        w->n++;
    if (w->n < threads) {
        work_stop(w);
        return fault_set(f, ERR_NO_MEMORY, "cannot start a thread for heavy requests");
    }
    *ret_work = w;
    return ERR_OK;
}

void work_stop(struct work *w) {
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->some);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < w->n; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->some);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

enum err work_put(struct work *w, struct work_item *item, struct fault *f) {
    item->next = NULL;
    pthread_mutex_lock(&w->lock);
    bool full = w->waiting >= w->most && !item->must;
    if (!full) {
        *w->last = item;
        w->last = &item->next;
        w->waiting++;
        pthread_cond_signal(&w->some);
    }
    pthread_mutex_unlock(&w->lock);
    if (!full)
        return ERR_OK;
    fault_set(f, ERR_LIMIT_OVERLOAD, "%zu heavy requests wait for a thread already", w->most);
    if (f)
        f->retry_after_s = 1;
    return ERR_LIMIT_OVERLOAD;
}

size_t work_waiting(struct work *w) {
    if (!w)
        return 0;
    pthread_mutex_lock(&w->lock);
    size_t n = w->waiting;
    pthread_mutex_unlock(&w->lock);
    return n;
}

enum err work_inbox_open(struct work_inbox *box, struct fault *f) {
    *box = (struct work_inbox){.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    box->last = &box->first;
    pthread_mutex_init(&box->lock, NULL);
    return box->fd < 0 ? fault_set(f, ERR_IO, "cannot make an eventfd for a loop") : ERR_OK;
}

struct work_item *work_inbox_take(struct work_inbox *box) {
    uint64_t count;
    pthread_mutex_lock(&box->lock);
    (void)!read(box->fd, &count, sizeof count);
    struct work_item *first = box->first;
    box->first = NULL;
    box->last = &box->first;
    pthread_mutex_unlock(&box->lock);
    return first;
}

void work_inbox_close(struct work_inbox *box) {
    close(box->fd);
    pthread_mutex_destroy(&box->lock);
}
