/* Replies that one request makes and others get too. Invariants: a kept answer is sent only while the program
 * says that its version is that of its basis; whoever waits for an answer asks anew if by then it is of an
 * older version, gets the fault if there is one, and asks for itself if it cannot be kept; nothing that
 * differs from caller to caller (but the id, times and CORS headers) is in a kept answer. */
#include "accept.h"
#include "answers.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RAW_MAX = 2048, READY_BYTES = 2048 /* what a response takes with its headers, about */ };

static uint64_t epoch_of(const struct loop *l, int64_t mono_us) {
    return l->answers ? l->program->answers_epoch(l->app, mono_us) : 0;
}

/* Whether the answer is what would be answered now. */
static bool holds(const struct loop *l, struct answer *a, uint64_t epoch, int64_t mono_us) {
    if (mono_us >= a->until_us)
        return false;
    if (a->epoch == epoch)
        return true;
    if (l->program->answers_version(l->app, a->basis) != a->version)
        return false;
    a->epoch = epoch;
    return true;
}

/* Whether it may be wanted when the store is away: not when it is known what it was outdated by. */
static bool may_be_last(const struct loop *l, const struct answer *a, uint64_t epoch) {
    return l->settings->stale_s && (!epoch || l->program->answers_version(l->app, a->basis) == a->version);
}

/* ---- by what was taken apart */

static void key_put(struct buf *out, const char *bytes, size_t n) {
    buf_put(out, (const char *)&n, sizeof n);
    buf_put(out, bytes, n);
}

struct answer_key shared_key(const struct exchange *x) {
    const struct request *req = &x->req;
    const struct param_arg *args[REQUEST_ARGS] = {0};
    CLEANUP(buf_free) struct buf key = {0};
    exchange_sorted(req, args);
    key_put(&key, req->path, strlen(req->path));
    for (size_t i = 0; i < req->n_args; i++) {
        key_put(&key, args[i]->name, args[i]->name_len);
        key_put(&key, args[i]->value, args[i]->value_len);
    }
    key_put(&key, (const char *)&req->format, sizeof req->format);
    key_put(&key, x->basis, x->basis_n);
    return (struct answer_key){arena_strndup(req->arena, key.data, key.len), key.len, false};
}

/* The reply is a kept answer. */
static enum err reply_kept(struct exchange *x, struct answer *a, const char *how) {
    struct request *req = &x->req;
    struct loop *l = req->loop;
    a->references++;
    x->answer = a;
    answers_used(l->answers, a);
    request_timing(req, how);
    for (size_t i = 0; i < a->n_headers; i++)
        request_header(req, a->headers[i].name, a->headers[i].value);
    if (request_version(req, a->version))
        return request_reply_unchanged(req);
    return request_reply_fixed(req, 200, a->content_type, a->copy[CODING_IDENTITY].data,
                               a->copy[CODING_IDENTITY].len);
}

/* The caller holds the answer already: known without looking for it. */
static bool reply_unchanged(struct exchange *x) {
    const struct loop *l = x->req.loop;
    uint64_t version = x->headers.if_none_match ? l->program->answers_version(l->app, x->basis) : 0;
    return version && request_version(&x->req, version);
}

static void wait_for(struct exchange *x, struct answer *a) {
    struct exchange **at = &a->waiters;
    while (*at)
        at = &(*at)->next_waiter;
    *at = x;
    x->next_waiter = NULL;
    x->req.waiting++;
}

static enum err look(struct exchange *x) {
    struct loop *l = x->req.loop;
    int64_t now_us = clock_mono_us();
    uint64_t epoch = epoch_of(l, now_us);
    struct answer_key key = shared_key(x);
    enum coding coding;
    struct answer *a = answers_find(l->answers, &key, &coding);
    if (a && a->asked) {
        wait_for(x, a);
        return ERR_OK;
    }
    if (a && epoch && holds(l, a, epoch, now_us)) {
        count_add(&l->meters.cache_hits, 1);
        return reply_kept(x, a, "cache;desc=hit");
    }
    if (a && !may_be_last(l, a, epoch))
        answers_drop(l->answers, a);
    if (epoch && reply_unchanged(x)) {
        count_add(&l->meters.cache_hits, 1);
        request_timing(&x->req, "cache;desc=hit");
        return request_reply_unchanged(&x->req);
    }
    count_add(&l->meters.cache_misses, 1);
    x->asks = answers_ask(l->answers, &key);
    return x->ask(&x->req);
}

