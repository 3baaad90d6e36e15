/* POST /imports: a file is stored piece by piece while it comes, then its job waits for a worker. Invariants:
 * nothing of an upload that breaks off stays; a job is queued only with all of its pieces; a dry run leaves
 * no job. */
#include "imports.h"

#include "api/writer.h"
#include "audit.h"
#include "authority.h"
#include "base/clock.h"
#include "base/json.h"
#include "ingest/import_ask.h"
#include "ingest/jobs.h"
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 256 * 1024, DRY_RUN_BYTES = 64 * 1024 * 1024, ERRORS_SHOWN = 20, RETRY_S = 10 };

struct import_query {
    const char *kind, *platform, *format, *encoding, *world;
    struct param_text delimiter, map, source, observed;
    bool own, strict, dry_run;
};

#define AT(member)                offsetof(struct import_query, member)
#define PLAIN(name, type, member) name, type, AT(member)
#define CHOICE(name, member, of, help)                                                                       \
    { PLAIN(name, PARAM_CHOICE, member), 0, 0, NULL, of, false, PARAM_NO_FILTER, NULL, help }

const struct param import_post_params[] = {
    CHOICE("kind", kind, "creators,posts,snapshots,prices,collaborations,engagers,audience,conversions",
           "what the rows are; by default what the header says"),
    CHOICE("platform", platform, "instagram,tiktok,youtube", "of rows that name none"),
    CHOICE("format", format, "csv,ndjson", "by default what the file begins with"),
    CHOICE("encoding", encoding, "utf-8,utf-16,windows-1252,latin-1", "by default what the first 64 KiB are"),
    {PLAIN("delimiter", PARAM_TEXT, delimiter), 1, 3, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "one character, or tab; by default the most frequent of , ; tab | in the header"},
    {PLAIN("map", PARAM_TEXT, map), 3, 4000, NULL, "list", false, PARAM_NO_FILTER, NULL,
     "COLUMN=field: this column is that field; field - leaves it out"},
    {PLAIN("source", PARAM_TEXT, source), 1, 200, "upload", NULL, false, PARAM_NO_FILTER, NULL,
     "where the numbers are from"},
    {PLAIN("observed_at", PARAM_TEXT, observed), 10, 40, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "when rows were seen that do not say so; by default now"},
    {PLAIN("own", PARAM_BOOL, own), 0, 0, "false", NULL, false, PARAM_NO_FILTER, NULL,
     "true: prices, collaborations or conversions of your workspace, which nobody else sees"},
    {PLAIN("strict", PARAM_BOOL, strict), 0, 0, "false", NULL, false, PARAM_NO_FILTER, NULL,
     "true: one bad row and nothing is imported"},
    {PLAIN("dry_run", PARAM_BOOL, dry_run), 0, 0, "false", NULL, false, PARAM_NO_FILTER, NULL,
     "true: say what was understood, column by column, and import nothing"},
    {PLAIN("world", PARAM_CHOICE, world), 0, 0, "live", "live,sandbox", false, PARAM_NO_FILTER, NULL,
     "the world to write to"},
};
const size_t import_post_param_count = COUNT_OF(import_post_params);

struct upload_state {
    struct import_query q;
    struct import_ask ask;
    struct import_options options;
    const char *import_id; /* NULL: no piece was stored yet */
    int64_t pieces;
    bool queued;        /* the job is the worker's */
    const char *answer; /* of a dry run */
};

/* ---- by the headers */

static enum err read_observed(struct request *req, struct upload_state *st, int64_t now_us) {
    st->ask.observed_us = now_us;
    st->ask.latest_us = now_us + CLOCK_DAY;
    const char *text = st->q.observed.text;
    if (!text ||
        (clock_parse(text, strlen(text), &st->ask.observed_us) && st->ask.observed_us <= st->ask.latest_us))
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID,
                 "observed_at must be a time of the past such as 2026-11-18T09:00:00Z, got \"%.60s\"", text);
    return fault_param(&req->fault, "observed_at", text, "a time of the past");
}

static enum err read_ask(struct request *req, struct upload_state *st) {
    const struct api *api = req->app;
    const struct snapshot *s;
    const char *workspace = st->q.own ? request_workspace(req) : NULL;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    st->ask.kind = st->q.kind;
    st->ask.platform = st->q.platform;
    st->ask.format = st->q.format;
    st->ask.encoding = st->q.encoding;
    st->ask.delimiter = st->q.delimiter.text;
    st->ask.map = st->q.map.text;
    st->ask.source = st->q.source.text;
    st->ask.strict = st->q.strict;
    st->ask.workspace_id = workspace ? strtoll(workspace, NULL, 10) : 0;
    st->ask.world = api_world(s, st->q.world);
    e = read_observed(req, st, api_now_us(api, s, st->ask.world));
    return e ? e : import_ask_read(&st->ask, &req->fault, &st->options);
}

