/* DELETE /imports/{id}: what waits is dropped, what runs is stopped, what is done is taken back, by the
 * worker; the answer is the job as it is then. Invariant: an import whose rows something newer touched is not
 * begun to be taken back. */
#include "imports.h"

#include "api/writer.h"
#include "audit.h"
#include "tables.h"

#include <string.h>

/* What is done to a job in a state. */
static const struct {
    const char *status, *query; /* NULL: nothing, it is under way */
    bool revert;                /* only if there is something, and nothing newer touched it */
} ways[] = {
    {"receiving", "import_cancel", false},   {"queued", "import_cancel", false},
    {"running", "import_stop", false},       {"reverting", NULL, false},
    {"done", "import_take_back", true},      {"failed", "import_take_back", true},
    {"cancelled", "import_take_back", true}, {"reverted", "import_take_back", true},
};

static enum err check_untouched(struct request *req, struct db *db) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    CLEANUP(buf_free) struct buf what = {0};
    const char *params[] = {req->segments[0]};
    enum err e = db_query(db, "import_touched", COUNT_OF(params), params, &req->fault, &rows);
    if (e || !rows_count(rows))
        return e;
    for (size_t i = 0; i < rows_count(rows); i++)
        buf_printf(&what, "%s%s of %s (%s)", i ? ", " : "", rows_text(rows, i, 1), rows_text(rows, i, 0),
                   rows_text(rows, i, 2) ? rows_text(rows, i, 2) : "creators that are gone");
    return request_fail(req, ERR_IMPORT_TOUCHED,
                        "import %s cannot be taken back: rows were written since by something newer: %s",
                        req->segments[0], what.data);
}

static enum err check_revertible(struct request *req, struct db *db, const char *status, bool noted) {
    if (noted && req->caller.scope < SCOPE_ADMIN)
        return request_fail(req, ERR_AUTH_FORBIDDEN,
                            "taking back what import %s wrote takes a key of scope admin", req->segments[0]);
    if (noted)
        return check_untouched(req, db);
    return request_fail(
        req, ERR_IMPORT_STATE,
        strcmp(status, "done") == 0
            ? "import %s (%s) cannot be taken back: what it wrote was not noted, or it is too "
              "long ago (NICHED_IMPORT_KEEP_DAYS)"
            : "nothing of import %s (%s) is in the store",
        req->segments[0], status);
}

static enum err change(struct request *req, struct db *db) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    const char *params[] = {req->segments[0]};
    enum err e = db_query(db, "import_state", COUNT_OF(params), params, &req->fault, &rows);
    if (e)
        return e;
    if (!rows_count(rows))
        return request_fail(req, ERR_IMPORT_UNKNOWN, "there is no import \"%.20s\"", req->segments[0]);
    const char *status = rows_text(rows, 0, 0);
    size_t way = 0;
    while (way < COUNT_OF(ways) - 1 && strcmp(ways[way].status, status) != 0)
        way++;
    if (strcmp(status, "running") == 0 && !rows_bool(rows, 0, 1))
        return request_fail(req, ERR_IMPORT_STATE,
                            "import %s is run by a command (niched import): end that to stop it",
                            req->segments[0]);
    if (ways[way].revert)
        e = check_revertible(req, db, status, rows_bool(rows, 0, 3));
    if (!e && ways[way].query)
        e = db_query(db, ways[way].query, COUNT_OF(params), params, &req->fault, NULL);
    return e;
}

static enum err delete_job(struct request *req) {
    struct writer *writer = ((const struct api *)req->app)->shared->writer;
    struct db *db = NULL;
    enum err e = writer_begin(writer, req->caller.workspace, &req->fault, &db);
    if (e)
        return e;
    struct audit audit = {req, arena_printf(req->arena, "import:%s", req->segments[0]), 202};
    e = change(req, db);
    if (!e)
        e = audit_write(db, &audit, 1, &req->fault);
    return writer_end(writer, db, e, &req->fault);
}

static enum err deleted(struct request *req, const struct rows *rows) {
    (void)rows;
    return imports_show(req, req->segments[0], 202);
}

enum err api_import_delete(struct request *req) {
    uint64_t given;
    enum err e = api_params(req, NULL, &given);
    if (!e)
        e = imports_id(req);
    return e ? e : request_work(req, delete_job, deleted);
}
