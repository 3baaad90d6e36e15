/* GET /metrics: the process, the loops, the worker, the store. Invariant: answering asks nothing of the
 * store, so that a scrape costs the same and tells the same when the database is away. */
#include "api/api.h"

#include "base/clock.h"
#include "base/embed.h"
#include "base/metrics.h"
#include "http/meters.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double cpu_seconds(void) {
    struct timespec t;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec / 1e9
                                                            : NAN;
}

/* Numbers of pages: all of the address space, then what is resident. */
static double memory_bytes(int which) {
    long pages[2] = {0};
    FILE *statm = fopen("/proc/self/statm", "re");
    bool good = statm && fscanf(statm, "%ld %ld", &pages[0], &pages[1]) == 2;
    if (statm)
        fclose(statm);
    return good ? (double)pages[which] * (double)sysconf(_SC_PAGESIZE) : NAN;
}

static double virtual_bytes(void) {
    return memory_bytes(0);
}

static double resident_bytes(void) {
    return memory_bytes(1);
}

static double open_fds(void) {
    DIR *fds = opendir("/proc/self/fd");
    double n = -3; /* itself, "." and ".." */
    while (fds && readdir(fds))
        n++;
    if (fds)
        closedir(fds);
    return fds ? n : NAN;
}

static double max_fds(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (double)limit.rlim_cur : NAN;
}

/* Field 22 of /proc/self/stat, in ticks since the machine was started; the name in brackets may hold blanks.
 */
static double start_seconds(void) {
    char line[1024] = "";
    FILE *stat = fopen("/proc/self/stat", "re");
    size_t n = stat ? fread(line, 1, sizeof line - 1, stat) : 0;
    if (stat)
        fclose(stat);
    line[n] = '\0';
    const char *c = strrchr(line, ')');
    for (int field = 2; c && field < 22; field++)
        c = strchr(c + 1, ' ');
    unsigned long long ticks;
    struct timespec up;
    if (!c || sscanf(c, "%llu", &ticks) != 1 || clock_gettime(CLOCK_BOOTTIME, &up) != 0)
        return NAN;
    double since_s =
        (double)up.tv_sec + (double)up.tv_nsec / 1e9 - (double)ticks / (double)sysconf(_SC_CLK_TCK);
    return round((double)clock_now_us() / 1e4 - since_s * 100) / 100;
}

static const struct process_metric {
    struct metric metric;
    double (*value)(void);
} process[] = {
    {{"process_cpu_seconds_total", "counter", "Time on processors, of all threads"}, cpu_seconds},
    {{"process_resident_memory_bytes", "gauge", "Memory that is resident"}, resident_bytes},
    {{"process_virtual_memory_bytes", "gauge", "Address space"}, virtual_bytes},
    {{"process_open_fds", "gauge", "Open files and sockets"}, open_fds},
    {{"process_max_fds", "gauge", "How many there may be"}, max_fds},
    {{"process_start_time_seconds", "gauge", "When the process was started"}, start_seconds},
};

#define AT(member) offsetof(struct worker_counts, member)

static const struct worker_metric {
    struct metric metric;
    size_t at;
    const char *labels;
    double unit;
} worker[] = {
    {{"niched_worker_connected", "gauge", "Threads that score within this process and have their connection"},
     AT(connected),
     "",
     1},
    {{"niched_worker_accounts_scored_total", "counter", "Accounts it scored"}, AT(scored), "", 1},
    {{"niched_worker_failures_total", "counter", "Attempts to score an account that failed"},
     AT(failed),
     "",
     1},
    {{"niched_worker_batches_total", "counter", "Transactions it scored in"}, AT(batches), "", 1},
    {{"niched_worker_compounds_total", "counter", "Compounds of niches of which it made rows"},
     AT(compounds),
     "",
     1},
    {{"niched_worker_seconds_total", "counter", "Where its time went"}, AT(read_us), "part=\"read\"", 1e6},
    {{NULL, NULL, NULL}, AT(compute_us), "part=\"compute\"", 1e6},
    {{NULL, NULL, NULL}, AT(write_us), "part=\"write\"", 1e6},
};

/* A line without a name is one more sample of the family above it. */
static void put_worker(const struct worker_counts *counts, struct buf *out) {
    const struct metric *family = &worker[0].metric;
    for (size_t i = 0; i < COUNT_OF(worker); i++) {
        const _Atomic uint64_t *v = (const void *)((const char *)counts + worker[i].at);
        if (worker[i].metric.name) {
            family = &worker[i].metric;
            metric_head(family, out);
        }
        metric_value(family, worker[i].labels, (double)atomic_load(v) / worker[i].unit, out);
    }
}

static void put_process(struct buf *out) {
    for (size_t i = 0; i < COUNT_OF(process); i++) {
        metric_head(&process[i].metric, out);
        metric_value(&process[i].metric, "", process[i].value(), out);
    }
}

static void put_build(struct buf *out) {
    static const struct metric info = {"niched_build_info", "gauge", "Always 1; which build this is"};
    char labels[160];
    snprintf(labels, sizeof labels, "version=\"%s\",revision=\"%s\",compiler=\"%s\"",
             embed_find("version")->data, embed_find("revision")->data, __VERSION__);
    metric_head(&info, out);
    metric_value(&info, labels, 1, out);
}

enum err api_metrics(struct request *req) {
    const struct api *api = req->app;
    struct gauges *gauges = arena_alloc(req->arena, sizeof *gauges);
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    if (e)
        return e;
    keeper_gauges(api->shared->keeper, gauges);
    put_build(&req->body);
    put_process(&req->body);
    meters_write(req, &req->body);
    put_worker(api->shared->worker, &req->body);
    gauges_write(gauges, &req->body);
    request_header(req, "Cache-Control", "no-store");
    return request_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8");
}
