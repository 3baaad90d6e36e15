/* The store in numbers. Invariant: a sample that the statement gives belongs to a family of the table, or is
 * not shown. */
#include "api/gauges.h"

#include "base/clock.h"
#include "base/metrics.h"

#include <stdio.h>
#include <string.h>

static const struct metric families[] = {
    {"niched_accounts", "gauge", "Accounts in the store; above 100,000 PostgreSQL's estimate"},
    {"niched_accounts_dirty", "gauge", "Accounts with evidence that is not scored yet"},
    {"niched_accounts_set_aside", "gauge", "Accounts that could not be scored in three attempts"},
    {"niched_data_age_seconds", "gauge",
     "Age of profiles by the clock of their world: median and 90th percentile of a sample of some 300 pages"},
    {"niched_import_jobs", "gauge", "Imports by kind and status"},
    {"niched_import_last_timestamp_seconds", "gauge", "When the last import of a kind ended well"},
    {"niched_import_rows_total", "counter", "Rows of imported files by kind and result"},
    {"niched_pull_units_total", "counter", "Units of platforms' quotas used by pull and refresh"},
    {"niched_requests_oldest_timestamp_seconds", "gauge",
     "Since when the oldest open request of a creator waits; not there when none does"},
    {"niched_requests_open", "gauge", "Requests of creators that nobody decided yet"},
    {"niched_store_bytes", "gauge", "Size of the database"},
};

enum err gauges_read(struct db *db, struct fault *f, struct gauges *ret_gauges) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    struct gauges g = {.read_at_us = clock_now_us()};
    enum err e = db_run(db, "set statement_timeout = '1s'", f, NULL);
    if (!e)
        e = db_query(db, "gauges", 0, NULL, f, &r);
    struct fault after;
    enum err reset = db_run(db, "reset statement_timeout", &after, NULL);
    for (size_t i = 0; !e && i < rows_count(r) && g.count < GAUGES_MAX; i++) {
        struct gauge *s = &g.sample[g.count++];
        snprintf(s->name, sizeof s->name, "%s", rows_text(r, i, 0));
        snprintf(s->labels, sizeof s->labels, "%s", rows_text(r, i, 1));
        s->value = rows_f64(r, i, 2);
    }
    if (!e && !reset)
        *ret_gauges = g;
    return e ? e : reset;
}

void gauges_write(const struct gauges *g, struct buf *out) {
    static const struct metric up = {"niched_store_read", "gauge",
                                     "Whether the numbers of the store could be read"};
    static const struct metric at = {"niched_store_read_timestamp_seconds", "gauge",
                                     "When they were read; at most every five seconds"};
    metric_head(&up, out);
    metric_value(&up, "", g->read_at_us != 0, out);
    metric_head(&at, out);
    if (g->read_at_us)
        metric_value(&at, "", (double)g->read_at_us / 1e6, out);
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        metric_head(&families[i], out);
        for (size_t j = 0; j < g->count; j++)
            if (strcmp(g->sample[j].name, families[i].name) == 0)
                metric_value(&families[i], g->sample[j].labels, g->sample[j].value, out);
    }
}
