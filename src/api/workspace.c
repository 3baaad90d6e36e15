/* The workspace of a request. Invariant: whoever may not write gets none, so that private rows are never
 * shown to a reader from elsewhere. */
#include "workspace.h"

#include "writes_guard.h"

/* The one that migration 0016 makes. */
static const char default_workspace[] = "1";

enum err workspace_need(struct request *req, const char **ret_id) {
    enum err e = write_guard(req);
    if (!e)
        *ret_id = default_workspace;
    return e;
}

const char *request_workspace(struct request *req) {
    const struct fault before = req->fault;
    const char *id = NULL;
    if (workspace_need(req, &id))
        req->fault = before;
    return id;
}
