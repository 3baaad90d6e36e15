/* Scorers as threads, each with its own connection, for `niched serve`: they listen to "niched_dirty" and
 * poll. The first also marks accounts that time has changed, keeps compounds, counts and measures niches.
 * They log errors and one line a busy period; a lost connection is opened again. */
#ifndef NICHED_SCORE_WORKER_H
#define NICHED_SCORE_WORKER_H

#include "base/err.h"
#include "base/settings.h"
#include "store/taxonomy_shelf.h"

#include <stdatomic.h>
#include <stdint.h>

struct worker;

/* What they did since they were started, for whoever looks on; they alone write. */
struct worker_counts {
    _Atomic uint64_t scored, failed, batches, compounds;
    _Atomic uint64_t read_us, compute_us, write_us;
    _Atomic uint64_t connected; /* threads that are */
};

/* Starts settings->worker threads; they do not wait for the store to be there. *settings is copied, *counts
 * and *taxonomies outlive the worker. ERR_INTERNAL, ERR_NO_MEMORY. */
NODISCARD enum err worker_start(const struct settings *settings, struct worker_counts *counts,
                                struct taxonomy_shelf *taxonomies, struct fault *f,
                                struct worker **ret_worker);
/* Ends the threads after the batches under way (about a second at most) and frees the worker. Accepts
 * NULL. */
void worker_stop(struct worker *w);

#endif
