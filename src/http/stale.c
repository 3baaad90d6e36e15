/* The last good answers, while the store is away (NICHED_STALE_S). Invariants: what is given was right when
 * the store was read last, and nothing is known to have changed since; it says so, cannot be confirmed later
 * (no entity tag, never 304) and is not to be kept by anybody. */
#include "answers.h"

#include "base/clock.h"

#include <string.h>

static bool store_is_away(const struct exchange *x) {
    enum err code = x->req.fault.code;
    return x->failed && (code == ERR_STORE_UNAVAILABLE || code == ERR_STORE_TIMEOUT);
}

static const struct answer *find(const struct exchange *x) {
    struct answer_key key = shared_key(x);
    enum coding coding;
    const struct answer *a = answers_find(x->req.loop->answers, &key, &coding);
    return a && a->asked ? a->before : a;
}

/* The body with its mark. False: it has no place for one. */
static bool put_body(const struct answer *a, struct buf *out) {
    static const char fresh[] = REPLY_FRESH;
    const struct answer_copy *plain = &a->copy[CODING_IDENTITY];
    bool json = strcmp(a->content_type, "application/json") == 0;
    size_t n = plain->len - (json ? sizeof fresh - 1 : 0);
    if (json && (plain->len < sizeof fresh || memcmp(plain->data + n, fresh, sizeof fresh - 1) != 0))
        return false;
    out->len = 0;
    buf_put(out, plain->data, n);
    buf_puts(out, json ? REPLY_STALE : "");
    return true;
}

static void put_headers(struct exchange *x, const struct answer *a, int64_t age_us) {
    struct request *req = &x->req;
    req->n_headers = x->own_headers;
    for (size_t i = 0; i < a->n_headers; i++)
        request_header(req, arena_strdup(req->arena, a->headers[i].name),
                       arena_strdup(req->arena, a->headers[i].value));
    request_header(req, "Age", arena_printf(req->arena, "%lld", (long long)(age_us / CLOCK_S)));
    request_header(req, "Warning", "110 - \"Response is Stale\"");
    request_header(req, "Cache-Control", "no-store");
    request_timing(req, "cache;desc=stale");
}

bool stale_reply(struct exchange *x) {
    struct request *req = &x->req;
    struct loop *l = req->loop;
    int64_t now_us = clock_mono_us(), read_us = 0;
    if (!l->settings->stale_s || !l->answers || !x->basis || !store_is_away(x))
        return false;
    const struct answer *a = find(x);
    if (!a || !l->program->answers_last(l->app, a->basis, a->version, now_us, &read_us) ||
        now_us - read_us > l->settings->stale_s * CLOCK_S || !put_body(a, &req->body))
        return false;
    put_headers(x, a, now_us - read_us);
    count_add(&l->meters.cache_stale, 1);
    x->failed = false;
    x->stale = true;
    req->fixed_body = NULL;
    return request_reply(req, 200, arena_strdup(req->arena, a->content_type)) == ERR_OK;
}
