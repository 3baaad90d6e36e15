/* A route answered without HTTP: the same handler, a pipe of its own, one request at a time. For the command
 * line. */
#ifndef NICHED_HTTP_OFFLINE_H
#define NICHED_HTTP_OFFLINE_H

#include "base/settings.h"
#include "http/route.h"

/* What is asked: a route, the values of {name} in its path in order, the arguments of the query. */
struct offline_ask {
    const struct route *route;
    struct caller caller; /* who asks */
    const char *segments[REQUEST_SEGMENTS];
    struct param_arg args[REQUEST_ARGS];
    size_t n_args;
};

/* What was answered. The body is the caller's. */
struct offline_answer {
    int status;
    const char *content_type;
    struct buf body;
};

/* Runs the route's handler to its reply; `app` is what loop_open() makes, with the same pipe. Waits for the
 * store at most as long as its settings say. The handler's own error with the fault set where it gives none.
 */
NODISCARD enum err offline_run(const struct settings *s, void *app, struct pipe *pipe,
                               const struct offline_ask *ask, struct arena *a, struct fault *f,
                               struct offline_answer *ret_answer);

#endif
