/* A loop for one request and no connection. Invariant: when it returns nothing is in flight, so that the
 * request may go.
 */
#include "http/offline.h"

#include "base/clock.h"
#include "exchange.h"

#include <poll.h>
#include <string.h>

enum { CONNECT_MS = 5000, TURN_MS = 50 };

static void turn(struct pipe *pipe) {
    pipe_flush(pipe);
    struct pollfd fd = {.fd = pipe_fd(pipe),
                        .events = (short)(POLLIN | (pipe_wants_write(pipe) ? POLLOUT : 0))};
    if (poll(&fd, 1, TURN_MS) > 0)
        pipe_ready(pipe);
    pipe_tick(pipe, clock_mono_ms());
}

static enum err await_pipe(struct pipe *pipe, struct fault *f) {
    int64_t end = clock_mono_ms() + CONNECT_MS;
    while (!pipe_is_ready(pipe) && clock_mono_ms() < end)
        turn(pipe);
    return pipe_is_ready(pipe) ? ERR_OK
                               : fault_set(f, ERR_STORE_UNAVAILABLE, "the database cannot be reached");
}

static enum err run(struct exchange *x) {
    struct request *req = &x->req;
    enum err e = req->route->handle(req);
    while (req->waiting > 0)
        turn(req->loop->pipe);
    if (e || x->failed)
        return e ? e : req->fault.code;
    return req->replied ? ERR_OK : request_fail(req, ERR_INTERNAL, "the handler gave no reply");
}

enum err offline_run(const struct settings *s, void *app, struct pipe *pipe, const struct offline_ask *ask,
                     struct arena *a, struct fault *f, struct offline_answer *ret_answer) {
    struct loop loop = {.settings = s, .pipe = pipe, .app = app};
    struct exchange *x = arena_alloc(a, sizeof *x);
    struct request *req = &x->req;
    enum err e = await_pipe(pipe, f);
    if (e)
        return e;
    req->arena = a;
    req->loop = &loop;
    req->app = app;
    req->route = ask->route;
    req->caller = ask->caller;
    req->method = ask->route->method;
    req->path = ask->route->path;
    req->started_us = clock_mono_us();
    memcpy(req->segments, ask->segments, sizeof req->segments);
    memcpy(req->args, ask->args, sizeof req->args);
    req->n_args = ask->n_args;
    e = run(x);
    request_drop_kept(req);
    if (e) {
        *f = req->fault;
        if (f->code != e)
            fault_set(f, e, "%s", err_title(e));
        buf_free(&req->body);
        return e;
    }
    if (req->fixed_body)
        buf_put(&req->body, req->fixed_body, req->fixed_len);
    *ret_answer = (struct offline_answer){req->status, req->content_type, req->body};
    return ERR_OK;
}
