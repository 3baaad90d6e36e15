/* Routes: one line names method, path, parameters and handler; from it come dispatch, 404, 405 with Allow,
 * HEAD, OPTIONS and the check against openapi.yaml. */
#ifndef NICHED_HTTP_ROUTE_H
#define NICHED_HTTP_ROUTE_H

#include "http/request.h"

/* A JSON body that a route takes: an object of these members, or what the handler reads by body_value(). */
struct route_body {
    size_t max_bytes;
    const struct param *members;
    const size_t *n_members;
    const char *media; /* NULL: application/json */
};

/* A body that is stored while it comes, in pieces, off the loop: for files of any size. A route's body is one
 * where `max_bytes` of it is ROUTE_STREAMED. */
enum { ROUTE_STREAMED = 0 };
struct route_upload {
    struct route_body body; /* first; its media: those that are taken, comma separated */
    size_t piece_bytes;     /* `store` gets at least so many at a time */
    /* On the loop, by the headers: refuses what can be refused before a byte came; how many bytes at most. */
    enum err (*begin)(struct request *req, size_t *ret_max);
    request_job *store; /* off the loop: takes what is in req->upload, which is empty afterwards */
    /* On the loop, without waiting: the upload ended before the route's handler was called. */
    void (*broken)(struct request *req);
};

/* Lines that a route takes from another route's table beside its own: those `takes` is true for. What they
 * fill is the struct that begins the route's own query. */
struct route_loan {
    const struct param *params;
    const size_t *n_params;
    bool (*takes)(const struct param *p);
};

/* What a caller needs for a route; a line that forgets it gets the most. */
enum need {
    NEED_WRITE,   /* scope write */
    NEED_OWN,     /* scope read and a workspace */
    NEED_READ,    /* scope read */
    NEED_METRICS, /* scope metrics or admin; nothing where NICHED_METRICS says so */
    NEED_ANYBODY, /* no key */
    NEED_NOTHING, /* open, whatever is sent along; not counted against limits */
};

struct route {
    const char *method; /* GET also answers HEAD */
    const char *path;   /* "/creators/{id}": a segment in braces takes any value */
    const char *name;   /* operationId in openapi.yaml, label in metrics */
    const struct param *params;
    const size_t *n_params; /* NULL: none */
    enum err (*handle)(struct request *req);
    const struct route_body *body; /* NULL: takes none, what comes is dropped */
    const struct route_loan *loan; /* NULL: none */
    enum need need;
};

/* All parameters of a route: what it borrows, then its own. At most PARAM_MAX. */
size_t route_params(const struct route *r, struct param ret_params[PARAM_MAX]);

/* Finds the line for a method and a decoded path, filling segments (at most REQUEST_SEGMENTS).
 * ERR_ROUTE_NOT_FOUND, or ERR_ROUTE_METHOD with the methods that there are in *ret_allow (in the arena).
 * "OPTIONS" gives ERR_ROUTE_METHOD too. */
NODISCARD enum err route_find(const struct route *routes, size_t n, const char *method, const char *path,
                              struct arena *a, const char **ret_segments, const struct route **ret_route,
                              const char **ret_allow);

#endif
