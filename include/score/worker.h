/* The scorer as a thread of its own with its own connection, for `niched serve`: listens to "niched_dirty",
 * polls, and marks accounts that time has changed. Logs errors and one line a busy period; a lost connection
 * is opened again. */
#ifndef NICHED_SCORE_WORKER_H
#define NICHED_SCORE_WORKER_H

#include "base/err.h"
#include "base/settings.h"

struct worker;

/* Starts the thread; it does not wait for the store to be there. *settings is copied. ERR_INTERNAL,
 * ERR_NO_MEMORY. */
NODISCARD enum err worker_start(const struct settings *settings, struct fault *f, struct worker **ret_worker);
/* Ends the thread after the batch under way (about a second at most when idle) and frees the worker. Accepts
 * NULL. */
void worker_stop(struct worker *w);

#endif
