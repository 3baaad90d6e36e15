/* why_not=: each account of that name, and why it is not in the list: not in the niche, kept out by filters,
 * by another account of the creator, or further down. Invariant: whoever opted out looks exactly like
 * somebody who is not in the store. */
#include "match_why_not.h"

#include "match_honest.h"
#include "rank/relevance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define READ(type, member, column) FIELD(type, struct why_account, member, NULL, NULL, column, 0)

static const struct field why_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_TEXT, platform, "platform"),
    READ(FIELD_TEXT, username, "username"),
    READ(FIELD_BOOL, placed, "placed"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, conf, "conf"),
    MATCH_LN_FIELDS(struct why_account),
    READ(FIELD_F64, key, "key"),
    READ(FIELD_I64, fails, "fails"),
    READ(FIELD_I64, unknowns, "unknowns"),
    READ(FIELD_TEXTS, asked_of, "asked_of"),
    READ(FIELD_I64, recent_posts, "recent_posts"),
    READ(FIELD_I64, ahead, "ahead"),
    READ(FIELD_TEXTS, kinds, "kinds"),
    READ(FIELD_TEXTS, k, "k"),
    READ(FIELD_TEXTS, n, "n"),
    READ(FIELD_TEXTS, posts, "posts"),
    READ(FIELD_I64, other, "other"),
    READ(FIELD_TEXTS, other_ids, "other_ids"),
    READ(FIELD_TEXTS, others, "others"),
};

/* ---- asking */

/* What the caller means: a creator's id, platform/handle, or a handle; with or without @, in any case. */
struct name {
    const char *platform, *handle, *id;
};

static struct name read_name(struct param_text text, struct arena *a) {
    struct name n = {0};
    const char *slash = memchr(text.text, '/', text.len);
    if (slash) {
        n.platform = arena_strndup(a, text.text, (size_t)(slash - text.text));
        n.handle = slash + 1;
    } else {
        n.handle = text.text;
        bool digits = strspn(text.text, "0123456789") == text.len && text.len <= 18;
        n.id = digits ? text.text : NULL;
    }
    char *handle = arena_strdup(a, n.handle + (n.handle[0] == '@'));
    for (char *c = handle; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    n.handle = handle;
    return n;
}

/* The creator's value of each filter in use as text, where its line has a column of one value. */
static const char *values_sql(struct request *req, const struct match_tests *t) {
    const char *sql = "";
    for (size_t i = 0; i < t->where.each_count; i++) {
        const struct param *p = &match_params[t->where.each[i].line];
        const char *column = t->where.each[i].column;
        bool id = p->op == PARAM_IN_ID;
        sql = arena_printf(req->arena, id ? "%s%s(string_to_array('%s', ','))[%s]" : "%s%s(%s%s)::text", sql,
                           i ? ", " : "", id ? p->choices : "", column ? column : "null");
    }
    return sql;
}

/* Whether the list is read by one statement in its order, so that one can count in it. */
static bool is_counted(const struct match_state *st) {
    return match_is_plain(st) || match_sort_expression(&st->q);
}

static enum err why_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    struct match_why_not *why = st->why_not;
    why->count = rows_count(rows) < WHY_ACCOUNTS_MAX ? rows_count(rows) : WHY_ACCOUNTS_MAX;
    why->accounts = arena_alloc(req->arena, why->count * sizeof *why->accounts + 1);
    for (size_t i = 0; i < why->count; i++) {
        struct why_account *x = &why->accounts[i];
        rows_decode(rows, i, why_fields, COUNT_OF(why_fields), req->arena, x);
        x->watched = x->placed == 1 && !x->fails;
        x->ranked = x->watched && is_counted(st) && x->other == FIELD_NULL_I64;
        x->pick = (struct match_pick){.creator_id = x->creator_id,
                                      .account_id = x->account_id,
                                      .sort_key = x->key,
                                      .score = x->score,
                                      .conf = x->conf};
        memcpy(x->pick.ln, x->ln, sizeof x->ln);
    }
    return match_list(req);
}

