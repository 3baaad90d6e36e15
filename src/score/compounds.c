/* Why: the rows of compounds that are kept, from what the store keeps of the account and nothing else, so
 * that they are what an answer on the fly computes (rank/compound.h). */
#include "work.h"

#include "rank/compound.h"

#include <math.h>
#include <string.h>

static const struct score_match *row_of(const struct account_result *r, uint16_t niche) {
    for (size_t i = 0; i < r->match_count; i++)
        if (r->match[i].niche == niche)
            return r->match[i].kind == RELEVANCE_RELATED ? NULL : &r->match[i];
    return NULL;
}

static const struct score_direct *direct_of(const struct account_result *r, uint16_t niche) {
    for (size_t i = 0; i < r->direct_count; i++)
        if (r->direct[i].niche == niche)
            return &r->direct[i];
    return NULL;
}

static bool lists_all(const struct account_result *r, const struct score_compound *c) {
    for (size_t i = 0; i < c->n_parts; i++)
        if (!row_of(r, c->part[i]))
            return false;
    return true;
}

/* Decayed weight of the posts of a mask, in the order and precision of the store's own sum. */
static double weigh(const struct account_quality *q, uint64_t mask) {
    double sum = 0;
    for (size_t i = 0; i < q->posts; i++)
        if (mask >> i & 1)
            sum += (double)q->post_weights[i];
    return sum;
}

static void rank_one(const struct score_context *ctx, const struct score_compound *c,
                     struct account_result *r) {
    const struct score_match *first = row_of(r, c->part[0]);
    struct compound_part parts[COMPOUND_PARTS_MAX];
    uint64_t mask = UINT64_MAX;
    for (size_t i = 0; i < c->n_parts; i++) {
        const struct score_direct *d = direct_of(r, c->part[i]);
        parts[i] = (struct compound_part){.listed = true,
                                          .focus = d ? d->focus : NAN,
                                          .profile = d ? d->profile : 0,
                                          .base_rate = taxonomy_base_rate(ctx->tax, c->part[i])};
        mask &= d ? d->post_mask : 0;
    }
    struct compound_in in = {.parts = parts,
                             .n_parts = c->n_parts,
                             .n = r->direct_count ? r->direct[0].n : 0,
                             .k_posts = weigh(&r->quality, mask),
                             .bio_weight = r->quality.bio_weight,
                             .conf = first->conf,
                             .sd = (double)first->sd,
                             .rel_sd = first->rel_sd,
                             .rel_prior_sd = first->rel_prior_sd};
    memcpy(in.ln, first->ln, sizeof in.ln);
    struct compound scored;
    compound_score(&in, &scored);
    struct score_match *row = &r->compound[r->compound_count++];
    *row = *first;
    row->compound_id = c->id;
    row->kind = scored.kind;
    row->score = scored.score;
    row->conf = scored.conf;
    row->sd = scored.sd;
    row->relevance = exp(scored.ln[MATCH_RELEVANCE]);
    row->focus = scored.focus;
    row->rel_sd = scored.rel_sd;
    row->rel_prior_sd = scored.rel_prior_sd;
    memcpy(row->ln, scored.ln, sizeof row->ln);
}

void compounds_rank(const struct score_context *ctx, const struct account_evidence *ev,
                    struct account_result *r) {
    r->compound_count = 0;
    for (size_t i = 0; ctx->compounds && i < ctx->compounds->count; i++) {
        const struct score_compound *c = &ctx->compounds->item[i];
        if (c->world == ev->world && lists_all(r, c))
            rank_one(ctx, c, r);
    }
}
