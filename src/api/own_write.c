/* DELETE of a workspace's rows. Invariant: a row of another workspace is one that there is not. */
#include "own.h"

#include "base/hash.h"
#include "writes.h"

#include <string.h>

static const struct {
    const char *route, *query, *noun;
} drops[] = {
    {"price_delete", "own_price_drop", "price"},
    {"collaboration_delete", "own_collaboration_drop", "collaboration"},
    {"conversion_delete", "own_conversion_drop", "conversion report"},
};

const char *own_tag(struct request *req, const char *workspace, int64_t version) {
    const char *text = arena_printf(req->arena, "%s %lld", workspace, (long long)version);
    return arena_printf(req->arena, "%016llx", (unsigned long long)hash_text(HASH_START, text));
}

enum err own_check_tag(struct request *req) {
    const struct write_state *st = req->state;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    if (!st->if_match)
        return ERR_OK;
    enum err e = db_query(st->db, "own_version", 1, &st->workspace, &req->fault, &rows);
    if (e)
        return e;
    const char *tag = rows_count(rows) ? own_tag(req, st->workspace, rows_i64(rows, 0, 0)) : NULL;
    return write_matches(st->if_match, tag)
               ? ERR_OK
               : request_fail(req, ERR_WORKSPACE_CHANGED,
                              "If-Match is %.100s, the rows of the workspace have another tag: GET the list, "
                              "and write again with its ETag",
                              st->if_match);
}

enum err api_row_id(struct request *req) {
    const char *id = req->segments[0];
    size_t n = strlen(id);
    if (n <= 18 && strspn(id, "0123456789") == n)
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID, "the id must be a number, as the list has it, got \"%.100s\"", id);
    return fault_param(&req->fault, "id", id, "1 to 18 digits");
}

enum err own_drop(struct request *req) {
    struct write_state *st = req->state;
    size_t i = 0;
    while (strcmp(drops[i].route, req->route->name) != 0)
        i++;
    const char *params[] = {st->workspace, req->segments[0]};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(st->db, drops[i].query, COUNT_OF(params), params, &req->fault, &rows);
    if (!e && !rows_count(rows))
        e = request_fail(req, ERR_ROW_UNKNOWN, "the workspace has no %s with id %s", drops[i].noun,
                         req->segments[0]);
    st->status = 204;
    return e ? e : db_query(st->db, "workspace_touch", 1, params, &req->fault, NULL);
}