enum err request_shared(struct request *req, const void *basis, size_t n,
                        enum err (*ask)(struct request *req)) {
    struct exchange *x = exchange_of(req);
    x->ask = ask;
    x->basis = basis;
    x->basis_n = n;
    x->own_headers = req->n_headers;
    return req->loop->answers && !req->loop->stopping ? look(x) : ask(req);
}

void request_keep_reply(struct request *req, uint64_t version, int64_t for_us) {
    struct exchange *x = exchange_of(req);
    x->version = version;
    x->until_us = for_us < INT64_MAX / 2 ? clock_mono_us() + for_us : INT64_MAX;
}

/* ---- when there is a reply */

enum outcome { OUTCOME_KEPT, OUTCOME_OLD, OUTCOME_OWN, OUTCOME_FAULT };

static enum outcome outcome_of(struct exchange *x) {
    const struct request *req = &x->req;
    struct loop *l = req->loop;
    struct answer *a = x->asks;
    if (x->failed || !req->replied)
        return OUTCOME_FAULT;
    if (req->status == 304)
        return OUTCOME_OLD;
    if (req->status != 200 || !x->version)
        return OUTCOME_OWN;
    int64_t now_us = clock_mono_us();
    uint64_t epoch = epoch_of(l, now_us);
    a->version = x->version;
    a->until_us = x->until_us;
    a->basis = x->basis;
    a->epoch = 0;
    if (!epoch || !holds(l, a, epoch, now_us))
        return OUTCOME_OLD;
    if (!answers_fill(l->answers, a, x))
        return OUTCOME_OWN;
    a->basis = memcpy(arena_alloc(a->arena, x->basis_n), x->basis, x->basis_n);
    return OUTCOME_KEPT;
}

static enum err go_on(struct exchange *x, enum outcome outcome, struct answer *a, const struct fault *f) {
    struct loop *l = x->req.loop;
    switch (outcome) {
    case OUTCOME_KEPT:
        count_add(&l->meters.cache_waits, 1);
        return reply_kept(x, a, "cache;desc=wait");
    case OUTCOME_OLD: /* while nothing is known each would wait for the one before */
        return epoch_of(l, clock_mono_us()) ? look(x) : x->ask(&x->req);
    case OUTCOME_OWN:
        return x->ask(&x->req);
    case OUTCOME_FAULT:
        x->req.fault = *f;
        return f->code;
    }
    return ERR_INTERNAL;
}

/* Those who wait go on. */
static void release(struct exchange *x, enum outcome outcome) {
    struct answer *a = x->asks;
    struct exchange *waiters = a->waiters;
    struct fault fault = x->req.fault;
    a->waiters = NULL;
    x->asks = NULL;
    a->references++; /* for this call */
    if (outcome != OUTCOME_KEPT)
        answers_drop(x->req.loop->answers, a);
    else if (a->before && a->before->names)
        answers_drop(x->req.loop->answers, a->before);
    answer_give(a->before);
    a->before = NULL;
    for (struct exchange *w = waiters, *next; w; w = next) {
        next = w->next_waiter;
        w->req.waiting--;
        exchange_failed(w, go_on(w, outcome, a, &fault));
        exchange_resume(w);
    }
    answer_give(a);
}

void shared_over(struct exchange *x) {
    if (x->asks)
        release(x, outcome_of(x));
}

void shared_free(struct exchange *x) {
    if (x->asks)
        release(x, OUTCOME_OLD); /* its caller left: the first of the others asks instead */
    answer_give(x->answer);
    x->answer = NULL;
}

/* ---- bodies */

const struct answer_copy *shared_copy(struct exchange *x, enum coding coding) {
    struct answer *a = x->answer;
    struct answer_copy *copy = &a->copy[coding];
    struct loop *l = x->req.loop;
    if (copy->data)
        return copy;
    struct buf packed = {0};
    const struct answer_copy *plain = &a->copy[CODING_IDENTITY];
    if (!compress_to(l->compressor, coding, plain->data, plain->len, &packed))
        return NULL;
    copy->len = packed.len;
    copy->data = realloc(packed.data, packed.len);
    packed.data = NULL;
    answers_grow(l->answers, a, copy->len);
    return copy;
}

/* ---- by the target as it came */

