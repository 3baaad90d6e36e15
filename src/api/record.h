/* Inside api only: all that is stored of one creator. */
#ifndef NICHED_API_RECORD_H
#define NICHED_API_RECORD_H

#include "http/request.h"

/* Answers with every row of a creator, also of one who is not listed; params: id, or NULL, world ("0", "1"),
 * platform and username in lower case. AUTH_FORBIDDEN below scope admin. */
NODISCARD enum err api_record(struct request *req, const char *const params[4]);

#endif
