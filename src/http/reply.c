/* Replies. Invariant: every reply has a request id, and an error is always a problem document. */
#include "exchange.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void request_header(struct request *req, const char *name, const char *value) {
    if (req->n_headers < REQUEST_HEADERS)
        req->headers[req->n_headers++] = (struct reply_header){name, value};
}

void request_timing(struct request *req, const char *metric) {
    req->timing = metric;
}

enum err request_reply(struct request *req, int status, const char *content_type) {
    req->status = status;
    req->content_type = content_type;
    req->replied = true;
    return ERR_OK;
}

enum err request_reply_fixed(struct request *req, int status, const char *content_type, const char *body,
                             size_t len) {
    req->fixed_body = body;
    req->fixed_len = len;
    return request_reply(req, status, content_type);
}

static void put_words(const struct fault *f, struct json *w) {
    if (f->param[0])
        json_kstr(w, "param", f->param);
    if (f->value[0])
        json_kstr(w, "value", f->value);
    if (f->allowed[0])
        json_kstr(w, "allowed", f->allowed);
    if (!f->hint_count)
        return;
    json_key(w, "did_you_mean");
    json_array(w);
    for (size_t i = 0; i < f->hint_count; i++)
        json_str(w, f->hints[i]);
    json_array_end(w);
}

static void put_body_faults(const struct request *req, struct json *w) {
    if (!req->body_faults)
        return;
    json_key(w, "errors");
    json_array(w);
    for (const struct body_fault *b = req->body_faults; b; b = b->next) {
        json_object(w);
        json_kstr(w, "pointer", b->pointer);
        json_kstr(w, "detail", b->detail);
        json_object_end(w);
    }
    json_array_end(w);
}

void reply_problem(struct request *req) {
    const struct fault *f = &req->fault;
    req->body.len = 0;
    req->fixed_body = NULL;
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "type");
    json_str(&w, arena_printf(req->arena, "urn:niched:error:%s", err_name(f->code)));
    json_kstr(&w, "title", err_title(f->code));
    json_ki64(&w, "status", err_status(f->code));
    json_kstr(&w, "detail", f->detail);
    json_kstr(&w, "instance", req->path);
    json_kstr(&w, "code", err_name(f->code));
    json_kstr(&w, "request_id", req->id);
    put_words(f, &w);
    put_body_faults(req, &w);
    if (req->problem_more)
        buf_puts(&req->body, req->problem_more);
    json_object_end(&w);
    int wait_s = f->retry_after_s ? f->retry_after_s : err_status(f->code) == 503;
    if (wait_s)
        request_header(req, "Retry-After", arena_printf(req->arena, "%d", wait_s));
    (void)request_reply(req, err_status(f->code), "application/problem+json");
}

static struct MHD_Response *make_response(struct exchange *x) {
    const char *bytes = x->req.fixed_body ? x->req.fixed_body : x->req.body.data;
    size_t n = x->req.fixed_body ? x->req.fixed_len : x->req.body.len;
    if (x->packed.len) {
        bytes = x->packed.data;
        n = x->packed.len;
    }
    x->sent = n;
    return MHD_create_response_from_buffer(n, (void *)(uintptr_t)(n ? bytes : ""), MHD_RESPMEM_PERSISTENT);
}

static bool has_header(const struct request *req, const char *name) {
    for (size_t i = 0; i < req->n_headers; i++)
        if (strcmp(req->headers[i].name, name) == 0)
            return true;
    return false;
}

static void add_headers(struct exchange *x, struct MHD_Response *res) {
    const struct request *req = &x->req;
    char timing[160];
    int64_t total_us = clock_mono_us() - req->started_us;
    snprintf(timing, sizeof timing, "db;dur=%lld.%03d, total;dur=%lld.%03d%s%s", (long long)req->db_us / 1000,
             (int)(req->db_us % 1000), (long long)total_us / 1000, (int)(total_us % 1000),
             req->timing ? ", " : "", req->timing ? req->timing : "");
    if (req->content_type)
        MHD_add_response_header(res, "Content-Type", req->content_type);
    MHD_add_response_header(res, "X-Request-Id", req->id);
    MHD_add_response_header(res, "Server-Timing", timing);
    MHD_add_response_header(res, "X-Content-Type-Options", "nosniff");
    if (!has_header(req, "Cache-Control"))
        MHD_add_response_header(res, "Cache-Control", "no-cache");
    MHD_add_response_header(res, "Vary",
                            req->negotiated ? "Accept, Accept-Encoding, Origin" : "Accept-Encoding, Origin");
    if (req->etag)
        MHD_add_response_header(res, "ETag", req->etag);
    if (x->coding != CODING_IDENTITY)
        MHD_add_response_header(res, "Content-Encoding", coding_name(x->coding));
    for (size_t i = 0; i < req->n_headers; i++)
        MHD_add_response_header(res, req->headers[i].name, req->headers[i].value);
    cors_headers(x, res);
}

/* The body lives in the request until libmicrohttpd says that the exchange is over, so it need not be copied.
 */
enum MHD_Result reply_queue(struct exchange *x) {
    reply_finish(x);
    buf_trim(&x->req.body); /* half of what doubles may be empty, while a slow caller reads */
    struct MHD_Response *res = make_response(x);
    if (!res)
        return MHD_NO;
    add_headers(x, res);
    enum MHD_Result ok = MHD_queue_response(x->conn, (unsigned)x->req.status, res);
    if (!shared_sent(x, res))
        MHD_destroy_response(res);
    return ok;
}
