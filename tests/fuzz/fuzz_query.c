/* Request targets: path, arguments, and the parameters of /match, /plan and the writes by their tables. The
 * SQL of the filters may hold no byte of the caller's: the same lines given make the same text. */
#include "fuzz.h"

#include "../../src/api/match.h"
#include "../../src/api/plan.h"
#include "../../src/api/tables.h"
#include "../../src/http/uri.h"
#include "base/text.h"
#include "http/list.h"

union any_query {
    struct match_query match;
    char room[16384];
};

static void parse(const struct request *req, const struct param *table, size_t n) {
    union any_query *q = arena_alloc(req->arena, sizeof *q);
    uint64_t given = 0;
    struct fault f = {0};
    enum err e = params_parse(table, n, req->args, req->n_args, req->arena, &f, q, &given);
    HOLDS(e == ERR_OK || (f.code == e && text_utf8_valid(f.detail, strlen(f.detail))));
    if (e)
        return;
    struct buf out = {0};
    struct json w = json_to(&out);
    json_object(&w);
    params_json(table, n, q, &w);
    json_object_end(&w);
    HOLDS(text_utf8_valid(out.data, out.len));
    buf_free(&out);
}

static void where(const struct request *req) {
    struct match_query *q = arena_alloc(req->arena, sizeof *q);
    uint64_t given = 0;
    struct fault f = {0};
    if (params_parse(match_params, match_param_count, req->args, req->n_args, req->arena, &f, q, &given))
        return;
    const struct param_named named[] = {{"today", "1"}, {"world", "1"}, {"workspace", "1"}, {NULL, NULL}};
    struct params_where w = params_where(match_params, match_param_count, q, 1, named, req->arena);
    HOLDS(w.count <= PARAM_VALUES_MAX);
    for (size_t i = 0; i < req->n_args; i++)
        if (strstr(req->args[i].value, "'; drop")) /* a seed of the corpus carries it */
            HOLDS(!strstr(w.sql, "drop"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char *raw = fuzz_text(data, n);
    struct arena *a = arena_new(16384);
    struct request *req = arena_alloc(a, sizeof *req);
    req->arena = a;
    size_t len = strlen(raw);
    enum err e = uri_parse(req, raw, len);
    HOLDS(e == ERR_OK || req->fault.code == e);
    HOLDS(text_utf8_valid(req->path, strlen(req->path)));
    if (!e) {
        parse(req, match_params, match_param_count);
        parse(req, plan_params, plan_param_count);
        parse(req, write_rows_params, write_rows_param_count);
        parse(req, import_post_params, import_post_param_count);
        where(req);
    }
    arena_free(a);
    free(raw);
    return 0;
}
