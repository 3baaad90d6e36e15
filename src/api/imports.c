/* GET /imports, GET /imports/{id} and GET /imports/{id}/errors. Invariant: they are for whoever may import:
 * names of files and bad values are nobody else's matter. */
#include "imports.h"

#include "authority.h"
#include "http/list.h"
#include "tables.h"

#include <string.h>

enum { ID_DIGITS = 9 };

struct import_row {
    int64_t id, received_us, started_us, finished_us, bytes_total, bytes, rows, accepted, refused, duplicates,
        created, updated, unchanged, accounts_created;
    const char *status, *kind, *source, *world, *error;
    double rows_per_s;
    int8_t revertible;
};

#define LINE(type, member, json, column) FIELD(type, struct import_row, member, NULL, json, column, 1)

const struct field import_fields[] = {
    LINE(FIELD_ID, id, "id", "import_id"),
    LINE(FIELD_TEXT, status, "status", "status"),
    LINE(FIELD_TEXT, kind, "kind", "kind"),
    LINE(FIELD_TEXT, source, "source", "source"),
    LINE(FIELD_TEXT, world, "world", "world"),
    LINE(FIELD_TIME, received_us, "received_at", "received_us"),
    LINE(FIELD_TIME, started_us, "started_at", "started_us"),
    LINE(FIELD_TIME, finished_us, "finished_at", "finished_us"),
    LINE(FIELD_I64, bytes_total, "bytes_total", "bytes_total"),
    LINE(FIELD_I64, bytes, "bytes", "bytes"),
    LINE(FIELD_I64, rows, "rows", "rows"),
    LINE(FIELD_I64, accepted, "accepted", "accepted"),
    LINE(FIELD_I64, refused, "refused", "refused"),
    LINE(FIELD_I64, duplicates, "duplicates", "duplicates"),
    LINE(FIELD_I64, created, "created", "created"),
    LINE(FIELD_I64, updated, "updated", "updated"),
    LINE(FIELD_I64, unchanged, "unchanged", "unchanged"),
    LINE(FIELD_I64, accounts_created, "accounts_created", "accounts_created"),
    LINE(FIELD_F64, rows_per_s, "rows_per_s", "rows_per_s"),
    LINE(FIELD_BOOL, revertible, "revertible", "revertible"),
    LINE(FIELD_TEXT, error, "error", "error"),
};
const size_t import_field_count = COUNT_OF(import_fields);

struct import_error_row {
    int64_t line;
    const char *column, *value, *reason;
};

#define ERROR(type, member, json, column) FIELD(type, struct import_error_row, member, NULL, json, column, 0)

const struct field import_error_fields[] = {
    ERROR(FIELD_I64, line, "line", "line"),
    ERROR(FIELD_TEXT, column, "column", "column_name"),
    ERROR(FIELD_TEXT, value, "value", "value"),
    ERROR(FIELD_TEXT, reason, "reason", "reason"),
};
const size_t import_error_field_count = COUNT_OF(import_error_fields);

struct imports_query {
    const char *status;
    int64_t limit;
    struct param_text cursor;
    struct list_choice list;
};

#define AT(member) offsetof(struct imports_query, member)

const struct param imports_params[] = {
    {"status", PARAM_CHOICE, AT(status), 0, 0, NULL,
     "receiving,queued,running,reverting,done,failed,cancelled,reverted", false, PARAM_NO_FILTER, NULL,
     "jobs in this state alone"},
    {"limit", PARAM_INT, AT(limit), 1, 100, "20", NULL, false, PARAM_NO_FILTER, NULL, "items at most"},
    {"cursor", PARAM_TEXT, AT(cursor), 1, 200, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "next_cursor of the page before"},
    LIST_PARAMS(struct imports_query, list),
};
const size_t imports_param_count = COUNT_OF(imports_params);

const struct param import_errors_params[] = {
    {"limit", PARAM_INT, AT(limit), 1, 1000, "1000", NULL, false, PARAM_NO_FILTER, NULL, "items at most"},
    LIST_PARAMS(struct imports_query, list),
};
const size_t import_errors_param_count = COUNT_OF(import_errors_params);

/* ---- cursors: the last id of a page, of a list with that status */

struct cursor_bytes {
    unsigned char tag[CRYPTO_TAG_BYTES];
    int64_t id;
};

static const char cursor_purpose[] = "imports cursor";

static const struct crypto_secrets *secrets_of(const struct request *req) {
    return &((const struct api *)req->app)->shared->secrets;
}

static const char *signed_text(const struct request *req, const struct imports_query *q, int64_t id) {
    return arena_printf(req->arena, "%lld %s", (long long)id, q->status ? q->status : "");
}

static const char *cursor_write(const struct request *req, const struct imports_query *q, int64_t id) {
    struct cursor_bytes c = {.id = id};
    char *out = arena_alloc(req->arena, sizeof c * 4 / 3 + 8);
    const char *text = signed_text(req, q, id);
    crypto_secrets_sign(secrets_of(req), cursor_purpose, text, strlen(text), c.tag);
    crypto_base64(&c, sizeof c, out);
    return out;
}

static enum err cursor_read(struct request *req, const struct imports_query *q, const char **ret_before) {
    struct cursor_bytes c;
    size_t len = 0;
    bool ok = crypto_unbase64(q->cursor.text, q->cursor.len, &c, sizeof c, &len) && len == sizeof c;
    const char *text = signed_text(req, q, ok ? c.id : 0);
    if (!ok || !crypto_secrets_signed(secrets_of(req), cursor_purpose, text, strlen(text), c.tag)) {
        request_fail(req, ERR_PARAM_CURSOR,
                     "the cursor is not one that this query gave; begin again without it");
        return fault_param(&req->fault, "cursor", q->cursor.text, "next_cursor of the same query");
    }
    *ret_before = arena_printf(req->arena, "%lld", (long long)c.id);
    return ERR_OK;
}

