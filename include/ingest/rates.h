/* Rates of currencies, which the operator loads: a CSV with the columns date, currency and usd_per_unit. */
#ifndef NICHED_INGEST_RATES_H
#define NICHED_INGEST_RATES_H

#include "ingest/decode.h"
#include "ingest/problems.h"
#include "store/db.h"

struct rates_summary {
    int64_t rows;
    int64_t changed; /* new, or another rate than before */
    struct problems problems;
};

/* Loads a file into a world's rates, all of it or nothing; of several rates of a currency and day the last
 * holds. Prices that were converted before stay as they are. The caller calls problems_done().
 * ERR_DATA_FORMAT, ERR_DATA_INVALID (with the problems), ERR_STORE_*, and what the source returns. */
NODISCARD enum err rates_load(struct db *db, struct import_source source, const char *name, int world,
                              struct fault *f, struct rates_summary *ret_summary);

#endif
