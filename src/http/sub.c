/* Requests within a request. Invariant: a parent waits (req->waiting) for each of them, so that it outlives
 * them. */
#include "http/sub.h"

#include "base/clock.h"
#include "exchange.h"

#include <string.h>

void sub_over(struct exchange *x) {
    struct exchange *parent = x->parent;
    if (x->answer)
        buf_put(&x->req.body, x->req.fixed_body, x->req.fixed_len);
    shared_free(x);
    x->done(&parent->req, x->index, &x->req);
    request_drop_kept(&x->req);
    buf_free(&x->req.body);
    arena_free(x->req.arena);
    parent->req.waiting--;
    exchange_resume(parent);
}

enum err request_sub(struct request *parent, const struct route *route, const struct param_arg *args,
                     size_t n_args, const struct fault *refused, size_t index, request_sub_done *done) {
    struct arena *a = arena_new(16384);
    if (!a)
        return request_fail(parent, ERR_NO_MEMORY, "no memory for a request");
    struct exchange *x = arena_alloc(a, sizeof *x);
    struct request *req = &x->req;
    req->arena = a;
    req->loop = parent->loop;
    req->app = parent->app;
    req->route = route;
    req->method = route->method;
    req->path = route->path;
    req->caller = parent->caller;
    req->started_us = clock_mono_us();
    memcpy(req->id, parent->id, sizeof req->id);
    memcpy(req->args, args, n_args * sizeof *args);
    req->n_args = n_args;
    x->parent = exchange_of(parent);
    x->done = done;
    x->index = index;
    parent->waiting++;
    enum err e;
    if (refused) {
        req->fault = *refused;
        e = refused->code;
    } else {
        e = route->handle(req);
    }
    x->suspended = true;
    exchange_failed(x, e);
    exchange_resume(x);
    return ERR_OK;
}
