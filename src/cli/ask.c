/* A running niched as the source of answers. Invariant: a request that fails there fails here with the same
 * code, and so with the same exit status. */
#include "ask.h"

#include "base/json_read.h"
#include "base/macros.h"
#include "ingest/fetch.h"

#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 60000, ANSWER_MAX_BYTES = 64 * 1024 * 1024 };

/* "/creators/7?limit=3": the route's path with its values in place, the arguments behind. */
static void put_target(const struct offline_ask *ask, struct buf *out) {
    size_t segment = 0;
    for (const char *c = ask->route->path; *c; c++) {
        if (*c != '{') {
            buf_putc(out, *c);
            continue;
        }
        const char *value = ask->segments[segment++];
        buf_put_percent(out, value, strlen(value));
        c += strcspn(c, "}");
    }
    for (size_t i = 0; i < ask->n_args; i++) {
        buf_putc(out, i ? '&' : '?');
        buf_put_percent(out, ask->args[i].name, ask->args[i].name_len);
        buf_putc(out, '=');
        buf_put_percent(out, ask->args[i].value, ask->args[i].value_len);
    }
}

static const char *text_of(const struct json_value *object, const char *name) {
    const struct json_value *v = object->kind == JSON_OBJECT ? json_member(object, name) : NULL;
    return v && v->kind == JSON_TEXT ? v->text : NULL;
}

/* The code that stands for a status whose own code is not known here: a newer niched's, or a proxy's. */
static enum err code_of(int status) {
    for (enum err e = ERR_OK + 1; e < ERR_COUNT; e++)
        if (err_status(e) == status)
            return e;
    return status >= 500 ? ERR_IO : ERR_USAGE;
}

/* A problem document as the fault that it was made of. */
static enum err take_problem(const char *url, int status, const struct buf *body, struct arena *a,
                             struct fault *f) {
    const struct json_value *problem;
    const char *where;
    struct fault unreadable;
    if (json_read(body->data, body->len, a, &unreadable, &problem, &where) || !text_of(problem, "code"))
        return fault_set(f, ERR_IO, "%s answered with status %d, not as niched does", url, status);
    const char *name = text_of(problem, "code"), *detail = text_of(problem, "detail");
    enum err code = err_by_name(name);
    if (strcmp(err_name(code), name) != 0 || !code)
        code = code_of(status);
    fault_set(f, code, "%s", detail ? detail : name);
    const struct json_value *hints = json_member(problem, "did_you_mean");
    for (const struct json_value *v = hints && hints->kind == JSON_LIST ? hints->first : NULL; v; v = v->next)
        if (v->kind == JSON_TEXT)
            fault_hint(f, v->text);
    return code;
}

static enum err check(const char *url, struct fetch_answer *answer, struct arena *a, struct fault *f) {
    static const char *const ours[] = {"application/json", "text/csv", "application/x-ndjson"};
    const char *type = answer->usage + strspn(answer->usage, " ");
    if (answer->status >= 400)
        return take_problem(url, answer->status, &answer->body, a, f);
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        if (answer->status == 200 && strncmp(type, ours[i], strlen(ours[i])) == 0)
            return ERR_OK;
    return fault_set(f, ERR_DATA_FORMAT, "%s answered with status %d and \"%.60s\", not as niched does", url,
                     answer->status, type);
}

enum err ask_there(const char *url, const char *key, const struct offline_ask *ask, struct arena *a,
                   struct fault *f, struct offline_answer *ret_answer) {
    CLEANUP(buf_free) struct buf target = {0};
    CLEANUP(buf_free) struct buf bearer = {0};
    if (*key)
        buf_printf(&bearer, "Bearer %s", key);
    struct fetch_options options = {.base = url,
                                    .secret_name = *key ? "Authorization" : NULL,
                                    .secret = bearer.data,
                                    .any_http = true,
                                    .accept = "application/json, application/problem+json, */*;q=0.1",
                                    .usage_header = "content-type",
                                    .timeout_ms = TIMEOUT_MS,
                                    .max_bytes = ANSWER_MAX_BYTES};
    struct fetch *fetch = NULL;
    struct fetch_answer answer = {0};
    put_target(ask, &target);
    enum err e = fetch_open(&options, f, &fetch);
    if (!e)
        e = fetch_get(fetch, target.data, f, &answer);
    if (!e)
        e = check(url, &answer, a, f);
    if (!e)
        *ret_answer = (struct offline_answer){answer.status, NULL, answer.body};
    else
        buf_free(&answer.body);
    fetch_close(fetch);
    return e;
}
