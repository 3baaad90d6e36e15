/* A loop's own connection to PostgreSQL in pipeline mode: many statements in flight, answers in order, no
 * blocking call. One thread. Statements sent in one turn of the loop share one sync; when one of them fails
 * the others are sent again singly, so only read-only statements belong here. A lost connection fails what
 * was in flight and is opened again with growing pauses.
 *
 * It is a connection of requests (sql/queries/request_role.sql): row-level security shows it what is shared,
 * and to a statement with a workspace the rows of that, in a transaction of its own within the same messages.
 */
#ifndef NICHED_STORE_PIPE_H
#define NICHED_STORE_PIPE_H

#include "base/err.h"
#include "store/hosts.h"
#include "store/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pipe;

struct pipe_config {
    const char *conninfo; /* as in db_open() */
    const char *app;      /* application_name */
    int64_t statement_timeout_ms;
    size_t max_waiting;   /* statements queued or in flight; beyond: ERR_LIMIT_OVERLOAD */
    enum hosts_role role; /* of the host, where the string names several */
};

/* A statement of the program: `name` identifies `sql` (both outlive the pipe or are copied: see pipe_query).
 */
struct statement {
    const char *name;
    const char *sql;
    const char *workspace; /* whose private rows it may see ("1"); NULL: nobody's */
    bool binary; /* numbers come as such, not as text: for answers with many of them, and of no type that
                    rows.c does not know */
};

/* Called once for every accepted pipe_query(), from pipe_ready() or pipe_tick(). On error rows is NULL and f
 * is set. The rows are freed after the call. */
typedef void pipe_done(void *ctx, enum err e, const struct rows *rows, const struct fault *f);

/* Makes a pipe and begins to connect; never blocks. */
NODISCARD enum err pipe_new(const struct pipe_config *config, struct fault *f, struct pipe **ret_pipe);
/* Fails everything in flight and refuses what comes, for good. */
void pipe_shut(struct pipe *p);
/* Shuts and frees. Accepts NULL. */
void pipe_free(struct pipe *p);
/* The socket to watch, -1 for none; it changes when a connection is opened anew: ask after each call of
 * pipe_ready() or pipe_tick(). */
int pipe_fd(const struct pipe *p);
/* Whether the socket must be watched for writing too. */
bool pipe_wants_write(const struct pipe *p);
/* Whether statements can be sent now. */
bool pipe_is_ready(const struct pipe *p);
/* Queues a statement with n text parameters (NULL is SQL null); name, sql and parameters are copied.
 * ERR_STORE_UNAVAILABLE while there is no connection, ERR_LIMIT_OVERLOAD when too many wait; then `done` is
 * not called. */
NODISCARD enum err pipe_query(struct pipe *p, const struct statement *st, size_t n, const char *const *params,
                              pipe_done *done, void *ctx, struct fault *f);
/* Sends what was queued. Call once a turn. */
void pipe_flush(struct pipe *p);
/* Handles a readable or writable socket. */
void pipe_ready(struct pipe *p);
/* Time passes: opens the connection anew, cuts statements that the server does not answer. */
void pipe_tick(struct pipe *p, int64_t mono_ms);
/* Statements queued or in flight. */
size_t pipe_waiting(const struct pipe *p);
/* Grows with each connection: statements answered under one number were answered by one server. */
uint64_t pipe_serial(const struct pipe *p);
/* Whether the server that it is connected to is a standby, as that said last. */
bool pipe_on_standby(const struct pipe *p);
/* For how long the server has owed an answer without sending a byte; 0: it owes none. */
int64_t pipe_silent_ms(const struct pipe *p, int64_t mono_ms);
/* Gives the connection up, to look for a host anew. What is in flight fails. */
void pipe_renew(struct pipe *p);

#endif
