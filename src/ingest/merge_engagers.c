/* Hashes of engagers are comparable under one salt only. Invariant: all sketches of a world were made with
 * the salt whose mark table sketch_salt has. */
#include "ingest/merge.h"

#include <stdio.h>
#include <string.h>

enum err merge_check_salt(struct db *db, const struct import_options *o, struct fault *f) {
    unsigned char tag[CRYPTO_TAG_BYTES];
    char world[16];
    char mark[2 * CRYPTO_TAG_BYTES + 1];
    const char *params[] = {world, mark};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    crypto_tag(o->map.secret, "engager salt", "", 0, tag);
    snprintf(world, sizeof world, "%d", o->world);
    for (size_t i = 0; i < sizeof tag; i++)
        snprintf(mark + 2 * i, 3, "%02x", tag[i]);
    enum err e = db_query(db, "import_sketch_salt", 2, params, f, &rows);
    if (!e && strcmp(rows_text(rows, 0, 0), mark) != 0)
        e = fault_set(f, ERR_DATA_INVALID,
                      "the audiences in the store were hashed with another secret than that of "
                      "NICHED_SECRET_FILE: theirs and these could not be compared");
    return e;
}
