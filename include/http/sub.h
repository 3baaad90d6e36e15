/* Requests within a request: another route's own handler, on the same loop and pipe, with a reply that goes
 * to the parent instead of to a connection. Each has an arena of its own, which dies with it. */
#ifndef NICHED_HTTP_SUB_H
#define NICHED_HTTP_SUB_H

#include "http/route.h"

/* A sub-request has its reply: status, content_type, body or fixed_body. Whoever keeps the body takes it
 * (buf_take). May begin further ones. */
typedef void request_sub_done(struct request *parent, size_t index, struct request *sub);

/* Runs a route that takes no segments with arguments that live as long as the parent; `done` is called once,
 * within this call or later. Where `refused` is not NULL the answer is its problem and the handler does not
 * run. ERR_NO_MEMORY, then `done` is not called. */
NODISCARD enum err request_sub(struct request *parent, const struct route *route,
                               const struct param_arg *args, size_t n_args, const struct fault *refused,
                               size_t index, request_sub_done *done);

#endif
