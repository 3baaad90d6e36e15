/* Inside http only: which of two connections a statement goes to, where reads may go to a standby. A standby
 * is asked while it has replayed what the program says that an answer must know; else the primary is, and a
 * standby again where there is no primary. What one fails the other answers. A request never goes
 * back from a newer to an older server: its version is read first. */
#ifndef NICHED_HTTP_STANDBY_H
#define NICHED_HTTP_STANDBY_H

#include "store/pipe.h"

struct exchange;
struct loop;

/* A loop's connection to a standby. */
struct standby {
    struct pipe *pipe; /* NULL: all goes to one place */
    uint64_t serial;   /* of the connection that the rest is about */
    uint64_t replayed; /* the position that it has at least */
    bool asking;       /* for the newest */
    int64_t asked_ms;
};

/* The pipe that the exchange's next statement goes to. */
struct pipe *standby_choose(struct exchange *x);
/* A statement that the pipe was given failed: the pipe to ask again, NULL where the failure counts. */
struct pipe *standby_instead(struct exchange *x, const struct pipe *failed, enum err e);
/* Time passes. */
void standby_tick(struct loop *l, int64_t mono_ms);
/* Sends what was queued. */
void standby_flush(struct loop *l);
/* Fails what is in flight; nothing is asked any more. */
void standby_shut(struct loop *l);

#endif
