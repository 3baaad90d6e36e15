/* Why: the ranked rows of an account: niches with direct evidence, intersections whose parents all have some,
 * and the best of what is merely related. Invariants: generic niches never transfer; related rows never
 * displace listed ones; every cut is made in a total order. */
#include "work.h"

#include "rank/affordability.h"

#include <math.h>
#include <stdlib.h>

enum { PARENTS_MAX = 16 };

/* The reached entry of a niche, made if there is none; NULL when there are too many. */
static struct reach *reach_at(struct reached *r, uint16_t niche) {
    uint16_t at = r->slot[niche];
    if (at < r->count && r->item[at].niche == niche)
        return &r->item[at];
    if (r->count == REACH_MAX)
        return NULL;
    r->slot[niche] = (uint16_t)r->count;
    r->item[r->count] = (struct reach){.niche = niche};
    return &r->item[r->count++];
}

static void reach_list(struct reached *r, struct tax_list list, double sibling_g) {
    for (size_t i = 0; i < list.count; i++) {
        struct reach *at = reach_at(r, list.at[i]);
        if (at)
            at->sibling_g = fmax(at->sibling_g, sibling_g);
    }
}

/* All niches that anything speaks for, then what those with enough evidence reach, strongest first. */
static void reach_all(const struct score_context *ctx, const struct topics *t, struct reached *r) {
    r->count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->item[i].k > 0.0)
            (void)reach_at(r, t->item[i].niche);
    for (size_t i = 0; i < t->count; i++) {
        const struct topic *item = &t->item[i];
        if (!item->evidence || taxonomy_is_generic(ctx->tax, item->niche))
            continue;
        reach_list(r, taxonomy_children(ctx->tax, item->niche), 0.0);
        reach_list(r, ctx->related_to[item->niche], 0.0);
        reach_list(r, taxonomy_siblings(ctx->tax, item->niche), item->focus);
    }
}

static struct relevance_niche counts_of(const struct score_context *ctx, const struct topics *t,
                                        uint16_t niche) {
    const struct topic *item = topic_of(t, niche);
    return (struct relevance_niche){item ? item->k : 0.0, t->n, ctx->base_rate[niche]};
}

/* g of a niche by what is known of the account, and whether it has evidence. */
static struct relevance_parent parent_of(const struct score_context *ctx, const struct topics *t,
                                         uint16_t niche) {
    const struct topic *item = topic_of(t, niche);
    double g = item ? item->focus : relevance_share(counts_of(ctx, t, niche)).focus;
    return (struct relevance_parent){.g = g, .evidence = item && item->evidence};
}

/* Relevance of a niche with all transfers. */
static void relevance_of(const struct score_context *ctx, const struct topics *t, const struct reach *at,
                         struct relevance *ret) {
    struct relevance_parent parents[PARENTS_MAX];
    struct relevance_related related[RELEVANCE_RELATED_MAX];
    struct relevance_input in = {
        .own = counts_of(ctx, t, at->niche),
        .intersection = taxonomy_is_intersection(ctx->tax, at->niche),
        .parents = parents,
        .related = related,
        .sibling_g = at->sibling_g,
    };
    struct tax_list above = taxonomy_parents(ctx->tax, at->niche);
    for (size_t i = 0; i < above.count && in.n_parents < PARENTS_MAX; i++)
        if (!taxonomy_is_generic(ctx->tax, above.at[i]))
            parents[in.n_parents++] = parent_of(ctx, t, above.at[i]);
    struct score_related_list near = ctx->related[at->niche];
    for (size_t i = 0; i < near.count; i++) {
        struct relevance_parent g = parent_of(ctx, t, near.at[i].niche);
        related[in.n_related++] = (struct relevance_related){(double)near.at[i].npmi, g.g, g.evidence};
    }
    relevance_score(&in, ret);
}

static void affordability_of(const struct account_work *w, double followers, double cpe_usual,
                             struct estimate *ret) {
    struct affordability a;
    affordability_score(w->known_price, followers, &w->priced, cpe_usual, &a);
    *ret = a.estimate;
}

