/* GET /match: niche and filters in, a ranked page out. Steps: parse, resolve the niche, one statement for the
 * page, one for how many match only in part, write. */
#include "match.h"

#include "api/suggest.h"
#include "authority.h"
#include "base/clock.h"
#include "base/hash.h"
#include "match_honest.h"
#include "match_why_not.h"
#include "tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_MAX = 9 };

static bool includes(const struct match_query *q, const char *what) {
    for (size_t i = 0; i < q->include.in_count; i++)
        if (strcmp(q->include.in[i], what) == 0)
            return true;
    return false;
}

static int by_id(const void *a, const void *b) {
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static enum err resolve(struct request *req, const struct snapshot *s, struct match_state *st) {
    struct tax_resolution r;
    enum err e = taxonomy_resolve(s->taxonomy, st->q.niche.text, st->q.niche.len, &req->fault, &r);
    if (e)
        return fault_param(&req->fault, "niche", st->q.niche.text, NULL);
    st->how = taxonomy_how_name(r.how);
    st->any = strcmp(st->q.niche_mode, "any") == 0;
    const uint16_t *niches = st->any ? r.part : r.niche;
    for (size_t i = 0; i < (st->any ? r.part_count : r.niche_count); i++)
        st->niche_ids[st->niche_count++] = taxonomy_id(s->taxonomy, niches[i]);
    qsort(st->niche_ids, st->niche_count, sizeof st->niche_ids[0], by_id);
    st->any = st->any && st->niche_count > 1;
    for (size_t i = 0; i < r.excluded_count; i++)
        st->excluded_ids[st->excluded_count++] = taxonomy_id(s->taxonomy, r.excluded[i]);
    return ERR_OK;
}

/* Niches of the sandbox that always answer the same error, for tests of those who call. */
static const struct {
    const char *slug;
    enum err code;
    int retry_after_s;
    const char *detail;
} fixtures[] = {
    {"test-429", ERR_LIMIT_RATE, 30, "too many requests: what this fixture niche always answers"},
    {"test-503", ERR_STORE_UNAVAILABLE, 5, "the store is away: what this fixture niche always answers"},
};

static enum err fixture_fault(struct request *req, const struct snapshot *s, int32_t niche_id) {
    const char *slug = taxonomy_slug(s->taxonomy, (size_t)taxonomy_by_id(s->taxonomy, niche_id));
    for (size_t i = 0; i < COUNT_OF(fixtures); i++)
        if (strcmp(slug, fixtures[i].slug) == 0) {
            request_fail(req, fixtures[i].code, "%s", fixtures[i].detail);
            req->fault.retry_after_s = fixtures[i].retry_after_s;
            return fixtures[i].code;
        }
    return ERR_OK;
}

static size_t niche_line(void) {
    size_t i = 0;
    while (strcmp(match_params[i].name, "niche") != 0)
        i++;
    return i;
}

struct params_where match_where(struct request *req, size_t first) {
    const struct match_state *st = req->state;
    struct params_where w =
        params_where(match_params, match_param_count, &st->q, first, st->named, req->arena);
    if (!st->excluded_count)
        return w;
    const char *ids = "";
    for (size_t i = 0; i < st->excluded_count; i++)
        ids = arena_printf(req->arena, "%s%s%d", ids, i ? "," : "", st->excluded_ids[i]);
    const char *sql =
        arena_printf(req->arena,
                     "not exists (select 1 from creator_niche x where x.creator_id = m.creator_id and "
                     "x.account_id = m.account_id and x.niche_id = any($%zu::integer[]) and x.focus >= 0.25)",
                     first + w.count);
    w.values[w.count++] = arena_printf(req->arena, "{%s}", ids);
    w.each[w.each_count].line = niche_line();
    w.each[w.each_count++].sql = sql;
    w.sql = arena_printf(req->arena, "%s and %s", w.sql, sql);
    return w;
}

/* The values that filters may name. */
static void name_values(struct request *req, struct match_state *st, int64_t now_us) {
    struct arena *a = req->arena;
    st->named[0] = (struct param_named){"today", arena_i64(a, now_us / CLOCK_DAY)};
    st->named[1] = (struct param_named){"world", arena_i64(a, st->world)};
    st->named[2] = (struct param_named){"workspace", request_workspace(req)};
}

/* What a cursor is bound to: niche, world, order and every filter with its value; not the day, for which the
 * values that filters may name must be those of day 0. */
static uint64_t hash_query(struct request *req, const struct match_state *st) {
    struct params_where where = match_where(req, 1);
    uint64_t h = hash_text(HASH_START, api_world_name(st->world));
    for (size_t i = 0; i < st->niche_count; i++)
        h = hash_text(h, arena_i64(req->arena, st->niche_ids[i]));
    h = hash_text(h, st->any ? "any" : "all");
    h = hash_text(h, st->with_related ? "related" : "");
    const char *own[] = {st->q.weights.text,
                         st->q.goal,
                         st->q.caution,
                         st->q.audience_target.text,
                         st->q.sort_by,
                         st->q.sort_order,
                         arena_i64(req->arena, st->q.growth_days)};
    for (size_t i = 0; i < COUNT_OF(own); i++)
        h = hash_text(h, own[i] ? own[i] : "");
    h = hash_text(h, where.sql);
    for (size_t i = 0; i < where.count; i++)
        h = hash_text(h, where.values[i] ? where.values[i] : "");
    return h;
}

enum err match_ask_filtered(struct request *req, const char *query, size_t n, const char *const *own,
                            request_next *next) {
    const struct match_state *st = req->state;
    struct statement stmt = api_statement(req, query);
    struct params_where where = match_where(req, n + 1);
    const char *key = strstr(stmt.sql, MATCH_KEY_MARK) ? match_sort_expression(&st->q) : NULL;
    const char *key_sql =
        key ? params_expression(match_params, match_param_count, &st->q, key, n + 1 + where.count, st->named,
                                req->arena, where.values, &where.count)
            : "";
    uint64_t hash = hash_text(hash_text(hash_text(HASH_START, query), where.sql), key_sql);
    stmt.name = arena_printf(req->arena, "%s_%016llx", query, (unsigned long long)hash);
    stmt.sql = match_statement_text(req, hash, stmt.sql, where.sql, key_sql);
    const char *params[OWN_MAX + PARAM_VALUES_MAX];
    memcpy(params, own, n * sizeof *params);
    memcpy(params + n, where.values, where.count * sizeof *params);
    stmt.workspace = match_private(st, where.values, where.count);
    stmt.binary = true;
    return request_query(req, &stmt, n + where.count, params, next);
}

void match_niche_json(const struct match_state *st, const struct snapshot *s, struct json *w) {
    json_key(w, "niche");
    json_object(w);
    json_key(w, "asked");
    json_strn(w, st->q.niche.text, st->q.niche.len);
    json_key(w, "resolved");
    json_array(w);
    for (size_t i = 0; i < st->niche_count; i++)
        json_str(w, taxonomy_slug(s->taxonomy, (size_t)taxonomy_by_id(s->taxonomy, st->niche_ids[i])));
    json_array_end(w);
    json_key(w, "excluded");
    json_array(w);
    for (size_t i = 0; i < st->excluded_count; i++)
        json_str(w, taxonomy_slug(s->taxonomy, (size_t)taxonomy_by_id(s->taxonomy, st->excluded_ids[i])));
    json_array_end(w);
    json_kstr(w, "mode", st->any ? "any" : "all");
    json_kstr(w, "how", st->how);
    json_object_end(w);
}

static void write_query(const struct match_state *st, const struct snapshot *s, struct json *w) {
    json_key(w, "query");
    json_object(w);
    match_niche_json(st, s, w);
    params_json(match_params, match_param_count, &st->q, w);
    json_kstr(w, "sort_by", st->q.sort_by);
    json_kstr(w, "sort_order", st->q.sort_order);
    json_ki64(w, "limit", st->q.limit);
    match_ranking_json(&st->q, &st->ranking, w);
    match_beside_query_json(st, w);
    json_object_end(w);
}

static void write_more(struct request *req, const void *row, struct json *w) {
    const struct match_state *st = req->state;
    const struct snapshot *s;
    if (!req->chosen || st->q.include.in_count)
        match_evidence_json(st, (size_t)((const struct match_row *)row - st->rows), w);
    if (strcmp(st->q.explain, "false") != 0 && !api_snapshot(req, &s))
        match_explain(row, strcmp(st->q.explain, "full") == 0, st, s, w);
}

/* Ranks, names and sentences of the rows, and where the next page begins. */
static void finish_rows(struct request *req, struct match_state *st, const struct snapshot *s) {
    int64_t now_us = api_now_us(req->app, s, st->world);
    for (size_t i = 0; i < st->row_count; i++) {
        st->rows[i].rank = (int64_t)i + 1;
        match_row_finish(&st->rows[i], i ? &st->rows[i - 1] : NULL, s, st, now_us, req->arena);
    }
    if (!st->has_more)
        return;
    const struct match_row *last = &st->rows[st->row_count - 1];
    struct match_place place = {last->sort_key, (int32_t)last->score, (int32_t)last->conf, last->account_id,
                                strcmp(last->kind, "related") == 0};
    st->next_cursor = match_cursor_write(req, st->query_hash, s->model_version[st->world], place);
}

enum err match_write(struct request *req) {
    struct match_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    finish_rows(req, st, s);
    match_version_tag(req, s);
    api_list_headers(req, api_world_name(st->world), s->model_version[st->world]);
    if (st->next_cursor)
        request_header(req, "Link", request_next_link(req, st->next_cursor));
    struct list items = {match_fields,  match_field_count, st->rows,
                         st->row_count, sizeof *st->rows,  write_more};
    buf_reserve(&req->body, 1024 + 1200 * st->row_count);
    if (req->format != LIST_JSON)
        return list_reply(req, &items);
    struct json w = json_to(&req->body);
    json_object(&w);
    write_query(st, s, &w);
    json_key(&w, "items");
    list_json(req, &items, &w);
    json_ki64(&w, "related_available", st->related);
    json_kbool(&w, "has_more", st->has_more);
    json_kstr(&w, "next_cursor", st->next_cursor);
    match_beside_json(req, &w);
    json_kstr(&w, "world", api_world_name(st->world));
    json_kstr(&w, "model_version", s->model_version[st->world]);
    json_kbool(&w, "stale", false); /* last: REPLY_FRESH */
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err match_write_when_done(struct request *req) {
    if (req->waiting)
        return ERR_OK;
    enum err e = match_behind_ask(req);
    return e || req->waiting ? e : match_write(req);
}

enum err match_take_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    size_t n = rows_count(rows), limit = (size_t)st->q.limit;
    st->has_more = n > limit;
    st->row_count = st->has_more ? limit : n;
    st->rows = arena_alloc(req->arena, st->row_count * sizeof *st->rows + 1);
    rows_decode_all(request_keep(req, rows), st->row_count, match_fields, match_field_count, req->arena,
                    st->rows, sizeof *st->rows);
    return ERR_OK;
}

static enum err page_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    if (st->memo && rows_count(rows))
        st->version = rows_i64(rows, 0, rows_column(rows, "version"));
    enum err e = match_take_rows(req, rows);
    if (!e && st->memo)
        e = match_related_check(req);
    return e ? e : match_write_when_done(req);
}

