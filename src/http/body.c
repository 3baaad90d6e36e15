/* Bodies: collecting what comes up to the route's bound, and reading it by a table. Invariant: nothing is
 * kept of a body that no handler reads. */
#include "http/body.h"

#include "exchange.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- collecting */

bool body_media_ok(const char *type, const char *media) {
    size_t len = strlen(media);
    if (!type || strncasecmp(type, media, len) != 0)
        return false;
    const char *rest = type + len;
    rest += strspn(rest, " \t");
    while (*rest == ';') {
        rest += 1 + strspn(rest + 1, " \t");
        size_t n = strcspn(rest, ";"), end = n;
        while (end && strchr(" \t", rest[end - 1]))
            end--;
        bool charset = strncasecmp(rest, "charset=", 8) == 0;
        bool utf8 = (end == 13 && strncasecmp(rest + 8, "utf-8", 5) == 0) ||
                    (end == 15 && strncasecmp(rest + 8, "\"utf-8\"", 7) == 0);
        if (charset && !utf8)
            return false;
        rest += n;
    }
    return *rest == '\0';
}

static const char *media_of(const struct exchange *x) {
    const char *media = x->req.route->body->media;
    return media ? media : "application/json";
}

static enum err check_headers(struct exchange *x) {
    if (upload_of(x))
        return upload_headers(x);
    const char *type = x->headers.content_type, *encoding = x->headers.content_encoding;
    if (encoding && strcasecmp(encoding, "identity") != 0)
        return request_fail(&x->req, ERR_BODY_UNSUPPORTED,
                            "a body must come as it is, without Content-Encoding, got \"%.100s\"", encoding);
    if (!body_media_ok(type, media_of(x)))
        return request_fail(&x->req, ERR_BODY_UNSUPPORTED,
                            "the body must be %s in UTF-8, got Content-Type \"%.100s\"", media_of(x),
                            type ? type : "");
    return ERR_OK;
}

static enum err too_large(struct exchange *x) {
    return request_fail(&x->req, ERR_BODY_TOO_LARGE, "a body for %s has at most %zu bytes", x->req.path,
                        x->body_max);
}

static enum err missing(struct exchange *x) {
    return request_fail(&x->req, ERR_BODY_MISSING, "%s %s takes a %s as its body", x->req.method, x->req.path,
                        upload_of(x) ? "file" : "JSON object");
}

enum err body_begin(struct exchange *x, bool *ret_at_once) {
    const char *length = x->headers.content_length;
    const struct route_body *body = x->early ? NULL : x->req.route->body;
    const struct route_upload *upload = upload_of(x);
    size_t given = length ? strtoull(length, NULL, 10) : 0;
    x->body_max = body ? body->max_bytes : REQUEST_BODY_MAX;
    if (upload)
        x->early = upload->begin(&x->req, &x->body_max);
    bool large = given > x->body_max;
    if (!x->early && large)
        x->early = too_large(x);
    if (!x->early && body)
        x->early = given > 0 || x->headers.transfer_encoding ? check_headers(x) : missing(x);
    *ret_at_once = x->early && (large || x->headers.expect || (upload && given > REQUEST_BODY_MAX));
    return x->early;
}

bool body_take(struct exchange *x, const char *bytes, size_t n) {
    x->body_bytes += n;
    bool wanted = !x->early && !x->failed && x->req.route->body && x->body_bytes <= x->body_max;
    if (wanted)
        buf_put(&x->req.upload, bytes, n);
    if (wanted && upload_of(x))
        upload_taken(x);
    return x->body_bytes <= x->body_max + BODY_DROP_MAX;
}

enum err body_end(struct exchange *x) {
    if (x->early || !x->req.route->body)
        return x->early;
    if (x->failed)
        return x->req.fault.code;
    if (x->body_bytes > x->body_max)
        return too_large(x);
    return x->body_bytes ? ERR_OK : missing(x);
}

/* ---- reading */

void body_fault(struct request *req, const struct json_value *at, const char *fmt, ...) {
    struct body_fault **end = &req->body_faults;
    size_t count = 0;
    for (; *end; count++)
        end = &(*end)->next;
    if (count == BODY_FAULTS_MAX)
        return;
    char detail[sizeof req->fault.detail];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(detail, sizeof detail, fmt, ap);
    va_end(ap);
    struct fault valid;
    fault_set(&valid, ERR_BODY_INVALID, "%s", detail); /* a cut leaves whole characters */
    struct body_fault *b = arena_alloc(req->arena, sizeof *b);
    *b = (struct body_fault){json_pointer(at, req->arena), arena_strdup(req->arena, valid.detail), NULL};
    *end = b;
}

enum err body_checked(struct request *req) {
    const struct body_fault *b = req->body_faults;
    if (!b)
        return ERR_OK;
    size_t more = 0;
    for (const struct body_fault *m = b->next; m; m = m->next)
        more++;
    if (!more)
        return request_fail(req, ERR_BODY_INVALID, "%s", b->detail);
    return request_fail(req, ERR_BODY_INVALID, "%s; errors has %zu more", b->detail, more);
}

enum err body_value(struct request *req, const struct json_value **ret_value) {
    const struct json_value *v;
    struct body_fault *b = arena_alloc(req->arena, sizeof *b);
    enum err e = json_read(req->upload.data, req->upload.len, req->arena, &req->fault, &v, &b->pointer);
    if (e) {
        b->detail = arena_strdup(req->arena, req->fault.detail);
        req->body_faults = b;
        return e;
    }
    *ret_value = v;
    return ERR_OK;
}

