/* One exchange between libmicrohttpd and a handler. Invariants: a request is made when its target was read
 * and freed when libmicrohttpd says it is over; while statements are in flight its connection is suspended;
 * the reply is queued once. */
#include "exchange.h"

#include "base/clock.h"
#include "base/log.h"
#include "uri.h"

#include <stdlib.h>
#include <string.h>

/* Most of a request that waits for the store has some 18 kB; blocks of 16 KiB would be half empty. */
enum { ARENA_BYTES = 6 * 1024 };

static void set_request_id(struct exchange *x) {
    struct loop *l = x->req.loop;
    uint64_t v[2] = {l->id_prefix, ++l->requests};
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++)
        x->req.id[i] = digits[(i < 8 ? v[0] >> (i * 4) : v[1] >> ((15 - i) * 4)) & 15];
}

void *exchange_target(void *loop, const char *target, struct MHD_Connection *conn) {
    struct loop *l = loop;
    struct arena *a = arena_new(ARENA_BYTES);
    if (!a)
        return NULL;
    struct exchange *x = arena_alloc(a, sizeof *x);
    x->req.arena = a;
    x->req.loop = l;
    x->req.app = l->app;
    x->req.started_us = clock_mono_us();
    x->req.path = "/";
    x->req.method = "?";
    x->conn = conn;
    x->seat = seat_of(conn);
    if (x->seat && x->seat->phase == SEAT_WAITS)
        seat_goes(x->seat, SEAT_HEAD, x->req.started_us / 1000);
    set_request_id(x);
    x->target = target;
    x->target_len = strlen(target);
    x->raw = arena_strndup(a, target, x->target_len);
    /* libmicrohttpd would now parse the arguments into its pool, which some 1,000 exhaust: then it closes
     * without an answer. It knows already where they begin, so it finds none there. The bytes are in its own
     * writable buffer. */
    char *mark = memchr((void *)(uintptr_t)target, '?', x->target_len);
    if (mark)
        mark[1] = '\0';
    l->active++;
    return x;
}

static void fail(struct exchange *x) {
    if (!x->req.fault.code)
        fault_set(&x->req.fault, ERR_INTERNAL, "the handler gave no reason");
    reply_problem(&x->req);
}

void exchange_failed(struct exchange *x, enum err e) {
    if (!e || x->failed)
        return;
    x->failed = true;
    if (x->req.fault.code != e)
        fault_set(&x->req.fault, e, "%s", err_title(e));
}

/* Nothing is in flight any more: there is a reply, or its problem is made. */
static void conclude(struct exchange *x) {
    shared_over(x);
    if ((!x->failed && x->req.replied) || stale_reply(x))
        return;
    if (!x->failed)
        request_fail(&x->req, ERR_INTERNAL, "the handler gave no reply");
    fail(x);
}

/* What the reply was made from goes before its body, which a slow caller may take seconds to read. An upload
 * that breaks off is told to its handler, which then looks at its own. */
static void forget_asked(struct exchange *x) {
    if (!x->asked.block || upload_of(x))
        return;
    request_drop_kept(&x->req);
    arena_back(x->req.arena, x->asked);
}

/* After a handler or a callback returned: replies, or waits for what is in flight. */
static enum MHD_Result settle(struct exchange *x, enum err e) {
    exchange_failed(x, e);
    if (x->req.waiting > 0)
        return MHD_YES;
    conclude(x);
    enum MHD_Result queued = reply_queue(x);
    forget_asked(x);
    return queued;
}

/* One statement in flight: an exchange may have several. */
struct asked {
    struct exchange *x;
    request_next *next;
    int64_t at_us;
    struct pipe *pipe;
    bool again;
    struct statement st; /* it and the parameters only where another pipe may be asked instead */
    size_t n;
    const char **params;
};

void exchange_resume(struct exchange *x) {
    if (x->req.waiting > 0 || !x->suspended)
        return;
    x->suspended = false;
    if (x->parent) {
        conclude(x);
        sub_over(x);
        return;
    }
    shared_over(x);
    x->req.loop->resumed++;
    MHD_resume_connection(x->conn);
}

static bool ask_instead(struct asked *asked, enum err e);

/* Time in the store is counted once, however many statements of a request, or of its sub-requests, are there.
 */
static struct exchange *root_of(struct exchange *x) {
    return x->parent ? x->parent : x;
}

static void store_enter(struct exchange *root, int64_t now_us) {
    if (root->in_store++ == 0)
        root->in_store_us = now_us;
}

static void store_leave(struct exchange *root, int64_t now_us) {
    if (--root->in_store == 0)
        root->req.db_us += now_us - root->in_store_us;
}

