/* Why: how common niches are here, how big their creators are, and which go together, is the operator's own.
 * From the scored evidence (k, n, posts), no column of which depends on the model, so that a fit does not
 * feed on itself. Invariants: below a sample limit a row is the one in force; every list is in a total order.
 */
#include "fit_own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Limits as parameters of the statements. */
struct limits {
    char evidence[32];
    char low[24];
    char high[24];
    char support[24];
};

static struct limits limits_of(void) {
    struct limits l;
    snprintf(l.evidence, sizeof l.evidence, "%.17g", RELEVANCE_DEFAULTS.evidence_min);
    snprintf(l.low, sizeof l.low, "%d", FIT_FOLLOWERS_MIN);
    snprintf(l.high, sizeof l.high, "%d", FIT_FOLLOWERS_MAX);
    snprintf(l.support, sizeof l.support, "%d", SCORE_RELATED_SUPPORT);
    return l;
}

static enum err read_before(struct db *db, struct arena *a, struct fault *f, struct fit_niches *ret) {
    CLEANUP(rows_free_at) struct rows *n = NULL;
    CLEANUP(rows_free_at) struct rows *p = NULL;
    enum err e = db_query(db, "fit_active_niches", 0, NULL, f, &n);
    if (!e)
        e = db_query(db, "fit_active_pairs", 0, NULL, f, &p);
    if (e)
        return e;
    struct fit_niche *niches = arena_alloc(a, (rows_count(n) + 1) * sizeof *niches);
    struct fit_pair *pairs = arena_alloc(a, (rows_count(p) + 1) * sizeof *pairs);
    for (size_t i = 0; i < rows_count(n); i++)
        niches[i] = (struct fit_niche){(int32_t)rows_i64(n, i, 0), rows_f64(n, i, 1), rows_f64(n, i, 2),
                                       (int32_t)rows_i64(n, i, 3), (int32_t)rows_i64(n, i, 4)};
    for (size_t i = 0; i < rows_count(p); i++)
        pairs[i] = (struct fit_pair){(int32_t)rows_i64(p, i, 0), (int32_t)rows_i64(p, i, 1),
                                     rows_f64(p, i, 2), (int32_t)rows_i64(p, i, 3)};
    *ret = (struct fit_niches){niches, rows_count(n), pairs, rows_count(p)};
    return ERR_OK;
}

static enum err read_totals(struct db *db, struct fault *f, struct fit_report *r) {
    CLEANUP(rows_free_at) struct rows *t = NULL;
    struct limits l = limits_of();
    const char *params[] = {l.evidence};
    enum err e = db_query(db, "fit_totals", 1, params, f, &t);
    if (e)
        return e;
    r->accounts = (size_t)rows_i64(t, 0, 0);
    r->waiting = (size_t)rows_i64(t, 0, 1);
    r->posts = rows_f64(t, 0, 2);
    r->posts_creators = (size_t)rows_i64(t, 0, 3);
    r->creators = (size_t)rows_i64(t, 0, 4);
    r->base_rates_fitted = r->posts_creators >= FIT_CREATORS_MIN;
    r->pairs_fitted = r->creators >= FIT_CREATORS_MIN;
    return ERR_OK;
}

static int by_niche(const void *key, const void *item) {
    int32_t a = *(const int32_t *)key;
    int32_t b = ((const struct fit_niche *)item)->niche_id;
    return (a > b) - (a < b);
}

/* The row of a niche: each part fitted where enough is known, else as in force. False where all of it is the
 * seed's. */
static bool niche_row(const struct rows *rows, size_t i, const struct fit_report *r,
                      const struct fit_niches *before, struct fit_niche *ret) {
    int32_t id = (int32_t)rows_i64(rows, i, 0);
    const struct fit_niche *old =
        before->n_niches ? bsearch(&id, before->niches, before->n_niches, sizeof *before->niches, by_niche)
                         : NULL;
    double seed = rows_f64(rows, i, 1);
    struct fit_niche n = {
        .niche_id = id, .base_rate = seed, .median_followers = (int32_t)SCORE_REFERENCE_FOLLOWERS};
    if (old)
        n = *old;
    if (r->base_rates_fitted) {
        n.base_rate = fit_base_rate(rows_f64(rows, i, 2), r->posts, seed);
        n.base_rate_posts = r->posts;
    }
    if (rows_i64(rows, i, 4) >= FIT_SIZE_CREATORS_MIN) {
        n.median_followers = (int32_t)lround(rows_f64(rows, i, 5));
        n.creators = (int32_t)rows_i64(rows, i, 4);
    }
    *ret = n;
    return old || n.base_rate_posts > 0.0 || n.creators > 0;
}

