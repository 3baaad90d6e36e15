/* The filters of a request as pieces of the statements that count with them. Invariant: nothing here knows a
 * filter; every piece is made from its line and its predicate. */
#include "match_honest.h"

#include "base/hash.h"
#include "match_why_not.h"

#include <stdlib.h>
#include <string.h>

enum { PARAMS_MAX = 8 + PARAM_VALUES_MAX };

/* The filters; where the compound's own confidence is in no row, its predicate looks where it is. */
static struct params_where where_of(struct request *req, size_t first) {
    const struct match_state *st = req->state;
    struct params_where w = match_where(req, first);
    if (!st->sure)
        return w;
    const char *own =
        arena_printf(req->arena, "($%zu::jsonb ->> m.account_id::text)::integer", first + w.count);
    w.values[w.count++] = st->sure;
    w.sql = match_replace(w.sql, "m.conf", own, req->arena);
    for (size_t i = 0; i < w.each_count; i++) {
        w.each[i].sql = match_replace(w.each[i].sql, "m.conf", own, req->arena);
        if (w.each[i].column)
            w.each[i].column = match_replace(w.each[i].column, "m.conf", own, req->arena);
    }
    return w;
}

struct match_tests match_tests(struct request *req, size_t first) {
    struct match_tests t = {.where = where_of(req, first)};
    CLEANUP(buf_free) struct buf columns = {0};
    CLEANUP(buf_free) struct buf fails = {0};
    CLEANUP(buf_free) struct buf unknowns = {0};
    buf_puts(&columns, "");
    buf_puts(&fails, "0::bigint");
    buf_puts(&unknowns, "0::bigint");
    for (size_t i = 0; i < t.where.each_count; i++) {
        unsigned long long bit = 1ULL << i;
        buf_printf(&columns, ", (%s) as f%zu", t.where.each[i].sql, i);
        buf_printf(&fails, " | case when m.f%zu then 0 else %llu::bigint end", i, bit);
        buf_printf(&unknowns, " | case when m.f%zu is null then %llu::bigint else 0 end", i, bit);
    }
    t.columns = arena_strndup(req->arena, columns.data, columns.len);
    t.fails = arena_strndup(req->arena, fails.data, fails.len);
    t.unknowns = arena_strndup(req->arena, unknowns.data, unknowns.len);
    return t;
}

const char *match_filter_name(const struct match_tests *t, size_t i) {
    return match_params[t->where.each[i].line].name;
}

static const char *mark_sql(const struct match_mark *marks, size_t n, const char *name, size_t len) {
    for (size_t i = 0; i < n; i++)
        if (strlen(marks[i].name) == len && memcmp(marks[i].name, name, len) == 0)
            return marks[i].sql;
    abort(); /* a mark that nobody fills is a mistake of the program */
}

enum err match_ask_marked(struct request *req, const char *query, const struct match_mark *marks,
                          size_t n_marks, size_t n, const char *const *own, const struct params_where *where,
                          request_next *next) {
    struct statement file = api_statement(req, query);
    CLEANUP(buf_free) struct buf sql = {0};
    const char *at = file.sql;
    for (const char *mark; (mark = strstr(at, "/*")); at = strstr(mark, "*/") + 2) {
        buf_put(&sql, at, (size_t)(mark - at));
        buf_puts(&sql, mark_sql(marks, n_marks, mark + 2, (size_t)(strstr(mark, "*/") - mark) - 2));
    }
    buf_puts(&sql, at);
    struct statement made = {
        .name =
            arena_printf(req->arena, "%s_%llx", query, (unsigned long long)hash_text(HASH_START, sql.data)),
        .sql = sql.data, /* request_query copies it */
        .workspace = match_private(req->state, where->values, where->count),
    };
    const char *params[PARAMS_MAX];
    memcpy(params, own, n * sizeof *params);
    memcpy(params + n, where->values, where->count * sizeof *params);
    return request_query(req, &made, n + where->count, params, next);
}

const char *match_candidate_niches(const struct match_state *st, struct arena *a) {
    return match_is_compound(st) && st->kept_id ? arena_printf(a, "{%d}", st->kept_id)
                                                : match_niche_array(st, a);
}

const char *match_candidates(const struct match_state *st) {
    if (st->niche_count == 1 || st->kept_id)
        return "m.niche_id = ($2::integer[])[1]";
    if (st->any)
        return "m.niche_id = any($2::integer[]) and not exists (select 1 from niche_match o where "
               "o.creator_id = "
               "m.creator_id and o.account_id = m.account_id and o.niche_id = any($2::integer[]) and "
               "o.related = "
               "false and (o.conf, -o.niche_id) > (m.conf, -m.niche_id))";
    return "m.niche_id = ($2::integer[])[1] and cardinality($2::integer[]) = (select count(*) from "
           "niche_match o "
           "where o.creator_id = m.creator_id and o.account_id = m.account_id and o.niche_id = "
           "any($2::integer[]) "
           "and o.related = false)";
}

enum err match_beside_ask(struct request *req) {
    const struct match_state *st = req->state;
    enum err e = st->q.facets.in_count || strcmp(st->q.count, "exact") == 0 ? match_facets_ask(req) : ERR_OK;
    return e;
}

enum err match_behind_ask(struct request *req) {
    struct match_state *st = req->state;
    if (st->behind_asked)
        return ERR_OK;
    st->behind_asked = true;
    enum err e = match_own_ask(req);
    if (!e)
        e = match_explain_ask(req);
    if (!e)
        e = match_evidence_ask(req);
    return e ? e : match_diagnosis_ask(req);
}

static void words_json(const struct param_list *l, const char *key, struct json *w) {
    json_key(w, key);
    if (!l->in_count) {
        json_null(w);
        return;
    }
    json_array(w);
    for (size_t i = 0; i < l->in_count; i++)
        json_str(w, l->in[i]);
    json_array_end(w);
}

void match_beside_query_json(const struct match_state *st, struct json *w) {
    json_kstr(w, "count", st->q.count);
    words_json(&st->q.facets, "facets", w);
    words_json(&st->q.include, "include", w);
    json_kstr(w, "why_not", st->q.why_not.text);
}

void match_beside_json(struct request *req, struct json *w) {
    const struct match_state *st = req->state;
    match_facets_json(st, w);
    match_diagnosis_json(st, w);
    match_why_not_json(req, w);
}