/* A candidate row from its relevance and the components of the account. */
static void fill(const struct score_context *ctx, const struct account_evidence *ev, struct account_work *w,
                 uint16_t niche, const struct relevance *rel) {
    struct score_match *row = &w->candidate[w->n_candidates++];
    double cpe = ctx->cpe_usual[ev->platform][niche];
    if (w->n_candidates == 1 || cpe != row[-1].cpe_usual_usd)
        affordability_of(w, w->followers, cpe, &w->x[MATCH_AFFORDABILITY]);
    w->x[MATCH_RELEVANCE] = rel->estimate;
    struct match_result m;
    match_score(w->x, w->weights, &m);
    *row = (struct score_match){
        .niche = niche,
        .kind = rel->kind,
        .score = m.score,
        .conf = m.confidence,
        .sd = (float)m.sd_ln,
        .relevance = rel->estimate.value,
        .focus = rel->own.focus,
        .cpe_usual_usd = cpe,
        .rel_sd = rel->estimate.sd_ln,
        .rel_prior_sd = rel->estimate.prior_sd_ln,
    };
    for (size_t i = 0; i < MATCH_STORED; i++)
        row->ln[i] = m.ln[i];
}

/* Whether a niche without own evidence can reach the threshold at all; an upper bound, for speed. */
static bool may_matter(const struct score_context *ctx, const struct topics *t, const struct reach *at) {
    if (topic_of(t, at->niche) || taxonomy_is_intersection(ctx->tax, at->niche) ||
        ctx->related[at->niche].count > 0)
        return true;
    double g = relevance_share(counts_of(ctx, t, at->niche)).focus;
    double best = 0.0;
    struct tax_list above = taxonomy_parents(ctx->tax, at->niche);
    for (size_t i = 0; i < above.count; i++)
        best = fmax(best, parent_of(ctx, t, above.at[i]).g);
    double most = RELEVANCE_DEFAULTS.parent * best + RELEVANCE_DEFAULTS.sibling * at->sibling_g;
    return g + (1.0 - g) * most >= SCORE_RELATED_RELEVANCE;
}

static int by_relevance(const void *a, const void *b) {
    const struct score_match *x = a;
    const struct score_match *y = b;
    bool xr = x->kind == RELEVANCE_RELATED;
    bool yr = y->kind == RELEVANCE_RELATED;
    if (xr != yr)
        return xr ? 1 : -1;
    if (!xr && x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->relevance != y->relevance)
        return x->relevance > y->relevance ? -1 : 1;
    return (int)x->niche - (int)y->niche;
}

void reach_rank(const struct score_context *ctx, const struct account_evidence *ev, struct account_work *w,
                struct account_result *r) {
    r->match_count = 0;
    w->n_candidates = 0;
    if (!(w->followers > 0.0) || ev->opted_out)
        return;
    reach_all(ctx, &w->topics, &w->reached);
    for (size_t i = 0; i < w->reached.count; i++) {
        const struct reach *at = &w->reached.item[i];
        struct relevance rel;
        if (!may_matter(ctx, &w->topics, at))
            continue;
        relevance_of(ctx, &w->topics, at, &rel);
        bool listed = rel.kind == RELEVANCE_DIRECT || rel.kind == RELEVANCE_ALL_PARENTS;
        if (listed || (rel.kind == RELEVANCE_RELATED && rel.estimate.value >= SCORE_RELATED_RELEVANCE))
            fill(ctx, ev, w, at->niche, &rel);
    }
    qsort(w->candidate, w->n_candidates, sizeof *w->candidate, by_relevance);
    size_t related = 0;
    for (size_t i = 0; i < w->n_candidates && r->match_count < SCORE_MATCH_MAX; i++) {
        related += w->candidate[i].kind == RELEVANCE_RELATED;
        if (related <= SCORE_RELATED_MAX)
            r->match[r->match_count++] = w->candidate[i];
    }
}