static enum err begin(struct request *req, size_t *ret_max) {
    const struct settings *settings = ((const struct api *)req->app)->shared->settings;
    struct upload_state *st = arena_alloc(req->arena, sizeof *st);
    uint64_t given;
    req->state = st;
    enum err e = api_params(req, &st->q, &given);
    if (!e)
        e = read_ask(req, st);
    size_t most = (size_t)settings->import_max_bytes;
    *ret_max = st->q.dry_run && most > DRY_RUN_BYTES ? DRY_RUN_BYTES : most;
    st->options.max_bytes = (int64_t)*ret_max;
    return e;
}

/* ---- pieces */

static void put_option(struct json *w, const char *key, const char *value) {
    if (value)
        json_kstr(w, key, value);
}

static void put_number(struct json *w, const char *key, int64_t number) {
    json_key(w, key);
    json_id(w, number);
}

static enum err open_upload(struct request *req, struct db *db) {
    struct upload_state *st = req->state;
    const struct settings *settings = ((const struct api *)req->app)->shared->settings;
    CLEANUP(buf_free) struct buf options = {0};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    struct json w = json_to(&options);
    json_object(&w);
    put_option(&w, "kind", st->q.kind);
    put_option(&w, "platform", st->q.platform);
    put_option(&w, "format", st->q.format);
    put_option(&w, "delimiter", st->q.delimiter.text);
    put_option(&w, "encoding", st->q.encoding);
    put_option(&w, "map", st->q.map.text);
    put_option(&w, "strict", st->q.strict ? "true" : "false");
    if (st->ask.workspace_id)
        put_number(&w, "workspace", st->ask.workspace_id);
    put_number(&w, "observed_us", st->ask.observed_us);
    put_number(&w, "latest_us", st->ask.latest_us);
    json_object_end(&w);
    const char *params[] = {st->q.kind ? st->q.kind : "creators",
                            st->q.source.text,
                            st->ask.world ? "1" : "0",
                            options.data,
                            arena_printf(req->arena, "%lld", (long long)settings->import_waiting),
                            st->q.own ? request_workspace(req) : NULL};
    enum err e = db_query(db, "import_receive", COUNT_OF(params), params, &req->fault, &rows);
    if (!e && rows_count(rows)) {
        st->import_id = arena_strdup(req->arena, rows_text(rows, 0, 0));
    } else if (!e) {
        e = request_fail(req, ERR_LIMIT_RATE, "%s imports wait already (NICHED_IMPORT_WAITING)", params[4]);
        req->fault.retry_after_s = RETRY_S;
    }
    return e;
}

static enum err cancelled(struct request *req) {
    const struct upload_state *st = req->state;
    return request_fail(req, ERR_IMPORT_STATE, "import %s was cancelled while its file came", st->import_id);
}

static enum err put_piece(struct request *req, struct db *db) {
    struct upload_state *st = req->state;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    char nth[24];
    snprintf(nth, sizeof nth, "%lld", (long long)st->pieces++);
    const char *params[] = {st->import_id, nth, req->upload.data};
    const int lens[] = {0, 0, (int)req->upload.len};
    enum err e = db_query_bytes(db, "import_chunk_put", COUNT_OF(params), params, lens, &req->fault, &rows);
    return e || rows_count(rows) ? e : cancelled(req);
}

static enum err queue_upload(struct request *req, struct db *db) {
    const struct upload_state *st = req->state;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    const char *params[] = {st->import_id, arena_printf(req->arena, "%lld", (long long)st->pieces)};
    enum err e = db_query(db, "import_queue", COUNT_OF(params), params, &req->fault, &rows);
    return e || rows_count(rows) ? e : cancelled(req);
}

/* What came, in the caller's transaction. A piece need not be safe on disk before the last one is. */
static enum err put_upload(struct request *req, struct db *db) {
    const struct upload_state *st = req->state;
    enum err e = st->import_id ? ERR_OK : open_upload(req, db);
    if (!e && req->upload.len)
        e = put_piece(req, db);
    return e;
}

static enum err store(struct request *req) {
    struct writer *writer = ((const struct api *)req->app)->shared->writer;
    struct db *db = NULL;
    enum err e = writer_begin(writer, req->caller.workspace, &req->fault, &db);
    if (e)
        return e;
    e = db_run(db, "set local synchronous_commit = off", &req->fault, NULL);
    if (!e)
        e = put_upload(req, db);
    return writer_end(writer, db, e, &req->fault);
}

static void broken(struct request *req) {
    const struct upload_state *st = req->state;
    struct jobs *jobs = ((const struct api *)req->app)->shared->jobs;
    if (st->import_id && !st->queued && jobs)
        jobs_broken(jobs, strtoll(st->import_id, NULL, 10));
}

