/* Old evidence goes after NICHED_EVIDENCE_DAYS. */
#ifndef NICHED_INGEST_RETAIN_H
#define NICHED_INGEST_RETAIN_H

#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

/* How far a round through all accounts is; begin with zeros. */
struct retain {
    int64_t creator_id, account_id;
    int64_t next_ms; /* of clock_mono_ms() */
};

/* Deletes what 500 accounts have of before a time (microseconds since 1970), in a transaction of its own, and
 * marks those that lost rows to be scored. Does nothing while an import merges, nor between two rounds (a
 * day). *ret_gone: rows. ERR_STORE_*. */
NODISCARD enum err retain_step(struct db *db, struct retain *r, int64_t before_us, struct fault *f,
                               int64_t *ret_gone);

#endif
