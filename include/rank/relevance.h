/* How much an account is about a niche: shrunk share of its posts, plus limited transfer from neighbouring
 * niches (ranking specification, b1). Nothing here needs the niche to have a row: an intersection asked for
 * on the fly is scored from the same counts. */
#ifndef NICHED_RANK_RELEVANCE_H
#define NICHED_RANK_RELEVANCE_H

#include "rank/numeric.h"

#include <stdbool.h>
#include <stddef.h>

#define RELEVANCE_RELATED_MAX 10 /* related niches that count */

/* The constants of relevance (b1, b7); each is explained in rank/model.h's table. */
struct relevance_params {
    double half_life_days;
    double evidence_min;
    double bio_posts;
    double prior_posts;
    double focus_top;
    double focus_half;
    double conjunction;
    double parent;
    double related;
    double sibling;
    double indirect_cap;
    double npmi_min;
    double indirect_sd;
    double base_rate_min;
};

/* The version 2026.1 defaults. */
extern const struct relevance_params RELEVANCE_DEFAULTS;

/* How a row matches; ordered from nothing to best. NONE: no evidence at all, no row is to be written. */
enum relevance_kind { RELEVANCE_NONE, RELEVANCE_RELATED, RELEVANCE_ALL_PARENTS, RELEVANCE_DIRECT };

/* A post as a niche sees it: p in 0..1 (tag match 1, classifier its probability; a descendant of the niche
 * counts fully; for an intersection the product of its parents' p). */
struct relevance_post {
    double age_days;
    double p;
};

/* k: decayed weight of the posts in the niche; n: decayed weight of all posts; base_rate: share of the niche
 * among all posts, 0..1. 0 <= k <= n. */
struct relevance_niche {
    double k;
    double n;
    double base_rate;
};

/* The account's own share of a niche. `evidence`: k reaches evidence_min, so that one emoji in a bio makes
 * no member. */
struct relevance_share {
    double share;    /* shrunk, 0..1 */
    double share_sd; /* of the beta posterior */
    double focus;    /* g, 0..1 */
    double focus_sd;
    bool evidence;
};

/* A parent niche. Its g counts without evidence too: it is next to nothing then. */
struct relevance_parent {
    double g;
    bool evidence;
};

/* A niche that often occurs with the asked one; the caller leaves out generic niches and support below 3.
 * Without evidence it does not count, nor with npmi < .3. */
struct relevance_related {
    double npmi;
    double g;
    bool evidence;
};

/* What relevance is computed from. `intersection` says that a post in the niche is one in all of its parents.
 * `related` best npmi first, those beyond RELEVANCE_RELATED_MAX are ignored. `sibling_g`: the best g among
 * siblings with evidence, 0 if there is none. Arrays may be NULL where their count is 0. */
struct relevance_input {
    struct relevance_niche own;
    bool intersection;
    const struct relevance_parent *parents;
    size_t n_parents;
    const struct relevance_related *related;
    size_t n_related;
    double sibling_g;
};

/* The result with its parts: relevance = g + (1 - g) indirect. The via_ fields are the transfers T before the
 * noisy-or. */
struct relevance {
    struct estimate estimate;
    enum relevance_kind kind;
    struct relevance_share own;
    double indirect; /* after the cap */
    bool capped;
    double via_conjunction;
    double via_parent;
    double via_related; /* noisy-or over the related niches */
    double via_sibling;
};

/* Weight of a post by age from the account's newest post: 2^(-age / 60 d) (b1). age_days >= 0. */
double relevance_weight(double age_days);
/* Counts k and n of a niche over `n` posts, decayed, plus the bio's two posts in both if it mentions the
 * niche; the beta-binomial counts of (b1). Posts may be NULL if n is 0. */
struct relevance_niche relevance_count(const struct relevance_post *posts, size_t n, bool in_bio,
                                       double base_rate);
/* Beta-binomial shrunk share (k + 5 pi)/(n + 5) and focus g = 1.25 share/(share + .25), with their sds (b1,
 * b7). */
struct relevance_share relevance_share(struct relevance_niche niche);
/* Relevance by noisy-or of direct focus and transfer, transfer capped at .60 (b1); kind by evidence; sd of ln
 * x by the delta method: the direct part from the share's sd, the indirect part with relative sd .35 (b7).
 * Without any evidence (kind NONE) the value is the prior's and must not make the account a member. */
void relevance_score(const struct relevance_input *in, struct relevance *ret_relevance);
/* Normalised pointwise mutual information of two niches from the shares of creators in each and in both,
 * -1..1 (b1). 0 where p_both is 0, 1 where it is 1. */
double relevance_npmi(double p_a, double p_b, double p_both);
/* Base rate of an intersection that has none of its own: the product of its parents' (independence, an
 * assumption), at least .001. 0 parents: .001. */
double relevance_joint_base_rate(const double *base_rates, size_t n);
/* "direct", "all_parents", "related" or "none". */
const char *relevance_kind_name(enum relevance_kind kind);

#endif
