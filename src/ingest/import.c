/* One import from its first byte to its last row. Invariants: what is merged and how far the job is are
 * committed together, all at once or in batches; whatever fails, what was not committed is rolled back. */
#include "ingest/import.h"

#include "base/clock.h"
#include "import_job.h"
#include "ingest/csv.h"
#include "ingest/merge.h"
#include "ingest/ndjson.h"
#include "ingest/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024, PROGRESS_MS = 250, FEW_ROWS = 1000 };

struct run {
    struct db *db; /* NULL: dry run */
    const struct import_options *o;
    struct import_source source;
    import_on_progress on_progress;
    void *progress_ctx;
    struct stage stage;
    struct import_summary *s;
    int64_t told_ms;
    int64_t skip;       /* rows at the beginning that an earlier run dealt with */
    int64_t batch_rows; /* 0: all at once */
    int64_t batched;    /* rows since the batch was begun */
    bool open;          /* a transaction with rows being staged */
    size_t written;     /* problems of s that are in the store */
    int64_t kept;       /* problems of the job that are there */
};

static enum err tell(struct run *r, const char *phase, bool always, struct fault *f) {
    int64_t now = clock_mono_ms();
    if (!r->on_progress || (!always && now - r->told_ms < PROGRESS_MS))
        return ERR_OK;
    r->told_ms = now;
    struct import_progress p = {phase, r->s->bytes, r->s->rows, r->s->refused};
    return r->on_progress(r->progress_ctx, &p) ? ERR_OK : fault_set(f, ERR_IO, "the import was cancelled");
}

static enum err begin(struct run *r, struct fault *f) {
    enum err e = import_job_analyse(r->db, f);
    return e ? e
             : db_run(r->db,
                      "begin; set local work_mem = '128MB'; set local jit = off; set local statement_timeout "
                      "= 0",
                      f, NULL);
}

static enum err open_batch(struct run *r, struct fault *f) {
    if (!r->db || r->open)
        return ERR_OK;
    enum err e = begin(r, f);
    if (!e)
        e = stage_begin(&r->stage, r->db, r->s->map, f);
    r->open = e == ERR_OK;
    return e;
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
    return r->skip ? ERR_OK : open_batch(r, f);
}

/* Counts of a summary that a merge sets for what it merged. */
static const size_t counted[] = {
    offsetof(struct import_summary, accepted),         offsetof(struct import_summary, erased),
    offsetof(struct import_summary, duplicates),       offsetof(struct import_summary, created),
    offsetof(struct import_summary, updated),          offsetof(struct import_summary, unchanged),
    offsetof(struct import_summary, accounts_created), offsetof(struct import_summary, accounts_updated),
};

static int64_t *count_at(struct import_summary *s, size_t i) {
    return (int64_t *)(void *)((char *)s + counted[i]);
}

/* Merges what is staged; its counts are added to those of the batches before. */
static enum err merge(struct run *r, struct fault *f) {
    int64_t from = clock_mono_us();
    int64_t before[COUNT_OF(counted)];
    for (size_t i = 0; i < COUNT_OF(counted); i++) {
        before[i] = *count_at(r->s, i);
        *count_at(r->s, i) = 0;
    }
    enum err e = tell(r, "merging", !r->batch_rows, f);
    if (!e)
        e = stage_end(&r->stage, f);
    if (!e)
        e = merge_run(r->db, r->o, r->stage.rows, f, r->s);
    if (!e)
        e = stage_drop(&r->stage, f);
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        *count_at(r->s, i) += before[i];
    r->s->merge_s += (double)(clock_mono_us() - from) / 1e6;
    return e;
}

/* The end of a transaction: what was wrong, how far the job is. */
static enum err commit(struct run *r, const char *status, struct fault *f) {
    enum err e = import_job_problems(r->db, r->s, r->written, &r->kept, f);
    r->written = r->s->problems.count;
    if (!e)
        e = import_job_put(r->db, r->s, status, f);
    return e ? e : db_run(r->db, "commit", f, NULL);
}

static enum err close_batch(struct run *r, struct fault *f) {
    enum err e = merge(r, f);
    if (!e)
        e = commit(r, "running", f);
    r->open = false;
    r->batched = 0;
    return e;
}

static enum err take_record(void *ctx, const struct record *rec, struct fault *f) {
    struct run *r = ctx;
    if (!r->s->map)
        return take_header(r, rec, f);
    bool before = r->s->rows++ < r->skip;
    enum err e = before ? ERR_OK : open_batch(r, f);
    if (e)
        return e;
    bool good = map_row(r->s->map, rec, &r->s->problems, &r->stage.lines);
    if (before)
        problems_done(&r->s->problems);
    else
        r->s->refused += !good;
    if (before || !r->db) {
        r->stage.lines.len = 0;
        return ERR_OK;
    }
    return ++r->batched == r->batch_rows ? close_batch(r, f) : stage_flush(&r->stage, f);
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
    bool object = blank < n && text[blank] == '{';
    if (r->o->format && object != (strcmp(r->o->format, "ndjson") == 0))
        return fault_set(f, ERR_DATA_FORMAT, "the file is not %s: it begins %s \"{\"", r->o->format,
                         object ? "with" : "without");
    if (object)
        ret->ndjson = ndjson_new(take_record, r);
    else
        ret->csv = csv_new(r->o->delimiter, take_record, r);
    return ret->csv || ret->ndjson ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory to read with");
}

