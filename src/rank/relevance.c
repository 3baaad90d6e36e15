/* Why: relevance is the gate of the match score, so it must be evidence that opens it. Direct posts dominate,
 * neighbouring niches add at most .60 of what is missing, the prior alone never makes a member. Invariant:
 * value grows with k and with every source of transfer. */
#include "rank/relevance.h"

#include "base/macros.h"

#include <math.h>

const struct relevance_params RELEVANCE_DEFAULTS = {
    .half_life_days = 60.0,
    .evidence_min = 0.6,
    .bio_posts = 2.0,
    .prior_posts = 5.0,
    .focus_top = 1.25,
    .focus_half = 0.25,
    .conjunction = 0.60,
    .parent = 0.15,
    .related = 0.20,
    .sibling = 0.05,
    .indirect_cap = 0.60,
    .npmi_min = 0.3,
    .indirect_sd = 0.35,
    .base_rate_min = 0.001,
};

static const char *const KIND_NAMES[] = {
    [RELEVANCE_NONE] = "none",
    [RELEVANCE_RELATED] = "related",
    [RELEVANCE_ALL_PARENTS] = "all_parents",
    [RELEVANCE_DIRECT] = "direct",
};

double relevance_weight(double age_days) {
    return exp2(-age_days / RELEVANCE_DEFAULTS.half_life_days);
}

struct relevance_niche relevance_count(const struct relevance_post *posts, size_t n, bool in_bio,
                                       double base_rate) {
    double bio = in_bio ? RELEVANCE_DEFAULTS.bio_posts : 0.0;
    struct relevance_niche niche = {.k = bio, .n = bio, .base_rate = base_rate};
    for (size_t i = 0; i < n; i++) {
        double w = relevance_weight(posts[i].age_days);
        niche.k += w * posts[i].p;
        niche.n += w;
    }
    return niche;
}

struct relevance_share relevance_share(struct relevance_niche niche) {
    double total = niche.n + RELEVANCE_DEFAULTS.prior_posts;
    double share = (niche.k + RELEVANCE_DEFAULTS.prior_posts * niche.base_rate) / total;
    double sd = sqrt(fmax(0.0, share * (1.0 - share)) / (total + 1.0));
    double below = share + RELEVANCE_DEFAULTS.focus_half;
    return (struct relevance_share){
        .share = share,
        .share_sd = sd,
        .focus = RELEVANCE_DEFAULTS.focus_top * share / below,
        .focus_sd = sd * RELEVANCE_DEFAULTS.focus_top * RELEVANCE_DEFAULTS.focus_half / (below * below),
        .evidence = niche.k >= RELEVANCE_DEFAULTS.evidence_min,
    };
}

/* Transfer from the parents; tells whether any and whether all of them have evidence. */
static void parents_transfer(const struct relevance_input *in, struct relevance *r, bool *ret_any,
                             bool *ret_all) {
    double sum_ln = 0.0;
    double best = 0.0;
    bool any = false;
    bool all = in->n_parents >= 2;
    for (size_t i = 0; i < in->n_parents; i++) {
        const struct relevance_parent *p = &in->parents[i];
        sum_ln += log(p->g);
        best = fmax(best, p->g);
        any = any || p->evidence;
        all = all && p->evidence;
    }
    if (in->intersection && in->n_parents >= 2) {
        r->via_conjunction = RELEVANCE_DEFAULTS.conjunction * exp(sum_ln / (double)in->n_parents);
    }
    r->via_parent = RELEVANCE_DEFAULTS.parent * best;
    *ret_any = any;
    *ret_all = all;
}

static bool related_transfer(const struct relevance_input *in, struct relevance *r) {
    double missed = 1.0;
    bool any = false;
    size_t n = rank_at_most(in->n_related, RELEVANCE_RELATED_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct relevance_related *p = &in->related[i];
        if (p->evidence && p->npmi >= RELEVANCE_DEFAULTS.npmi_min) {
            missed *= 1.0 - RELEVANCE_DEFAULTS.related * p->npmi * p->g;
            any = true;
        }
    }
    r->via_related = 1.0 - missed;
    return any;
}

/* A base rate next to 0 would make the prior look certain, so that evidence lowered the confidence. */
static double prior_sd_ln(double base_rate) {
    double rate = fmax(base_rate, RELEVANCE_DEFAULTS.base_rate_min);
    struct relevance_share prior = relevance_share((struct relevance_niche){0.0, 0.0, rate});
    return rank_sd_ln(prior.focus_sd, prior.focus);
}

void relevance_score(const struct relevance_input *in, struct relevance *ret_relevance) {
    struct relevance r = {.own = relevance_share(in->own)};
    bool any_parent = false;
    bool all_parents = false;
    parents_transfer(in, &r, &any_parent, &all_parents);
    bool any_related = related_transfer(in, &r);
    r.via_sibling = RELEVANCE_DEFAULTS.sibling * in->sibling_g;

    double indirect = 1.0 - (1.0 - r.via_conjunction) * (1.0 - r.via_parent) * (1.0 - r.via_related) *
                                (1.0 - r.via_sibling);
    r.capped = indirect > RELEVANCE_DEFAULTS.indirect_cap;
    r.indirect = fmin(indirect, RELEVANCE_DEFAULTS.indirect_cap);
    double g = r.own.focus;
    double value = g + (1.0 - g) * r.indirect;

    if (r.own.evidence) {
        r.kind = RELEVANCE_DIRECT;
    } else if (in->intersection && all_parents) {
        r.kind = RELEVANCE_ALL_PARENTS;
    } else if (any_parent || any_related || in->sibling_g > 0.0 || in->own.k > 0.0) {
        r.kind = RELEVANCE_RELATED;
    }
    double direct_sd = (1.0 - r.indirect) * r.own.focus_sd;
    double indirect_sd = (1.0 - g) * r.indirect * RELEVANCE_DEFAULTS.indirect_sd;
    r.estimate = (struct estimate){
        .value = value,
        .sd_ln = rank_sd_ln(hypot(direct_sd, indirect_sd), value),
        .prior_sd_ln = prior_sd_ln(in->own.base_rate),
        .measured = r.kind != RELEVANCE_NONE,
    };
    *ret_relevance = r;
}

double relevance_npmi(double p_a, double p_b, double p_both) {
    if (p_both >= 1.0) {
        return 1.0;
    }
    if (!(p_both > 0.0 && p_a > 0.0 && p_b > 0.0)) {
        return 0.0;
    }
    return rank_clamp(log(p_both / (p_a * p_b)) / -log(p_both), -1.0, 1.0);
}

double relevance_joint_base_rate(const double *base_rates, size_t n) {
    double product = n > 0 ? 1.0 : 0.0;
    for (size_t i = 0; i < n; i++) {
        product *= base_rates[i];
    }
    return fmax(product, RELEVANCE_DEFAULTS.base_rate_min);
}

const char *relevance_kind_name(enum relevance_kind kind) {
    return KIND_NAMES[kind];
}
