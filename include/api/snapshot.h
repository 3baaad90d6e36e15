/* What a request needs to know of the store before it asks: the taxonomy, the default world, the clocks, the
 * model. A keeper thread reads it about once a second and publishes immutable snapshots; loops hold one by
 * reference. */
#ifndef NICHED_API_SNAPSHOT_H
#define NICHED_API_SNAPSHOT_H

#include "api/gauges.h"
#include "api/keyring.h"
#include "api/wishes.h"
#include "base/crypto.h"
#include "base/settings.h"
#include "rank/benchmark.h"
#include "rank/taxonomy.h"
#include "store/taxonomy_shelf.h"

#include <stdatomic.h>

/* Where a benchmark comes from. */
struct benchmark_note {
    char source[400];
    char date[16]; /* ISO */
    int64_t accounts;
};

/* A compound of which ranked rows are kept. */
struct snapshot_compound {
    int32_t id;
    int world;
    int32_t part[COMPOUND_PARTS_MAX]; /* niche ids, ascending */
    size_t n;
};

enum { SNAPSHOT_COMPOUNDS_MAX = 1000 };

struct snapshot {
    _Atomic int references;
    struct taxonomy_held *held; /* owns taxonomy */
    const struct taxonomy *taxonomy;
    int64_t taxonomy_version;
    int default_world;
    int64_t clock_us[2];       /* by world; 0: real time */
    char model_version[2][32]; /* by world: the sandbox keeps the seeds */
    struct benchmark_note benchmarks[2][RANK_PLATFORM_COUNT][RANK_BASIS_COUNT]; /* by world */
    bool read_only;    /* the store takes no writes */
    uint64_t position; /* a standby that replayed the primary's log up to here has all of this */
    size_t compound_count;
    struct snapshot_compound compounds[SNAPSHOT_COMPOUNDS_MAX];
};

struct keeper;

/* Starts the thread; it waits for the database by itself, and for one that the secrets go with. All three
 * outlive it.
 */
NODISCARD enum err keeper_start(const struct settings *s, const struct crypto_secrets *secrets,
                                struct taxonomy_shelf *taxonomies, struct fault *f,
                                struct keeper **ret_keeper);
/* Ends it. Accepts NULL. */
void keeper_stop(struct keeper *k);
/* Reads one snapshot now, by a connection of its own, for the command line. ERR_STORE_*, ERR_DATA_INVALID. */
NODISCARD enum err snapshot_load(const struct settings *s, struct fault *f, struct snapshot **ret_snapshot);
/* The newest snapshot with a reference for the caller, NULL if there is none yet. */
struct snapshot *keeper_take(struct keeper *k);
/* The newest keys with a reference for the caller, NULL before they were read. */
struct keyring *keeper_keys(struct keeper *k);
/* What loops want written; the keeper writes it. */
struct wishes *keeper_wishes(struct keeper *k);
/* What was last read of the store for /metrics; asking keeps it read every few seconds. */
void keeper_gauges(struct keeper *k, struct gauges *ret_gauges);
/* The id of a compound's rows, 0 if none are kept. */
int32_t snapshot_compound_id(const struct snapshot *s, int world, const int32_t *parts, size_t n);
/* Gives a reference back. Accepts NULL. */
void snapshot_give(struct snapshot *s);

#endif
