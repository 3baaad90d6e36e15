/* Why: see the header. Invariant: the result depends on stored values alone, none of which is read with less
 * than its own precision. */
#include "rank/compound.h"

#include <math.h>
#include <string.h>

static double ratio(double sd, double prior_sd) {
    return fmin(1, sd * sd / (prior_sd * prior_sd));
}

/* Relevance of the compound; `profile`: the product of the parts'. */
static void relevance_of(const struct compound_in *in, double profile, struct relevance *ret) {
    struct relevance_parent parents[COMPOUND_PARTS_MAX];
    double rates[COMPOUND_PARTS_MAX];
    for (size_t i = 0; i < in->n_parts; i++) {
        const struct compound_part *p = &in->parts[i];
        double g = p->focus;
        if (isnan(g))
            g = relevance_share((struct relevance_niche){0.0, in->n, p->base_rate}).focus;
        parents[i] = (struct relevance_parent){g, p->listed};
        rates[i] = p->base_rate;
    }
    struct relevance_input input = {
        .own = {in->k_posts + profile * in->bio_weight, in->n, relevance_joint_base_rate(rates, in->n_parts)},
        .intersection = true,
        .parents = parents,
        .n_parents = in->n_parts,
    };
    relevance_score(&input, ret);
}

void compound_score(const struct compound_in *in, struct compound *ret_compound) {
    double profile = 1;
    bool all = true;
    for (size_t i = 0; i < in->n_parts; i++) {
        profile *= in->parts[i].profile;
        all = all && in->parts[i].listed;
    }
    struct relevance rel;
    relevance_of(in, profile, &rel);
    double w = match_default_weights()[MATCH_RELEVANCE];
    double rest = fmax(0, in->sd * in->sd - w * w * in->rel_sd * in->rel_sd);
    double known = (double)in->conf / MATCH_SCALE + w * ratio(in->rel_sd, in->rel_prior_sd);
    struct compound c = {
        .conf = match_quantise(known - w * ratio(rel.estimate.sd_ln, rel.estimate.prior_sd_ln)),
        .sd = (float)sqrt(rest + w * w * rel.estimate.sd_ln * rel.estimate.sd_ln),
        .k = in->k_posts + profile * in->bio_weight,
        .profile = profile,
        .focus = rel.own.focus,
        .rel_sd = rel.estimate.sd_ln,
        .rel_prior_sd = rel.estimate.prior_sd_ln,
        .kind = all ? rel.kind : RELEVANCE_RELATED,
    };
    memcpy(c.ln, in->ln, sizeof c.ln);
    c.ln[MATCH_RELEVANCE] = rank_ln(rel.estimate.value);
    double ln[MATCH_COMPONENTS] = {0};
    memcpy(ln, c.ln, sizeof c.ln);
    c.score = match_quantise(match_value(ln, match_default_weights()));
    *ret_compound = c;
}
