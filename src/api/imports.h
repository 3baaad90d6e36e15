/* Inside api only: what the calls of /imports share. */
#ifndef NICHED_API_IMPORTS_H
#define NICHED_API_IMPORTS_H

#include "api/api.h"

/* Answers the job of that id with a status. */
NODISCARD enum err imports_show(struct request *req, const char *id, int status);
/* The id of the address. ERR_PARAM_INVALID. */
NODISCARD enum err imports_id(struct request *req);

#endif
