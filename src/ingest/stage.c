/* Staging. Invariant: while `copying` no other statement may be sent on the connection. */
#include "ingest/stage.h"

enum { FLUSH_BYTES = 64 * 1024 };

enum err stage_begin(struct stage *s, struct db *db, const struct map *m, struct fault *f) {
    CLEANUP(buf_free) struct buf sql = {0};
    s->db = db;
    kind_staging_ddl(map_kind(m), &sql);
    enum err e = db_run(db, sql.data, f, NULL);
    if (e)
        return e;
    sql.len = 0;
    map_copy_sql(m, &sql);
    e = db_copy_begin(db, sql.data, f);
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

enum err stage_end(struct stage *s, struct fault *f) {
    enum err e = send(s, f);
    if (e)
        return e;
    long long copied = 0;
    s->copying = false;
    e = db_copy_end(s->db, f, &copied);
    s->rows = copied;
    return e ? e : db_run(s->db, "analyze import_stage", f, NULL);
}

void stage_done(struct stage *s) {
    if (s->copying) {
        enum err ignored = db_copy_end(s->db, NULL, NULL);
        (void)ignored;
    }
    s->copying = false;
    buf_free(&s->lines);
}
