/* Why a list is empty or thin: what each filter removes, and the smallest change that gives more. One
 * statement counts the candidates by the set of filters that they do not pass; match_relax.c does the rest.
 */
#include "match_relax.h"

#include <stdlib.h>
#include <string.h>

enum { THIN = 5, PERSON_SETS_MAX = 6 };

/* ---- the statement */

/* "case m.fails when 1 then ... end" over the filters of a kind. */
static const char *of_single(struct request *req, const struct match_tests *t,
                             bool kind(const struct param *), const char *none) {
    CLEANUP(buf_free) struct buf sql = {0};
    buf_puts(&sql, "case m.fails");
    size_t empty = sql.len;
    for (size_t i = 0; i < t->where.each_count; i++) {
        const struct param *p = &match_params[t->where.each[i].line];
        if (!kind(p))
            continue;
        buf_printf(&sql, " when %llu then ", 1ULL << i);
        if (match_is_list(p))
            buf_printf(&sql, "(%s)::text", t->where.each[i].column);
        else
            buf_printf(&sql, "%s%s((%s)::float8)", p->op == PARAM_GE ? "-" : "",
                       p->type == PARAM_RATE ? ""
                       : p->op == PARAM_GE   ? "floor"
                                             : "ceil",
                       t->where.each[i].column);
    }
    if (sql.len == empty)
        return none;
    return arena_printf(req->arena, "%s end", sql.data);
}

/* ---- the request */

/* What is near of a creator goes to the set of the same filters, where it is nearer or the same. */
static void take_near(struct fail_set *set, const struct fail_set *s) {
    bool bound = s->near && (!set->near || strtod(s->near, NULL) < strtod(set->near, NULL));
    bool same = s->near && set->near && strtod(s->near, NULL) == strtod(set->near, NULL);
    if (bound || (s->word && !set->word)) {
        set->near = s->near;
        set->word = s->word;
        set->near_n = 1;
    } else if (same || (s->word && set->word && strcmp(s->word, set->word) == 0)) {
        set->near_n++;
    }
}

/* Adds to the set of these filters, which begins if there is none. */
static struct fail_set *set_of(struct match_diagnosis *d, uint64_t fails, uint64_t unknowns) {
    for (size_t i = 0; i < d->set_count; i++)
        if (d->sets[i].fails == fails && d->sets[i].unknowns == unknowns)
            return &d->sets[i];
    d->sets[d->set_count] = (struct fail_set){.fails = fails, .unknowns = unknowns};
    return &d->sets[d->set_count++];
}

/* The sets of one creator's accounts, each once. */
struct person {
    struct fail_set sets[PERSON_SETS_MAX];
    size_t n;
};

/* A creator is in the list when one of the accounts passes: counted by inclusion and exclusion, so that every
 * sum over sets is exact. */
static void count_person(struct match_diagnosis *d, const struct person *p) {
    for (size_t subset = 1; subset < (size_t)1 << p->n; subset++) {
        uint64_t fails = 0, unknowns = 0;
        int64_t sign = -1;
        for (size_t i = 0; i < p->n; i++) {
            if (!(subset >> i & 1))
                continue;
            fails |= p->sets[i].fails;
            unknowns |= p->sets[i].unknowns;
            sign = -sign;
        }
        set_of(d, fails, unknowns)->n += sign;
    }
}

/* Takes an account's set. What lets it in lets nobody in whose other account is there: that one comes first.
 */
static void take_account(struct match_diagnosis *d, struct person *p, const struct fail_set *s) {
    const struct fail_set *last = p->n ? &p->sets[p->n - 1] : NULL;
    bool again = last && last->fails == s->fails && last->unknowns == s->unknowns;
    if (!again && p->n < PERSON_SETS_MAX)
        p->sets[p->n++] = *s;
    if (p->sets[0].fails)
        take_near(set_of(d, s->fails, s->unknowns), s);
}

static struct fail_set read_set(const struct rows *rows, size_t i, struct arena *a) {
    const char *near = rows_text(rows, i, 3), *word = rows_text(rows, i, 4);
    return (struct fail_set){.fails = (uint64_t)rows_i64(rows, i, 0),
                             .unknowns = (uint64_t)rows_i64(rows, i, 1),
                             .n = rows_i64(rows, i, 2),
                             .near = near ? arena_strdup(a, near) : NULL,
                             .word = word ? arena_strdup(a, word) : NULL,
                             .near_n = rows_i64(rows, i, 5)};
}

/* Rows of creators with one account come first; those of one creator are beside each other, the set of
 * nothing first. */
