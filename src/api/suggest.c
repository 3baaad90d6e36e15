/* See the header. Invariant: the fault stays what it was; the counts are an addition. */
#include "api/suggest.h"

#include "base/json.h"

static enum err count_rows(struct request *req, const struct rows *rows) {
    CLEANUP(buf_free) struct buf out = {0};
    buf_puts(&out, ",\"suggestions\":");
    struct json w = json_to(&out);
    json_array(&w);
    for (size_t i = 0; i < rows_count(rows); i++) {
        json_object(&w);
        json_kstr(&w, "niche", rows_text(rows, i, 0));
        json_ki64(&w, "creators", rows_i64(rows, i, 1));
        json_object_end(&w);
    }
    json_array_end(&w);
    req->problem_more = arena_strndup(req->arena, out.data, out.len);
    return req->fault.code;
}

enum err suggest_ask(struct request *req, int world) {
    const char *slugs = "";
    if (!req->fault.hint_count)
        return req->fault.code;
    for (size_t i = 0; i < req->fault.hint_count; i++)
        slugs = arena_printf(req->arena, "%s%s%s", slugs, i ? "," : "", req->fault.hints[i]);
    const char *params[] = {world ? "1" : "0", arena_printf(req->arena, "{%s}", slugs)};
    struct statement stmt = api_statement(req, "niche_counts");
    return request_query(req, &stmt, COUNT_OF(params), params, count_rows);
}
