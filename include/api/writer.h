/* The connections of the threads that write for requests: opened when first wanted, kept, never used by two
 * threads at once. The loops' own connections only read. */
#ifndef NICHED_API_WRITER_H
#define NICHED_API_WRITER_H

#include "api/versions.h"

struct writer;

/* None is open yet. `conninfo` and `versions` (NULL: nobody wants to know what changed) outlive it. NULL
 * without memory. */
struct writer *writer_new(const char *conninfo, struct versions *versions);
/* Closes all; nobody may have one. Accepts NULL. */
void writer_free(struct writer *w);
/* A connection in a transaction, for this thread until writer_end(). Waits for a lock at most 2 s, for a
 * statement 30 s. It sees shared rows and those of the workspace (0:
 * nobody's), by row-level security too. A connection that broke while it rested is replaced. ERR_STORE_*. */
NODISCARD enum err writer_begin(struct writer *w, int32_t workspace, struct fault *f, struct db **ret_db);
/* Commits if `e` is ERR_OK, else rolls back, and takes the connection back. Returns `e`, or why the commit
 * failed: then nobody can tell whether it was done, and versions_changed() is called. */
NODISCARD enum err writer_end(struct writer *w, struct db *db, enum err e, struct fault *f);

#endif