enum err body_object(struct request *req, const struct json_value **ret_object) {
    const struct json_value *v;
    enum err e = body_value(req, &v);
    if (e)
        return e;
    if (v->kind != JSON_OBJECT) {
        body_fault(req, v, "the body must be an object, got %s", json_kind_name(v->kind));
        return body_checked(req);
    }
    *ret_object = v;
    return ERR_OK;
}

/* Sets a member from a scalar through the table's own parser. */
static void set_scalar(struct request *req, const struct json_value *v, const struct param *p,
                       void *ret_struct) {
    struct fault f = {0};
    struct param_arg arg = {p->name, strlen(p->name), v->text, v->len};
    if (param_set(p, &arg, req->arena, &f, ret_struct))
        body_fault(req, v, "%s", f.detail);
}

static void set_number(struct request *req, const struct json_value *v, const struct param *p,
                       void *ret_struct) {
    if (!(v->number >= p->min && v->number <= p->max)) {
        body_fault(req, v, "%s must be a number from %g to %g, got %.60s", p->name, p->min, p->max, v->text);
        return;
    }
    *(double *)(void *)((char *)ret_struct + p->offset) = v->number;
}

static void set_list(struct request *req, const struct json_value *list, const struct param *p,
                     void *ret_struct) {
    for (const struct json_value *v = list->first; v; v = v->next)
        if (v->kind == JSON_TEXT)
            set_scalar(req, v, p, ret_struct);
        else
            body_fault(req, v, "%s must be a list of texts, got %s in it", p->name, json_kind_name(v->kind));
}

/* What a type is written as in JSON. */
static const char *const wanted[] = {
    [PARAM_INT] = "a whole number",
    [PARAM_RATE] = "a number",
    [PARAM_NUMBER] = "a number",
    [PARAM_FLAG] = "true or false",
    [PARAM_BOOL] = "true or false",
    [PARAM_CHOICE] = "a text",
    [PARAM_TEXT] = "a text",
    [PARAM_LIST] = "a list of texts",
    [PARAM_PHRASE] = "a text",
    [PARAM_WORDS] = "a list of texts",
    [PARAM_JSON] = "a list or an object",
};

static bool takes(const struct param *p, enum json_kind kind) {
    switch (p->type) {
    case PARAM_INT:
    case PARAM_NUMBER:
        return kind == JSON_NUMBER;
    case PARAM_RATE:
        return kind == JSON_NUMBER || kind == JSON_TEXT;
    case PARAM_BOOL:
    case PARAM_FLAG:
        return kind == JSON_BOOL;
    case PARAM_CHOICE:
    case PARAM_PHRASE:
        return kind == JSON_TEXT;
    case PARAM_TEXT:
        return kind == JSON_TEXT || (kind == JSON_LIST && p->choices);
    case PARAM_LIST:
    case PARAM_WORDS:
        return kind == JSON_TEXT || kind == JSON_LIST;
    case PARAM_JSON:
        return kind == JSON_LIST || kind == JSON_OBJECT;
    }
    return false;
}

static void set_member(struct request *req, const struct json_value *v, const struct param *p,
                       void *ret_struct) {
    if (!takes(p, v->kind))
        body_fault(req, v, "%s must be %s, got %s", p->name, wanted[p->type], json_kind_name(v->kind));
    else if (p->type == PARAM_JSON)
        *(const struct json_value **)(void *)((char *)ret_struct + p->offset) = v;
    else if ((p->type == PARAM_RATE || p->type == PARAM_NUMBER) && v->kind == JSON_NUMBER)
        set_number(req, v, p, ret_struct);
    else if (v->kind == JSON_LIST)
        set_list(req, v, p, ret_struct);
    else
        set_scalar(req, v, p, ret_struct);
}

static const struct param *line_of(const struct param *table, size_t n, const struct json_value *v) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, v->name) == 0)
            return &table[i];
    return NULL;
}

static void finish(struct request *req, const struct json_value *object, const struct param *p, bool absent,
                   void *ret_struct) {
    if (absent && p->required) {
        body_fault(req, object, "%s is required%s%s", p->name, p->help ? ": " : "", p->help ? p->help : "");
        return;
    }
    struct fault f = {0};
    struct param_arg arg = {p->name, strlen(p->name), p->fallback, p->fallback ? strlen(p->fallback) : 0};
    if (absent && p->fallback && param_set(p, &arg, req->arena, &f, ret_struct))
        body_fault(req, object, "%s", f.detail);
}

void body_read(struct request *req, const struct json_value *object, const struct param *table, size_t n,
               void *ret_struct, struct body_given *ret_given) {
    struct body_given given = {0};
    for (size_t i = 0; i < n; i++)
        param_set_absent(&table[i], ret_struct);
    if (object->kind != JSON_OBJECT) {
        body_fault(req, object, "this must be an object, got %s", json_kind_name(object->kind));
        *ret_given = given;
        return;
    }
    for (const struct json_value *v = object->first; v; v = v->next) {
        const struct param *p = line_of(table, n, v);
        if (!p) {
            struct fault f;
            fault_set(&f, ERR_BODY_INVALID, "there is no member \"%.60s\"", v->name);
            params_hint(table, n, v->name, v->name_len, &f);
            body_fault(req, v, "%s", f.detail);
            continue;
        }
        uint64_t bit = UINT64_C(1) << (p - table);
        if (v->kind == JSON_NULL)
            given.cleared |= bit;
        else
            given.given |= bit;
        if (v->kind != JSON_NULL)
            set_member(req, v, p, ret_struct);
    }
    for (size_t i = 0; i < n; i++)
        finish(req, object, &table[i], !(given.given >> i & 1), ret_struct);
    *ret_given = given;
}
