/* Lists in three formats. Invariant: all of them write the lines of the same table, in its order. */
#include "http/list.h"

#include "accept.h"
#include "exchange.h"

#include <string.h>

static const struct {
    const char *name, *media, *content_type;
} formats[] = {
    [LIST_JSON] = {"json", "application/json", "application/json"},
    [LIST_CSV] = {"csv", "text/csv", "text/csv; charset=utf-8; header=present"},
    [LIST_NDJSON] = {"ndjson", "application/x-ndjson", "application/x-ndjson"},
};

/* What Accept likes best; of equals the first. -1: nothing. */
static int preferred(const char *accept) {
    int best = -1;
    double best_q = 0;
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        double q = accept_media(accept, formats[i].media);
        if (q <= best_q)
            continue;
        best = (int)i;
        best_q = q;
    }
    return best;
}

static enum err choose_format(struct request *req, const char *asked) {
    req->negotiated = true;
    for (size_t i = 0; asked && i < COUNT_OF(formats); i++)
        if (strcmp(asked, formats[i].name) == 0) {
            req->format = (enum list_format)i;
            return ERR_OK;
        }
    const char *accept = exchange_of(req)->headers.accept;
    int best = preferred(accept);
    if (best < 0) {
        request_fail(req, ERR_ROUTE_NOT_ACCEPTABLE,
                     "there is application/json, text/csv and application/x-ndjson, Accept was \"%.200s\"",
                     accept);
        return fault_param(&req->fault, NULL, NULL, "application/json,text/csv,application/x-ndjson");
    }
    req->format = (enum list_format)best;
    return ERR_OK;
}

enum err list_choose(struct request *req, const struct list_choice *choice, const struct field *fields,
                     size_t n, const char *added) {
    enum err e = choose_format(req, choice->format);
    if (!e && choice->fields.text)
        e = fields_choose(fields, n, added, choice->fields.text, req->arena, &req->fault, &req->chosen);
    return e;
}

static void put_object(struct request *req, const struct list *l, const struct fields_plan *plan, size_t i,
                       struct json *w) {
    const void *row = (const char *)l->rows + i * l->size;
    json_object(w);
    fields_json_planned(plan, row, w);
    if (l->more)
        l->more(req, row, w);
    json_object_end(w);
}

void list_json(struct request *req, const struct list *l, struct json *w) {
    struct fields_plan plan = fields_plan(l->fields, l->n, req->chosen, req->arena);
    json_array(w);
    for (size_t i = 0; i < l->count; i++)
        put_object(req, l, &plan, i, w);
    json_array_end(w);
}

static void put_lines(struct request *req, const struct list *l) {
    struct fields_plan plan = fields_plan(l->fields, l->n, req->chosen, req->arena);
    for (size_t i = 0; i < l->count; i++) {
        struct json w = json_to(&req->body);
        put_object(req, l, &plan, i, &w);
        buf_putc(&req->body, '\n');
    }
}

static void put_csv(struct request *req, const struct list *l) {
    fields_csv_names(l->fields, l->n, req->chosen, &req->body);
    for (size_t i = 0; i < l->count; i++)
        fields_csv(l->fields, l->n, req->chosen, (const char *)l->rows + i * l->size, &req->body);
}

const char *request_next_link(struct request *req, const char *cursor) {
    struct buf link = {0};
    buf_printf(&link, "<%s?", req->path);
    for (size_t i = 0; i < req->n_args; i++) {
        const struct param_arg *arg = &req->args[i];
        if (strcmp(arg->name, "cursor") == 0)
            continue;
        buf_printf(&link, "%s=", arg->name);
        buf_put_percent(&link, arg->value, arg->value_len);
        buf_putc(&link, '&');
    }
    buf_printf(&link, "cursor=%s>; rel=\"next\"", cursor);
    const char *out = arena_strndup(req->arena, link.data, link.len);
    buf_free(&link);
    return out;
}

enum err list_reply(struct request *req, const struct list *l) {
    if (req->format == LIST_CSV)
        put_csv(req, l);
    else
        put_lines(req, l);
    return request_reply(req, 200, formats[req->format].content_type);
}
