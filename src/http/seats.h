/* Inside http only: what a loop knows of a connection beside its requests: since when it is waited for, and
 * whether it was let in to be sent away. libmicrohttpd's own timeout knows silence alone, so that one byte a
 * second would keep a connection for ever. */
#ifndef NICHED_HTTP_SEATS_H
#define NICHED_HTTP_SEATS_H

#include "network.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct MHD_Connection;

enum seat_phase {
    SEAT_WAITS, /* for the first byte of a request; libmicrohttpd lets it go when that does not come */
    SEAT_HEAD,  /* some of a head is there */
    SEAT_BODY,  /* some of a body is to come */
    SEAT_OURS,  /* it is carried out and answered; who takes too little of an answer counts as silent */
    SEAT_PHASES
};

struct seat {
    struct seat *next, **at; /* of the loop's */
    int fd;
    uint64_t caller; /* for crowd_leave() */
    enum seat_phase phase;
    int64_t since_ms; /* of the phase; of a body, of the time in which bytes are counted */
    uint64_t counted; /* bytes that had come by then */
    uint64_t body;    /* bytes of bodies that came, ever */
    bool marked;      /* `counted` is known */
    bool ended;       /* its sender had ended it at the last look, and all was read */
    bool standing;    /* there was no room but to be told so */
    bool cut;         /* its socket was shut down */
    bool fresh;       /* it had no request yet */
};

/* Connections of each caller, of all loops: hashes in two rows, so that somebody is taken for crowded by
 * mistake only where others are in both. */
enum { CROWD_SLOTS = 16384 };
struct crowd {
    _Atomic uint32_t row[2][CROWD_SLOTS];
};

/* Counts a caller's connection. False: he has `most` already; then it is not counted. */
bool crowd_enter(struct crowd *c, uint64_t caller, uint32_t most);
/* One of them is over. */
void crowd_leave(struct crowd *c, uint64_t caller);

/* A connection that libmicrohttpd took. NULL without memory: then it has no deadlines. */
struct seat *seat_take(struct loop *l, struct MHD_Connection *conn);
/* It is over. Accepts NULL. */
void seat_leave(struct loop *l, struct seat *s);
/* The connection's seat; NULL: none. */
struct seat *seat_of(struct MHD_Connection *conn);
/* The connection is in this phase from now on. Accepts NULL. */
void seat_goes(struct seat *s, enum seat_phase phase, int64_t mono_ms);
/* So much of a body came. Accepts NULL. */
void seat_body(struct seat *s, uint64_t bytes);
/* Whether its request is to be refused for want of room. Accepts NULL. */
bool seat_is_standing(const struct loop *l, struct seat *s);
/* Cuts those whose time is over. */
void seats_tick(struct loop *l, int64_t mono_ms);

#endif
