/* Why: what is the same for all accounts is looked up once, by niche index, so that scoring an account
 * touches no map and no store. Invariants: after score_context_new() only the clock changes; every list is in
 * a total order. */
#include "score/context.h"

#include "rank/affordability.h"
#include "rank/model.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void score_context_free(struct score_context *ctx) {
    if (!ctx)
        return;
    arena_free(ctx->mem);
    free(ctx);
}

void score_context_free_at(struct score_context **ctx) {
    score_context_free(*ctx);
}

void score_context_set_now(struct score_context *ctx, int world, int64_t now_us) {
    int64_t days = now_us / CLOCK_DAY - (now_us % CLOCK_DAY < 0);
    ctx->now_us[world] = days * CLOCK_DAY;
}

static void take_benchmarks(struct score_context *ctx, const struct score_model *model) {
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++)
            ctx->benchmark[p][b] = benchmark_seed((enum rank_platform)p, (enum rank_basis)b);
    for (size_t i = 0; i < model->n_benchmarks; i++) {
        const struct benchmark *b = &model->benchmarks[i];
        ctx->benchmark[b->platform][b->basis] = *b;
    }
}

/* Base rates and usual costs: the fit's where there is one. */
static void take_fits(struct score_context *ctx, const struct score_model *model) {
    size_t n = taxonomy_count(ctx->tax);
    double *median = arena_alloc(ctx->mem, (n + 1) * sizeof *median);
    ctx->base_rate = arena_alloc(ctx->mem, (n + 1) * sizeof *ctx->base_rate);
    for (size_t i = 0; i < n; i++) {
        ctx->base_rate[i] = taxonomy_base_rate(ctx->tax, i);
        median[i] = SCORE_REFERENCE_FOLLOWERS;
    }
    for (size_t i = 0; i < model->n_fits; i++) {
        int at = taxonomy_by_id(ctx->tax, model->fits[i].niche_id);
        if (at < 0)
            continue;
        ctx->base_rate[at] = model->fits[i].base_rate;
        median[at] = model->fits[i].median_followers;
    }
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++) {
        ctx->cpe_usual[p] = arena_alloc(ctx->mem, (n + 1) * sizeof *ctx->cpe_usual[p]);
        for (size_t i = 0; i < n; i++)
            ctx->cpe_usual[p][i] =
                affordability_reference_cpe(&ctx->benchmark[p][RANK_BASIS_FOLLOWERS], median[i]);
    }
}

/* A usable relation by index. */
struct pair {
    uint16_t to;
    uint16_t from;
    float npmi;
};

static int by_target(const void *a, const void *b) {
    const struct pair *x = a;
    const struct pair *y = b;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->npmi != y->npmi)
        return x->npmi > y->npmi ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static int by_source(const void *a, const void *b) {
    const struct pair *x = a;
    const struct pair *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static bool pair_of(const struct taxonomy *tax, const struct score_relation *r, struct pair *ret) {
    int to = taxonomy_by_id(tax, r->niche_id);
    int from = taxonomy_by_id(tax, r->related_id);
    if (to < 0 || from < 0 || to == from || r->support < SCORE_RELATED_SUPPORT ||
        r->npmi < RELEVANCE_DEFAULTS.npmi_min || taxonomy_is_generic(tax, (size_t)from))
        return false;
    *ret = (struct pair){(uint16_t)to, (uint16_t)from, (float)r->npmi};
    return true;
}

/* Keeps the best RELEVANCE_RELATED_MAX pairs of each target; pairs are in order of by_target. */
static size_t keep_best(struct pair *pairs, size_t n) {
    size_t kept = 0;
    size_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        rank = i > 0 && pairs[i].to == pairs[i - 1].to ? rank + 1 : 0;
        if (rank < RELEVANCE_RELATED_MAX)
            pairs[kept++] = pairs[i];
    }
    return kept;
}

static void take_relations(struct score_context *ctx, const struct score_model *model) {
    size_t count = taxonomy_count(ctx->tax);
    ctx->related = arena_alloc(ctx->mem, (count + 1) * sizeof *ctx->related);
    ctx->related_to = arena_alloc(ctx->mem, (count + 1) * sizeof *ctx->related_to);
    struct pair *pairs = arena_alloc(ctx->mem, (model->n_relations + 1) * sizeof *pairs);
    size_t n = 0;
    for (size_t i = 0; i < model->n_relations; i++)
        n += pair_of(ctx->tax, &model->relations[i], &pairs[n]);
    qsort(pairs, n, sizeof *pairs, by_target);
    n = keep_best(pairs, n);
    struct score_related *related = arena_alloc(ctx->mem, (n + 1) * sizeof *related);
    uint16_t *targets = arena_alloc(ctx->mem, (n + 1) * sizeof *targets);
    for (size_t i = 0; i < n; i++) {
        struct score_related_list *list = &ctx->related[pairs[i].to];
        related[i] = (struct score_related){pairs[i].from, pairs[i].npmi};
        *list = (struct score_related_list){list->count ? list->at : &related[i], list->count + 1};
    }
    qsort(pairs, n, sizeof *pairs, by_source);
    for (size_t i = 0; i < n; i++) {
        struct tax_list *list = &ctx->related_to[pairs[i].from];
        targets[i] = pairs[i].to;
        *list = (struct tax_list){list->count ? list->at : &targets[i], list->count + 1};
    }
}

enum err score_context_new(const struct taxonomy *tax, const struct score_model *model, struct fault *f,
                           struct score_context **ret_context) {
    struct score_context *ctx = calloc(1, sizeof *ctx);
    if (!ctx || !(ctx->mem = arena_new(1 << 16))) {
        free(ctx);
        return fault_set(f, ERR_NO_MEMORY, "no memory for the model");
    }
    ctx->tax = tax;
    snprintf(ctx->model_version, sizeof ctx->model_version, "%s",
             model->version ? model->version : MODEL_VERSION);
    take_benchmarks(ctx, model);
    take_fits(ctx, model);
    take_relations(ctx, model);
    *ret_context = ctx;
    return ERR_OK;
}
