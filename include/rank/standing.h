/* Where a creator stands among peers, what would raise the score, what to ask for, and whether small accounts
 * of a niche really engage more (ranking specification, d and 1). */
#ifndef NICHED_RANK_STANDING_H
#define NICHED_RANK_STANDING_H

#include "base/macros.h"
#include "rank/affordability.h"
#include "rank/match_score.h"
#include "rank/relevance.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* band: the neighbourhood in ln followers, to each side. peers_min: fewer give no percentile. peers_side: the
 * nearest in size that count at most, to each side. effort_*: how much work a component takes, 1 little to 3
 * much; gaps are ordered by gain over effort. compare_min: accounts of each size that a comparison of sizes
 * needs. demand_min: paid posts of a niche that crowding needs. */
struct standing_params {
    double band;
    double peers_min;
    double peers_side;
    double effort_relevance;
    double effort_engagement;
    double effort_authenticity;
    double effort_loyalty;
    double effort_freshness;
    double compare_min;
    double demand_min;
};

/* The version 2026.1 defaults: .35, 50, 500, efforts 2 3 1 2 1, 20, 10. */
extern const struct standing_params STANDING_DEFAULTS;

/* Least and most followers of the neighbourhood of `followers` > 0: ln F -+ band, whole numbers inside. */
void standing_band(int64_t followers, int64_t *ret_low, int64_t *ret_high);
/* Share 0..1 of `peers` that lie below, those that are equal counted half. NaN below peers_min. */
double standing_percentile(int64_t below, int64_t equal, int64_t peers);
/* What the score (0..1) would gain, in points of 100, were component x (0..1) at target: 100 S ((target /
 * x)^w - 1), both at least RANK_FLOOR; 0 where the target is not above x (d). */
double standing_gain(double score, double weight, double x, double target);
/* What more posts are worth: Phi(theta / tau) - Phi((theta - z sigma) / tau), >= 0 (d). tau > 0. */
double standing_information(double theta, double sigma, double tau, double z);
/* How much work it takes to raise a component: 1 to 3; 0 for affordability and audience fit, which are never
 * named: the one would say "charge less", the other depends on who asks. */
double standing_effort(enum match_component component);

/* A component that peers are better in. */
struct standing_gap {
    enum match_component component;
    double value;
    double target; /* peers' third quartile */
    double gain;   /* points of 100 */
    double effort;
};

/* The components of positive gain, by gain over effort, ties in the order of the enum; those without effort
 * class and those whose target is NaN left out. Returns how many. */
size_t standing_gaps(double score, const double values[MATCH_STORED], const double targets[MATCH_STORED],
                     const double weights[MATCH_STORED], struct standing_gap ret_gaps[MATCH_STORED]);

/* Where a quote lies in a price band: "below_band", "below_middle", "above_middle" or "above_band"; exactly
 * the middle is above_middle, the ends belong to the band. */
const char *standing_quote(const struct price *band, double quote_usd);

/* Relevance of somebody of whom nothing is known but that the profile names the niche: bio_posts of evidence
 * for it and for its parents, as the scorer would count a profile alone. base_rates: the niche's first, then
 * its parents'; intersection as in relevance_input. */
struct estimate standing_declared(bool intersection, const double *base_rates, size_t n);

/* ln engagement rates of accounts of up to 100,000 followers and of larger ones, of one platform and basis:
 * counts, means, sample variances (NaN where there are fewer than two). */
struct standing_stratum {
    int64_t small_n;
    double small_mean;
    double small_var;
    int64_t large_n;
    double large_mean;
    double large_var;
};

/* How engagement of small and large accounts compares. ratio: small over large; low, high: its 95 % interval;
 * NaN, and decided false, where too few accounts are known. holds: the whole interval is above 1. small_n,
 * large_n: accounts in the strata that were compared, or in all where none could be. */
struct standing_sizes {
    double ratio;
    double low;
    double high;
    int64_t small_n;
    int64_t large_n;
    bool decided;
    bool holds;
};

/* Ratio of typical (geometric mean) rates: in each stratum the difference of mean ln rates with the variance
 * v1/n1 + v2/n2; strata with at least two accounts of each size are pooled by inverse variance, so that rates
 * of different platforms and bases are never mixed; interval exp(d -+ 1.96 sd), log-normal. Decided from
 * compare_min accounts of each size on. */
void standing_compare(const struct standing_stratum *strata, size_t n, struct standing_sizes *ret_sizes);
/* Creators for each paid post in a niche, against all niches: 1 is usual, 2 twice as crowded. NaN with fewer
 * than demand_min paid posts in the niche, or none elsewhere to compare with. */
double standing_crowding(int64_t creators, int64_t paid_posts, int64_t all_creators, int64_t all_paid_posts);

#endif