static void on_rows(void *ctx, enum err e, const struct rows *rows, const struct fault *f) {
    struct asked *asked = ctx;
    struct exchange *x = asked->x;
    if (e && ask_instead(asked, e))
        return;
    x->primary_told |= !e && asked->pipe == x->req.loop->pipe;
    int64_t now_us = clock_mono_us();
    x->req.waiting--;
    store_leave(root_of(x), now_us);
    meters_statement(x->req.loop, x->req.route, e, now_us - asked->at_us);
    if (e && !x->failed)
        x->req.fault = *f;
    else if (!e && !x->failed)
        e = asked->next(&x->req, rows);
    exchange_failed(x, e);
    exchange_resume(x);
}

static bool ask_instead(struct asked *asked, enum err e) {
    struct pipe *other = asked->again ? NULL : standby_instead(asked->x, asked->pipe, e);
    struct fault f;
    if (!other)
        return false;
    asked->pipe = other;
    asked->again = true;
    return pipe_query(other, &asked->st, asked->n, asked->params, on_rows, asked, &f) == ERR_OK;
}

/* What another pipe would be asked. */
static void copy_statement(struct asked *asked, const struct statement *st, size_t n,
                           const char *const *params) {
    struct arena *a = asked->x->req.arena;
    asked->st = (struct statement){.name = arena_strdup(a, st->name),
                                   .sql = arena_strdup(a, st->sql),
                                   .workspace = st->workspace ? arena_strdup(a, st->workspace) : NULL,
                                   .binary = st->binary};
    asked->n = n;
    asked->params = arena_alloc(a, (n + 1) * sizeof *asked->params);
    for (size_t i = 0; i < n; i++)
        asked->params[i] = params[i] ? arena_strdup(a, params[i]) : NULL;
}

enum err request_query(struct request *req, const struct statement *st, size_t n, const char *const *params,
                       request_next *next) {
    struct exchange *x = exchange_of(req);
    struct asked *asked = arena_alloc(req->arena, sizeof *asked);
    *asked = (struct asked){.x = x, .next = next, .at_us = clock_mono_us(), .pipe = standby_choose(x)};
    if (req->loop->standby.pipe)
        copy_statement(asked, st, n, params);
    enum err e = pipe_query(asked->pipe, st, n, params, on_rows, asked, &req->fault);
    if (!e)
        store_enter(root_of(x), asked->at_us);
    req->waiting += e == ERR_OK;
    return e;
}

/* Rows of a request, the last taken first. */
struct kept {
    struct rows *rows;
    struct kept *next;
};

const struct rows *request_keep(struct request *req, const struct rows *rows) {
    struct kept *k = arena_alloc(req->arena, sizeof *k);
    *k = (struct kept){rows_steal(rows), req->kept};
    req->kept = k;
    return k->rows;
}

void request_drop_kept(struct request *req) {
    for (; req->kept; req->kept = req->kept->next)
        rows_free(req->kept->rows);
}

/* Finds the route; x->early says why there is none. */
static void find_route(struct exchange *x) {
    struct request *req = &x->req;
    const struct server_app *program = req->loop->program;
    const char *allow = NULL;
    enum err e = route_find(program->routes, program->n_routes, req->method, req->path, req->arena,
                            req->segments, &req->route, &allow);
    if (e == ERR_ROUTE_METHOD) {
        request_header(req, "Allow", allow);
        x->options = strcmp(req->method, "OPTIONS") == 0;
        request_fail(req, e, "%s is answered for %s only", req->path, allow);
    } else if (e) {
        request_fail(req, e, "there is nothing at \"%.200s\"", req->path);
    }
    x->early = e;
}

/* Who came when there was no room hears so, and leaves; but how the service is, is told to everybody. */
static void refuse_standing(struct exchange *x) {
    struct request *req = &x->req;
    if (req->route->need == NEED_NOTHING || req->route->need == NEED_METRICS)
        return;
    request_fail(req, ERR_LIMIT_OVERLOAD, "there are %lld connections already",
                 (long long)req->loop->settings->max_connections * 9 / 10);
    count_add(&req->loop->meters.refused_full, 1);
    x->early = req->fault.code;
}

/* The headers are there. A reply now closes the connection: right only where the end of the request is a
 * guess or its body is not wanted. */
