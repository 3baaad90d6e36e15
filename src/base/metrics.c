/* Numbers for Prometheus. Invariants: a counter has one writer, so that adding needs no lock and no atomic
 * read-modify-write; what is read may be a moment old, never torn. */
#include "base/metrics.h"

#include "base/macros.h"

#include <math.h>

/* Upper bounds, in microseconds and as Prometheus has them. */
static const struct bound {
    int64_t us;
    const char *s;
} bounds[HISTOGRAM_BOUNDS] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};

static uint64_t load(const _Atomic uint64_t *c) {
    return atomic_load_explicit(c, memory_order_relaxed);
}

void count_add(_Atomic uint64_t *counter, uint64_t n) {
    atomic_store_explicit(counter, load(counter) + n, memory_order_relaxed);
}

void histogram_add(struct histogram *h, int64_t us) {
    us = us < 0 ? 0 : us;
    size_t i = 0;
    while (i < HISTOGRAM_BOUNDS && us > bounds[i].us)
        i++;
    count_add(&h->bucket[i], 1);
    count_add(&h->sum_us, (uint64_t)us);
}

void histogram_sum(const struct histogram *h, struct histogram_total *total) {
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
        total->bucket[i] += load(&h->bucket[i]);
    total->sum_us += load(&h->sum_us);
}

bool histogram_any(const struct histogram_total *total) {
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
        if (total->bucket[i])
            return true;
    return false;
}

void metric_head(const struct metric *m, struct buf *out) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, m->type);
}

void metric_value(const struct metric *m, const char *labels, double value, struct buf *out) {
    buf_printf(out, "%s%s%s%s ", m->name, *labels ? "{" : "", labels, *labels ? "}" : "");
    if (isnan(value))
        buf_puts(out, "NaN\n");
    else
        buf_printf(out, "%.15g\n", value);
}

void metric_histogram(const struct metric *m, const char *labels, const struct histogram_total *total,
                      struct buf *out) {
    uint64_t count = 0;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += total->bucket[i];
        buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", m->name, labels, *labels ? "," : "",
                   i < HISTOGRAM_BOUNDS ? bounds[i].s : "+Inf", (unsigned long long)count);
    }
    const char *open = *labels ? "{" : "", *close = *labels ? "}" : "";
    buf_printf(out, "%s_sum%s%s%s %.6f\n%s_count%s%s%s %llu\n", m->name, open, labels, close,
               (double)total->sum_us / 1e6, m->name, open, labels, close, (unsigned long long)count);
}
