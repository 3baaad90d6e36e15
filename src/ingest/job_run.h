/* Inside ingest only: one job of import_job, from its claim to its end. */
#ifndef NICHED_INGEST_JOB_RUN_H
#define NICHED_INGEST_JOB_RUN_H

#include "base/settings.h"
#include "ingest/import.h"
#include "store/leash.h"

/* What a job needs beside its row. */
struct job_home {
    struct db *db; /* holds the lock of the job */
    const struct settings *settings;
    const struct crypto_secrets *secrets;
    struct leash *leash;
};

/* Takes the oldest job that nobody works on and brings it to an end. *ret_any: there was one. ERR_STORE_*:
 * the connection is to be closed; the job is still to be done. */
NODISCARD enum err job_run(const struct job_home *home, struct fault *f, bool *ret_any);

#endif