static enum err ask(struct request *req) {
    const struct match_state *st = req->state;
    const struct match_place *after = &st->after;
    struct arena *a = req->arena;
    const char *own[] = {
        arena_i64(a, st->world),      arena_i64(a, st->niche_ids[0]), arena_i64(a, st->q.limit + 1),
        arena_i64(a, after->score),   arena_i64(a, after->conf),      arena_i64(a, after->account_id),
        match_named(st, "workspace"),
    };
    enum err e = match_related_remembered(req); /* first: it may bring the version */
    return e ? e : match_ask_filtered(req, "match", COUNT_OF(own), own, page_rows);
}

bool match_is_one_list(const struct match_state *st) {
    return st->niche_count == 1 && !st->with_related && isnan(st->q.diversify) &&
           !match_sort_expression(&st->q);
}

bool match_is_plain(const struct match_state *st) {
    return match_is_one_list(st) && !st->ranking.own;
}

enum err match_list(struct request *req) {
    const struct match_state *st = req->state;
    enum err e = match_beside_ask(req);
    if (e)
        return e;
    if (match_sort_expression(&st->q))
        return match_sort_ask(req);
    return match_is_plain(st) ? ask(req) : match_list_ask(req);
}

/* The kept rows of a compound, or the wish that they be made. */
static void find_kept(struct request *req, const struct snapshot *s, struct match_state *st) {
    const struct api *api = req->app;
    if (!match_is_compound(st) || !api->shared->settings->compounds)
        return;
    st->kept_id = snapshot_compound_id(s, st->world, st->niche_ids, st->niche_count);
    struct wishes *wishes = api->shared->keeper ? keeper_wishes(api->shared->keeper) : NULL;
    if (!wishes)
        return;
    if (st->kept_id)
        wishes_used(wishes, st->kept_id);
    else if (!s->read_only)
        wishes_compound(wishes, st->world, st->niche_ids, st->niche_count);
}