static enum err reader_feed(struct reader *x, const char *data, size_t n, struct fault *f) {
    return x->ndjson ? ndjson_feed(x->ndjson, data, n, f) : csv_feed(x->csv, data, n, f);
}

static enum err check_size(const struct run *r, int64_t bytes, struct fault *f) {
    return r->o->max_bytes && bytes > r->o->max_bytes
               ? fault_set(f, ERR_DATA_FORMAT, "the file is larger than %lld bytes when unpacked",
                           (long long)r->o->max_bytes)
               : ERR_OK;
}

static enum err read_all(struct run *r, struct decode *d, struct fault *f) {
    CLEANUP(buf_free) struct buf chunk = {0};
    CLEANUP(reader_done) struct reader reader = {0};
    enum err e = ERR_OK;
    int64_t plain = 0;
    buf_reserve(&chunk, CHUNK);
    for (size_t n = 1; !e && n; plain += (int64_t)n) {
        e = decode_read(d, chunk.data, CHUNK, f, &n);
        r->s->bytes = decode_bytes(d);
        if (!e)
            e = check_size(r, plain, f);
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
    r->s->read_s = (double)(clock_mono_us() - from) / 1e6 - r->s->merge_s;
    return e ? e : check_rows(r, f);
}

/* The last batch, and with it the job. A file that ended with a batch needs a transaction for that alone. */
static enum err finish(struct run *r, struct fault *f) {
    enum err e = r->open ? merge(r, f) : begin(r, f);
    if (!e)
        e = check_rows(r, f);
    return e ? e : commit(r, "done", f);
}

/* What takes an import back joins its notes to the rows: without statistics of them as nested loops (38 s for
 * 20,000 creators, 0.7 s with). */
static void analyse_notes(const struct run *r) {
    enum err ignored =
        r->o->undo && r->s->accepted > FEW_ROWS ? db_run(r->db, "analyze import_undo", NULL, NULL) : ERR_OK;
    (void)ignored;
}

static enum err import_into(struct run *r, struct fault *f) {
    enum err e = read_file(r, f);
    if (!e)
        e = finish(r, f);
    if (!e)
        analyse_notes(r);
    stage_done(&r->stage);
    if (e && db_alive(r->db))
        db_rollback(r->db);
    return e;
}

/* Leaves a trace of the attempt; what fails here does not replace the first fault. */
static void fail(struct run *r, const struct fault *why) {
    struct import_summary *s = r->s;
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        *count_at(s, i) = 0;
    if (!s->import_id || !db_alive(r->db))
        return;
    r->kept = 0; /* what was written was rolled back */
    problems_add(&s->problems, 0, "", "", 0, why->detail);
    enum err told = import_job_problems(r->db, s, 0, &r->kept, NULL);
    enum err put = import_job_put(r->db, s, "failed", NULL);
    (void)told;
    (void)put;
}

static enum err import_new(struct run *r, struct fault *f) {
    enum err e = import_job_open(r->db, r->o, f, &r->s->import_id);
    if (!e)
        e = import_into(r, f);
    if (e)
        fail(r, f);
    if (r->s->import_id)
        import_job_release(r->db, r->s->import_id);
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
    return r.db ? import_new(&r, f) : check_only(&r, f);
}

enum err import_resume(struct db *db, const struct import_options *o, const struct import_begun *begun,
                       struct import_source source, import_on_progress on_progress, void *progress_ctx,
                       struct fault *f, struct import_summary *ret_summary) {
    struct run r = {.db = db,
                    .o = o,
                    .source = source,
                    .on_progress = on_progress,
                    .progress_ctx = progress_ctx,
                    .s = ret_summary,
                    .skip = begun->rows,
                    .batch_rows = o->strict ? 0 : o->batch_rows,
                    .kept = begun->problems};
    memset(ret_summary, 0, sizeof *ret_summary);
    ret_summary->import_id = begun->import_id;
    ret_summary->refused = begun->refused;
    ret_summary->accepted = begun->accepted;
    ret_summary->erased = begun->erased;
    ret_summary->duplicates = begun->duplicates;
    ret_summary->created = begun->created;
    ret_summary->updated = begun->updated;
    ret_summary->unchanged = begun->unchanged;
    ret_summary->accounts_created = begun->accounts_created;
    return import_into(&r, f);
}

void import_summary_done(struct import_summary *s) {
    map_free(s->map);
    problems_done(&s->problems);
    s->map = NULL;
}
