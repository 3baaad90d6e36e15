/* One loop: libmicrohttpd's epoll set, the PostgreSQL socket and the inbox of work that was done elsewhere in
 * one epoll set, nothing that blocks, nothing shared. Invariant: everything that touches a request runs on
 * this thread. */
#include "answers.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { TICK_MS = 100, LAST_TICK_MS = 10, EVENTS = 8 };

/* Follows a pipe's socket, which changes when a connection is opened anew. */
static void watch_pipe(struct loop *l, const struct pipe *pipe, struct watched *w) {
    int fd = pipe_fd(pipe);
    bool writes = pipe_wants_write(pipe);
    if (fd == w->fd && writes == w->writes)
        return;
    struct epoll_event ev = {.events = EPOLLIN | (writes ? (unsigned)EPOLLOUT : 0), .data.fd = fd};
    if (fd >= 0 && epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, fd, &ev) != 0)
        epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev); /* a closed socket left the set by itself */
    *w = (struct watched){fd, writes};
}

static void watch_pipes(struct loop *l) {
    watch_pipe(l, l->pipe, &l->watched[0]);
    if (l->standby.pipe)
        watch_pipe(l, l->standby.pipe, &l->watched[1]);
}

static int wait_ms(const struct loop *l) {
    int most = l->stopping ? LAST_TICK_MS : TICK_MS;
    MHD_UNSIGNED_LONG_LONG mhd = TICK_MS;
    if (MHD_get_timeout(l->mhd, &mhd) == MHD_YES && mhd < (unsigned)most)
        return (int)mhd;
    return most;
}

static void tick(struct loop *l) {
    int64_t now = clock_mono_ms();
    if (now < l->next_tick_ms)
        return;
    l->next_tick_ms = now + TICK_MS;
    pipe_tick(l->pipe, now);
    standby_tick(l, now);
    l->program->loop_tick(l->app, now);
    door_tick(l);
    seats_tick(l, now);
    meters_tick(l);
}

static void take_work(struct loop *l) {
    for (struct work_item *item = work_inbox_take(&l->inbox), *next; item; item = next) {
        next = item->next; /* the item dies with its request */
        exchange_worked(item);
    }
}

/* One turn: answers of the store, then HTTP, then what HTTP asked of the store. */
static void turn(struct loop *l) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(l->epoll_fd, events, EVENTS, wait_ms(l));
    int64_t woke_us = clock_mono_us();
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == l->watched[0].fd)
            pipe_ready(l->pipe);
        else if (events[i].data.fd == l->watched[1].fd)
            pipe_ready(l->standby.pipe);
        else if (events[i].data.fd == l->inbox.fd)
            take_work(l);
        else
            door_ready(l, events[i].data.fd);
    }
    tick(l);
    do {
        l->resumed = 0;
        MHD_run(l->mhd);
        standby_flush(l);
        pipe_flush(l->pipe);
    } while (l->resumed);
    watch_pipes(l);
    log_flush(&l->lines);
    meters_turn(l, clock_mono_us() - woke_us);
}

static void log_stop(const struct loop *l) {
    log_line(LOG_INFO, "loop stops", LOG_NUM("loop", l->index), LOG_NUM("in_flight", l->active));
}

/* Works until what was accepted is answered, by any loop for this one too, or its time is up. */
static void finish(struct loop *l) {
    int64_t deadline_ms = clock_mono_ms() + l->settings->shutdown_s * 1000;
    for (bool all_came = false; !(all_came && l->active == 0) && clock_mono_ms() < deadline_ms;) {
        all_came = door_all_shut(l); /* before the turn, which takes in who waits */
        turn(l);
    }
}

/* Work cannot be cut: it is waited for, a piece takes milliseconds. */
static void await_work(struct loop *l) {
    while (l->working) {
        struct pollfd fd = {.fd = l->inbox.fd, .events = POLLIN};
        poll(&fd, 1, TICK_MS);
        take_work(l);
    }
}

void loop_run(struct loop *l) {
    watch_pipes(l);
    while (!atomic_load(l->stop))
        turn(l);
    l->stopping = true;
    log_stop(l);
    door_shut(l);
    finish(l);
    standby_shut(l);
    pipe_shut(l->pipe); /* fails what is still in flight, so that every connection is resumed */
    await_work(l);
    MHD_run(l->mhd);
    MHD_stop_daemon(l->mhd);
    log_flush(&l->lines);
    pipe_free(l->standby.pipe);
    pipe_free(l->pipe);
    answers_free(l->answers);
    compressor_free(l->compressor);
    for (size_t i = 0; i < l->fixed_count; i++)
        free(l->fixed[i].data);
}
