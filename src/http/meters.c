/* The counters of the loops and how they are written. Invariants: a loop's counters are written by its own
 * thread; a request is counted once, when it is over, those of a batch as one; whoever asks reads the
 * counters of all loops without stopping any. */
#include "http/meters.h"

#include "loop.h"

#include <stdio.h>
#include <stdlib.h>

/* The statuses by which histograms are told apart: those of the errors (one that several have stands at the
 * first) and those of success. The first line is for a caller that left before it had one. */
#define STATUS(code, status, exit_status, title) status,
static const short statuses[] = {0, 201, 202, 204, 304, ERR_TABLE(STATUS)};
#undef STATUS

bool meters_init(struct meters *m, size_t routes) {
    m->routes = routes;
    m->requests = calloc((routes + 1) * COUNT_OF(statuses), sizeof *m->requests);
    m->database = calloc(routes + 1, sizeof *m->database);
    m->work = calloc(routes + 1, sizeof *m->work);
    return m->requests && m->database && m->work;
}

void meters_done(struct meters *m) {
    free(m->requests);
    free(m->database);
    free(m->work);
}

static size_t line_of(const struct loop *l, const struct route *route) {
    return route ? (size_t)(route - l->program->routes)
                 : l->meters.routes; /* a line of the program's table */
}

static size_t status_of(int status) {
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (statuses[i] == status)
            return i;
    return 0;
}

void meters_request(struct loop *l, const struct route *route, int status, int64_t us, size_t bytes) {
    histogram_add(&l->meters.requests[line_of(l, route) * COUNT_OF(statuses) + status_of(status)], us);
    count_add(&l->meters.bytes, bytes);
}

void meters_statement(struct loop *l, const struct route *route, enum err e, int64_t us) {
    if (!l->meters.database)
        return; /* the command line's loop counts nothing */
    histogram_add(&l->meters.database[line_of(l, route)], us);
    if (e)
        count_add(&l->meters.errors[e], 1);
}

void meters_work(struct loop *l, const struct route *route, int64_t us) {
    histogram_add(&l->meters.work[line_of(l, route)], us);
}

static void set(_Atomic uint64_t *gauge, uint64_t v) {
    atomic_store_explicit(gauge, v, memory_order_relaxed);
}

void meters_turn(struct loop *l, int64_t busy_us) {
    count_add(&l->meters.busy_us, (uint64_t)(busy_us > 0 ? busy_us : 0));
    set(&l->meters.active, l->active);
    const struct pipe *standby = l->standby.pipe;
    set(&l->meters.waiting, pipe_waiting(l->pipe) + (standby ? pipe_waiting(standby) : 0));
    set(&l->meters.standby_up, standby && pipe_is_ready(standby));
    set(&l->meters.working, l->working);
    set(&l->meters.store_up, pipe_is_ready(l->pipe));
}

void meters_tick(struct loop *l) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    set(&l->meters.connections, info ? info->num_connections : 0);
}

/* ---- writing */

/* One family of this floor and how its samples come about from the loops. */
struct meter {
    struct metric metric;
    void (*put)(const struct meter *m, const struct loop *loops, size_t n, struct buf *out);
    size_t at; /* of the member of struct meters, where put() wants one */
};

/* One counter of a family that tells why. */
struct reason {
    const char *name;
    size_t at;
};

#define AT(member) offsetof(struct meters, member)

static uint64_t value_at(const struct loop *l, size_t at) {
    const _Atomic uint64_t *v = (const void *)((const char *)&l->meters + at);
    return atomic_load_explicit(v, memory_order_relaxed);
}

static const char *route_name(const struct loop *l, size_t line) {
    return line < l->meters.routes ? l->program->routes[line].name : "none";
}

