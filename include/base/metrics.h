/* Numbers for Prometheus: counters that one thread writes and any may read, and the text format 0.0.4. */
#ifndef NICHED_BASE_METRICS_H
#define NICHED_BASE_METRICS_H

#include "base/buf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 14 };

/* Counts by duration: bucket i those of at most the i-th bound (0.5 ms to 10 s), the last one the longer. */
struct histogram {
    _Atomic uint64_t bucket[HISTOGRAM_BOUNDS + 1];
    _Atomic uint64_t sum_us;
};

/* Several histograms added up. */
struct histogram_total {
    uint64_t bucket[HISTOGRAM_BOUNDS + 1];
    uint64_t sum_us;
};

/* A family: all samples of one name. */
struct metric {
    const char *name;
    const char *type; /* counter, gauge or histogram */
    const char *help; /* one line without a backslash */
};

/* Adds n, by the only thread that writes this counter. */
void count_add(_Atomic uint64_t *counter, uint64_t n);
/* Counts a duration, in microseconds, by the only thread that writes this histogram. */
void histogram_add(struct histogram *h, int64_t us);
/* Adds what was counted so far to *total, from any thread. */
void histogram_sum(const struct histogram *h, struct histogram_total *total);
/* Whether anything was counted. */
bool histogram_any(const struct histogram_total *total);

/* Writes HELP and TYPE: before the samples of a family, even if there are none. */
void metric_head(const struct metric *m, struct buf *out);
/* Writes one sample; labels as they are written ("loop=\"0\""), "" for none. NAN is written as NaN. */
void metric_value(const struct metric *m, const char *labels, double value, struct buf *out);
/* Writes the buckets, sum (in seconds) and count of one histogram. */
void metric_histogram(const struct metric *m, const char *labels, const struct histogram_total *total,
                      struct buf *out);

#endif
