/* The match score: a weighted geometric mean of components, with interval, confidence, what each component
 * costs, and the bound that makes own weights exact over the default order (ranking specification, b7 and g).
 */
#ifndef NICHED_RANK_MATCH_SCORE_H
#define NICHED_RANK_MATCH_SCORE_H

#include "base/macros.h"
#include "rank/numeric.h"

#include <stdbool.h>
#include <stddef.h>

/* The first MATCH_STORED are stored with every row, audience fit depends on the request. */
enum match_component {
    MATCH_RELEVANCE,
    MATCH_ENGAGEMENT,
    MATCH_AUTHENTICITY,
    MATCH_AFFORDABILITY,
    MATCH_LOYALTY,
    MATCH_FRESHNESS,
    MATCH_AUDIENCE_FIT,
    MATCH_COMPONENTS
};
#define MATCH_STORED MATCH_AUDIENCE_FIT

/* Scores and confidences are integers 0..MATCH_SCALE, so that order and equality are exact. */
#define MATCH_SCALE           10000
#define MATCH_MULTIPLIER_MAX  5.0
#define MATCH_AUDIENCE_WEIGHT 0.15 /* of audience fit, when the request has a target */

/* A goal: multipliers on the default weights, and what a media plan maximises for it. Strings are static. */
struct match_goal {
    const char *name;
    double multipliers[MATCH_STORED];
    const char *plan_maximises;
};

/* The result for one account and niche. Arrays are by component; a component of weight 0 contributes 0. */
struct match_result {
    double value; /* S, 0..1 */
    int score;    /* S in 1/10,000 */
    int low;      /* 80 % interval in 1/10,000 */
    int high;
    int confidence;                            /* in 1/10,000 */
    double sd_ln;                              /* of ln S */
    double ln[MATCH_COMPONENTS];               /* ln max(x, .02), for storage as float8 */
    double log_contribution[MATCH_COMPONENTS]; /* w ln x, sums to ln S */
    int points_lost_tenths[MATCH_COMPONENTS];  /* sums to 1000 - match_score_tenths(score) */
};

/* Lower-case name of a component, as in JSON and in weights=. */
const char *match_component_name(enum match_component component);
/* Looks a component name up, exact spelling. False, and *ret_component untouched, if there is none. */
NODISCARD bool match_component_by_name(const char *name, enum match_component *ret_component);
/* The default weights of all components, summing to 1: .40 .20 .15 .10 .08 .07 (b7), 0 for audience fit.
 * Static data. */
const double *match_default_weights(void);
/* Goal presets; ret_n gets their number. Static data. */
const struct match_goal *match_goals(size_t *ret_n);
/* The goal of a name, exact spelling; NULL if there is none. */
const struct match_goal *match_goal_by_name(const char *name);

/* Weights from multipliers in 0..5 on the defaults (NULL: all 1), renormalised to sum 1; with an audience the
 * six are scaled by .85 and audience fit gets .15 (b7), else 0. False, and ret_weights untouched, if a
 * multiplier is out of bounds or NaN, or if all are 0. */
NODISCARD bool match_weights(const double multipliers[MATCH_STORED], bool with_audience,
                             double ret_weights[MATCH_COMPONENTS]);

/* S = exp(sum of w ln x) from stored ln components (each <= 0): weighted geometric mean, as the HDI's (b7). A
 * weight of 0 skips its component, which may then be anything. Same input, same bits. */
double match_value(const double ln[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS]);
/* x in 0..1 in units of 1/10,000, halves up; NaN gives 0. */
int match_quantise(double x);
/* A quantised score as it is printed: tenths of a point, 0..1000, halves up. */
int match_score_tenths(int score);

/* Score, 80 % interval S exp(-+1.2816 sd) by the delta method, confidence 1 - sum w min(1, var/prior var),
 * and contributions of components x under weights summing to 1 (b7). With weight 0 a component is not read.
 * The ratio is capped at 1, since evidence never leaves less known than no evidence. */
void match_score(const struct estimate x[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS],
                 struct match_result *ret_result);
/* Points lost by component in tenths: (100 - printed score) w ln x / ln S, rounded by the largest remainder
 * (ties to the earlier component), so that they sum exactly to 1000 - match_score_tenths(score) (points_lost
 * of the explanation). Parts near a half can differ by a tenth between full and printed components: pass ln
 * of what is printed where a reader is to recompute them. */
void match_points_lost(const double ln[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS], int score,
                       int ret_tenths[MATCH_COMPONENTS]);

/* What bounds the score under own weights by the stored one: what each stored component may cost by default,
 * -ln of its floor times its weight (room), and what of that counts under the own weights (ratio), the
 * smallest ratio first. */
struct match_limit {
    size_t n;
    double ratio[MATCH_STORED], room[MATCH_STORED];
};

/* The limit of own weights; with `lifted` engagement may be better than stored, so that it counts for
 * nothing. Components of default weight 0 do not count. floors: at most what any row in question has of the
 * components' ln x, each from ln RANK_FLOOR to 0; NULL: ln RANK_FLOOR. */
void match_limit_of(const double default_weights[MATCH_STORED], const double own_weights[MATCH_COMPONENTS],
                    bool lifted, const double floors[MATCH_STORED], struct match_limit *ret_limit);
/* Upper bound on S under own weights of any row whose default score is at most `score` (g). Such a row has
 * lost at least -ln((score + 1/2)/10,000) by default, and the least of it counts when it was lost where the
 * ratio is smallest, as far as the floor of that component lets it: a fractional knapsack, never above
 * S^(smallest ratio). At most 1, raised by 1e-12 of itself against rounding. Reading in default order may
 * stop when match_quantise(bound) is strictly below the k-th own score. */
double match_bound(int score, const struct match_limit *limit);

#endif