enum err match_why_not_ask(struct request *req) {
    struct match_state *st = req->state;
    st->why_not = arena_alloc(req->arena, sizeof *st->why_not);
    struct name name = read_name(st->q.why_not, req->arena);
    const char *own[] = {
        arena_printf(req->arena, "%d", st->world),
        match_candidate_niches(st, req->arena),
        name.platform,
        name.handle,
        name.id,
        match_niche_array(st, req->arena),
        is_counted(st) ? "t" : "f",
    };
    st->why_not->tests = match_tests(req, COUNT_OF(own) + 1);
    struct match_tests *t = &st->why_not->tests;
    const char *key = match_sort_sql(req, COUNT_OF(own) + 1, &t->where);
    const struct match_mark marks[] = {
        {"candidates", match_candidates(st)},
        {"tests", t->columns},
        {"fails", t->fails},
        {"unknowns", t->unknowns},
        {"values", values_sql(req, t)},
        {"key", key ? key : "0::float8"},
        {"before", key ? arena_printf(req->arena, "%s, ", key) : ""},
        {"after", key ? "e.key, " : ""},
        {"filters", t->where.sql},
    };
    return match_ask_marked(req, "match_why_not", marks, COUNT_OF(marks), COUNT_OF(own), own, &t->where,
                            why_rows);
}

/* ---- the answer */

static const char *reason_of(const struct why_account *x) {
    if (x->placed != 1) {
        for (size_t i = 0; i < x->kinds.count; i++)
            if (x->kinds.items[i])
                return "in_part";
        return "not_in_niche";
    }
    if (!x->watched)
        return "filtered";
    return x->other != FIELD_NULL_I64 ? "other_account" : "ranked";
}

/* The account by which a list shows the creator instead. */
static const char *shown_by(const struct why_account *x) {
    for (size_t i = 0; x->other != FIELD_NULL_I64 && i < x->other_ids.count && i < x->others.count; i++)
        if (strtoll(x->other_ids.items[i], NULL, 10) == x->other)
            return x->others.items[i];
    return NULL;
}

static void number_or_null(struct json *w, const char *key, const struct text_list *l, size_t i,
                           int decimals) {
    json_key(w, key);
    if (i < l->count && l->items[i])
        json_f64(w, strtod(l->items[i], NULL), decimals);
    else
        json_null(w);
}

static void evidence_json(const struct match_state *st, const struct snapshot *s, const struct why_account *x,
                          struct json *w) {
    json_key(w, "evidence");
    json_array(w);
    for (size_t i = 0; i < st->niche_count; i++) {
        json_object(w);
        json_kstr(w, "niche",
                  taxonomy_slug(s->taxonomy, (size_t)taxonomy_by_id(s->taxonomy, st->niche_ids[i])));
        json_kstr(w, "match", i < x->kinds.count ? x->kinds.items[i] : NULL);
        number_or_null(w, "posts", &x->posts, i, 0);
        number_or_null(w, "posts_weighted", &x->k, i, 2);
        number_or_null(w, "all_posts_weighted", &x->n, i, 2);
        json_kf64(w, "posts_weighted_needed", RELEVANCE_DEFAULTS.evidence_min, 2);
        json_object_end(w);
    }
    json_array_end(w);
}

/* What the caller asked of a filter, as typed, by default, or as a tier sets it. */
static const char *asked_text(const struct request *req, const struct param *p) {
    const struct match_state *st = req->state;
    const char *text = NULL;
    if (st->q.tier && p->type == PARAM_INT && param_is_set(p, &st->q)) {
        int64_t v;
        memcpy(&v, (const char *)&st->q + p->offset, sizeof v);
        return arena_printf(req->arena, "%lld", (long long)v);
    }
    for (size_t i = 0; i < req->n_args; i++)
        if (strcmp(req->args[i].name, p->name) == 0)
            text = text ? arena_printf(req->arena, "%s,%s", text, req->args[i].value) : req->args[i].value;
    return text ? text : p->fallback;
}

static void failed_json(const struct request *req, const struct match_tests *t, const struct why_account *x,
                        struct json *w) {
    json_key(w, "failed");
    json_array(w);
    for (size_t i = 0; x->placed == 1 && i < t->where.each_count; i++) {
        if (!(x->fails >> i & 1))
            continue;
        json_object(w);
        json_kstr(w, "filter", match_filter_name(t, i));
        json_kstr(w, "asked", asked_text(req, &match_params[t->where.each[i].line]));
        json_kstr(w, "value", i < x->asked_of.count ? x->asked_of.items[i] : NULL);
        json_kbool(w, "unknown", (x->unknowns >> i & 1) != 0);
        json_object_end(w);
    }
    json_array_end(w);
}

static bool is_shown(const struct match_state *st, const struct why_account *x) {
    for (size_t i = 0; i < st->row_count; i++)
        if (st->rows[i].account_id == x->account_id)
            return true;
    return false;
}

