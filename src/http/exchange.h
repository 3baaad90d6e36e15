/* Inside http only: a request together with its connection. */
#ifndef NICHED_HTTP_EXCHANGE_H
#define NICHED_HTTP_EXCHANGE_H

#include "loop.h"

struct exchange {
    struct request req; /* first: a request's address is its exchange's */
    struct MHD_Connection *conn;
    enum err early; /* found wrong before there was a handler */
    size_t body_bytes;
    bool seen, dispatched, suspended, failed;
};

/* Refuses header names that are no tokens, values with control characters and requests that two parsers could
 * read differently (several Host or Content-Length, Content-Length beside Transfer-Encoding); takes a sane
 * X-Request-Id. */
NODISCARD enum err guard_headers(struct exchange *x);
/* Makes the reply of req->fault: application/problem+json (RFC 9457). */
void reply_problem(struct request *req);
/* Hands the reply to libmicrohttpd. */
enum MHD_Result reply_queue(struct exchange *x);

#endif
