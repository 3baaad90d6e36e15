/* What the loops count of requests, connections and waiting, for GET /metrics. Each loop counts for itself;
 * they are added up when somebody asks. */
#ifndef NICHED_HTTP_METERS_H
#define NICHED_HTTP_METERS_H

#include "http/request.h"

/* Appends all families of this floor in Prometheus' text format, as the loops of the request's server have
 * them now. */
void meters_write(const struct request *req, struct buf *out);

#endif
