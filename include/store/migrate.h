/* Migrations: numbered SQL files, run once each, in order, forward only, under a lock. */
#ifndef NICHED_STORE_MIGRATE_H
#define NICHED_STORE_MIGRATE_H

#include "store/db.h"

/* Runs the migrations that the store does not have yet, each in its own transaction. `said` is called with
 * the name of each one that ran. ERR_STORE_SCHEMA if the store is newer than this program or a migration was
 * changed since. */
NODISCARD enum err migrate_run(struct db *db, void (*said)(const char *name), struct fault *f,
                               int *ret_count);
/* The schema version of this program: the number of its newest migration. */
int migrate_newest(void);
/* ERR_STORE_SCHEMA if the store is newer than this program, or `older_too` and it lacks migrations: as
 * migrate_fault(). */
NODISCARD enum err migrate_check(struct db *db, bool older_too, struct fault *f);
/* Says what to do about a store of another schema version; returns ERR_STORE_SCHEMA. */
enum err migrate_fault(int version, struct fault *f);
/* The schema version of the store, 0 if it has none. */
NODISCARD enum err migrate_version(struct db *db, struct fault *f, int *ret_version);

#endif
