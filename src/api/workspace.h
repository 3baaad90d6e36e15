/* Inside api only: whose private rows (quotes, collaborations, conversions) a request sees and writes. */
#ifndef NICHED_API_WORKSPACE_H
#define NICHED_API_WORKSPACE_H

#include "api/api.h"

/* The workspace of a request as a statement takes it ("1"), or NULL: the caller has none and sees shared rows
 * alone. The one place that decides it; every statement about private rows has it as a parameter in a plain
 * predicate, under which NULL finds nothing. Until there are keys: the default one for whoever may write
 * (NICHED_WRITES). */
const char *request_workspace(struct request *req);
/* The same for what is about private rows only: ERR_AUTH_FORBIDDEN, saying what would be right. */
NODISCARD enum err workspace_need(struct request *req, const char **ret_id);

#endif