static enum MHD_Result begin(struct exchange *x, const char *method, const char *version) {
    x->req.method = arena_strdup(x->req.arena, method);
    bool standing = seat_is_standing(x->req.loop, x->seat);
    if (standing)
        request_header(&x->req, "Connection", "close");
    enum err e = guard_headers(x, method, version);
    seat_goes(x->seat, SEAT_OURS, x->req.started_us / 1000);
    if (!e && shared_ready(x))
        return MHD_YES;
    x->early = uri_parse(&x->req, x->raw, x->target_len);
    if (e)
        return settle(x, e);
    cors_begin(x);
    if (!x->early)
        find_route(x);
    if (!x->early && standing)
        refuse_standing(x);
    if (!x->early)
        x->early = x->req.loop->program->admit(&x->req);
    bool at_once, has_body = x->headers.content_length || x->headers.transfer_encoding;
    e = body_begin(x, &at_once);
    at_once = at_once || (e && standing && has_body);
    if (has_body && !at_once)
        seat_goes(x->seat, SEAT_BODY, clock_mono_ms());
    return at_once ? settle(x, e) : MHD_YES;
}

static enum err dispatch(struct exchange *x) {
    if (x->options)
        return request_reply_fixed(&x->req, 204, NULL, "", 0);
    enum err e = body_end(x);
    return e ? e : x->req.route->handle(&x->req);
}

/* While something is in flight nothing more is read. */
static void hold(struct exchange *x) {
    if (!x->req.waiting)
        return;
    x->suspended = true;
    seat_goes(x->seat, SEAT_OURS, clock_mono_ms());
    MHD_suspend_connection(x->conn);
}

enum MHD_Result exchange_handle(void *loop, struct MHD_Connection *conn, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_size,
                                void **con_cls) {
    (void)conn;
    (void)url;
    struct loop *l = loop;
    struct exchange *x = *con_cls;
    if (!x)
        return MHD_NO;
    if (!x->seen) {
        x->seen = true;
        return begin(x, method, version);
    }
    if (x->ready)
        return shared_send(x);
    if (*upload_size && x->req.waiting)
        return MHD_YES; /* it suspends only behind the chunks that it holds already: they come again */
    if (*upload_size) {
        seat_body(x->seat, *upload_size);
        bool go_on = body_take(x, upload, *upload_size);
        *upload_size = 0;
        hold(x);
        return go_on ? MHD_YES : MHD_NO;
    }
    if (x->dispatched)
        return settle(x, ERR_OK); /* resumed: the answer of the store was handled */
    x->dispatched = true;
    seat_goes(x->seat, SEAT_OURS, clock_mono_ms());
    if (l->stopping)
        request_header(&x->req, "Connection", "close");
    x->asked = arena_mark(x->req.arena);
    enum err e = dispatch(x);
    hold(x);
    return settle(x, e);
}

static void log_access(struct exchange *x) {
    const struct request *req = &x->req;
    int64_t us = clock_mono_us() - req->started_us;
    bool bad = req->status >= 500;
    struct log_pair pairs[12];
    size_t n = 0;
    pairs[n++] = LOG_STR("id", req->id);
    pairs[n++] = LOG_STR("method", req->method);
    pairs[n++] = LOG_STR("path", req->path);
    pairs[n++] = LOG_NUM("status", req->status);
    if (bad) {
        pairs[n++] = LOG_STR("code", err_name(req->fault.code));
        pairs[n++] = LOG_STR("detail", req->fault.detail);
    } else {
        pairs[n++] = LOG_NUM("bytes", x->sent);
        pairs[n++] = LOG_NUM("db_us", req->db_us);
    }
    pairs[n++] = LOG_NUM("us", us);
    if (req->status == 401 || req->status == 403 || req->status == 429)
        pairs[n++] = LOG_STR("from", request_address(&x->req));
    if (x->headers.traceparent)
        pairs[n++] = LOG_STR("traceparent", x->headers.traceparent);
    pairs[n] = (struct log_pair){0};
    log_gather(&req->loop->lines,
               !bad                 ? LOG_INFO
               : req->status == 503 ? LOG_WARN
                                    : LOG_ERROR,
               "request", pairs);
}

void exchange_completed(void *loop, struct MHD_Connection *conn, void **con_cls,
                        enum MHD_RequestTerminationCode code) {
    (void)conn;
    (void)code;
    struct loop *l = loop;
    struct exchange *x = *con_cls;
    if (!x)
        return;
    *con_cls = NULL;
    if (!x->seen) /* it was no request of HTTP */
        x->early = uri_parse(&x->req, x->raw, x->target_len);
    upload_over(x);
    seat_goes(x->seat, SEAT_WAITS, clock_mono_ms());
    log_access(x);
    meters_request(l, x->req.route, x->req.status, clock_mono_us() - x->req.started_us, x->sent);
    l->active--;
    shared_free(x);
    request_drop_kept(&x->req);
    buf_free(&x->req.body);
    buf_free(&x->req.upload);
    buf_free(&x->packed);
    arena_free(x->req.arena);
}
