/* Why: a model is put in force by one row, so that it can be taken back by one row. Invariants: a version is
 * complete before it is in force and never changes afterwards;
 * at most one fit or switch runs at a time. */
#include "fit_own.h"

#include "score/scorer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct fit_row fit_seed_row(enum rank_platform p, enum rank_basis b) {
    struct benchmark seed = benchmark_seed(p, b);
    return (struct fit_row){.b = seed, .source = seed.source, .measured_on = seed.as_of};
}

static bool basis_by_name(const char *name, enum rank_basis *ret) {
    for (int b = 0; b < RANK_BASIS_COUNT; b++)
        if (strcmp(rank_basis_name((enum rank_basis)b), name) == 0) {
            *ret = (enum rank_basis)b;
            return true;
        }
    return false;
}

enum err fit_active_read(struct db *db, struct fault *f, struct fit_report *r) {
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++)
            r->curve[p][b].before = fit_seed_row((enum rank_platform)p, (enum rank_basis)b);
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "fit_active", 0, NULL, f, &rows);
    if (e)
        return e;
    if (rows_count(rows) == 0)
        return fault_set(f, ERR_DATA_INVALID, "no model is in force: run niched fit --activate VERSION");
    snprintf(r->before, sizeof r->before, "%s", rows_text(rows, 0, 0));
    for (size_t i = 0; i < rows_count(rows); i++) {
        enum rank_platform p;
        enum rank_basis b;
        if (!rows_text(rows, i, 1) || !rank_platform_by_name(rows_text(rows, i, 1), &p) ||
            !basis_by_name(rows_text(rows, i, 2), &b))
            continue;
        struct fit_row *row = &r->curve[p][b].before;
        row->b.alpha = rows_f64(rows, i, 3);
        row->b.beta = rows_f64(rows, i, 4);
        row->b.tau = rows_f64(rows, i, 5);
        row->b.s = rows_f64(rows, i, 6);
        row->b.n_accounts = (int)rows_i64(rows, i, 7);
        row->source = arena_strdup(r->mem, rows_text(rows, i, 8));
        row->measured_on = arena_strdup(r->mem, rows_text(rows, i, 9));
        row->fitted = strcmp(rows_text(rows, i, 10), "fit") == 0;
    }
    return ERR_OK;
}

/* Array literals under way. */
static void item(struct buf *out, const char *fmt, ...) PRINTF(2, 3);

static void item(struct buf *out, const char *fmt, ...) {
    char text[64];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_putc(out, out->len ? ',' : '{');
    buf_puts(out, text);
}

/* A text element, quoted. */
static void item_text(struct buf *out, const char *s) {
    buf_putc(out, out->len ? ',' : '{');
    buf_putc(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *s);
    }
    buf_putc(out, '"');
}

enum { COLUMNS_MAX = 10 };

/* Runs a statement of the new version with parallel arrays, and frees them. */
static enum err put(struct db *db, const char *query, const char *version, struct buf *columns, int n,
                    struct fault *f) {
    const char *params[COLUMNS_MAX + 1] = {version};
    for (int i = 0; i < n; i++) {
        if (!columns[i].len)
            buf_putc(&columns[i], '{');
        buf_putc(&columns[i], '}');
        params[i + 1] = columns[i].data;
    }
    enum err e = db_query(db, query, n + 1, params, f, NULL);
    for (int i = 0; i < n; i++)
        buf_free(&columns[i]);
    return e;
}

static enum err put_curves(struct db *db, const struct fit_report *r, struct fault *f) {
    struct buf c[COLUMNS_MAX] = {0};
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++) {
            const struct fit_row *row = &r->curve[p][b].after;
            item_text(&c[0], rank_platform_name((enum rank_platform)p));
            item_text(&c[1], rank_basis_name((enum rank_basis)b));
            item(&c[2], "%.17g", row->b.alpha);
            item(&c[3], "%.17g", row->b.beta);
            item(&c[4], "%.17g", row->b.tau);
            item(&c[5], "%.17g", row->b.s);
            item(&c[6], "%d", row->b.n_accounts);
            item_text(&c[7], row->source);
            item_text(&c[8], row->measured_on);
            item_text(&c[9], row->fitted ? "fit" : "seed");
        }
    return put(db, "fit_put_benchmarks", r->version, c, 10, f);
}

