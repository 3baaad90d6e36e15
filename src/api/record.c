/* All that is stored of one person, for whoever must tell them. Invariant: only scope admin gets it, and of
 * what is private to workspaces no row at all: row-level security leaves the caller's own, creator_record()
 * counts these. */
#include "api/api.h"

#include "authority.h"
#include "record.h"

#include <string.h>

static enum err write_record(struct request *req, const struct rows *rows) {
    const char *text = rows_text(rows, 0, 0);
    if (!text && strcmp(req->route->name, "creator") == 0)
        return api_creator_missing(req);
    if (!text)
        return request_fail(req, ERR_CREATOR_UNKNOWN, "there is no creator \"%.100s/%.100s\"",
                            req->segments[0], req->segments[1]);
    buf_puts(&req->body, text);
    return request_reply(req, 200, "application/json");
}

enum err api_record(struct request *req, const char *const params[4]) {
    if (req->caller.scope < SCOPE_ADMIN)
        return request_fail(req, ERR_AUTH_FORBIDDEN, "full=true takes a key of scope admin");
    struct statement stmt = api_statement(req, "creator_record");
    stmt.workspace = request_workspace(req);
    return request_query(req, &stmt, 4, params, write_record);
}
