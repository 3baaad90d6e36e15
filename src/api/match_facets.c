/* Facets and the exact count: one scan of the niche. A facet counts under all filters but its own, so that
 * its numbers say what another choice would give. */
#include "match_honest.h"

#include <string.h>

enum { VALUES_MAX = 50, FACETS_MAX = 16 };

static bool tier_shown(const struct match_query *q, const char *value) {
    if (strcmp(value, "under_1k") == 0)
        return q->min_followers < 1000;
    return strcmp(value, "over_100k") != 0 || q->max_followers > 100000;
}

/* What there is to count by: a table of data. */
static const struct facet {
    const char *name;    /* as in facets= */
    const char *key;     /* what is counted by, of the candidate m; null: not known */
    const char *value;   /* how a key is shown, with %s for it */
    const char *ignores; /* the filters it does not count under, comma between */
    bool (*shown)(const struct match_query *q, const char *value); /* NULL: always */
} facets[] = {
    {"tier", "width_bucket(m.followers, array[1000, 10000, 100001]::bigint[])",
     "(array['under_1k', 'nano', 'micro', 'over_100k'])[%s + 1]", "tier,min_followers,max_followers",
     tier_shown},
    {"country", "m.country", "%s", "country", NULL},
    {"platform", "m.platform", "(select t.slug from platform t where t.platform = %s)", "platform", NULL},
    {"language", "m.language", "%s", "language", NULL},
    {"price_band", "width_bucket(" MATCH_PRICE ", array[50, 100, 250, 500, 1000]::float8[])",
     "(array['under_50', '50_100', '100_250', '250_500', '500_1000', 'from_1000'])[%s + 1]",
     "min_price_usd,max_price_usd", NULL},
};

struct match_facets {
    struct facet_count {
        size_t facet; /* 1: facets[0]; 0: all that pass */
        const char *value;
        int64_t n;
    } * counts;
    size_t count;
};

static bool asked(const struct match_state *st, size_t facet) {
    for (size_t i = 0; i < st->q.facets.in_count; i++)
        if (strcmp(st->q.facets.in[i], facets[facet].name) == 0)
            return true;
    return false;
}

static bool has_word(const char *words, const char *word) {
    size_t len = strlen(word);
    for (const char *c = words; *c;) {
        size_t n = strcspn(c, ",");
        if (n == len && memcmp(c, word, n) == 0)
            return true;
        c += n + (c[n] == ',');
    }
    return false;
}

/* The set of the filters that a facet does not count under. */
static unsigned long long ignored(const struct match_tests *t, const struct facet *facet) {
    unsigned long long set = 0;
    for (size_t i = 0; i < t->where.each_count; i++)
        if (has_word(facet->ignores, match_filter_name(t, i)))
            set |= 1ULL << i;
    return set;
}

static enum err facet_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    struct match_facets *f = arena_alloc(req->arena, sizeof *f);
    f->counts = arena_alloc(req->arena, rows_count(rows) * sizeof *f->counts + 1);
    st->total = 0;
    for (size_t i = 0; i < rows_count(rows); i++) {
        const char *value = rows_text(rows, i, 1);
        struct facet_count c = {(size_t)rows_i64(rows, i, 0), value ? arena_strdup(req->arena, value) : NULL,
                                rows_i64(rows, i, 2)};
        if (c.facet == 0)
            st->total = c.n;
        else
            f->counts[f->count++] = c;
    }
    st->facets = f;
    return match_write_when_done(req);
}

/* A facet's value as SQL, from its key. */
static const char *value_sql(struct request *req, size_t facet) {
    const char *value = facets[facet].value, *mark = strstr(value, "%s");
    return arena_printf(req->arena, "%.*sp.v%zu%s", (int)(mark - value), value, facet, mark + 2);
}

enum err match_facets_ask(struct request *req) {
    const struct match_state *st = req->state;
    struct arena *a = req->arena;
    const char *own[] = {arena_printf(a, "%d", st->world), match_candidate_niches(st, a)};
    struct match_tests t = match_tests(req, COUNT_OF(own) + 1);
    const char *columns = "", *keys = "", *sets = "", *values = "";
    unsigned long long all = 0, count = 0, at = 0;
    for (size_t i = 0; i < COUNT_OF(facets); i++)
        count += asked(st, i);
    for (size_t i = 0; i < COUNT_OF(facets); i++) {
        if (!asked(st, i))
            continue;
        unsigned long long set = ignored(&t, &facets[i]);
        all |= set;
        const char *key = params_expression(match_params, match_param_count, &st->q, facets[i].key,
                                            COUNT_OF(own) + 1 + t.where.count, st->named, a, t.where.values,
                                            &t.where.count);
        columns = arena_printf(a, "%s, %s as v%zu", columns, key, i);
        keys = arena_printf(a, "%s, m.v%zu", keys, i);
        sets = arena_printf(a, "%s, (m.fails, m.person, m.v%zu)", sets, i);
        /* grouping() has a bit for every key that a set lacks, the last key's the lowest */
        unsigned long long missing = ((1ULL << count) - 1) & ~(1ULL << (count - ++at));
        values = arena_printf(a, "%s, (%zu, %s, %llu::bigint, %llu)", values, i + 1, value_sql(req, i), set,
                              missing);
    }
    const struct match_mark marks[] = {
        {"tests", t.columns},
        {"fails", t.fails},
        {"columns", columns},
        {"candidates", match_candidates(st)},
        {"keys", keys},
        {"sets", sets},
        {"values", values},
        {"ignored", arena_printf(a, "%llu::bigint", all)},
        {"total", arena_printf(a, "%llu", (1ULL << count) - 1)},
    };
    return match_ask_marked(req, "match_facets", marks, COUNT_OF(marks), COUNT_OF(own), own, &t.where,
                            facet_rows);
}

static void facet_json(const struct match_state *st, size_t facet, struct json *w) {
    int64_t other = 0, unknown = 0;
    size_t shown = 0;
    json_key(w, facets[facet].name);
    json_object(w);
    json_key(w, "values");
    json_array(w);
    for (size_t i = 0; i < st->facets->count; i++) {
        const struct facet_count *c = &st->facets->counts[i];
        if (c->facet != facet + 1)
            continue;
        if (!c->value) {
            unknown = c->n;
        } else if (facets[facet].shown && !facets[facet].shown(&st->q, c->value)) {
            continue;
        } else if (shown++ < VALUES_MAX) {
            json_object(w);
            json_kstr(w, "value", c->value);
            json_ki64(w, "count", c->n);
            json_object_end(w);
        } else {
            other += c->n;
        }
    }
    json_array_end(w);
    json_ki64(w, "other", other);
    json_ki64(w, "unknown", unknown);
    json_object_end(w);
}

void match_facets_json(const struct match_state *st, struct json *w) {
    json_key(w, "total");
    if (strcmp(st->q.count, "exact") == 0)
        json_i64(w, st->total);
    else
        json_null(w);
    json_key(w, "facets");
    if (!st->q.facets.in_count) {
        json_null(w);
        return;
    }
    json_object(w);
    for (size_t i = 0; i < COUNT_OF(facets); i++)
        if (asked(st, i))
            facet_json(st, i, w);
    json_object_end(w);
}
