/* GET /prices, /collaborations and /conversions: the rows of a workspace, newest first. Invariants: whoever
 * has no workspace is refused before anything is asked of the store; a cursor is of one workspace and one
 * query. */
#include "own.h"

#include "authority.h"
#include "base/hash.h"
#include "match.h"

#include <string.h>

/* What the three lists are: a table of data. */
static const struct own_list {
    const char *route, *query;
    const struct param *params;
    const size_t *n_params;
    const struct field *fields;
    const size_t *n_fields;
} lists[] = {
    {"prices", "own_prices", price_params, &price_param_count, price_fields, &price_field_count},
    {"collaborations", "own_collaborations", collaboration_params, &collaboration_param_count,
     collaboration_fields, &collaboration_field_count},
    {"conversions", "own_conversions", conversion_params, &conversion_param_count, conversion_fields,
     &conversion_field_count},
};

struct own_state {
    struct own_query q;
    const struct own_list *list;
    const char *workspace;
    int world;
    struct params_where where;
    uint64_t query_hash;
};

struct cursor_bytes {
    unsigned char tag[CRYPTO_TAG_BYTES];
    uint64_t query_hash;
    int64_t id;
};

static const struct crypto_secrets *secrets_of(const struct request *req) {
    return &((const struct api *)req->app)->shared->secrets;
}

static const char *write_cursor(const struct request *req, int64_t id) {
    const struct own_state *st = req->state;
    struct cursor_bytes c = {.query_hash = st->query_hash, .id = id};
    crypto_secrets_sign(secrets_of(req), "own cursor", &c.query_hash, sizeof c - sizeof c.tag, c.tag);
    char *out = arena_alloc(req->arena, sizeof c * 4 / 3 + 8);
    crypto_base64(&c, sizeof c, out);
    return out;
}

static enum err read_cursor(struct request *req, int64_t *ret_id) {
    const struct own_state *st = req->state;
    struct param_text given = st->q.cursor;
    struct cursor_bytes c;
    size_t len = 0;
    bool ok =
        crypto_unbase64(given.text, given.len, &c, sizeof c, &len) && len == sizeof c &&
        crypto_secrets_signed(secrets_of(req), "own cursor", &c.query_hash, sizeof c - sizeof c.tag, c.tag);
    if (ok && c.query_hash == st->query_hash) {
        *ret_id = c.id;
        return ERR_OK;
    }
    request_fail(req, ERR_PARAM_CURSOR, "the cursor is not one that this query gave; begin again without it");
    return fault_param(&req->fault, "cursor", given.text, "next_cursor of the same query");
}

static uint64_t hash_query(const struct own_state *st) {
    const char *words[] = {st->list->route, st->workspace, api_world_name(st->world), st->where.sql};
    uint64_t h = HASH_START;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        h = hash_text(h, words[i]);
    for (size_t i = 0; i < st->where.count; i++)
        h = hash_text(h, st->where.values[i]);
    return h;
}

static void write_json(struct request *req, const struct list *items, const char *cursor) {
    const struct own_state *st = req->state;
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "query");
    json_object(&w);
    params_json(st->list->params, *st->list->n_params, &st->q, &w);
    json_ki64(&w, "limit", st->q.limit);
    json_object_end(&w);
    json_key(&w, "items");
    list_json(req, items, &w);
    json_kbool(&w, "has_more", cursor != NULL);
    json_kstr(&w, "next_cursor", cursor);
    json_kstr(&w, "world", api_world_name(st->world));
    json_object_end(&w);
}

static enum err list_rows(struct request *req, const struct rows *rows) {
    const struct own_state *st = req->state;
    size_t n = rows_count(rows), limit = (size_t)st->q.limit, count = n > limit ? limit : n;
    struct own_row *row = arena_alloc(req->arena, (count + 1) * sizeof *row);
    for (size_t i = 0; i < count; i++)
        rows_decode(rows, i, st->list->fields, *st->list->n_fields, req->arena, &row[i]);
    const char *cursor = n > limit ? write_cursor(req, row[count - 1].id) : NULL;
    api_list_headers(req, api_world_name(st->world), NULL);
    if (cursor)
        request_header(req, "Link", request_next_link(req, cursor));
    struct list items = {st->list->fields, *st->list->n_fields, row, count, sizeof *row, NULL};
    if (req->format != LIST_JSON)
        return list_reply(req, &items);
    write_json(req, &items, cursor);
    return request_reply(req, 200, "application/json");
}

static enum err ask(struct request *req) {
    struct own_state *st = req->state;
    struct arena *a = req->arena;
    int64_t before = INT64_MAX;
    const char *world = st->world ? "1" : "0";
    const struct param_named named[] = {{"world", world}, {0}};
    enum { OWN = 4 };
    st->where = params_where(st->list->params, *st->list->n_params, &st->q, OWN + 1, named, a);
    st->query_hash = hash_query(st);
    enum err e = st->q.cursor.text ? read_cursor(req, &before) : ERR_OK;
    if (e)
        return e;
    const char *params[OWN + PARAM_VALUES_MAX] = {st->workspace, world,
                                                  arena_printf(a, "%lld", (long long)st->q.limit + 1),
                                                  arena_printf(a, "%lld", (long long)before)};
    memcpy(params + OWN, st->where.values, st->where.count * sizeof *params);
    struct statement stmt = api_private(req, st->list->query);
    stmt.sql = match_replace(stmt.sql, "/*filters*/", st->where.sql, a);
    stmt.name =
        arena_printf(a, "%s_%016llx", st->list->query, (unsigned long long)hash_text(HASH_START, stmt.sql));
    return request_query(req, &stmt, OWN + st->where.count, params, list_rows);
}

/* The list's tag begins with the workspace's; it is read first, so that a tag is never newer than its rows.
 */
static enum err take_version(struct request *req, const struct rows *rows) {
    const struct own_state *st = req->state;
    if (rows_count(rows))
        req->etag_front = own_tag(req, st->workspace, rows_i64(rows, 0, 0));
    return ERR_OK;
}

enum err api_own_list(struct request *req) {
    struct own_state *st = arena_alloc(req->arena, sizeof *st);
    const struct snapshot *s;
    uint64_t given;
    req->state = st;
    st->list = lists;
    while (strcmp(st->list->route, req->route->name) != 0)
        st->list++;
    st->workspace = request_workspace(req);
    enum err e = api_params(req, &st->q, &given);
    if (!e)
        e = list_choose(req, &st->q.list, st->list->fields, *st->list->n_fields, "");
    if (!e)
        e = api_snapshot(req, &s);
    if (e)
        return e;
    st->world = api_world(s, st->q.world);
    struct statement version = api_statement(req, "own_version");
    e = request_query(req, &version, 1, &st->workspace, take_version);
    return e ? e : ask(req);
}
