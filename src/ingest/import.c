/* One import from its first byte to its last row. Invariants: everything but the job's own row happens in one
 * transaction; whatever fails, the transaction is rolled back and the job is marked failed with what was
 * found wrong. */
#include "ingest/import.h"

#include "base/clock.h"
#include "ingest/csv.h"
#include "ingest/merge.h"
#include "ingest/ndjson.h"
#include "ingest/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024, PROGRESS_MS = 250 };

struct run {
    struct db *db; /* NULL: dry run */
    const struct import_options *o;
    struct import_source source;
    import_on_progress on_progress;
    void *progress_ctx;
    struct stage stage;
    struct import_summary *s;
    int64_t told_ms;
};

static enum err tell(struct run *r, const char *phase, bool always, struct fault *f) {
    int64_t now = clock_mono_ms();
    if (!r->on_progress || (!always && now - r->told_ms < PROGRESS_MS))
        return ERR_OK;
    r->told_ms = now;
    struct import_progress p = {phase, r->s->bytes, r->s->rows, r->s->refused};
    return r->on_progress(r->progress_ctx, &p) ? ERR_OK : fault_set(f, ERR_IO, "the import was cancelled");
}

static enum err take_header(struct run *r, const struct record *rec, struct fault *f) {
    enum err e = map_new(&r->o->map, rec, f, &r->s->map);
    if (e)
        return e;
    r->s->kind = map_kind(r->s->map)->name;
    e = kind_check_owner(map_kind(r->s->map), r->o->workspace_id != 0, f);
    if (e)
        return e;
    if (r->db && map_has(r->s->map, "engager") && !r->o->map.secret)
        return fault_set(f, ERR_USAGE,
                         "of engagers only salted hashes are kept, and there is no lasting salt: set "
                         "NICHED_SECRET_FILE to a file that stays");
    return r->db ? stage_begin(&r->stage, r->db, r->s->map, f) : ERR_OK;
}

static enum err take_record(void *ctx, const struct record *rec, struct fault *f) {
    struct run *r = ctx;
    if (!r->s->map)
        return take_header(r, rec, f);
    r->s->rows++;
    if (!map_row(r->s->map, rec, &r->s->problems, &r->stage.lines))
        r->s->refused++;
    if (r->db)
        return stage_flush(&r->stage, f);
    r->stage.lines.len = 0;
    return ERR_OK;
}

/* One of the two readers, chosen by the first character of the file. */
struct reader {
    struct csv *csv;
    struct ndjson *ndjson;
};

static void reader_done(struct reader *x) {
    csv_free(x->csv);
    ndjson_free(x->ndjson);
}

static enum err reader_choose(struct run *r, const char *text, size_t n, struct fault *f,
                              struct reader *ret) {
    size_t blank = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (blank < n && strchr(" \t\r\n", text[blank]) && text[blank])
        blank++;
    if (blank < n && text[blank] == '{')
        ret->ndjson = ndjson_new(take_record, r);
    else
        ret->csv = csv_new(r->o->delimiter, take_record, r);
    return ret->csv || ret->ndjson ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory to read with");
}

static enum err reader_feed(struct reader *x, const char *data, size_t n, struct fault *f) {
    return x->ndjson ? ndjson_feed(x->ndjson, data, n, f) : csv_feed(x->csv, data, n, f);
}

static enum err read_all(struct run *r, struct decode *d, struct fault *f) {
    CLEANUP(buf_free) struct buf chunk = {0};
    CLEANUP(reader_done) struct reader reader = {0};
    enum err e = ERR_OK;
    buf_reserve(&chunk, CHUNK);
    for (size_t n = 1; !e && n;) {
        e = decode_read(d, chunk.data, CHUNK, f, &n);
        r->s->bytes = decode_bytes(d);
        if (!e && !reader.csv && !reader.ndjson)
            e = reader_choose(r, chunk.data, n, f, &reader);
        if (!e && n)
            e = reader_feed(&reader, chunk.data, n, f);
        if (!e)
            e = tell(r, "reading", false, f);
    }
    if (!e)
        e = reader.ndjson ? ndjson_finish(reader.ndjson, f) : csv_finish(reader.csv, f);
    r->s->delimiter = reader.csv ? csv_delimiter(reader.csv) : '\0';
    return e;
}

static enum err check_rows(struct run *r, struct fault *f) {
    const struct import_summary *s = r->s;
    if (s->refused && r->o->strict)
        return fault_set(f, ERR_DATA_INVALID,
                         "%lld of %lld rows are bad and --strict was asked for: nothing was imported",
                         (long long)s->refused, (long long)s->rows);
    if (s->rows && s->refused == s->rows)
        return fault_set(f, ERR_DATA_INVALID, "all %lld rows were refused: nothing was imported",
                         (long long)s->rows);
    return ERR_OK;
}

