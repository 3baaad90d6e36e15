/* Staged rows: temporary tables that a connection makes once, filled by COPY, empty between transactions. */
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

/* Makes the temporary tables unless the connection has them, and begins the COPY. The transaction is the
 * caller's. ERR_STORE_*. */
NODISCARD enum err stage_begin(struct stage *s, struct db *db, const struct map *m, struct fault *f);
/* Sends the lines gathered in s->lines once they are worth it. ERR_STORE_*. */
NODISCARD enum err stage_flush(struct stage *s, struct fault *f);
/* Ends the COPY; many rows are analysed. ERR_STORE_*. */
NODISCARD enum err stage_end(struct stage *s, struct fault *f);
/* Whether a staging table with so many rows is to be analysed, so that the planner knows; few rows are
 * planned for once and for all, since statistics would cost more than the merge and take every plan along. */
bool stage_is_large(int64_t rows);
/* Empties the tables after a merge, in its transaction; the connection keeps them. ERR_STORE_*. */
NODISCARD enum err stage_clear(struct stage *s, struct fault *f);
/* The same for a merge of many rows: the tables go. ERR_STORE_*. */
NODISCARD enum err stage_drop(struct stage *s, struct fault *f);
/* Leaves the COPY if it is still open (the transaction can then be rolled back) and frees the lines. */
void stage_done(struct stage *s);

#endif
