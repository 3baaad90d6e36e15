/* Inside http only: the answers that a loop keeps. An answer is found under the names of those that asked for
 * it: what was asked once taken apart (path, sorted arguments, format, what it depends on), and the targets
 * as they came. One thread. */
#ifndef NICHED_HTTP_ANSWERS_H
#define NICHED_HTTP_ANSWERS_H

#include "exchange.h"

/* The body in a coding. */
struct answer_copy {
    const char *data; /* NULL: not made yet */
    size_t len;
    const char *etag;
    /* A response with all headers, as it was sent last; NULL: none yet. */
    struct MHD_Response *ready;
    char id[65], timing[64]; /* its headers that differ each time */
};

struct answer_name;

struct answer {
    struct answer *newer, *older; /* in the order of their use */
    struct answer_name *names;
    int references;           /* exchanges that send it, and the table */
    bool asked;               /* nothing of the following is there yet: somebody asks */
    struct exchange *waiters; /* for that, in the order in which they came */
    struct answer *before;    /* ... the one before, which it hides; NULL: none */
    struct arena *arena;
    uint64_t version, epoch; /* what it is of; when that was true last */
    const void *basis;
    int64_t until_us; /* of clock_mono_us() */
    const struct route *route;
    const char *path, *content_type;
    struct reply_header headers[REQUEST_HEADERS];
    size_t n_headers, bytes;
    struct answer_copy copy[CODING_COUNT];
};

/* The bytes of a name: of what was taken apart, or of a raw target. */
struct answer_key {
    const char *bytes;
    size_t len;
    bool raw;
};

/* Keeps up to so many bytes. NULL without memory. */
struct answers *answers_new(size_t bytes, struct meters *meters, uint64_t seed);
/* Frees all; no exchange may have one. Accepts NULL. */
void answers_free(struct answers *all);
/* The answer of that name, NULL: there is none. *ret_coding: what a raw name was given for. */
struct answer *answers_find(const struct answers *all, const struct answer_key *key, enum coding *ret_coding);
/* A new one of that name that somebody asks for; the table has a reference. One that is there already is
 * hidden by it until it is dropped (a->before). */
struct answer *answers_ask(struct answers *all, const struct answer_key *key);
/* Gives an answer one more name, raw, for a coding; the oldest raw ones go where there are many. */
void answers_name(struct answers *all, struct answer *a, const struct answer_key *key, enum coding coding);
/* What was asked for is there: the reply of the exchange, copied. False: it is too large. */
bool answers_fill(struct answers *all, struct answer *a, const struct exchange *x);
/* Takes an answer out of the table. */
void answers_drop(struct answers *all, struct answer *a);
/* It was used just now. */
void answers_used(struct answers *all, struct answer *a);
/* So many bytes more of an answer; others may go. */
void answers_grow(struct answers *all, struct answer *a, size_t bytes);
/* Gives a reference back. Accepts NULL. */
void answer_give(struct answer *a);
/* The name under which the exchange's answer is kept, in its arena. */
struct answer_key shared_key(const struct exchange *x);

#endif