static enum err read_file(struct run *r, struct fault *f) {
    int64_t from = clock_mono_us();
    struct decode *d = NULL;
    enum err e = decode_new(r->source, r->o->encoding, f, &d);
    if (e)
        return e;
    e = read_all(r, d, f);
    r->s->encoding = decode_encoding(d);
    r->s->packed = decode_packed(d);
    decode_free(d);
    r->s->read_s = (double)(clock_mono_us() - from) / 1e6;
    return e ? e : check_rows(r, f);
}

static enum err merge(struct run *r, struct fault *f) {
    int64_t from = clock_mono_us();
    enum err e = tell(r, "merging", true, f);
    if (!e)
        e = stage_end(&r->stage, f);
    if (!e)
        e = merge_run(r->db, r->o, r->stage.rows, f, r->s);
    if (!e)
        e = stage_drop(&r->stage, f);
    r->s->merge_s = (double)(clock_mono_us() - from) / 1e6;
    return e ? e : check_rows(r, f);
}

static enum err open_job(struct run *r, struct fault *f) {
    char world[16];
    snprintf(world, sizeof world, "%d", r->o->world);
    const char *params[] = {r->o->map.kind ? r->o->map.kind : "creators", r->o->source, world};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(r->db, "import_job_sweep", 0, NULL, f, NULL);
    if (!e)
        e = db_query(r->db, "import_job_open", 3, params, f, &rows);
    if (!e)
        r->s->import_id = rows_i64(rows, 0, 0);
    return e;
}

static enum err begin(struct run *r, struct fault *f) {
    char sql[256];
    snprintf(sql, sizeof sql,
             "begin; set local work_mem = '128MB'; set local jit = off; set local statement_timeout = 0; "
             "select pg_advisory_xact_lock(20261, %lld::integer)",
             (long long)r->s->import_id);
    return db_run(r->db, sql, f, NULL);
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

static enum err write_problems(struct run *r, struct fault *f) {
    const struct problems *p = &r->s->problems;
    CLEANUP(buf_free) struct buf lines = {0};
    if (!p->count)
        return ERR_OK;
    for (size_t i = 0; i < p->count; i++)
        put_problem(&lines, r->s->import_id, &p->items[i]);
    enum err e =
        db_copy_begin(r->db, "copy import_error (import_id, line, column_name, value, reason) from stdin", f);
    if (!e)
        e = db_copy_put(r->db, lines.data, lines.len, f);
    return e ? e : db_copy_end(r->db, f, NULL);
}

static enum err close_job(struct run *r, const char *status, struct fault *f) {
    const struct import_summary *s = r->s;
    const int64_t numbers[] = {s->bytes, s->rows, s->accepted, s->refused, s->duplicates};
    char text[COUNT_OF(numbers)][24];
    char id[24];
    const char *params[8] = {id, s->kind ? s->kind : "creators", status};
    snprintf(id, sizeof id, "%lld", (long long)s->import_id);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        snprintf(text[i], sizeof text[i], "%lld", (long long)numbers[i]);
        params[3 + i] = text[i];
    }
    enum err e = write_problems(r, f);
    return e ? e : db_query(r->db, "import_job_close", 8, params, f, NULL);
}

/* Undoes the transaction and leaves a trace of the attempt; what fails here does not replace the first fault.
 */
static void fail(struct run *r, const struct fault *why) {
    struct import_summary *s = r->s;
    s->accepted = s->duplicates = s->created = s->updated = s->unchanged = 0;
    s->accounts_created = s->accounts_updated = 0;
    stage_done(&r->stage);
    db_rollback(r->db);
    if (!s->import_id || !db_alive(r->db))
        return;
    problems_add(&s->problems, 0, "", "", 0, why->detail);
    enum err ignored = close_job(r, "failed", NULL);
    (void)ignored;
}

static enum err import_into(struct run *r, struct fault *f) {
    enum err e = open_job(r, f);
    if (!e)
        e = begin(r, f);
    if (!e)
        e = read_file(r, f);
    if (!e)
        e = merge(r, f);
    if (!e)
        e = close_job(r, "done", f);
    if (!e)
        e = db_run(r->db, "commit", f, NULL);
    if (e)
        fail(r, f);
    stage_done(&r->stage);
    return e;
}

static enum err check_only(struct run *r, struct fault *f) {
    enum err e = read_file(r, f);
    r->s->accepted = r->s->rows - r->s->refused;
    stage_done(&r->stage);
    return e;
}

enum err import_run(struct db *db, const struct import_options *o, struct import_source source,
                    import_on_progress on_progress, void *progress_ctx, struct fault *f,
                    struct import_summary *ret_summary) {
    struct fault own = {0};
    struct run r = {.db = o->dry_run ? NULL : db,
                    .o = o,
                    .source = source,
                    .on_progress = on_progress,
                    .progress_ctx = progress_ctx,
                    .s = ret_summary};
    memset(ret_summary, 0, sizeof *ret_summary);
    f = f ? f : &own;
    return r.db ? import_into(&r, f) : check_only(&r, f);
}

void import_summary_done(struct import_summary *s) {
    map_free(s->map);
    problems_done(&s->problems);
    s->map = NULL;
}
