/* Errors: one table says code, HTTP status, exit status and title; a fault carries the words of one
 * occurrence. */
#ifndef NICHED_BASE_ERR_H
#define NICHED_BASE_ERR_H

#include "base/macros.h"

#include <stddef.h>

/* X(code, HTTP status, exit status, title). Codes are stable, grouped by floor; the exit status of the
 * command line follows the class: 1 failure, 2 wrong usage, 3 not found, 4 not allowed, 5 limit, 6 store, 7
 * bad data. */
#define ERR_TABLE(X)                                                                                         \
    X(OK, 200, 0, "ok")                                                                                      \
    X(PARAM_UNKNOWN, 400, 2, "unknown parameter")                                                            \
    X(PARAM_INVALID, 400, 2, "invalid parameter")                                                            \
    X(PARAM_MISSING, 400, 2, "missing parameter")                                                            \
    X(PARAM_DUPLICATE, 400, 2, "parameter given more than once")                                             \
    X(PARAM_CURSOR, 400, 2, "cursor is not of this query")                                                   \
    X(PARAM_CURSOR_RETIRED, 410, 2, "cursor is of a retired model")                                          \
    X(ROUTE_NOT_FOUND, 404, 3, "no such resource")                                                           \
    X(ROUTE_METHOD, 405, 2, "method not allowed")                                                            \
    X(ROUTE_NOT_ACCEPTABLE, 406, 2, "not acceptable")                                                        \
    X(ROUTE_BAD_REQUEST, 400, 2, "malformed request")                                                        \
    X(BODY_UNSUPPORTED, 415, 2, "unsupported media type")                                                    \
    X(BODY_TOO_LARGE, 413, 2, "body too large")                                                              \
    X(BODY_MISSING, 400, 2, "missing body")                                                                  \
    X(BODY_SYNTAX, 400, 7, "body is no JSON")                                                                \
    X(BODY_INVALID, 400, 7, "invalid body")                                                                  \
    X(URI_TOO_LONG, 414, 2, "address too long")                                                              \
    X(HEADER_TOO_LARGE, 431, 2, "header too large")                                                          \
    X(AUTH_REQUIRED, 401, 4, "a key is required")                                                            \
    X(AUTH_INVALID, 401, 4, "the key is not good")                                                           \
    X(AUTH_FORBIDDEN, 403, 4, "not allowed")                                                                 \
    X(IDEMPOTENCY_BUSY, 409, 5, "the same request is being carried out")                                     \
    X(IDEMPOTENCY_MISMATCH, 422, 2, "idempotency key of another request")                                    \
    X(LIMIT_RATE, 429, 5, "too many requests")                                                               \
    X(LIMIT_OVERLOAD, 503, 5, "overloaded")                                                                  \
    X(LIMIT_SLOW, 408, 5, "too slow")                                                                        \
    X(LIMIT_BATCH, 400, 5, "batch too large")                                                                \
    X(NICHE_UNKNOWN, 404, 3, "unknown niche")                                                                \
    X(CREATOR_UNKNOWN, 404, 3, "unknown creator")                                                            \
    X(CREATOR_ERASED, 410, 4, "erased creator")                                                              \
    X(CREATOR_OPTED_OUT, 409, 4, "creator asked not to be listed")                                           \
    X(CREATOR_LINKED, 409, 6, "accounts are linked otherwise")                                               \
    X(CREATOR_NEWER, 409, 6, "a newer observation is stored")                                                \
    X(CREATOR_CHANGED, 412, 6, "creator changed meanwhile")                                                  \
    X(WORKSPACE_CHANGED, 412, 6, "rows of the workspace changed meanwhile")                                  \
    X(ROW_UNKNOWN, 404, 3, "unknown row")                                                                    \
    X(REQUEST_UNKNOWN, 404, 3, "unknown request")                                                            \
    X(IMPORT_UNKNOWN, 404, 3, "unknown import")                                                              \
    X(IMPORT_STATE, 409, 5, "not in this state of the import")                                               \
    X(IMPORT_TOUCHED, 409, 6, "rows were written since")                                                     \
    X(STORE_UNAVAILABLE, 503, 6, "store unavailable")                                                        \
    X(STORE_TIMEOUT, 503, 6, "store took too long")                                                          \
    X(STORE_SCHEMA, 503, 6, "store has another schema version")                                              \
    X(STORE_SECRET, 503, 6, "store was written with another secret")                                         \
    X(STORE_CONFLICT, 503, 6, "conflict in the store")                                                       \
    X(STORE_FAILED, 500, 6, "store refused a statement")                                                     \
    X(DATA_INVALID, 422, 7, "invalid data")                                                                  \
    X(DATA_FORMAT, 422, 7, "unreadable data")                                                                \
    X(USAGE, 400, 2, "wrong usage")                                                                          \
    X(IO, 500, 1, "input or output failed")                                                                  \
    X(NO_MEMORY, 503, 1, "out of memory")                                                                    \
    X(INTERNAL, 500, 1, "internal error")

#define ERR_ENUM(code, status, exit_status, title) ERR_##code,
enum err { ERR_TABLE(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

/* One occurrence of an error. `param`, `value`, `allowed` and `hints` are empty where they do not apply. */
struct fault {
    enum err code;
    char detail[480];
    char param[64];
    char value[128];
    char allowed[256];
    char hints[4][64]; /* did_you_mean, best first */
    size_t hint_count;
    int retry_after_s; /* 0: none */
};

/* The stable name of a code, e.g. "PARAM_INVALID". */
const char *err_name(enum err code);
/* The HTTP status of a code, 200..599. */
int err_status(enum err code);
/* The exit status of the command line, 0..7. */
int err_exit(enum err code);
/* A short lower-case title. */
const char *err_title(enum err code);
/* The code of a stable name; ERR_INTERNAL if unknown. */
enum err err_by_name(const char *name);

/* Clears *f and sets code and detail (cut at its size). Returns `code`, so that a caller can `return
 * fault_set(...)`. f may be NULL. */
enum err fault_set(struct fault *f, enum err code, const char *fmt, ...) PRINTF(3, 4);
/* Adds the parameter's name, the value as sent and what would be allowed; each may be NULL. Returns f->code.
 */
enum err fault_param(struct fault *f, const char *param, const char *value, const char *allowed);
/* Adds a "did you mean" word; the fifth and later ones are dropped. */
void fault_hint(struct fault *f, const char *word);

#endif