/* ---- the list */

static const char *next_link(struct request *req, const char *cursor) {
    CLEANUP(buf_free) struct buf link = {0};
    buf_puts(&link, "</imports?");
    for (size_t i = 0; i < req->n_args; i++) {
        if (strcmp(req->args[i].name, "cursor") == 0)
            continue;
        buf_put_percent(&link, req->args[i].name, req->args[i].name_len);
        buf_putc(&link, '=');
        buf_put_percent(&link, req->args[i].value, req->args[i].value_len);
        buf_putc(&link, '&');
    }
    buf_printf(&link, "cursor=%s>; rel=\"next\"", cursor);
    return arena_strdup(req->arena, link.data);
}

static struct import_row *decode(struct request *req, const struct rows *rows, size_t n) {
    struct import_row *all = arena_alloc(req->arena, (n + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++)
        rows_decode(rows, i, import_fields, import_field_count, req->arena, &all[i]);
    return all;
}

static enum err list_rows(struct request *req, const struct rows *rows) {
    const struct imports_query *st = req->state;
    size_t found = rows_count(rows), limit = (size_t)st->limit;
    size_t n = found < limit ? found : limit;
    struct import_row *all = decode(req, rows, n);
    struct list l = {import_fields, import_field_count, all, n, sizeof *all, NULL};
    const char *cursor = found > n ? cursor_write(req, st, all[n - 1].id) : NULL;
    if (cursor)
        request_header(req, "Link", next_link(req, cursor));
    if (req->format != LIST_JSON)
        return list_reply(req, &l);
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "items");
    list_json(req, &l, &w);
    json_kbool(&w, "has_more", cursor != NULL);
    json_kstr(&w, "next_cursor", cursor);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err api_imports(struct request *req) {
    struct imports_query *st = arena_alloc(req->arena, sizeof *st);
    const char *before = NULL;
    uint64_t given;
    req->state = st;
    enum err e = api_params(req, st, &given);
    if (!e)
        e = list_choose(req, &st->list, import_fields, import_field_count, "");
    if (!e && st->cursor.text)
        e = cursor_read(req, st, &before);
    if (e)
        return e;
    const char *params[] = {NULL, st->status, before,
                            arena_printf(req->arena, "%lld", (long long)st->limit + 1),
                            request_workspace(req)};
    struct statement stmt = api_private(req, "import_list");
    return request_query(req, &stmt, COUNT_OF(params), params, list_rows);
}

/* ---- one */

enum err imports_id(struct request *req) {
    const char *id = req->segments[0];
    if (strlen(id) <= ID_DIGITS && strspn(id, "0123456789") == strlen(id) && *id)
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID, "an import's id is a number, got \"%.100s\"", id);
    return fault_param(&req->fault, "id", id, "1 to 9 digits");
}

static enum err unknown(struct request *req) {
    return request_fail(req, ERR_IMPORT_UNKNOWN, "there is no import \"%.20s\"", req->segments[0]);
}

static enum err one_row(struct request *req, const struct rows *rows) {
    if (!rows_count(rows))
        return unknown(req);
    struct json w = json_to(&req->body);
    json_object(&w);
    fields_json(import_fields, import_field_count, decode(req, rows, 1), &w);
    json_object_end(&w);
    return request_reply(req, req->status, "application/json");
}

enum err imports_show(struct request *req, const char *id, int status) {
    req->status = status;
    const char *params[] = {id, NULL, NULL, "1", request_workspace(req)};
    struct statement stmt = api_private(req, "import_list");
    return request_query(req, &stmt, COUNT_OF(params), params, one_row);
}

enum err api_import(struct request *req) {
    uint64_t given;
    enum err e = api_params(req, NULL, &given);
    if (!e)
        e = imports_id(req);
    return e ? e : imports_show(req, req->segments[0], 200);
}

/* ---- bad rows */

static enum err error_rows(struct request *req, const struct rows *rows) {
    if (!rows_count(rows))
        return unknown(req);
    size_t n = rows_text(rows, 0, 0) ? rows_count(rows) : 0; /* one row of nulls: the job has none */
    struct import_error_row *all = arena_alloc(req->arena, (n + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++)
        rows_decode(rows, i, import_error_fields, import_error_field_count, req->arena, &all[i]);
    struct list l = {import_error_fields, import_error_field_count, all, n, sizeof *all, NULL};
    if (req->format != LIST_JSON)
        return list_reply(req, &l);
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "items");
    list_json(req, &l, &w);
    json_ki64(&w, "kept", rows_i64(rows, 0, 4));
    json_ki64(&w, "refused", rows_i64(rows, 0, 5));
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err api_import_errors(struct request *req) {
    struct imports_query q = {0};
    uint64_t given;
    enum err e = api_params(req, &q, &given);
    if (!e)
        e = imports_id(req);
    if (!e)
        e = list_choose(req, &q.list, import_error_fields, import_error_field_count, "");
    if (e)
        return e;
    const char *params[] = {req->segments[0], arena_printf(req->arena, "%lld", (long long)q.limit),
                            request_workspace(req)};
    struct statement stmt = api_private(req, "import_errors");
    return request_query(req, &stmt, COUNT_OF(params), params, error_rows);
}
