/* A request from its first byte to its reply: one arena, one loop, no lock. What a handler sees of HTTP. */
#ifndef NICHED_HTTP_REQUEST_H
#define NICHED_HTTP_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/params.h"
#include "store/pipe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REQUEST_SEGMENTS = 4,
    REQUEST_HEADERS = 16,
    REQUEST_ARGS = 64,
    REQUEST_URI_MAX = 8192,
    REQUEST_BODY_MAX = 65536 /* of a body that nobody reads */
};

#define REPLY_FRESH "\"stale\":false}"
#define REPLY_STALE "\"stale\":true}"

/* How a list is written; see http/list.h. */
enum list_format { LIST_JSON, LIST_CSV, LIST_NDJSON };

struct request;
struct route;
struct loop;
struct kept;

/* How much a caller may do; each includes those before, but metrics, which is for itself. */
enum scope { SCOPE_NONE, SCOPE_METRICS, SCOPE_READ, SCOPE_WRITE, SCOPE_ADMIN };

/* Who asks, as the program's admit() found. */
struct caller {
    enum scope scope;
    int64_t key;        /* id of the key; 0: none was sent */
    int32_t workspace;  /* whose private rows; 0: nobody's */
    bool publishable;   /* the key is in a page, for all to read */
    int64_t per_minute; /* of the key; 0: as the settings say */
};

struct reply_header {
    const char *name;
    const char *value;
};

/* One fault in a body, of several. */
struct body_fault {
    const char *pointer; /* JSON pointer */
    const char *detail;
    struct body_fault *next;
};

struct request {
    struct arena *arena;
    struct loop *loop;
    void *app; /* what the program's loop_open() made */
    const struct route *route;
    const char *method;
    const char *path; /* decoded, without the query */
    struct param_arg args[REQUEST_ARGS];
    size_t n_args;
    const char *segments[REQUEST_SEGMENTS]; /* values of {name} in the route's path, in order */
    void *state;                            /* the handler's own, in the arena */
    struct caller caller;
    struct fault fault;
    struct buf upload;              /* the body that came, if the route takes one */
    struct body_fault *body_faults; /* in the order of finding */
    char id[65];
    int64_t started_us;
    int64_t db_us;
    int waiting;        /* statements and work in flight */
    struct kept *kept;  /* rows taken over */
    const char *timing; /* more Server-Timing, NULL: none */
    bool replied;
    const char *problem_more; /* members of a problem document as JSON, with a comma in front; NULL: none */
    enum list_format format;  /* as list_choose() settled it */
    const bool *chosen;       /* lines of the list's field table that fields= names; NULL: all */
    bool negotiated;          /* the format depends on Accept */
    const char *etag;         /* NULL: made of the body */
    const char *etag_front;   /* what the tag begins with, before a dot; NULL: nothing */
    /* the reply */
    int status;
    const char *content_type;
    struct buf body;
    const char *fixed_body; /* instead of body: bytes that outlive the program's loops */
    size_t fixed_len;
    struct reply_header headers[REQUEST_HEADERS];
    size_t n_headers;
};

/* Goes on with a request when its statement has answered; as a handler. */
typedef enum err request_next(struct request *req, const struct rows *rows);

/* Sets the fault; returns its code: return request_fail(req, ERR_PARAM_INVALID, "limit must be ...", ...). */
#define request_fail(req, code, ...) fault_set(&(req)->fault, (code), __VA_ARGS__)
/* Sends a read-only statement down the loop's pipe; `next` runs on the same loop when it has answered.
 * Several may be in flight; the reply must be there when the last `next` returns (req->waiting is 0 in it).
 */
NODISCARD enum err request_query(struct request *req, const struct statement *st, size_t n,
                                 const char *const *params, request_next *next);
/* Work that takes more than about 2 ms of CPU: on a thread of the pool, off the loop. It touches nothing but
 * the request's arena, state and fault. */
