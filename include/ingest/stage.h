/* Staged rows: temporary tables filled by COPY, gone with the transaction. */
#ifndef NICHED_INGEST_STAGE_H
#define NICHED_INGEST_STAGE_H

#include "ingest/map.h"
#include "store/db.h"

struct stage {
    struct db *db;
    struct buf lines;
    bool copying;
    int64_t rows;
};

/* Makes the temporary tables of the map's kind and begins the COPY. The transaction is the caller's.
 * ERR_STORE_*. */
NODISCARD enum err stage_begin(struct stage *s, struct db *db, const struct map *m, struct fault *f);
/* Sends the lines gathered in s->lines once they are worth it. ERR_STORE_*. */
NODISCARD enum err stage_flush(struct stage *s, struct fault *f);
/* Ends the COPY and analyses the table. ERR_STORE_*. */
NODISCARD enum err stage_end(struct stage *s, struct fault *f);
/* Leaves the COPY if it is still open (the transaction can then be rolled back) and frees the lines. */
void stage_done(struct stage *s);

#endif
