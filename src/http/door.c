/* The door. Invariants: a socket that was accepted is given to exactly one loop or closed; a connection is
 * counted from its being chosen for a loop until libmicrohttpd says that it is over; libmicrohttpd is called
 * by the loop that owns it alone. */
#include "door.h"

#include "loop.h"

#include "base/clock.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPTED_AT_ONCE = 64 };

static bool watch(const struct loop *l, int op, int fd, unsigned events) {
    struct epoll_event ev = {.events = events, .data.fd = fd};
    return epoll_ctl(l->epoll_fd, op, fd, &ev) == 0;
}

enum err door_open(struct loop *l, int listen_fd, size_t most, struct fault *f) {
    struct door *d = &l->door;
    *d = (struct door){.listen_fd = listen_fd, .hatch = {-1, -1}, .most = most, .lobby.left = LOBBY_A_TICK};
    bool ok = pipe2(d->hatch, O_NONBLOCK | O_CLOEXEC) == 0 && watch(l, EPOLL_CTL_ADD, d->hatch[0], EPOLLIN) &&
              watch(l, EPOLL_CTL_ADD, listen_fd, EPOLLIN);
    return ok ? ERR_OK : fault_set(f, ERR_IO, "cannot watch a loop's door: %s", strerror(errno));
}

static void leave(struct loop *l) {
    atomic_fetch_sub_explicit(&l->door.guests, 1, memory_order_relaxed);
}

void door_notified(struct loop *l, enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        l->door.seated++;
    else
        leave(l);
}

/* The server's loops are the same array for all of them; only the counters and hatches of others are touched.
 */
static struct loop *emptiest(struct loop *l) {
    struct loop *best = l;
    size_t fewest = atomic_load_explicit(&l->door.guests, memory_order_relaxed);
    for (size_t i = 0; i < l->n_all; i++) {
        size_t n = atomic_load_explicit(&l->all[i].door.guests, memory_order_relaxed);
        if (n >= fewest)
            continue;
        best = &l->all[i];
        fewest = n;
    }
    return fewest < best->door.most ? best : NULL;
}

/* Whether so many more are too many. */
static bool are_too_many(const struct loop *l, size_t more) {
    size_t sum = more;
    for (size_t i = 0; i < l->n_all; i++)
        sum += atomic_load_explicit(&l->all[i].door.guests, memory_order_relaxed);
    return sum > (size_t)l->settings->max_connections * 9 / 10;
}

bool door_is_full(const struct loop *l) {
    return are_too_many(l, 0);
}

bool door_has_room(const struct loop *l) {
    return !are_too_many(l, 1);
}

uint64_t door_caller(const struct loop *l, const struct sockaddr *peer) {
    struct address a;
    if (!l->crowd || !address_of(peer, &a) || networks_have(l->trusted, a))
        return 0;
    a = address_caller(a);
    uint64_t who = hash_bytes(HASH_START ^ l->rate_seed, &a, sizeof a);
    return who ? who : 1;
}

/* libmicrohttpd closes the socket where it does not take it; where it took it first it has said that it is
 * over. */
static void seat(struct loop *l, const struct guest *g) {
    size_t before = l->door.seated;
    bool taken = MHD_add_connection(l->mhd, g->fd, (const struct sockaddr *)&g->from, g->len) == MHD_YES;
    if (taken || l->door.seated != before)
        return;
    leave(l);
    if (g->caller)
        crowd_leave(l->crowd, g->caller);
}

static void hand(struct loop *l, struct loop *to, const struct guest *g) {
    atomic_fetch_add_explicit(&to->door.guests, 1, memory_order_relaxed);
    if (to != l && write(to->door.hatch[1], g, sizeof *g) == (ssize_t)sizeof *g)
        return;
    if (to != l) { /* its hatch is full */
        leave(to);
        atomic_fetch_add_explicit(&l->door.guests, 1, memory_order_relaxed);
    }
    seat(l, g);
}

/* Whether the caller may have one more connection; else he is told why not. */
static bool lets_in(struct loop *l, struct guest *g) {
    char why[80];
    int64_t most = l->settings->address_connections;
    g->caller = door_caller(l, (const struct sockaddr *)&g->from);
    if (!g->caller || crowd_enter(l->crowd, g->caller, (uint32_t)most))
        return true;
    snprintf(why, sizeof why, "one address has at most %lld connections", (long long)most);
    count_add(&l->meters.refused_address, 1);
    refuse_guest(l, g->fd, ERR_LIMIT_OVERLOAD, why);
    return false;
}

static void park(struct loop *l) {
    l->door.parked = watch(l, EPOLL_CTL_MOD, l->door.listen_fd, 0);
}

void door_seat(struct loop *l, const struct guest *g) {
    struct guest in = *g;
    if (lets_in(l, &in))
        hand(l, l, &in);
}

static void take_in(struct loop *l) {
    bool tls = l->settings->tls_key[0]; /* who cannot be told without a place gets one */
    for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
        bool full = !tls && !door_has_room(l);
        struct loop *to = full && lobby_is_full(l) ? NULL : emptiest(l);
        struct guest g = {.len = sizeof g.from};
        g.fd =
            to ? accept4(l->door.listen_fd, (struct sockaddr *)&g.from, &g.len, SOCK_NONBLOCK | SOCK_CLOEXEC)
               : -1;
        bool nobody_waits =
            to && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED || errno == EINTR);
        if (g.fd >= 0) {
            if (full)
                lobby_enter(l, &g);
            else if (lets_in(l, &g))
                hand(l, to, &g);
            continue;
        }
        if (!nobody_waits) /* no room or no file descriptors: it would be told again and again */
            park(l);
        return;
    }
}

static void open_hatch(struct loop *l) {
    struct guest g;
    while (read(l->door.hatch[0], &g, sizeof g) == (ssize_t)sizeof g)
        seat(l, &g);
}

bool door_ready(struct loop *l, int fd) {
    if (fd == l->door.hatch[0])
        open_hatch(l);
    else if (fd == l->door.listen_fd)
        take_in(l);
    else
        return false;
    return true;
}

void door_tick(struct loop *l) {
    int64_t now = clock_mono_ms();
    refuse_tick(&l->door.leavers, now);
    lobby_tick(l, now);
    if (l->door.parked && l->door.listen_fd >= 0)
        l->door.parked = !watch(l, EPOLL_CTL_MOD, l->door.listen_fd, EPOLLIN);
}

void door_shut(struct loop *l) {
    close(l->door.listen_fd); /* leaves the epoll set by itself */
    l->door.listen_fd = -1;
    atomic_store(&l->door.shut, true);
}

bool door_all_shut(const struct loop *l) {
    for (size_t i = 0; i < l->n_all; i++)
        if (!atomic_load(&l->all[i].door.shut))
            return false;
    return true;
}

void door_close(struct door *d) {
    struct guest g;
    while (read(d->hatch[0], &g, sizeof g) == (ssize_t)sizeof g)
        close(g.fd);
    refuse_close(&d->leavers);
    lobby_close(&d->lobby);
    close(d->hatch[0]);
    close(d->hatch[1]);
}