static enum err put_niches(struct db *db, const char *version, const struct fit_niches *all,
                           struct fault *f) {
    struct buf c[COLUMNS_MAX] = {0};
    for (size_t i = 0; i < all->n_niches; i++) {
        const struct fit_niche *n = &all->niches[i];
        item(&c[0], "%d", n->niche_id);
        item(&c[1], "%.17g", n->base_rate);
        item(&c[2], "%.17g", n->base_rate_posts);
        item(&c[3], "%d", n->median_followers);
        item(&c[4], "%d", n->creators);
    }
    return put(db, "fit_put_niches", version, c, 5, f);
}

static enum err put_pairs(struct db *db, const char *version, const struct fit_niches *all, struct fault *f) {
    struct buf c[COLUMNS_MAX] = {0};
    for (size_t i = 0; i < all->n_pairs; i++) {
        const struct fit_pair *p = &all->pairs[i];
        item(&c[0], "%d", p->niche_id);
        item(&c[1], "%d", p->related_id);
        item(&c[2], "%.17g", p->npmi);
        item(&c[3], "%d", p->support);
    }
    return put(db, "fit_put_pairs", version, c, 4, f);
}

/* Begins a transaction that no other fit or switch runs beside. */
static enum err begin(struct db *db, struct fault *f) {
    return db_run(db, "begin; lock table model in share row exclusive mode", f, NULL);
}

/* Ends it, well or badly. */
static enum err finish(struct db *db, enum err e, struct fault *f) {
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (e)
        db_rollback(db);
    return e;
}

/* Puts a version in force. *ret_found: there is such a version. */
static enum err switch_to(struct db *db, const char *version, struct fault *f, bool *ret_found) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "fit_retire", 0, NULL, f, NULL);
    if (!e)
        e = db_query(db, "fit_switch", 1, &version, f, &rows);
    if (!e)
        *ret_found = rows_count(rows) > 0;
    return e;
}

/* Every account is to be scored with the model that is now in force. */
static enum err mark_all(struct db *db, struct fault *f, size_t *ret_marked) {
    CLEANUP(scorer_free_at) struct scorer *s = NULL;
    enum err e = scorer_open(db, &(struct scorer_options){0}, f, &s);
    if (!e)
        e = scorer_mark_all(s, f, ret_marked);
    return e ? e : db_run(db, "notify niched_dirty", f, NULL);
}

static enum err make_version(struct db *db, const char *day, const char *note, struct fault *f,
                             struct fit_report *r) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    const char *params[] = {day, note};
    enum err e = db_query(db, "fit_model", 2, params, f, &rows);
    if (!e)
        snprintf(r->version, sizeof r->version, "%s", rows_text(rows, 0, 0));
    return e;
}

enum err fit_write(struct db *db, const struct fit_niches *niches, const char *day, const char *note,
                   struct fault *f, struct fit_report *r) {
    bool found = false;
    enum err e = begin(db, f);
    if (!e)
        e = make_version(db, day, note, f, r);
    if (!e)
        e = put_curves(db, r, f);
    if (!e)
        e = put_niches(db, r->version, niches, f);
    if (!e)
        e = put_pairs(db, r->version, niches, f);
    if (!e)
        e = switch_to(db, r->version, f, &found);
    e = finish(db, e, f);
    if (!e)
        return mark_all(db, f, &r->marked);
    r->version[0] = '\0';
    return e;
}

enum err fit_versions(struct db *db, struct fault *f, struct rows **ret_rows) {
    return db_query(db, "fit_versions", 0, NULL, f, ret_rows);
}

/* There is no such version: which there are. */
static enum err unknown(struct db *db, const char *version, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = fit_versions(db, f, &rows);
    if (e)
        return e;
    struct buf known = {0};
    for (size_t i = 0; i < rows_count(rows); i++)
        buf_printf(&known, "%s%s", i ? ", " : "", rows_text(rows, i, 0));
    e = fault_set(f, ERR_USAGE, "there is no model version \"%.40s\"; there are %.300s", version,
                  known.len ? known.data : "none");
    buf_free(&known);
    return e;
}

enum err fit_activate(struct db *db, const char *version, struct fault *f, size_t *ret_marked) {
    bool found = false;
    enum err e = begin(db, f);
    if (!e)
        e = switch_to(db, version, f, &found);
    if (!e && !found) {
        db_rollback(db);
        return unknown(db, version, f);
    }
    e = finish(db, e, f);
    return e ? e : mark_all(db, f, ret_marked);
}
