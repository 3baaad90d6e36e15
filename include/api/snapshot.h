/* What a request needs to know of the store before it asks: the taxonomy, the default world, the clocks, the
 * model. A keeper thread reads it about once a second and publishes immutable snapshots; loops hold one by
 * reference. */
#ifndef NICHED_API_SNAPSHOT_H
#define NICHED_API_SNAPSHOT_H

#include "base/settings.h"
#include "rank/benchmark.h"
#include "rank/taxonomy.h"

#include <stdatomic.h>

/* Where a benchmark comes from. */
struct benchmark_note {
    char source[400];
    char date[16]; /* ISO */
    int64_t accounts;
};

struct snapshot {
    _Atomic int references;
    struct taxonomy *taxonomy;
    int64_t taxonomy_version;
    int default_world;
    int64_t clock_us[2];       /* by world; 0: real time */
    char model_version[2][32]; /* by world: the sandbox keeps the seeds */
    struct benchmark_note benchmarks[2][RANK_PLATFORM_COUNT][RANK_BASIS_COUNT]; /* by world */
};

struct keeper;

/* Starts the thread; it waits for the database by itself. */
NODISCARD enum err keeper_start(const struct settings *s, struct fault *f, struct keeper **ret_keeper);
/* Ends it. Accepts NULL. */
void keeper_stop(struct keeper *k);
/* Reads one snapshot now, by a connection of its own, for the command line. ERR_STORE_*, ERR_DATA_INVALID. */
NODISCARD enum err snapshot_load(const struct settings *s, struct fault *f, struct snapshot **ret_snapshot);
/* The newest snapshot with a reference for the caller, NULL if there is none yet. */
struct snapshot *keeper_take(struct keeper *k);
/* Gives a reference back. Accepts NULL. */
void snapshot_give(struct snapshot *s);

#endif
