/* Inside api only: the log of writes (table audit_log, niched audit). */
#ifndef NICHED_API_AUDIT_H
#define NICHED_API_AUDIT_H

#include "api/api.h"

/* A write that is carried out. */
struct audit {
    const struct request *req;
    const char *object; /* what it was done to as kind:id, nothing that says who somebody is; NULL: none */
    int status;         /* that is answered */
};

enum { AUDITS_MAX = 128 };

/* Notes n writes, at most AUDITS_MAX, in the transaction that carries them out: a write is in the log exactly
 * if it was committed. */
NODISCARD enum err audit_write(struct db *db, const struct audit *all, size_t n, struct fault *f);
/* Deletes some of what is older than so many days. */
NODISCARD enum err audit_sweep(struct db *db, int64_t days, struct fault *f);

#endif
