/* Inside the store only: the pipelined connection and what its two files share. */
#ifndef NICHED_STORE_PIPE_OWN_H
#define NICHED_STORE_PIPE_OWN_H

#include "pipe_op.h"

#include <libpq-fe.h>

enum { PIPE_PREPARED_MAX = 128, PIPE_PAUSE_FIRST_MS = 50 };

/* In order; from PIPE_GREETING on libpq answers. */
enum pipe_state { PIPE_DOWN, PIPE_CONNECTING, PIPE_GREETING, PIPE_READY };

struct pipe {
    struct pipe_config config;
    char conninfo[1024];
    char app[64];
    char timeout[24]; /* of a statement, milliseconds */
    struct hosts hosts;
    PGconn *conn;
    enum pipe_state state;
    bool wants_write;
    uint64_t serial;
    int64_t heard_ms;    /* when bytes came last, or were wanted first */
    int64_t next_try_ms; /* PIPE_DOWN: when to connect; PIPE_CONNECTING, PIPE_GREETING: when to give up */
    int64_t pause_ms;
    struct op_list queued;
    struct entry_list sent;
    PGresult *head_result;
    size_t prepared_count;
    uint64_t prepared[PIPE_PREPARED_MAX]; /* hashes of statement names */
    bool workspace_prepared;
};

/* Everything waiting fails; the next attempt is planned. */
void pipe_drop(struct pipe *p, const struct fault *f);
/* The same with what libpq says. */
void pipe_drop_broken(struct pipe *p);
/* Begins to connect to the host in turn. */
void pipe_connect(struct pipe *p);
/* Its socket is ready. */
void pipe_connect_go_on(struct pipe *p);
/* How long that may take. */
int64_t pipe_connect_ms(const struct pipe *p);
/* Plans the next attempt: after a pause, or at once where another host was not tried yet. */
void pipe_plan_next(struct pipe *p);
/* Ends a batch. False: the connection is broken. */
bool pipe_sync(struct pipe *p);
/* The text of an embedded statement. */
const char *pipe_query_text(const char *path);

#endif