static void put_requests(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    for (size_t i = 0; i < (loops->meters.routes + 1) * COUNT_OF(statuses); i++) {
        struct histogram_total total = {0};
        char labels[96];
        for (size_t l = 0; l < n; l++)
            histogram_sum(&loops[l].meters.requests[i], &total);
        snprintf(labels, sizeof labels, "route=\"%s\",status=\"%d\"",
                 route_name(loops, i / COUNT_OF(statuses)), statuses[i % COUNT_OF(statuses)]);
        if (histogram_any(&total))
            metric_histogram(&m->metric, labels, &total, out);
    }
}

/* Histograms by route alone. */
static void put_routes(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    for (size_t i = 0; i <= loops->meters.routes; i++) {
        struct histogram_total total = {0};
        char labels[64];
        for (size_t l = 0; l < n; l++) {
            const char *member = (const char *)&loops[l].meters + m->at;
            histogram_sum(&(*(struct histogram *const *)(const void *)member)[i], &total);
        }
        snprintf(labels, sizeof labels, "route=\"%s\"", route_name(loops, i));
        if (histogram_any(&total))
            metric_histogram(&m->metric, labels, &total, out);
    }
}

static void put_loops(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    for (size_t l = 0; l < n; l++) {
        char labels[32];
        snprintf(labels, sizeof labels, "loop=\"%zu\"", l);
        metric_value(&m->metric, labels, (double)value_at(&loops[l], m->at), out);
    }
}

static void put_busy(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    for (size_t l = 0; l < n; l++) {
        char labels[32];
        snprintf(labels, sizeof labels, "loop=\"%zu\"", l);
        metric_value(&m->metric, labels, (double)value_at(&loops[l], m->at) / 1e6, out);
    }
}

static void put_sum(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    uint64_t sum = 0;
    for (size_t l = 0; l < n; l++)
        sum += value_at(&loops[l], m->at);
    metric_value(&m->metric, "", (double)sum, out);
}

static void put_errors(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    for (size_t e = 1; e < ERR_COUNT; e++) {
        uint64_t sum = 0;
        char labels[64];
        for (size_t l = 0; l < n; l++)
            sum += value_at(&loops[l], m->at + e * sizeof(uint64_t));
        snprintf(labels, sizeof labels, "code=\"%s\"", err_name((enum err)e));
        if (sum)
            metric_value(&m->metric, labels, (double)sum, out);
    }
}

static void put_reasons(const struct meter *m, const struct loop *loops, size_t n,
                        const struct reason *reasons, size_t n_reasons, struct buf *out) {
    for (size_t i = 0; i < n_reasons; i++) {
        uint64_t sum = 0;
        char labels[32];
        for (size_t l = 0; l < n; l++)
            sum += value_at(&loops[l], reasons[i].at);
        snprintf(labels, sizeof labels, "reason=\"%s\"", reasons[i].name);
        metric_value(&m->metric, labels, (double)sum, out);
    }
}

static void put_refused(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    static const struct reason reasons[] = {{"full", AT(refused_full)}, {"address", AT(refused_address)}};
    put_reasons(m, loops, n, reasons, COUNT_OF(reasons), out);
}

static void put_slow(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    static const struct reason reasons[] = {
        {"nothing", AT(cut[SEAT_WAITS])}, {"head", AT(cut[SEAT_HEAD])}, {"body", AT(cut[SEAT_BODY])}};
    put_reasons(m, loops, n, reasons, COUNT_OF(reasons), out);
}

static void put_limit(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    (void)n;
    const char *member = (const char *)loops->settings + m->at;
    metric_value(&m->metric, "", (double)*(const int64_t *)(const void *)member, out);
}

static void put_cache_limit(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    (void)n;
    metric_value(&m->metric, "", (double)loops->settings->cache_mb * 1048576, out);
}

static void put_queue(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    (void)n;
    metric_value(&m->metric, "", (double)work_waiting(loops->work), out);
}

static void put_writes(const struct meter *m, const struct loop *loops, size_t n, struct buf *out) {
    (void)n;
    metric_value(&m->metric, "", (double)work_waiting(loops->writes), out);
}