/* Whether an account comes before the last one of the page. */
static bool is_before(const struct why_account *x, const struct match_row *last) {
    struct match_pick other = {.score = last->score, .conf = last->conf, .account_id = last->account_id};
    return x->pick.sort_key != last->sort_key ? x->pick.sort_key > last->sort_key
                                              : match_pick_ahead(&x->pick, &other);
}

/* By how much the last one of the page is ahead in what it is sorted by. */
static void sort_gap_json(const struct match_state *st, const struct why_account *x,
                          const struct match_row *last, struct json *w) {
    json_key(w, "sorted_by");
    if (match_sort_expression(&st->q) && isfinite(x->pick.sort_key) && isfinite(last->sort_key))
        json_f64(w,
                 fabs(match_sort_value(&st->q, last->sort_key) - match_sort_value(&st->q, x->pick.sort_key)),
                 4);
    else
        json_null(w);
}

/* What the last one of the page has more, component by component; the parts sum to the gap. */
static void gap_json(const struct match_state *st, const struct why_account *x, struct json *w) {
    const struct match_row *last = st->row_count ? &st->rows[st->row_count - 1] : NULL;
    json_key(w, "below_last_shown");
    if (!x->ranked || !last || is_shown(st, x) || is_before(x, last)) {
        json_null(w);
        return;
    }
    int mine[MATCH_COMPONENTS], theirs[MATCH_COMPONENTS], most = 0;
    match_points_lost(x->pick.ln, st->ranking.weights, (int)x->pick.score, mine);
    match_points_lost(last->ln, st->ranking.weights, (int)last->score, theirs);
    json_object(w);
    sort_gap_json(st, x, last, w);
    json_key(w, "points");
    json_f64(w, (match_score_tenths((int)last->score) - match_score_tenths((int)x->pick.score)) / 10.0, 1);
    json_key(w, "components");
    json_object(w);
    for (int c = 0; c < MATCH_STORED + (st->ranking.target_count > 0); c++) {
        json_kf64(w, match_component_name((enum match_component)c), (mine[c] - theirs[c]) / 10.0, 1);
        most = mine[c] - theirs[c] > mine[most] - theirs[most] ? c : most;
    }
    json_object_end(w);
    json_kstr(w, "most", mine[most] > theirs[most] ? match_component_name((enum match_component)most) : NULL);
    json_object_end(w);
}

static void rank_json(const struct match_state *st, const struct why_account *x, struct json *w) {
    json_key(w, "rank");
    if (x->ranked)
        json_i64(w, 1 + (st->why_not->watch ? match_watch_ahead(st->why_not->watch, x) : x->ahead));
    else
        json_null(w);
    json_key(w, "score");
    if (x->ranked)
        json_f64(w, match_score_tenths((int)x->pick.score) / 10.0, 1);
    else
        json_null(w);
    json_key(w, "confidence");
    if (x->ranked)
        json_f64(w, (double)x->pick.conf / MATCH_SCALE, 2);
    else
        json_null(w);
    json_kbool(w, "shown", is_shown(st, x));
    gap_json(st, x, w);
}

static void account_json(struct request *req, const struct snapshot *s, const struct why_account *x,
                         struct json *w) {
    const struct match_state *st = req->state;
    json_object(w);
    json_key(w, "creator_id");
    json_id(w, x->creator_id);
    json_kstr(w, "platform", x->platform);
    json_kstr(w, "username", x->username);
    json_kstr(w, "reason", reason_of(x));
    json_kstr(w, "shown_by", shown_by(x));
    json_ki64(w, "recent_posts", x->recent_posts == FIELD_NULL_I64 ? 0 : x->recent_posts);
    evidence_json(st, s, x, w);
    failed_json(req, &st->why_not->tests, x, w);
    rank_json(st, x, w);
    json_object_end(w);
}

void match_why_not_json(struct request *req, struct json *w) {
    const struct match_state *st = req->state;
    const struct snapshot *s;
    json_key(w, "why_not");
    if (!st->why_not || api_snapshot(req, &s)) {
        json_null(w);
        return;
    }
    json_object(w);
    json_key(w, "asked");
    json_strn(w, st->q.why_not.text, st->q.why_not.len);
    json_kstr(w, "reason", st->why_not->count ? NULL : "unknown_creator");
    json_key(w, "accounts");
    json_array(w);
    for (size_t i = 0; i < st->why_not->count; i++)
        account_json(req, s, &st->why_not->accounts[i], w);
    json_array_end(w);
    json_object_end(w);
}
