/* The scorer as a thread of its own with its own connection, for `niched serve`: listens to "niched_dirty",
 * polls, and marks accounts that time has changed. Logs errors and one line a busy period; a lost connection
 * is opened again. */
#ifndef NICHED_SCORE_WORKER_H
#define NICHED_SCORE_WORKER_H

#include "base/err.h"
#include "base/settings.h"

#include <stdatomic.h>
#include <stdint.h>

struct worker;

/* What a worker did since it was started, for whoever looks on; it alone writes. */
struct worker_counts {
    _Atomic uint64_t scored, failed, batches, compounds;
    _Atomic uint64_t read_us, compute_us, write_us;
    _Atomic uint64_t connected; /* 1 or 0 */
};

/* Starts the thread; it does not wait for the store to be there. *settings is copied, *counts outlives the
 * worker. ERR_INTERNAL, ERR_NO_MEMORY. */
NODISCARD enum err worker_start(const struct settings *settings, struct worker_counts *counts,
                                struct fault *f, struct worker **ret_worker);
/* Ends the thread after the batch under way (about a second at most when idle) and frees the worker. Accepts
 * NULL. */
void worker_stop(struct worker *w);

#endif
