/* Why: one fit from reading to switching. Invariants: all reading is of one moment; nothing of the sandbox is
 * read; a version is made only where a number differs from those in force. */
#include "fit_own.h"

#include "base/clock.h"
#include "store/taxonomy_store.h"

#include <string.h>

void fit_report_free(struct fit_report *r) {
    arena_free(r->mem);
    r->mem = NULL;
}

/* A row as fitted. */
static struct fit_row fitted_row(const struct benchmark *seed, const struct fit_curve *c, const char *day) {
    struct fit_row row = {.b = *seed,
                          .source = "fitted on the live accounts of this installation with 1,000 to 100,000 "
                                    "followers: median regression, pooled spread of posts, method of moments",
                          .measured_on = day,
                          .fitted = true};
    row.b.alpha = c->alpha;
    row.b.beta = c->beta;
    row.b.tau = c->tau;
    row.b.s = c->s;
    row.b.n_accounts = (int)c->n_accounts;
    return row;
}

static bool same_row(const struct fit_row *a, const struct fit_row *b) {
    return a->b.alpha == b->b.alpha && a->b.beta == b->b.beta && a->b.tau == b->b.tau && a->b.s == b->b.s &&
           a->b.n_accounts == b->b.n_accounts && a->fitted == b->fitted;
}

/* Fits every curve, or keeps what is in force: an earlier fit, or the seed as this program has it. */
static enum err find_curves(const struct fit_sets *sets, const char *day, struct fault *f,
                            struct fit_report *r) {
    CLEANUP(arena_free_at) struct arena *scratch = arena_new(1 << 20);
    if (!scratch)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a fit");
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++) {
            struct fit_line_report *c = &r->curve[p][b];
            const struct fit_set *set = &sets->set[p][b];
            struct benchmark seed = benchmark_seed((enum rank_platform)p, (enum rank_basis)b);
            struct fit_input in = {set->accounts, set->n, set->posts};
            arena_reset(scratch);
            fit_curve(&in, &seed, scratch, &c->found);
            c->after = c->before.fitted ? c->before : fit_seed_row(seed.platform, seed.basis);
            if (c->found.outcome == FIT_OK)
                c->after = fitted_row(&seed, &c->found, day);
            c->asked = b != RANK_BASIS_VIEWS || rank_default_basis((enum rank_platform)p) == RANK_BASIS_VIEWS;
            r->changed = r->changed || !same_row(&c->before, &c->after);
        }
    return ERR_OK;
}

static bool same_niches(const struct fit_niches *a, const struct fit_niches *b) {
    bool same = a->n_niches == b->n_niches && a->n_pairs == b->n_pairs;
    for (size_t i = 0; same && i < a->n_niches; i++) {
        const struct fit_niche *x = &a->niches[i];
        const struct fit_niche *y = &b->niches[i];
        same = x->niche_id == y->niche_id && x->base_rate == y->base_rate &&
               x->base_rate_posts == y->base_rate_posts && x->median_followers == y->median_followers &&
               x->creators == y->creators;
    }
    for (size_t i = 0; same && i < a->n_pairs; i++) {
        const struct fit_pair *x = &a->pairs[i];
        const struct fit_pair *y = &b->pairs[i];
        same = x->niche_id == y->niche_id && x->related_id == y->related_id && x->npmi == y->npmi &&
               x->support == y->support;
    }
    return same;
}

/* All that is read, in one transaction, and what comes of it. */
static enum err find(struct db *db, const struct taxonomy *tax, const char *day, struct fault *f,
                     struct fit_report *r, struct fit_niches *ret_niches) {
    struct fit_sets sets = {0};
    struct fit_niches before;
    enum err e = db_run(db, "begin isolation level repeatable read read only", f, NULL);
    if (!e)
        e = fit_active_read(db, f, r);
    if (!e)
        e = fit_sets_read(db, f, &sets);
    if (!e)
        e = find_curves(&sets, day, f, r);
    fit_sets_free(&sets);
    if (!e)
        e = fit_niches_find(db, tax, f, r, &before, ret_niches);
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (e) {
        db_rollback(db);
        return e;
    }
    r->changed = r->changed || !same_niches(&before, ret_niches);
    return ERR_OK;
}

/* What was fitted, for those who read the list of versions. */
static const char *note_of(const struct fit_report *r) {
    struct buf out = {0};
    buf_puts(&out, "fitted:");
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++)
            if (r->curve[p][b].found.outcome == FIT_OK)
                buf_printf(&out, " %s %s (%zu accounts),", rank_platform_name((enum rank_platform)p),
                           rank_basis_name((enum rank_basis)b), r->curve[p][b].found.n_accounts);
    if (r->base_rates_fitted)
        buf_printf(&out, " base rates (%zu creators),", r->posts_creators);
    if (r->medians)
        buf_printf(&out, " sizes of %zu niches,", r->medians);
    if (r->pairs_fitted)
        buf_printf(&out, " %zu related niches (%zu creators),", r->pairs, r->creators);
    out.data[out.len - 1] = '\0';
    const char *note = arena_strdup(r->mem, strchr(out.data, ' ') ? out.data : "seeds of the program");
    buf_free(&out);
    return note;
}

enum err fit_run(struct db *db, const struct fit_options *options, struct fault *f,
                 struct fit_report *ret_report) {
    *ret_report = (struct fit_report){.mem = arena_new(1 << 16)};
    struct fit_report *r = ret_report;
    if (!r->mem)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a fit");
    char now[32];
    clock_format(options->now_us ? options->now_us : clock_now_us(), now);
    const char *day = arena_strndup(r->mem, now, 10);
    CLEANUP(taxonomy_free_at) struct taxonomy *tax = NULL;
    struct fit_niches niches = {0};
    int64_t taxonomy_version;
    enum err e = taxonomy_read(db, f, &tax, &taxonomy_version);
    if (!e)
        e = find(db, tax, day, f, r, &niches);
    if (e || options->dry_run || !r->changed)
        return e;
    return fit_write(db, &niches, day, options->note ? options->note : note_of(r), f, r);
}
