/* The taxonomy between the store and memory. */
#ifndef NICHED_STORE_TAXONOMY_STORE_H
#define NICHED_STORE_TAXONOMY_STORE_H

#include "rank/taxonomy.h"
#include "store/db.h"

/* Reads the active taxonomy and its version. ERR_STORE_*, ERR_DATA_INVALID if the store's rows contradict
 * each other. */
NODISCARD enum err taxonomy_read(struct db *db, struct fault *f, struct taxonomy **ret_tax,
                                 int64_t *ret_version);
/* Builds a taxonomy from the answers of the statements taxonomy_niches, taxonomy_edges, taxonomy_aliases and
 * taxonomy_generic, in this order. */
NODISCARD enum err taxonomy_of_rows(const struct rows *const answers[4], struct fault *f,
                                    struct taxonomy **ret_tax);
/* What taxonomy_write() changed. */
struct taxonomy_change {
    bool changed;
    int64_t niches;
    int64_t aliases;
    int64_t generic;
};
/* Puts a taxonomy (as read from files) into the store, in one transaction: niches by slug (absent ones
 * retire, returning ones revive), edges, aliases and generic hashtags replaced, version raised, every account
 * marked dirty. Does nothing when the store has the same bytes already, known by their checksum. */
NODISCARD enum err taxonomy_write(struct db *db, const struct tax_in *in, uint64_t checksum, struct fault *f,
                                  struct taxonomy_change *ret_change);

#endif