static enum err set_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    struct match_diagnosis *d = st->diagnosis;
    struct person person = {0};
    size_t count = rows_count(rows);
    d->sets = arena_alloc(req->arena, (count << PERSON_SETS_MAX) / PERSON_SETS_MAX * sizeof *d->sets + 1);
    for (size_t i = 0; i < count; i++) {
        struct fail_set s = read_set(rows, i, req->arena);
        int64_t creator = rows_i64(rows, i, 6);
        if (creator == FIELD_NULL_I64) {
            d->sets[d->set_count++] = s;
            continue;
        }
        take_account(d, &person, &s);
        if (i + 1 < count && rows_i64(rows, i + 1, 6) == creator)
            continue;
        count_person(d, &person);
        person.n = 0;
    }
    for (size_t i = 0; i < d->set_count; i++) {
        d->candidates += d->sets[i].n;
        d->results += d->sets[i].fails ? 0 : d->sets[i].n;
    }
    match_relax(req, d);
    return match_write_when_done(req);
}

static enum err elsewhere_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    struct match_diagnosis *d = st->diagnosis;
    for (size_t i = 0; i < rows_count(rows) && i < ELSEWHERE_MAX; i++) {
        d->elsewhere[i].niche = arena_strdup(req->arena, rows_text(rows, i, 0));
        d->elsewhere[i].relation = arena_strdup(req->arena, rows_text(rows, i, 1));
        d->elsewhere[i].creators = rows_i64(rows, i, 2);
        d->elsewhere_count++;
    }
    return match_write_when_done(req);
}

enum err match_diagnosis_ask(struct request *req) {
    struct match_state *st = req->state;
    if (st->q.cursor.text || st->row_count >= (size_t)(st->q.limit < THIN ? st->q.limit : THIN))
        return ERR_OK;
    st->diagnosis = arena_alloc(req->arena, sizeof *st->diagnosis);
    const char *own[] = {arena_printf(req->arena, "%d", st->world), match_candidate_niches(st, req->arena)};
    st->diagnosis->tests = match_tests(req, COUNT_OF(own) + 1);
    const struct match_tests *t = &st->diagnosis->tests;
    const struct match_mark marks[] = {
        {"candidates", match_candidates(st)},
        {"tests", t->columns},
        {"fails", t->fails},
        {"unknowns", t->unknowns},
        {"near", of_single(req, t, match_is_bound, "null::float8")},
        {"word", of_single(req, t, match_is_list, "null::text")},
    };
    enum err e = match_ask_marked(req, "match_diagnosis", marks, COUNT_OF(marks), COUNT_OF(own), own,
                                  &t->where, set_rows);
    struct statement elsewhere = api_statement(req, "match_elsewhere");
    own[1] = match_niche_array(st, req->arena);
    return e ? e : request_query(req, &elsewhere, COUNT_OF(own), own, elsewhere_rows);
}

/* ---- the answer */

static void relaxation_json(const struct relaxation *r, struct json *w) {
    json_key(w, "smallest_relaxation");
    if (!r->changes) {
        json_null(w);
        return;
    }
    json_object(w);
    json_key(w, "changes");
    json_array(w);
    for (size_t i = 0; i < r->count; i++) {
        json_object(w);
        json_kstr(w, "param", r->changes[i].param);
        json_kstr(w, "value", r->changes[i].value);
        json_object_end(w);
    }
    json_array_end(w);
    json_ki64(w, "gives", r->gives);
    json_kstr(w, "query", r->query);
    json_object_end(w);
}

static void filter_json(const struct match_diagnosis *d, size_t i, struct json *w) {
    uint64_t bit = UINT64_C(1) << i;
    int64_t removed = 0, unknown = 0;
    for (size_t k = 0; k < d->set_count; k++) {
        removed += d->sets[k].fails & bit ? d->sets[k].n : 0;
        unknown += d->sets[k].unknowns & bit ? d->sets[k].n : 0;
    }
    json_object(w);
    json_kstr(w, "filter", match_filter_name(&d->tests, i));
    json_ki64(w, "removed_alone", removed);
    json_ki64(w, "removed_unknown", unknown);
    json_ki64(w, "left_without_it", match_without(d, bit, 0));
    json_object_end(w);
}

void match_diagnosis_json(const struct match_state *st, struct json *w) {
    const struct match_diagnosis *d = st->diagnosis;
    json_key(w, "diagnosis");
    if (!d) {
        json_null(w);
        return;
    }
    json_object(w);
    json_ki64(w, "candidates_in_niche", d->candidates);
    json_ki64(w, "results", d->results);
    json_key(w, "filters");
    json_array(w);
    for (size_t i = 0; i < d->tests.where.each_count; i++)
        filter_json(d, i, w);
    json_array_end(w);
    relaxation_json(&d->relaxation, w);
    json_key(w, "other_niches");
    json_array(w);
    for (size_t i = 0; i < d->elsewhere_count; i++) {
        json_object(w);
        json_kstr(w, "niche", d->elsewhere[i].niche);
        json_kstr(w, "relation", d->elsewhere[i].relation);
        json_ki64(w, "creators", d->elsewhere[i].creators);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}
