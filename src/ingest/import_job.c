/* An import's row in import_job. Invariant: a job that runs holds the advisory lock (20261, its id), so that
 * one whose process died is known by its lock being free. */
#include "import_job.h"

#include <stdio.h>
#include <string.h>

enum err import_job_open(struct db *db, const struct import_options *o, struct fault *f, int64_t *ret_id) {
    char world[16], workspace[24];
    snprintf(world, sizeof world, "%d", o->world);
    snprintf(workspace, sizeof workspace, "%lld", (long long)o->workspace_id);
    const char *params[] = {o->map.kind ? o->map.kind : "creators", o->source, world,
                            o->workspace_id ? workspace : NULL};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "import_job_sweep", 0, NULL, f, NULL);
    if (!e)
        e = db_query(db, "import_job_open", COUNT_OF(params), params, f, &rows);
    if (!e)
        *ret_id = rows_i64(rows, 0, 0);
    return e;
}

void import_job_release(struct db *db, int64_t import_id) {
    char id[24];
    const char *params[] = {id};
    snprintf(id, sizeof id, "%lld", (long long)import_id);
    enum err ignored = db_query(db, "import_job_release", 1, params, NULL, NULL);
    (void)ignored; /* a lost connection has lost the lock */
}

enum err import_job_put(struct db *db, const struct import_summary *s, const char *status, struct fault *f) {
    const int64_t numbers[] = {s->bytes,      s->rows,      s->accepted,        s->refused,
                               s->duplicates, s->created,   s->updated,         s->unchanged,
                               s->erased,     s->import_id, s->accounts_created};
    char text[COUNT_OF(numbers)][24];
    const char *params[2 + COUNT_OF(numbers)] = {s->kind ? s->kind : "creators", status};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        snprintf(text[i], sizeof text[i], "%lld", (long long)numbers[i]);
        params[2 + i] = text[i];
    }
    return db_query(db, "import_job_put", COUNT_OF(params), params, f, NULL);
}

static void put_problem(struct buf *out, int64_t import_id, const struct problem *p) {
    buf_printf(out, "%lld\t%lld\t", (long long)import_id, (long long)p->line);
    db_copy_escape(out, p->column, strlen(p->column));
    buf_putc(out, '\t');
    db_copy_escape(out, p->value, strlen(p->value));
    buf_putc(out, '\t');
    db_copy_escape(out, p->reason, strlen(p->reason));
    buf_putc(out, '\n');
}

enum err import_job_problems(struct db *db, const struct import_summary *s, size_t from, int64_t *io_kept,
                             struct fault *f) {
    const struct problems *p = &s->problems;
    CLEANUP(buf_free) struct buf lines = {0};
    for (; from < p->count && *io_kept < PROBLEMS_MAX; from++, ++*io_kept)
        put_problem(&lines, s->import_id, &p->items[from]);
    if (!lines.len)
        return ERR_OK;
    enum err e =
        db_copy_begin(db, "copy import_error (import_id, line, column_name, value, reason) from stdin", f);
    if (!e)
        e = db_copy_put(db, lines.data, lines.len, f);
    return e ? e : db_copy_end(db, f, NULL);
}

enum err import_job_analyse(struct db *db, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    CLEANUP(buf_free) struct buf sql = {0};
    enum err e = db_query(db, "import_stale", 0, NULL, f, &rows);
    if (e)
        return e;
    buf_puts(&sql, "discard plans");
    const char *stale = rows_text(rows, 0, 0);
    if (stale && *stale) {
        buf_puts(&sql, "; analyze ");
        buf_puts(&sql, stale);
    }
    return db_run(db, sql.data, f, NULL);
}
