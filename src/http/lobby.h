/* Inside http only: guests for whom there is no room. They are told so without a place, a request and a line
 * in the log of their own, and so many in a time: of 2,000 clients who come again and again each one told
 * would cost those who are in. Who is not told yet waits where the kernel keeps who is not accepted. */
#ifndef NICHED_HTTP_LOBBY_H
#define NICHED_HTTP_LOBBY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct loop;

/* A socket that was accepted and is nobody's yet. It is less than PIPE_BUF: it goes through a pipe whole or
 * not at all. */
struct guest {
    int fd;
    uint64_t caller;
    socklen_t len;
    struct sockaddr_storage from;
};

/* So many at once; so many that are taken in each tick of the loop. */
enum { LOBBY_PLACES = 64, LOBBY_A_TICK = 40 };
struct lobby {
    size_t left; /* that may come in until the next tick */
    struct visitor {
        struct guest guest; /* whose request is not there yet */
        int64_t until_ms;   /* 0: nobody is there */
    } at[LOBBY_PLACES];
};

/* Whether the lobby takes nobody more until the next tick. */
bool lobby_is_full(const struct loop *l);
/* Takes a guest in: he is told that there is no room and closed, or seated where he asks how the service is,
 * or where there is room again. */
void lobby_enter(struct loop *l, const struct guest *g);
/* The same for those whose request came since; who sends none within a second is told without. */
void lobby_tick(struct loop *l, int64_t mono_ms);
/* Closes those who wait. */
void lobby_close(struct lobby *all);

#endif
