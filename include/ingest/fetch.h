/* The one door to other hosts: asks one host over HTTPS, in bounded time and memory. The secret travels in a
 * header, so that no address, log or error can hold it. */
#ifndef NICHED_INGEST_FETCH_H
#define NICHED_INGEST_FETCH_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct fetch;

/* Strings are copied. */
struct fetch_options {
    const char *base;         /* https://host/path; http only for 127.0.0.1, localhost and [::1] */
    const char *secret_name;  /* header that carries the secret, e.g. "X-Goog-Api-Key"; NULL: none */
    const char *secret;       /* its value */
    bool any_http;            /* http for any host: where there is no secret */
    const char *accept;       /* media types that are wanted; NULL: application/json */
    const char *usage_header; /* a header of answers that is kept, lower case; NULL: none */
    int64_t timeout_ms;       /* for a whole answer, > 0 */
    size_t max_bytes;         /* of an unpacked answer */
};

/* One answer. The caller frees the body with buf_free(); zeroed it is ready, and may be used again. */
struct fetch_answer {
    int status;            /* 100..599; 0: there was no answer */
    int64_t retry_after_s; /* what the answer asks to wait; 0: nothing */
    struct buf body;
    char usage[512]; /* the usage header; "" if there was none */
    bool again;      /* on failure: asking again may help */
};

/* Opens a door to one host. ERR_USAGE for an address that is not allowed and a secret with control
 * characters, ERR_NO_MEMORY. */
NODISCARD enum err fetch_open(const struct fetch_options *o, struct fault *f, struct fetch **ret_fetch);
/* Asks for base + target ("/channels?id=..."). Any status is an answer, redirects too: they are not followed.
 * ERR_IO when there was no whole answer (see `again`), ERR_DATA_FORMAT when it is longer than max_bytes. */
NODISCARD enum err fetch_get(struct fetch *x, const char *target, struct fault *f,
                             struct fetch_answer *ret_answer);
/* Closes it. Accepts NULL. */
void fetch_close(struct fetch *x);

#endif
