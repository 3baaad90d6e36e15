/* A blocking connection to PostgreSQL, for the command line and the worker (the loops use store/pipe.h).
 * One thread at a time. Statements are prepared at first use and kept for the life of the connection. */
#ifndef NICHED_STORE_DB_H
#define NICHED_STORE_DB_H

#include "base/err.h"
#include "store/rows.h"

#include <stdbool.h>
#include <stddef.h>

struct db;

/* Opens a connection. `conninfo`: a postgresql:// address or keyword=value string; NULL or empty: the PG*
 * variables. Of several hosts it is the primary, unless the string says another (store/hosts.h). `app` names
 * the connection in pg_stat_activity. ERR_STORE_UNAVAILABLE. */
NODISCARD enum err db_open(const char *conninfo, const char *app, struct fault *f, struct db **ret_db);
/* The same for one that only reads: where no primary answers, a standby does. */
NODISCARD enum err db_open_reading(const char *conninfo, const char *app, struct fault *f,
                                   struct db **ret_db);
/* Closes it. Accepts NULL. */
void db_close(struct db *db);
/* For CLEANUP(db_close_at). */
void db_close_at(struct db **db);
/* Whether the server is a standby, as it said last; before version 14 it does not say: false. */
bool db_on_standby(const struct db *db);
/* Whether the server takes no writes on this connection, as it said last: a standby, or read-only by its
 * settings. A server before version 14 does not say: false. */
bool db_read_only(const struct db *db);
/* Runs SQL text of this program without parameters (begin, DDL, several statements at once). The rows of the
 * last statement, if it has any, go to *ret_rows (may be NULL). ERR_STORE_*. */
NODISCARD enum err db_run(struct db *db, const char *sql, struct fault *f, struct rows **ret_rows);
/* Rolls back; what that may fail with no longer matters. */
void db_rollback(struct db *db);
/* Runs the embedded statement sql/queries/<query>.sql with n text parameters (NULL is SQL null). The caller
 * frees *ret_rows; ret_rows may be NULL. ERR_STORE_*. */
NODISCARD enum err db_query(struct db *db, const char *query, int n, const char *const *params,
                            struct fault *f, struct rows **ret_rows);
/* As db_query with SQL text made by the program (never of user bytes) under a statement name of its own. */
NODISCARD enum err db_query_text(struct db *db, const char *name, const char *sql, int n,
                                 const char *const *params, struct fault *f, struct rows **ret_rows);
/* As db_query, for values that are bytes: parameter i has lens[i] bytes as they are, or is text where that is
 * 0; of the rows rows_text() and rows_len() are the bytes of each value in PostgreSQL's binary format. */
NODISCARD enum err db_query_bytes(struct db *db, const char *query, int n, const char *const *params,
                                  const int *lens, struct fault *f, struct rows **ret_rows);
/* Takes the answer to a statement of a line; the rows are borrowed. */
typedef void db_take(void *ctx, const struct rows *rows);
/* Statements in a line: sent one behind the other, each answered when the one before it is done, so that the
 * way to the server and back is gone once for all. Nothing else may be sent until db_line_end(); small
 * parameters only. `take` (NULL: nobody) gets the answer in db_line_end(). */
NODISCARD enum err db_line_begin(struct db *db, struct fault *f);
/* As db_query(). At most 40 in a line. */
NODISCARD enum err db_line_query(struct db *db, const char *name, int n, const char *const *params,
                                 db_take *take, void *ctx, struct fault *f);
/* As db_run(), one statement. */
NODISCARD enum err db_line_run(struct db *db, const char *sql, db_take *take, void *ctx, struct fault *f);
/* Waits for the answers. The first failure is returned; what stands behind it was not done, and its answers
 * are not given. Also ends a line in which something could not be sent. ERR_STORE_*. */
NODISCARD enum err db_line_end(struct db *db, struct fault *f);
/* Begins "COPY ... FROM STDIN" (text format); `sql` is the whole COPY statement, what is to be done
 * before it in front. */
NODISCARD enum err db_copy_begin(struct db *db, const char *sql, struct fault *f);
/* Sends bytes of the copy; lines may be split anywhere. */
NODISCARD enum err db_copy_put(struct db *db, const char *data, size_t n, struct fault *f);
/* Ends the copy; *ret_rows_copied may be NULL. */
NODISCARD enum err db_copy_end(struct db *db, struct fault *f, long long *ret_rows_copied);
/* Waits at most timeout_ms for a notification on a channel listened to (by db_run "listen x"), or until
 * wake_fd
 * (-1: none) can be read; true if a notification came. */
bool db_wait_notify(struct db *db, int wake_fd, int timeout_ms);
/* Cuts the connection from another thread, so that a call that waits for the server fails now. The caller
 * sees to it that the connection is not closed meanwhile. */
void db_abort(struct db *db);
/* Whether the connection is still usable. */
bool db_alive(const struct db *db);

/* Appends one value of a COPY text line, escaped; NULL is \N. The caller puts tabs and newlines between. */
void db_copy_escape(struct buf *out, const char *s, size_t n);
/* Appends an element to the text of an array, which begins empty; NULL is NULL. */
void db_array_put(struct buf *out, const char *element);
/* Ends the array; its text, which is the buffer's. */
const char *db_array_end(struct buf *out);

#endif
