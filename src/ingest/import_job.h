/* Inside ingest only: the row of import_job that an import has. */
#ifndef NICHED_INGEST_IMPORT_JOB_H
#define NICHED_INGEST_IMPORT_JOB_H

#include "ingest/import.h"

/* Opens a job, whose lock is the connection's until import_job_release(). ERR_STORE_*. */
NODISCARD enum err import_job_open(struct db *db, const struct import_options *o, struct fault *f,
                                   int64_t *ret_id);
/* Gives the lock of a job back. */
void import_job_release(struct db *db, int64_t import_id);
/* Writes how far the job is, with its status; one that is no longer running loses its chunks. ERR_STORE_*. */
NODISCARD enum err import_job_put(struct db *db, const struct import_summary *s, const char *status,
                                  struct fault *f);
/* Writes the problems from `from` on into import_error, while the job has fewer than PROBLEMS_MAX (*io_kept).
 * ERR_STORE_*. */
NODISCARD enum err import_job_problems(struct db *db, const struct import_summary *s, size_t from,
                                       int64_t *io_kept, struct fault *f);

/* Before a transaction of an import: gives up the plans that the connection keeps, and analyses tables that
 * were empty when they were analysed last. PostgreSQL would expect one row in those, whatever they hold now,
 * and a plan of a foreign key that was made in a store of ten creators reads all of them for each new account
 * (20,000 creators: 9.1 s, 2.2 s with new plans). ERR_STORE_*. */
NODISCARD enum err import_job_analyse(struct db *db, struct fault *f);

#endif
