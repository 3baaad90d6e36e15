/* The taxonomy between the store and memory. */
#ifndef NICHED_STORE_TAXONOMY_STORE_H
#define NICHED_STORE_TAXONOMY_STORE_H

#include "rank/taxonomy.h"
#include "rank/taxonomy_edit.h"
#include "store/db.h"

/* Reads the active taxonomy and its version. ERR_STORE_*, ERR_DATA_INVALID if the store's rows contradict
 * each other. */
NODISCARD enum err taxonomy_read(struct db *db, struct fault *f, struct taxonomy **ret_tax,
                                 int64_t *ret_version);
/* The version of the active taxonomy. ERR_STORE_*. */
NODISCARD enum err taxonomy_version(struct db *db, struct fault *f, int64_t *ret_version);
/* Builds a taxonomy from the answers of the statements taxonomy_niches, taxonomy_edges, taxonomy_aliases and
 * taxonomy_generic, in this order. */
NODISCARD enum err taxonomy_of_rows(const struct rows *const answers[4], struct fault *f,
                                    struct taxonomy **ret_tax);
/* What a store has, as plain arrays. Texts point into `answers`. */
struct taxonomy_stored {
    struct tax_in now; /* active niches, ascending by id */
    struct tax_known *known;
    size_t known_count;
    char checksum[24]; /* of the files loaded last; empty: none were */
    struct rows *answers[5];
};

/* Waits until no batch is scored and none is until the connection closes: what is compared and written behind
 * it is whole. ERR_STORE_*. */
NODISCARD enum err taxonomy_lock(struct db *db, struct fault *f);
/* Reads what the store has; arrays in the arena. ERR_STORE_*. */
NODISCARD enum err taxonomy_fetch(struct db *db, struct arena *a, struct fault *f,
                                  struct taxonomy_stored *ret_stored);
/* Frees the answers. */
void taxonomy_stored_done(struct taxonomy_stored *stored);

/* Accounts to score anew. */
struct taxonomy_marks {
    bool all;
    const int64_t *creators, *accounts; /* of each account; without `all` */
    size_t count;
};
/* Puts a taxonomy into the store, in one transaction: renamed niches, then niches by slug (absent ones
 * retire, returning ones revive), edges, aliases and generic hashtags replaced, version raised, checksum (of
 * the files) noted, accounts marked dirty; tells the others. The caller holds taxonomy_lock(), under which it
 * made `edit` of what the store has. ERR_STORE_*. */
NODISCARD enum err taxonomy_write(struct db *db, const struct tax_edit *edit, const char *checksum,
                                  const struct taxonomy_marks *marks, struct fault *f);

#endif
