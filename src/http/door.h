/* Inside http only: how connections come to loops. SO_REUSEPORT spreads them by a hash, so that of 64 on two
 * loops one would have 1.5 times as many as the other in one run of ten (computed): whichever loop is asked
 * gives a connection to the one that has fewest. */
#ifndef NICHED_HTTP_DOOR_H
#define NICHED_HTTP_DOOR_H

#include "lobby.h"
#include "refuse.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct loop;

/* One loop's door. `guests` is read by all loops, the rest is the loop's own but the writing end of the
 * hatch. */
struct door {
    int listen_fd;         /* -1: closed */
    int hatch[2];          /* a pipe: sockets that other loops accepted for this one */
    _Atomic size_t guests; /* connections that it has or that are in its hatch */
    size_t most;           /* of them at once */
    size_t seated;         /* those that libmicrohttpd took, ever */
    bool parked;           /* nobody had room: not listened to until the next tick */
    struct leavers leavers;
    struct lobby lobby;
    _Atomic bool shut; /* it gives no more connections to anybody */
};

/* Begins to watch listen_fd, which it owns from then on, on the loop's epoll set. ERR_IO. */
NODISCARD enum err door_open(struct loop *l, int listen_fd, size_t most, struct fault *f);
/* Whether an epoll event is the door's; takes in who waits there. */
bool door_ready(struct loop *l, int fd);
/* Whether the server has so many connections that those to come are let in only to be told so: nine tenths of
 * NICHED_MAX_CONNECTIONS. */
bool door_is_full(const struct loop *l);
/* Whether one more could come without that. */
bool door_has_room(const struct loop *l);
/* Gives a guest to the loop, where his address may have one more connection; else he is told. */
void door_seat(struct loop *l, const struct guest *g);
/* Whom a connection counts for among those of one address; 0: for nobody. `peer` may be NULL. */
uint64_t door_caller(const struct loop *l, const struct sockaddr *peer);
/* Listens again where nobody had room. */
void door_tick(struct loop *l);
/* libmicrohttpd took a connection, or is done with one. */
void door_notified(struct loop *l, enum MHD_ConnectionNotificationCode code);
/* No more from outside; what was accepted for the loop still comes by its hatch. */
void door_shut(struct loop *l);
/* Whether all doors are: what is not in the loop's hatch now will never come. */
bool door_all_shut(const struct loop *l);
/* Frees it, once no loop runs. */
void door_close(struct door *d);

#endif