typedef enum err request_job(struct request *req);
/* Runs `job` off the loop; `next` (rows: NULL) runs on the request's own loop when it has ended well. No
 * statement may be in flight: the arena belongs to one thread at a time. ERR_LIMIT_OVERLOAD at once when too
 * many wait, then neither is called. Without a pool (offline) the job runs here and now. */
NODISCARD enum err request_work(struct request *req, request_job *job, request_next *next);
/* The same for several requests that came to wait meanwhile: each its own error, and nothing else of theirs
 * is touched. */
typedef void request_jobs(struct request *const *reqs, size_t n, enum err *ret_e);
/* As request_work(), for what is cheaper for many at once (a transaction): by a thread that does nothing else
 * (NICHED_WRITERS), with all requests that wait for the same `group` (0: alone), in the order in which they
 * came. `beside`: other threads may run others of these at the same time; without, one runs after the other.
 * `jobs` and `beside` must be the same for a group. */
NODISCARD enum err request_work_together(struct request *req, uint64_t group, bool beside, request_jobs *jobs,
                                         request_next *next);
/* Takes the rows of an answer over for the request, which frees them when it is over: for a job to read. */
const struct rows *request_keep(struct request *req, const struct rows *rows);
/* The address that asks as text, of IPv6 its network (/64), in the arena; behind trusted proxies what they
 * say. Empty offline. */
const char *request_address(struct request *req);
/* Counts the request against a limit of so many a minute: "key" is of the caller's key, "address" of the
 * address that asks (with a key: of its visitors). Adds RateLimit and RateLimit-Policy. ERR_LIMIT_RATE.
 * Nothing where limits are off (NICHED_LIMITS), or 0. */
NODISCARD enum err request_limit(struct request *req, const char *what, int64_t per_minute);
/* A header of the request, NULL where there is none (or no HTTP). Lives as long as the request. */
const char *request_given(struct request *req, const char *name);
/* The Authorization header, several joined by commas; NULL: none. Lives as long as the request. */
const char *request_authorization(const struct request *req);
/* The Origin header likewise. */
const char *request_origin(const struct request *req);
/* Adds a header to the reply; the value lives in the arena or longer. At most REQUEST_HEADERS. */
void request_header(struct request *req, const char *name, const char *value);
/* Adds one more metric to Server-Timing, as it is written there; lives in the arena. */
void request_timing(struct request *req, const char *metric);
/* Whether the caller holds answers already (If-None-Match): then it is worth to learn the version first. */
bool request_is_conditional(const struct request *req);
/* Names what the answer depends on beside method, path, arguments, format and coding: its entity tag. True if
 * the caller holds that very answer: return request_reply_unchanged(). A version that is read before the
 * content can only be older than it, so that no change stays hidden behind a 304. Without this call the tag
 * is made of the body's bytes. */
bool request_version(struct request *req, uint64_t version);
/* Answers that are kept. A handler that knows on what its answer depends (`basis`: n bytes that name it, in
 * which nothing is left unset, within the arena) calls this instead of going on with `ask`: the reply is then
 * that of an earlier request of the same path, arguments, format and basis, if the program's
 * answers_version() says that it still is what would be answered; or, where somebody else asks the same just
 * now, that one's reply, or its fault; or `ask` makes it. Each of these may answer 304 instead. Without kept
 * answers: ask(req). */
NODISCARD enum err request_shared(struct request *req, const void *basis, size_t n,
                                  enum err (*ask)(struct request *req));
/* The reply that is being made may be kept: it is that of its tag's `version`, at most for so long. Where it
 * is JSON it ends with REPLY_FRESH, in place of which REPLY_STALE stands where it is given because the store
 * is away (NICHED_STALE_S). */
void request_keep_reply(struct request *req, uint64_t version, int64_t for_us);
/* The reply is 304, without a body. */
enum err request_reply_unchanged(struct request *req);
/* The reply is ready: the body is in req->body. */
enum err request_reply(struct request *req, int status, const char *content_type);
/* The reply is ready with bytes that live as long as the program. */
enum err request_reply_fixed(struct request *req, int status, const char *content_type, const char *body,
                             size_t len);

#endif
