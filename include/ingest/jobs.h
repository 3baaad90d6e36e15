/* Uploaded files become rows: a thread of `niched serve` that takes jobs of import_job, whichever process
 * received them, imports them from import_chunk, takes imports back, and clears away what is over. Two
 * processes never work on one job; a job whose process died is gone on with by any. Logs a line a job. */
#ifndef NICHED_INGEST_JOBS_H
#define NICHED_INGEST_JOBS_H

#include "base/crypto.h"
#include "base/settings.h"
#include "ingest/decode.h"
#include "store/db.h"

struct jobs;

/* Starts the thread; it does not wait for the store to be there. *settings is copied; the secrets outlive it.
 * With import_worker 0 it only clears away. ERR_NO_MEMORY. */
NODISCARD enum err jobs_start(const struct settings *settings, const struct crypto_secrets *secrets,
                              struct fault *f, struct jobs **ret_jobs);
/* Ends it; an import under way is gone on with when a process is there again. Accepts NULL. */
void jobs_stop(struct jobs *j);
/* An upload broke off: its job and its bytes are deleted soon. From any thread, without waiting. */
void jobs_broken(struct jobs *j, int64_t import_id);

/* The bytes of an upload, read piece by piece. Zeroed but for db and import_id it is ready. */
struct chunks {
    struct db *db;
    int64_t import_id;
    int64_t next;      /* piece */
    struct rows *rows; /* the piece at hand */
    size_t from;
};

/* As import_source.read; ctx is the struct chunks. ERR_STORE_*. */
NODISCARD enum err chunks_read(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n);
/* Frees what it holds, not the connection. */
void chunks_done(struct chunks *c);

#endif
