/* Hashes of engagers are comparable under one salt only. Invariant: all sketches of a world were made with
 * the salt whose mark table sketch_salt has. */
#include "ingest/merge.h"
#include "ingest/secrets.h"

#include <stdio.h>
#include <string.h>

enum err merge_check_salt(struct db *db, const struct import_options *o, struct fault *f) {
    char world[16];
    char mark[SECRETS_MARK];
    const char *params[] = {world, mark};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    secrets_sample_mark(o->map.secret, mark);
    snprintf(world, sizeof world, "%d", o->world);
    enum err e = db_query(db, "import_sketch_salt", 2, params, f, &rows);
    if (!e && strcmp(rows_text(rows, 0, 0), mark) != 0)
        e = fault_set(f, ERR_DATA_INVALID,
                      "the audiences in the store were hashed with another secret than that of "
                      "NICHED_SECRET_FILE: theirs and these could not be compared");
    return e;
}
