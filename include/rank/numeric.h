/* Small numeric helpers of the ranking floor, and the form in which every component hands over its result. */
#ifndef NICHED_RANK_NUMERIC_H
#define NICHED_RANK_NUMERIC_H

#include <stdbool.h>
#include <stddef.h>

/* A component below this value counts as this value in the match score (ranking specification, b7). */
#define RANK_FLOOR 0.02

/* What a component gives to the match score. `value` is in 0..1; `sd_ln` is the standard deviation of ln
 * value given the evidence, `prior_sd_ln` the same formula without evidence (ranking specification, b7).
 * `measured` is false where the value is nothing but the prior. */
struct estimate {
    double value;
    double sd_ln;
    double prior_sd_ln;
    bool measured;
};

/* x limited to low..high; NaN stays NaN. */
static inline double rank_clamp(double x, double low, double high) {
    double raised = x < low ? low : x;
    return raised > high ? high : raised;
}
/* n, but at most `most`: how many of a caller's items are looked at. */
static inline size_t rank_at_most(size_t n, size_t most) {
    return n < most ? n : most;
}
/* Distribution function of the standard normal, by erfc, accurate in both tails. */
double rank_normal_cdf(double x);
/* Density of the standard normal. */
double rank_normal_pdf(double x);
/* ln max(x, RANK_FLOOR), at most 0: the form in which components are stored and multiplied. NaN gives ln of
 * the floor. */
double rank_ln(double x);
/* sd of x divided by max(x, RANK_FLOOR): the delta method for ln x. */
double rank_sd_ln(double sd, double x);
/* k-th smallest (k from 0, k < n) of a[0..n-1], which is reordered. No NaN among them. Linear on average. */
double rank_select(double *a, size_t n, size_t k);
/* Median of a[0..n-1], which is reordered; the mean of the two in the middle for even n. NaN for n = 0. */
double rank_median(double *a, size_t n);
/* Where x lies among n >= 2 ascending, equally spaced quantiles (q[0] the minimum, q[n-1] the maximum), 0..1,
 * linear in between. NaN for NaN. */
double rank_quantile_position(double x, const double *q, size_t n);

#endif