const char *match_private(const struct match_state *st, const char *const *values, size_t n) {
    const char *workspace = match_named(st, "workspace");
    bool reads = st->reads_private;
    for (size_t i = 0; workspace && i < n; i++)
        reads |= values[i] == workspace;
    return reads ? workspace : NULL;
}

const char *match_named(const struct match_state *st, const char *name) {
    const struct param_named *x = st->named;
    while (strcmp(x->name, name) != 0)
        x++;
    return x->value;
}

void match_name_values(struct request *req, const struct snapshot *s) {
    struct match_state *st = req->state;
    name_values(req, st, api_now_us(req->app, s, st->world));
}

enum err match_begin(struct request *req, uint64_t given, const struct snapshot **ret_snapshot) {
    struct match_state *st = req->state;
    enum err e = match_filters_check(req, given, &st->q);
    if (!e)
        e = match_ranking_read(req, &st->q, &st->ranking);
    if (!e)
        e = api_snapshot(req, ret_snapshot);
    if (!e)
        e = resolve(req, *ret_snapshot, st);
    if (!e)
        e = fixture_fault(req, *ret_snapshot, st->niche_ids[0]);
    if (!e)
        st->world = api_world(*ret_snapshot, st->q.world);
    return e;
}

enum err api_match(struct request *req) {
    struct match_state *st = arena_alloc(req->arena, sizeof *st);
    const struct snapshot *s = NULL;
    uint64_t given;
    req->state = st;
    enum err e = api_params(req, &st->q, &given);
    if (!e)
        e = list_choose(req, &st->q.list, match_fields, match_field_count, "");
    if (!e)
        e = match_include_check(req);
    if (!e)
        e = match_begin(req, given, &s);
    if (e == ERR_NICHE_UNKNOWN && s)
        return suggest_ask(req, api_world(s, st->q.world));
    st->with_related = includes(&st->q, "related");
    if (!e)
        e = match_sort_check(req, st);
    if (!e)
        e = match_phase_check(req, st);
    if (e)
        return e;
    name_values(req, st, 0);
    st->query_hash = hash_query(req, st);
    match_name_values(req, s);
    st->after = MATCH_START;
    if (st->q.cursor.text)
        e = match_cursor_read(req, st->q.cursor, st->query_hash, s->model_version[st->world], &st->after);
    if (e)
        return e;
    find_kept(req, s, st);
    return st->q.why_not.text ? match_go(req) : match_version_ask(req, match_go);
}