/* Nobody who sends one of these finds an answer by the target as it came, nor is that found by others. */
bool shared_knows(const char *name) {
    static const char *const names[] = {"Authorization", "Forwarded", "Origin", "Via", "X-Forwarded-For"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

/* A target with the headers that an answer depends on. False where it depends on more: then there is no name.
 */
static bool raw_key(const struct exchange *x, char bytes[RAW_MAX], struct answer_key *ret_key) {
    const struct request_headers *h = &x->headers;
    const char *values[] = {h->accept, h->accept_encoding};
    if ((strcmp(x->req.method, "GET") != 0 && strcmp(x->req.method, "HEAD") != 0) || h->origin ||
        h->content_length || h->transfer_encoding || h->expect || h->authorization || h->forwarded ||
        h->forwarded_for || h->via)
        return false;
    size_t n = x->target_len;
    if (n + 1 > RAW_MAX)
        return false;
    memcpy(bytes, x->raw, n);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        size_t len = values[i] ? strlen(values[i]) : 0;
        if (n + 2 + len > RAW_MAX)
            return false;
        bytes[n++] = values[i] ? '\n' : '\r'; /* in no target and no header */
        memcpy(bytes + n, values[i] ? values[i] : "", len);
        n += len;
    }
    *ret_key = (struct answer_key){bytes, n, true};
    return true;
}

bool shared_ready(struct exchange *x) {
    struct request *req = &x->req;
    struct loop *l = req->loop;
    char bytes[RAW_MAX];
    struct answer_key key;
    enum coding coding;
    uint64_t epoch = l->stopping || req->n_headers ? 0 : epoch_of(l, req->started_us);
    if (!epoch || !raw_key(x, bytes, &key))
        return false;
    struct answer *a = answers_find(l->answers, &key, &coding);
    if (!a || !a->copy[coding].ready || !holds(l, a, epoch, req->started_us) ||
        accept_tag(x->headers.if_none_match, a->copy[coding].etag))
        return false;
    a->references++;
    answers_used(l->answers, a);
    count_add(&l->meters.cache_hits, 1);
    x->answer = a;
    x->ready = &a->copy[coding];
    x->sent = x->ready->len;
    req->route = a->route;
    req->path = a->path;
    req->status = 200;
    return true;
}

bool shared_sent(struct exchange *x, struct MHD_Response *res) {
    struct request *req = &x->req;
    struct loop *l = req->loop;
    struct answer *a = x->answer;
    char bytes[RAW_MAX];
    struct answer_key key;
    enum coding coding;
    struct answer_copy *copy = a ? &a->copy[x->coding] : NULL;
    if (!a || !a->names || x->own || l->stopping || x->own_headers || req->status != 200 || !req->etag ||
        coding_preferred(x) != x->coding || !raw_key(x, bytes, &key))
        return false;
    if (!answers_find(l->answers, &key, &coding))
        answers_name(l->answers, a, &key, x->coding);
    if (copy->ready)
        return false;
    copy->ready = res;
    copy->etag = arena_strdup(a->arena, req->etag);
    memcpy(copy->id, req->id, sizeof copy->id);
    snprintf(copy->timing, sizeof copy->timing, "%s", MHD_get_response_header(res, "Server-Timing"));
    answers_grow(l->answers, a, READY_BYTES);
    return true;
}

static void replace(struct MHD_Response *res, const char *name, char *io_value, size_t size,
                    const char *value) {
    MHD_del_response_header(res, name, io_value);
    MHD_add_response_header(res, name, value);
    snprintf(io_value, size, "%s", value);
}

/* The response is written into the connection's memory within MHD_queue_response()'s caller, before any other
 * request is looked at, so that the next one may change it. */
enum MHD_Result shared_send(struct exchange *x) {
    struct answer_copy *copy = x->ready;
    char timing[sizeof copy->timing];
    int64_t us = clock_mono_us() - x->req.started_us;
    snprintf(timing, sizeof timing, "db;dur=0.000, total;dur=%lld.%03lld, cache;desc=hit",
             (long long)us / 1000, (long long)us % 1000);
    replace(copy->ready, "X-Request-Id", copy->id, sizeof copy->id, x->req.id);
    replace(copy->ready, "Server-Timing", copy->timing, sizeof copy->timing, timing);
    return MHD_queue_response(x->conn, 200, copy->ready);
}
