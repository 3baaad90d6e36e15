/* Inside http only: a request together with its connection. */
#ifndef NICHED_HTTP_EXCHANGE_H
#define NICHED_HTTP_EXCHANGE_H

#include "base/compress.h"
#include "http/sub.h"
#include "loop.h"

/* Headers that somebody reads; NULL where not sent. Several of one name are joined by commas. */
struct request_headers {
    const char *accept, *accept_encoding, *if_none_match, *origin, *authorization, *ask_method, *traceparent,
        *content_type, *content_length, *content_encoding, *transfer_encoding, *expect;
    const char *forwarded, *forwarded_for, *via;
};

struct answer;
struct answer_copy;

struct exchange {
    struct request req;          /* first: a request's address is its exchange's */
    struct MHD_Connection *conn; /* NULL: a sub-request, or a request of the command line */
    struct seat *seat;           /* of the connection; NULL: none */
    struct exchange *parent;     /* of a sub-request, with whom to tell and as which */
    request_sub_done *done;
    size_t index;
    const char *target; /* as it was sent, in libmicrohttpd's buffer; valid until the headers are there */
    size_t target_len;
    struct request_headers headers;
    const char *origin; /* the caller's, if it may read answers in a browser; else NULL */
    enum coding coding; /* of the reply */
    struct buf packed;  /* the body in the coding that was chosen */
    enum err early;     /* found wrong before there was a handler */
    size_t body_bytes, body_max, sent;
    struct arena_mark asked; /* where the arena stood before the handler */
    int in_store;            /* statements of it and its sub-requests, */
    int64_t in_store_us;     /* since when there is one */
    bool on_primary;         /* it asked there, where reads may go to a standby */
    bool primary_told;       /* ... and was answered */
    uint64_t standby_serial; /* the connection to one that it asked; 0: none */
    bool seen, dispatched, suspended, failed, options;
    const char *raw;           /* the target's copy */
    struct answer *answer;     /* a kept one that is the reply */
    struct answer_copy *ready; /* ... as it was sent before */
    struct answer *asks;       /* the one that others wait for too */
    struct exchange *next_waiter;
    enum err (*ask)(struct request *req); /* where there is none */
    const void *basis;
    size_t basis_n;
    size_t own_headers; /* those that were there before the handler's */
    uint64_t version;   /* of the reply, if it may be kept; 0: it may not */
    int64_t until_us;
    bool stale; /* of a kept answer, while the store is away */
    bool own;   /* depends on what names of kept answers do not tell */
};

/* Refuses methods and header names that are no tokens, values with control characters and requests that two
 * parsers could read differently (several Host or Content-Length, Content-Length beside Transfer-Encoding,
 * lines that are folded, cut by NUL or ended by LF alone); takes a sane X-Request-Id. `method` and `version`
 * as libmicrohttpd gives them. */
NODISCARD enum err guard_headers(struct exchange *x, const char *method, const char *version);
/* A request's exchange. */
static inline struct exchange *exchange_of(const struct request *req) {
    return (struct exchange *)(uintptr_t)req; /* req is the first member */
}

/* Notes an error (ERR_OK: none); the first of an exchange is the one it answers. */
void exchange_failed(struct exchange *x, enum err e);
/* Lets a suspended exchange go on once nothing is in flight: its connection, or its parent. */
void exchange_resume(struct exchange *x);
/* As request_work(); with `must` however many wait. */
NODISCARD enum err exchange_work(struct exchange *x, bool must, request_job *job, request_next *next);
/* A sub-request has its reply: tells its parent and frees it. */
void sub_over(struct exchange *x);

/* How much of a body beyond its bound is read before the connection is closed. */
enum { BODY_DROP_MAX = 1024 * 1024 };

/* Whether a Content-Type is that media type, of JSON in UTF-8; NULL is not. */
bool body_media_ok(const char *type, const char *media);
/* The headers came: refuses a body by them (x->early). *ret_at_once: answer before the body is sent. */
NODISCARD enum err body_begin(struct exchange *x, bool *ret_at_once);
/* n bytes of the body came. False: so much beyond the bound that the connection is to be closed. */
bool body_take(struct exchange *x, const char *bytes, size_t n);
/* The body is whole, or x->early says why it is not wanted. */
NODISCARD enum err body_end(struct exchange *x);
/* The upload that the request's route takes, NULL if it takes none. */
const struct route_upload *upload_of(const struct exchange *x);
/* Checks what its headers say of the file. ERR_BODY_UNSUPPORTED. */
NODISCARD enum err upload_headers(struct exchange *x);
/* Hands what was gathered to the route, once it is a piece. */
void upload_taken(struct exchange *x);
/* The exchange is over: tells the route if its handler never ran. */
void upload_over(struct exchange *x);
/* Frees the rows that a request took over. */
void request_drop_kept(struct request *req);
/* Makes the reply of req->fault: application/problem+json (RFC 9457). */
void reply_problem(struct request *req);
/* Takes Origin if it may read answers. */
void cors_begin(struct exchange *x);
/* Adds the CORS headers of an answer; of a preflight those that it asks for. */
void cors_headers(struct exchange *x, struct MHD_Response *res);
/* The coding that the caller likes best among ours; CODING_COUNT when it takes none. */
enum coding coding_preferred(const struct exchange *x);
/* Gives the reply its tag, turns it into 304 where the caller has it, and packs its body. */
void reply_finish(struct exchange *x);
/* The arguments by name, several of one name in their order. */
void exchange_sorted(const struct request *req, const struct param_arg *ret_args[REQUEST_ARGS]);
/* Whether a kept answer was sent to the same target and headers before: then it is the reply (x->ready). */
bool shared_ready(struct exchange *x);
/* Whether a reply with that header of the request is never kept by its target. */
bool shared_knows(const char *name);
/* Sends it again. */
enum MHD_Result shared_send(struct exchange *x);
/* A reply was made: if it is of a kept answer and nobody's own, later ones with the same target and headers
 * are sent as it is. True: the response is kept. */
bool shared_sent(struct exchange *x, struct MHD_Response *res);
/* The kept body in a coding; NULL when it cannot be had. */
const struct answer_copy *shared_copy(struct exchange *x, enum coding coding);
/* The reply is there, or there is a fault: keeps it where it may, and lets those go on who wait for it. */
void shared_over(struct exchange *x);
/* The store was away: the reply is what it answered last, marked, where the settings say so and it is known.
 * False: the fault counts. */
bool stale_reply(struct exchange *x);
/* The exchange is over. */
void shared_free(struct exchange *x);
/* Hands the reply to libmicrohttpd. */
enum MHD_Result reply_queue(struct exchange *x);

#endif
