/* What is done to a reply before it is sent: its entity tag, 304 where the caller has it, the coding of its
 * body.
 *
 * Tags are weak: /match shows days of age, which turn in the middle of a day. They name the coding that the
 * caller prefers, so that they are known before the body is. Invariants: problems have no tag; a body that
 * lives as long as the program is packed once a loop. */
#include "accept.h"
#include "answers.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { PACK_FROM_BYTES = 1024 };

enum coding coding_preferred(const struct exchange *x) {
    const char *accept = x->headers.accept_encoding;
    if (!accept)
        return CODING_IDENTITY;
    double best_q = 0;
    enum coding best = CODING_COUNT;
    static const enum coding order[] = {CODING_ZSTD, CODING_GZIP, CODING_IDENTITY};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        double q = accept_coding(accept, coding_name(order[i]));
        if (q <= best_q)
            continue;
        best = order[i];
        best_q = q;
    }
    return best;
}

bool request_is_conditional(const struct request *req) {
    return exchange_of(req)->headers.if_none_match != NULL;
}

static int by_name(const void *a, const void *b) {
    const struct param_arg *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order ? order : (*x > *y) - (*x < *y); /* several of one name keep their order */
}

void exchange_sorted(const struct request *req, const struct param_arg *ret_args[REQUEST_ARGS]) {
    for (size_t i = 0; i < req->n_args; i++)
        ret_args[i] = &req->args[i];
    qsort(ret_args, req->n_args, sizeof *ret_args, by_name);
}

/* Path, arguments in the order of their names, format and coding. */
static uint64_t hash_asked(const struct request *req) {
    const struct param_arg *args[REQUEST_ARGS] = {0};
    exchange_sorted(req, args);
    uint64_t h = hash_text(HASH_START, req->path);
    for (size_t i = 0; i < req->n_args; i++)
        h = hash_text(hash_text(h, args[i]->name), args[i]->value);
    unsigned char how[] = {(unsigned char)req->format, (unsigned char)coding_preferred(exchange_of(req))};
    return hash_bytes(h, how, sizeof how);
}

static bool set_tag(struct request *req, uint64_t version) {
    uint64_t h = hash_asked(req);
    req->etag =
        arena_printf(req->arena, "W/\"%s%s%016llx\"", req->etag_front ? req->etag_front : "",
                     req->etag_front ? "." : "", (unsigned long long)hash_bytes(h, &version, sizeof version));
    return accept_tag(exchange_of(req)->headers.if_none_match, req->etag);
}

bool request_version(struct request *req, uint64_t version) {
    return set_tag(req, version);
}

enum err request_reply_unchanged(struct request *req) {
    req->body.len = 0;
    return request_reply_fixed(req, 304, NULL, "", 0);
}

/* The body's copy in a coding. NULL when there is no room or no memory. */
static const struct fixed_copy *fixed_copy(struct exchange *x, enum coding coding) {
    struct loop *l = x->req.loop;
    const char *body = x->req.fixed_body;
    for (size_t i = 0; i < l->fixed_count; i++)
        if (l->fixed[i].body == body && l->fixed[i].coding == coding)
            return &l->fixed[i];
    if (l->fixed_count == FIXED_COPIES)
        return NULL;
    struct fixed_copy copy = {.body = body, .coding = coding};
    copy.hash = hash_bytes(HASH_START, body, x->req.fixed_len);
    struct buf packed = {0};
    if (coding != CODING_IDENTITY && !compress_to(l->compressor, coding, body, x->req.fixed_len, &packed))
        return NULL;
    copy.data = buf_take(&packed, &copy.len);
    l->fixed[l->fixed_count] = copy;
    return &l->fixed[l->fixed_count++];
}

static uint64_t body_version(struct exchange *x) {
    const struct fixed_copy *copy = x->req.fixed_body ? fixed_copy(x, CODING_IDENTITY) : NULL;
    return copy                ? copy->hash
           : x->req.fixed_body ? hash_bytes(HASH_START, x->req.fixed_body, x->req.fixed_len)
                               : hash_bytes(HASH_START, x->req.body.data, x->req.body.len);
}

static void refuse_coding(struct exchange *x) {
    request_fail(&x->req, ERR_ROUTE_NOT_ACCEPTABLE,
                 "there is gzip, zstd and identity, Accept-Encoding was \"%.200s\"",
                 x->headers.accept_encoding);
    fault_param(&x->req.fault, NULL, NULL, "gzip,zstd,identity");
    reply_problem(&x->req);
}

static void pack(struct exchange *x, enum coding coding) {
    struct request *req = &x->req;
    const struct answer_copy *kept = x->answer ? shared_copy(x, coding) : NULL;
    const struct fixed_copy *copy = req->fixed_body && !x->answer ? fixed_copy(x, coding) : NULL;
    if (kept) {
        req->fixed_body = kept->data;
        req->fixed_len = kept->len;
    } else if (copy) {
        req->fixed_body = copy->data;
        req->fixed_len = copy->len;
    } else if (!compress_to(req->loop->compressor, coding, req->fixed_body ? req->fixed_body : req->body.data,
                            req->fixed_body ? req->fixed_len : req->body.len, &x->packed)) {
        return;
    }
    x->coding = coding;
}

void reply_finish(struct exchange *x) {
    struct request *req = &x->req;
    bool get = strcmp(req->method, "GET") == 0 || strcmp(req->method, "HEAD") == 0;
    if (req->status != 200 || !get || x->stale)
        req->etag = req->status == 304 ? req->etag : NULL;
    else if (!req->etag && set_tag(req, body_version(x)))
        request_reply_unchanged(req);
    size_t n = req->fixed_body ? req->fixed_len : req->body.len;
    enum coding coding = n ? coding_preferred(x) : CODING_IDENTITY;
    bool must = coding != CODING_IDENTITY && coding != CODING_COUNT &&
                accept_coding(x->headers.accept_encoding, "identity") <= 0;
    if (coding == CODING_COUNT && req->status < 400) {
        req->etag = NULL;
        refuse_coding(x);
    } else if (coding != CODING_IDENTITY && coding != CODING_COUNT && (must || n >= PACK_FROM_BYTES)) {
        pack(x, coding);
    }
}