static const struct meter table[] = {
    {{"http_request_duration_seconds", "histogram",
      "From the request line to the end of the answer, by operation and status (0: the caller left)"},
     put_requests,
     0},
    {{"http_response_bytes_total", "counter", "Bytes of bodies, as they were sent"}, put_sum, AT(bytes)},
    {{"http_requests_in_flight", "gauge", "Requests that are not over"}, put_loops, AT(active)},
    {{"http_connections", "gauge", "Open connections"}, put_loops, AT(connections)},
    {{"http_connections_limit", "gauge", "NICHED_MAX_CONNECTIONS"},
     put_limit,
     offsetof(struct settings, max_connections)},
    {{"http_connections_refused_total", "counter",
      "Connections that were told that there is no room, for all or for their address"},
     put_refused,
     0},
    {{"http_connections_slow_total", "counter", "Connections that were cut, by what they were slow at"},
     put_slow,
     0},
    {{"niched_loop_busy_seconds_total", "counter",
      "Time in which a request loop did not wait: near 1 a second it is the bottleneck"},
     put_busy,
     AT(busy_us)},
    {{"niched_database_duration_seconds", "histogram",
      "Statements of requests, from being queued to their rows, by operation"},
     put_routes,
     AT(database)},
    {{"niched_database_errors_total", "counter", "Statements of requests that failed, by code"},
     put_errors,
     AT(errors)},
    {{"niched_database_waiting", "gauge",
      "Statements of requests queued or in flight, as NICHED_MAX_WAITING counts them"},
     put_loops,
     AT(waiting)},
    {{"niched_database_waiting_limit", "gauge", "NICHED_MAX_WAITING, of each loop"},
     put_limit,
     offsetof(struct settings, max_waiting)},
    {{"niched_database_connected", "gauge", "Whether a loop has its connection to the database"},
     put_loops,
     AT(store_up)},
    {{"niched_standby_connected", "gauge", "Whether a loop has a connection to a standby"},
     put_loops,
     AT(standby_up)},
    {{"niched_standby_statements_total", "counter", "Statements of requests that a standby was asked"},
     put_sum,
     AT(standby_statements)},
    {{"niched_standby_again_total", "counter", "Those of them that the primary answered in its place"},
     put_sum,
     AT(standby_again)},
    {{"niched_cache_hits_total", "counter", "Answers that were kept"}, put_sum, AT(cache_hits)},
    {{"niched_cache_misses_total", "counter", "Answers that could have been kept and were not"},
     put_sum,
     AT(cache_misses)},
    {{"niched_cache_waits_total", "counter", "Requests that waited for the answer to another one"},
     put_sum,
     AT(cache_waits)},
    {{"niched_cache_evictions_total", "counter", "Kept answers that went for newer ones"},
     put_sum,
     AT(cache_evictions)},
    {{"niched_cache_stale_total", "counter", "Kept answers that were given while the store was away"},
     put_sum,
     AT(cache_stale)},
    {{"niched_cache_bytes", "gauge", "What kept answers take"}, put_loops, AT(cache_bytes)},
    {{"niched_cache_limit_bytes", "gauge", "NICHED_CACHE_MB"}, put_cache_limit, 0},
    {{"niched_work_duration_seconds", "histogram", "Heavy parts of requests, on a thread of the pool"},
     put_routes,
     AT(work)},
    {{"niched_work_in_flight", "gauge", "Heavy parts of requests that wait or run"}, put_loops, AT(working)},
    {{"niched_work_waiting", "gauge", "Heavy parts of requests that wait for a thread"}, put_queue, 0},
    {{"niched_writes_waiting", "gauge", "Writes that wait for their thread"}, put_writes, 0},
    {{"niched_work_waiting_limit", "gauge", "NICHED_MAX_WORK, of either"},
     put_limit,
     offsetof(struct settings, max_work)},
};

void meters_write(const struct request *req, struct buf *out) {
    const struct loop *l = req->loop;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        metric_head(&table[i].metric, out);
        table[i].put(&table[i], l->all, l->n_all, out);
    }
}
