/* Staging. Invariants: while `copying` no other statement may be sent on the connection; outside a
 * transaction the tables are empty. Emptied by DELETE, since a table that is truncated by each commit (or
 * made by each transaction) costs more than a small merge: its TOAST index is built anew. */
#include "ingest/stage.h"

enum { FLUSH_BYTES = 64 * 1024, FEW_ROWS = 1000, CLEAR_BYTES = 1024 * 1024 };

enum err stage_begin(struct stage *s, struct db *db, const struct map *m, struct fault *f) {
    CLEANUP(buf_free) struct buf sql = {0};
    s->db = db;
    kind_staging_ddl(&sql);
    buf_puts(&sql, "; ");
    map_copy_sql(m, &sql);
    enum err e = db_copy_begin(db, sql.data, f);
    s->copying = e == ERR_OK;
    return e;
}

static enum err send(struct stage *s, struct fault *f) {
    if (!s->lines.len)
        return ERR_OK;
    enum err e = db_copy_put(s->db, s->lines.data, s->lines.len, f);
    s->lines.len = 0;
    return e;
}

enum err stage_flush(struct stage *s, struct fault *f) {
    return s->lines.len < FLUSH_BYTES ? ERR_OK : send(s, f);
}

bool stage_is_large(int64_t rows) {
    return rows > FEW_ROWS;
}

enum err stage_end(struct stage *s, struct fault *f) {
    enum err e = send(s, f);
    if (e)
        return e;
    long long copied = 0;
    s->copying = false;
    e = db_copy_end(s->db, f, &copied);
    s->rows = copied;
    if (e || !stage_is_large(s->rows))
        return e;
    return db_run(s->db, "analyze import_stage (line, platform, ident, observed_at, posted_at)", f, NULL);
}

static void take_bytes(void *ctx, const struct rows *rows) {
    *(int64_t *)ctx = rows_i64(rows, 0, 0);
}

enum err stage_clear(struct stage *s, struct fault *f) {
    static const char *const empty[] = {"delete from import_stage", "delete from import_account",
                                        "delete from import_hash"};
    int64_t bytes = 0;
    enum err e = db_line_begin(s->db, f);
    for (size_t i = 0; i < COUNT_OF(empty) && !e; i++)
        e = db_line_run(s->db, empty[i], NULL, NULL, f);
    if (!e)
        e = db_line_query(s->db, "stage_size", 0, NULL, take_bytes, &bytes, f);
    enum err end = db_line_end(s->db, e ? NULL : f);
    e = e ? e : end;
    return e || bytes <= CLEAR_BYTES
               ? e
               : db_run(s->db, "truncate import_stage, import_account, import_hash", f, NULL);
}

enum err stage_drop(struct stage *s, struct fault *f) {
    return db_run(s->db, "drop table import_stage, import_account, import_hash", f, NULL);
}

void stage_done(struct stage *s) {
    if (s->copying) {
        enum err ignored = db_copy_end(s->db, NULL, NULL);
        (void)ignored;
    }
    s->copying = false;
    buf_free(&s->lines);
}
