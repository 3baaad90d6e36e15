/* The merge of staged rows into the store, all in sets. */
#ifndef NICHED_INGEST_MERGE_H
#define NICHED_INGEST_MERGE_H

#include "ingest/import.h"

/* Merges import_stage into the store inside the caller's transaction, one import at a time (an advisory
 * lock). Counts go to *s (accepted, refused, erased, duplicates, created, updated, unchanged, accounts_*),
 * refused rows to s->problems. `staged` is the number of staged rows. ERR_STORE_*; ERR_DATA_INVALID when the
 * store has erased creators and o->secrets do not last. */
NODISCARD enum err merge_run(struct db *db, const struct import_options *o, int64_t staged, struct fault *f,
                             struct import_summary *s);
/* Takes the rows of creators who asked to be forgotten out of the staging tables (part of merge_run). */
NODISCARD enum err merge_drop_erased(struct db *db, const struct import_options *o, struct fault *f,
                                     struct import_summary *s);
/* Refuses hashes that were salted otherwise than those in the store: they could not be compared. The first
 * import decides. ERR_STORE_*, ERR_DATA_INVALID. */
NODISCARD enum err merge_check_salt(struct db *db, const struct import_options *o, struct fault *f);
/* Reads the answer of a query that took rows out of import_stage (how many, and each line with the reason):
 * adds a problem a line. */
void merge_refused(const struct rows *r, struct import_summary *s);

#endif
