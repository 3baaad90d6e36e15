/* Do brands come back, does the creator keep a rhythm, does the audience return (ranking specification, b5).
 */
#ifndef NICHED_RANK_LOYALTY_H
#define NICHED_RANK_LOYALTY_H

#include "rank/benchmark.h"
#include "rank/numeric.h"

#include <stdbool.h>
#include <stddef.h>

#define LOYALTY_POSTS_MAX 64

/* prior_rate and prior_brands: the beta prior of the repeat rate; full_rate: the rate that scores 1; missing:
 * the value of a part without evidence, sd_missing its sd; weight_*: of the three parts; churn: what two
 * rival brands of one category within 90 days cost. */
struct loyalty_params {
    double prior_rate;
    double prior_brands;
    double full_rate;
    double missing;
    double sd_missing;
    double weight_repeat;
    double weight_consistency;
    double weight_returning;
    double churn;
};

/* The version 2026.1 defaults: .30, 4, .60, .5, .3, .50, .25, .25, .15. */
extern const struct loyalty_params LOYALTY_DEFAULTS;

/* brands: distinct brands in 24 months; returned: those that came back, <= brands. consistency: percentile
 * 0..1 of posting regularity, NaN missing. returning: share 0..1 of the last 5 posts' commenters seen in the
 * previous 20, NaN missing. churn: two rival brands of one category within 90 days. */
struct loyalty_input {
    unsigned brands;
    unsigned returned;
    double consistency;
    double returning;
    bool churn;
};

/* The result with its parts; a missing part shows .5 and is false in its flag. */
struct loyalty {
    struct estimate estimate;
    double repeat_rate; /* shrunk, 0..1 */
    double repeat;      /* sub-score 0..1 */
    double consistency;
    double returning;
    double churn_penalty; /* 0 or .15 */
    bool consistency_measured;
    bool returning_measured;
};

/* .50 repeat + .25 consistency + .25 returning - churn, at least 0, with the beta-binomial repeat rate
 * (R + 4 x .30)/(b + 4) over .60 (b5), and its sd of ln x (b7). Nothing known: .5. */
void loyalty_score(const struct loyalty_input *in, struct loyalty *ret_loyalty);
/* exp(-CV) of the intervals between posts, 0..1, from ages in days in any order (at most LOYALTY_POSTS_MAX);
 * CV with the sample sd. NaN with fewer than 5 posts or all at one time. */
double loyalty_regularity(const double *ages_days, size_t n);
/* Percentile 0..1 of a regularity among creators of the platform, from a table of deciles (b5; TikTok 964,
 * Instagram 574 public accounts measured, YouTube takes TikTok's). NaN stays NaN. */
double loyalty_consistency(enum rank_platform platform, double regularity);

#endif
