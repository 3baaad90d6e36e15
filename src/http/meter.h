/* Inside http only: one loop's counters. The loop alone writes them. */
#ifndef NICHED_HTTP_METER_H
#define NICHED_HTTP_METER_H

#include "base/err.h"
#include "base/metrics.h"
#include "seats.h"

#include <stdint.h>

struct loop;
struct route;

/* Histograms have a line for each route, in the order of the table, and a last one for what has no route. */
struct meters {
    size_t routes;              /* lines but the last */
    struct histogram *requests; /* [line * statuses + status] */
    struct histogram *database; /* [line] */
    struct histogram *work;     /* [line] */
    _Atomic uint64_t bytes;
    _Atomic uint64_t busy_us;
    _Atomic uint64_t errors[ERR_COUNT]; /* of statements */
    _Atomic uint64_t cache_hits, cache_misses, cache_waits, cache_evictions, cache_stale, cache_bytes;
    _Atomic uint64_t standby_statements, standby_again, standby_up;
    _Atomic uint64_t refused_full, refused_address; /* connections */
    _Atomic uint64_t cut[SEAT_PHASES];              /* ... by what they were slow at */
    _Atomic uint64_t connections, active, waiting, working, store_up;
};

/* Makes the counters of a loop that serves so many routes. False without memory. */
bool meters_init(struct meters *m, size_t routes);
/* Frees what meters_init() made. */
void meters_done(struct meters *m);
/* A request is over: its route (NULL: none was found), the status it got (0: the caller left before). */
void meters_request(struct loop *l, const struct route *route, int status, int64_t us, size_t bytes);
/* A statement was answered, or failed. */
void meters_statement(struct loop *l, const struct route *route, enum err e, int64_t us);
/* A piece of work came back from the pool. */
void meters_work(struct loop *l, const struct route *route, int64_t us);
/* A turn of the loop is over that did not wait for so long: what it has in hand now. */
void meters_turn(struct loop *l, int64_t busy_us);
/* What costs more to know, ten times a second. */
void meters_tick(struct loop *l);

#endif
