/* Is the creator active, judged by the creator's own rhythm (ranking specification, b6). */
#ifndef NICHED_RANK_FRESHNESS_H
#define NICHED_RANK_FRESHNESS_H

#include "rank/numeric.h"

/* half_life_days of recency beyond the usual gap; step_days: recency falls in whole steps of it; full_ppw:
 * posts a week that score 1; many_ppw: from where more posts cost many_slope each, down to many_floor;
 * prior_posts and prior_days of the Gamma-Poisson rate; missing and sd_missing: value and sd without any
 * date. */
struct freshness_params {
    double half_life_days;
    double step_days;
    double full_ppw;
    double many_ppw;
    double many_slope;
    double many_floor;
    double prior_posts;
    double prior_days;
    double missing;
    double sd_missing;
};

/* The version 2026.1 defaults: 21, 7, 2, 10, .05, .5, 2, 14, .5, .3. */
extern const struct freshness_params FRESHNESS_DEFAULTS;

/* days_since_post >= 0; gap_days: expected interval, > 0;
 * posts_per_week >= 0. NaN days: no date known, value .5. NaN gap: the prior's 7 days. NaN posts a week: 7 /
 * gap. */
struct freshness_input {
    double days_since_post;
    double gap_days;
    double posts_per_week;
};

/* The result with its parts. next_change_days: days_since_post from which the value will be another, NaN
 * without a date: what an idle account's due time is set by. */
struct freshness {
    struct estimate estimate;
    double recency;
    double activity;
    double days_over; /* beyond the gap, whole steps */
    double next_change_days;
};

/* Posts a day by Gamma-Poisson, (2 + posts)/(14 + days) (b6). The expected gap is 1 / rate, posts a week 7
 * rate. posts >= 0 observed over days >= 0. */
double freshness_daily_rate(double posts, double days);
/* recency x sqrt(activity): recency 2^(-max(0, d - gap)/21) with d - gap rounded down to whole weeks;
 * activity min(1, ppw/2), above 10 posts a week falling to .5 (b6). sd of ln x is 0, or .3/x without a date
 * (b7). */
void freshness_score(const struct freshness_input *in, struct freshness *ret_freshness);

#endif
