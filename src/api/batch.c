/* POST /match/batch: up to 50 queries at once. Each is run as a request of its own through the handler of
 * /match, so that its answer is that of GET /match; one that fails answers with its problem and leaves the
 * others alone. Invariants: at most AT_ONCE run at a time, so that one batch does not keep the loop's pipe to
 * itself; answers stand in the order of the queries; what was collected is bounded. */
#include "api/api.h"

#include "base/json.h"
#include "http/body.h"
#include "http/sub.h"
#include "tables.h"

#include <stdlib.h>
#include <string.h>

enum { QUERIES_MAX = 50, AT_ONCE = 8, ANSWERS_BYTES_MAX = 8 * 1024 * 1024 };

struct batch_query {
    const struct json_value *queries;
};

const struct param batch_members[] = {
    {"queries", PARAM_JSON, offsetof(struct batch_query, queries), 0, 0, NULL, NULL, true, PARAM_NO_FILTER,
     NULL, "a list of 1 to 50 objects with the parameters of /match"},
};
const size_t batch_member_count = COUNT_OF(batch_members);

struct query {
    struct param_arg args[REQUEST_ARGS];
    size_t n_args;
    int status;
    bool json;
    char *body; /* of malloc() */
    size_t len;
};

struct batch {
    const struct route *route;
    struct query *queries;
    size_t count, begun, over, bytes;
};

static void add_arg(struct request *req, struct query *q, const struct json_value *name,
                    const struct json_value *v) {
    if (v->kind == JSON_LIST || v->kind == JSON_OBJECT)
        body_fault(req, v, "%.60s must be a text, a number, true, false or a list of these, got %s",
                   name->name, json_kind_name(v->kind));
    else if (v->kind != JSON_NULL && q->n_args == REQUEST_ARGS)
        body_fault(req, v, "a query takes at most %d values", REQUEST_ARGS);
    else if (v->kind != JSON_NULL)
        q->args[q->n_args++] = (struct param_arg){name->name, name->name_len, v->text, v->len};
}

/* An object as the arguments of a query string; a list as one argument several times. */
static void read_query(struct request *req, const struct json_value *object, struct query *q) {
    if (object->kind != JSON_OBJECT) {
        body_fault(req, object, "a query must be an object, got %s", json_kind_name(object->kind));
        return;
    }
    for (const struct json_value *m = object->first; m; m = m->next) {
        if (m->kind != JSON_LIST)
            add_arg(req, q, m, m);
        for (const struct json_value *v = m->kind == JSON_LIST ? m->first : NULL; v; v = v->next)
            add_arg(req, q, m, v);
    }
}

static enum err read_batch(struct request *req, struct batch *b) {
    const struct json_value *body;
    struct batch_query query;
    struct body_given given;
    enum err e = body_object(req, &body);
    if (e)
        return e;
    body_read(req, body, batch_members, batch_member_count, &query, &given);
    e = body_checked(req);
    if (e)
        return e;
    const struct json_value *list = query.queries;
    if (list->kind != JSON_LIST || list->count < 1 || list->count > QUERIES_MAX) {
        body_fault(req, list, "queries must be a list of 1 to %d objects, got %s of %zu", QUERIES_MAX,
                   json_kind_name(list->kind), list->count);
        return body_checked(req);
    }
    b->queries = arena_alloc(req->arena, list->count * sizeof *b->queries);
    for (const struct json_value *v = list->first; v; v = v->next)
        read_query(req, v, &b->queries[b->count++]);
    return body_checked(req);
}

/* A body that is no JSON (format=csv) goes into the answer as a text. */
static enum err write_batch(struct request *req) {
    struct batch *b = req->state;
    buf_reserve(&req->body, b->bytes + b->count * 32 + 16);
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "answers");
    json_array(&w);
    for (size_t i = 0; i < b->count; i++) {
        struct query *q = &b->queries[i];
        json_object(&w);
        json_ki64(&w, "status", q->status);
        json_key(&w, "body");
        if (q->json)
            json_raw(&w, q->body, q->len);
        else
            json_strn(&w, q->body ? q->body : "", q->len);
        json_object_end(&w);
        free(q->body);
    }
    json_array_end(&w);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

static void begin_next(struct request *req);

static void query_over(struct request *req, size_t index, struct request *sub) {
    struct batch *b = req->state;
    struct query *q = &b->queries[index];
    q->status = sub->status;
    q->json = strstr(sub->content_type, "json") && !strstr(sub->content_type, "ndjson");
    q->body = buf_take(&sub->body, &q->len);
    b->bytes += q->len;
    b->over++;
    begin_next(req);
    if (b->over == b->count && !req->replied)
        (void)write_batch(req);
}

static void begin_next(struct request *req) {
    struct batch *b = req->state;
    while (b->begun < b->count && b->begun - b->over < AT_ONCE) {
        size_t i = b->begun++;
        struct fault full = {0};
        if (b->bytes > ANSWERS_BYTES_MAX)
            fault_set(&full, ERR_LIMIT_BATCH,
                      "the answers before this one exceed %d bytes: ask for it in another batch",
                      ANSWERS_BYTES_MAX);
        const struct query *q = &b->queries[i];
        enum err e = request_sub(req, b->route, q->args, q->n_args, full.code ? &full : NULL, i, query_over);
        if (e)
            abort(); /* as the arena does when memory is out */
    }
}

enum err api_match_batch(struct request *req) {
    struct batch *b = arena_alloc(req->arena, sizeof *b);
    uint64_t given;
    char none;
    req->state = b;
    enum err e = api_params(req, &none, &given);
    if (!e)
        e = read_batch(req, b);
    if (e)
        return e;
    for (size_t i = 0; i < api_route_count; i++)
        if (strcmp(api_routes[i].name, "match") == 0)
            b->route = &api_routes[i];
    begin_next(req);
    return ERR_OK;
}