static const size_t no_members = 0;
const struct route_upload import_upload = {
    .body = {ROUTE_STREAMED, NULL, &no_members,
             "text/csv,application/x-ndjson,application/ndjson,application/gzip,application/octet-stream"},
    .piece_bytes = PIECE_BYTES,
    .begin = begin,
    .store = store,
    .broken = broken,
};

/* ---- the end */

static void put_columns(const struct import_summary *s, struct json *w) {
    size_t n;
    const struct map_column *columns = map_columns(s->map, &n);
    json_key(w, "columns");
    json_array(w);
    for (size_t i = 0; i < n; i++) {
        json_object(w);
        json_kstr(w, "header", columns[i].header);
        json_kstr(w, "field", columns[i].field ? columns[i].field->name : NULL);
        json_key(w, "samples");
        json_array(w);
        for (size_t k = 0; k < MAP_SAMPLES && columns[i].samples[k]; k++)
            json_str(w, columns[i].samples[k]);
        json_array_end(w);
        json_ki64(w, "left_empty", columns[i].dropped);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_errors(const struct import_summary *s, struct json *w) {
    json_key(w, "errors");
    json_array(w);
    for (size_t i = 0; i < s->problems.count && i < ERRORS_SHOWN; i++) {
        const struct problem *p = &s->problems.items[i];
        json_object(w);
        json_ki64(w, "line", p->line);
        json_kstr(w, "column", p->column);
        json_kstr(w, "value", p->value);
        json_kstr(w, "reason", p->reason);
        json_object_end(w);
    }
    json_array_end(w);
}

/* What a dry run understood; `why`: what the import would fail with, or NULL. */
static const char *understood_json(struct request *req, const struct import_summary *s, const char *why) {
    CLEANUP(buf_free) struct buf out = {0};
    const char delimiter[] = {s->delimiter, '\0'};
    struct json w = json_to(&out);
    json_object(&w);
    json_kstr(&w, "kind", s->kind);
    json_kstr(&w, "format", s->delimiter ? "csv" : "ndjson");
    json_kstr(&w, "delimiter", s->delimiter ? delimiter : NULL);
    json_kstr(&w, "encoding", s->encoding);
    json_kbool(&w, "gzip", s->packed);
    json_ki64(&w, "bytes", s->bytes);
    json_ki64(&w, "rows", s->rows);
    json_ki64(&w, "accepted", s->accepted);
    json_ki64(&w, "refused", s->refused);
    put_columns(s, &w);
    put_errors(s, &w);
    json_kstr(&w, "error", why);
    json_object_end(&w);
    return arena_strdup(req->arena, out.data);
}

static enum err check_file(struct request *req, struct db *db) {
    struct upload_state *st = req->state;
    struct chunks chunks = {.db = db, .import_id = strtoll(st->import_id, NULL, 10)};
    struct import_summary *s = calloc(1, sizeof *s);
    struct fault why = {0};
    if (!s)
        abort();
    st->options.dry_run = true;
    enum err e =
        import_run(NULL, &st->options, (struct import_source){chunks_read, &chunks}, NULL, NULL, &why, s);
    import_ask_fault(&why);
    bool understood = s->map && e != ERR_STORE_UNAVAILABLE;
    if (understood)
        st->answer = understood_json(req, s, e ? why.detail : NULL);
    else
        req->fault = why;
    chunks_done(&chunks);
    import_summary_done(s);
    free(s);
    return understood ? ERR_OK : why.code;
}

static enum err finish_job(struct request *req) {
    struct upload_state *st = req->state;
    struct writer *writer = ((const struct api *)req->app)->shared->writer;
    struct db *db = NULL;
    enum err e = writer_begin(writer, req->caller.workspace, &req->fault, &db);
    if (e)
        return e;
    e = put_upload(req, db);
    if (!e && !st->q.dry_run)
        e = queue_upload(req, db);
    struct audit audit = {req, arena_printf(req->arena, "import:%s", st->import_id ? st->import_id : ""),
                          202};
    if (!e && !st->q.dry_run)
        e = audit_write(db, &audit, 1, &req->fault);
    if (!e && st->q.dry_run)
        e = check_file(req, db);
    if (!e && st->q.dry_run)
        e = db_query(db, "import_drop", 1, &st->import_id, &req->fault, NULL);
    e = writer_end(writer, db, e, &req->fault);
    st->queued = e == ERR_OK;
    return e;
}

static enum err finished(struct request *req, const struct rows *rows) {
    (void)rows;
    const struct upload_state *st = req->state;
    if (!st->q.dry_run) {
        request_header(req, "Location", arena_printf(req->arena, "/imports/%s", st->import_id));
        return imports_show(req, st->import_id, 202);
    }
    buf_puts(&req->body, st->answer);
    return request_reply(req, 200, "application/json");
}

enum err api_import_post(struct request *req) {
    return request_work(req, finish_job, finished);
}
