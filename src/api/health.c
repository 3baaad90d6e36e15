/* Is the process alive, can it answer. */
#include "api/api.h"

#include "base/json.h"

#include <string.h>

enum err api_livez(struct request *req) {
    static const char body[] = "{\"status\":\"live\"}";
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    return e ? e : request_reply_fixed(req, 200, "application/json", body, sizeof body - 1);
}

static enum err ready_rows(struct request *req, const struct rows *rows) {
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    struct json w = json_to(&req->body);
    json_object(&w);
    json_kstr(&w, "status", "ready");
    json_ki64(&w, "schema_version", rows_i64(rows, 0, 0));
    json_ki64(&w, "taxonomy_version", s->taxonomy_version);
    json_kstr(&w, "model_version", s->model_version[s->default_world]);
    json_kstr(&w, "default_world", api_world_name(s->default_world));
    json_kbool(&w, "accounts_waiting", rows_bool(rows, 0, 1));
    json_ki64(&w, "accounts_set_aside", rows_i64(rows, 0, 2));
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err api_readyz(struct request *req) {
    const struct snapshot *s;
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    if (!e)
        e = api_snapshot(req, &s);
    if (e)
        return e;
    struct statement st = api_statement(req, "ready");
    return request_query(req, &st, 0, NULL, ready_rows);
}