static enum err find_niches(struct db *db, struct fault *f, const struct fit_niches *before,
                            struct fit_report *r, struct fit_niches *after) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    struct limits l = limits_of();
    const char *params[] = {l.evidence, l.low, l.high};
    enum err e = db_query(db, "fit_niches", 3, params, f, &rows);
    if (e)
        return e;
    struct fit_niche *all = arena_alloc(r->mem, (rows_count(rows) + 1) * sizeof *all);
    for (size_t i = 0; i < rows_count(rows); i++)
        if (niche_row(rows, i, r, before, &all[after->n_niches])) {
            r->medians += all[after->n_niches].creators > 0;
            after->n_niches++;
        }
    after->niches = all;
    r->niches = after->n_niches;
    return ERR_OK;
}

static int by_target(const void *a, const void *b) {
    const struct fit_pair *x = a;
    const struct fit_pair *y = b;
    if (x->niche_id != y->niche_id)
        return x->niche_id < y->niche_id ? -1 : 1;
    if (x->npmi != y->npmi)
        return x->npmi > y->npmi ? -1 : 1;
    if (x->support != y->support)
        return x->support > y->support ? -1 : 1;
    return (x->related_id > y->related_id) - (x->related_id < y->related_id);
}

/* Whether two niches go together by construction: one is above the other. */
static bool is_line(const struct taxonomy *tax, int32_t a, int32_t b) {
    int x = taxonomy_by_id(tax, a);
    int y = taxonomy_by_id(tax, b);
    return x < 0 || y < 0 || taxonomy_is_above(tax, (size_t)x, (size_t)y) ||
           taxonomy_is_above(tax, (size_t)y, (size_t)x);
}

/* Each pair both ways, where it is close enough; how many. */
static size_t take_pairs(const struct rows *rows, const struct taxonomy *tax, double creators,
                         struct fit_pair *out) {
    size_t n = 0;
    for (size_t i = 0; i < rows_count(rows); i++) {
        int32_t a = (int32_t)rows_i64(rows, i, 0);
        int32_t b = (int32_t)rows_i64(rows, i, 1);
        int32_t both = (int32_t)rows_i64(rows, i, 2);
        double npmi = relevance_npmi(rows_f64(rows, i, 3) / creators, rows_f64(rows, i, 4) / creators,
                                     (double)both / creators);
        if (npmi < RELEVANCE_DEFAULTS.npmi_min || is_line(tax, a, b))
            continue;
        out[n++] = (struct fit_pair){a, b, npmi, both};
        out[n++] = (struct fit_pair){b, a, npmi, both};
    }
    return n;
}

/* Keeps the best of each niche. */
static size_t keep_best(struct fit_pair *p, size_t n) {
    qsort(p, n, sizeof *p, by_target);
    size_t kept = 0;
    size_t place = 0;
    for (size_t i = 0; i < n; i++) {
        place = i > 0 && p[i].niche_id == p[i - 1].niche_id ? place + 1 : 0;
        if (place < RELEVANCE_RELATED_MAX)
            p[kept++] = p[i];
    }
    return kept;
}

static enum err find_pairs(struct db *db, const struct taxonomy *tax, struct fault *f,
                           const struct fit_niches *before, struct fit_report *r, struct fit_niches *after) {
    after->pairs = before->pairs;
    after->n_pairs = r->pairs = before->n_pairs;
    if (!r->pairs_fitted)
        return ERR_OK;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    struct limits l = limits_of();
    const char *params[] = {l.evidence, l.support};
    enum err e = db_query(db, "fit_pairs", 2, params, f, &rows);
    if (e)
        return e;
    struct fit_pair *all = arena_alloc(r->mem, (2 * rows_count(rows) + 1) * sizeof *all);
    size_t n = take_pairs(rows, tax, (double)r->creators, all);
    after->pairs = all;
    after->n_pairs = r->pairs = keep_best(all, n);
    return ERR_OK;
}

enum err fit_niches_find(struct db *db, const struct taxonomy *tax, struct fault *f, struct fit_report *r,
                         struct fit_niches *ret_before, struct fit_niches *ret_after) {
    struct fit_niches before = {0};
    struct fit_niches after = {0};
    enum err e = read_before(db, r->mem, f, &before);
    if (!e)
        e = read_totals(db, f, r);
    if (!e)
        e = find_niches(db, f, &before, r, &after);
    if (!e)
        e = find_pairs(db, tax, f, &before, r, &after);
    if (e)
        return e;
    *ret_before = before;
    *ret_after = after;
    return ERR_OK;
}
