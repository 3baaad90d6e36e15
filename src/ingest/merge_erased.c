/* Erased creators stay erased: new accounts whose handle or id hashes to a tombstone are taken out before
 * anything is written. The hash needs a key outside the database, so the hashes are made here and compared
 * there. */
#include "ingest/erase.h"
#include "ingest/merge.h"
#include "ingest/secrets.h"

#include <stdio.h>

/* Columns of import_new_accounts. */
enum { LINE, PLATFORM, IDENT, USERNAME_KEY, ACCOUNT_ID };

static void put_hash(const struct import_options *o, const struct rows *r, size_t row, const char *kind,
                     int column, struct buf *out) {
    const char *key = rows_text(r, row, column);
    for (size_t i = 0; key && i < o->secrets->count; i++) {
        char hex[ERASE_HASH_TEXT];
        erase_hash(&o->secrets->at[i], o->world, (int)rows_i64(r, row, PLATFORM), kind, key, hex);
        buf_puts(out, rows_text(r, row, PLATFORM));
        buf_putc(out, '\t');
        db_copy_escape(out, rows_text(r, row, IDENT), rows_len(r, row, IDENT));
        buf_puts(out, "\t\\");
        buf_puts(out, hex);
        buf_putc(out, '\n');
    }
}

/* Hashes one batch of new accounts behind a line; *ret_more tells whether there may be another. */
static enum err hash_batch(struct db *db, const struct import_options *o, int64_t *line, struct fault *f,
                           bool *ret_more) {
    char behind[24];
    const char *params[] = {behind};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    CLEANUP(buf_free) struct buf lines = {0};
    snprintf(behind, sizeof behind, "%lld", (long long)*line);
    enum err e = db_query(db, "import_new_accounts", 1, params, f, &rows);
    if (e)
        return e;
    size_t n = rows_count(rows);
    *ret_more = n > 0;
    if (!n)
        return ERR_OK;
    for (size_t i = 0; i < n; i++) {
        put_hash(o, rows, i, "username", USERNAME_KEY, &lines);
        put_hash(o, rows, i, "id", ACCOUNT_ID, &lines);
    }
    *line = rows_i64(rows, n - 1, LINE);
    e = db_copy_begin(db, "copy import_hash from stdin", f);
    if (!e)
        e = db_copy_put(db, lines.data, lines.len, f);
    return e ? e : db_copy_end(db, f, NULL);
}

static enum err hash_all(struct db *db, const struct import_options *o, struct fault *f) {
    int64_t line = 0;
    bool more = true;
    enum err e =
        db_run(db, "create index if not exists import_account_line on import_account (line)", f, NULL);
    while (!e && more)
        e = hash_batch(db, o, &line, f, &more);
    return e;
}

enum err merge_drop_erased(struct db *db, const struct import_options *o, struct fault *f,
                           struct import_summary *s) {
    if (!o->secrets || !o->secrets->lasting)
        return fault_set(f, ERR_DATA_INVALID,
                         "the store has erased creators, and the key to recognise them is not here: set "
                         "NICHED_SECRET_FILE to the file that they were erased with");
    enum err e = secrets_check(db, o->secrets, f);
    if (!e)
        e = hash_all(db, o, f);
    if (e)
        return e;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    int64_t before = s->refused;
    e = db_query(db, "import_drop_erased", 0, NULL, f, &rows);
    if (!e)
        merge_refused(rows, s);
    s->erased = s->refused - before;
    return e;
}
