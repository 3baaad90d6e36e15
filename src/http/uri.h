/* Inside http only: taking a request target apart. */
#ifndef NICHED_HTTP_URI_H
#define NICHED_HTTP_URI_H

#include "http/request.h"

/* Fills path and args of a request from the raw target ("/match?niche=vegan"). ERR_URI_TOO_LONG,
 * ERR_ROUTE_BAD_REQUEST, ERR_PARAM_INVALID with the fault set. */
NODISCARD enum err uri_parse(struct request *req, const char *raw, size_t len);

#endif
