/* Fitting what is usual from accounts: the engagement curve of a platform and basis (median regression,
 * pooled spread, method of moments), and the base rate of a niche (ranking specification, b2 and g). Nothing
 * here depends on the model in force, so that the same data give the same numbers. The 12-knot monotone
 * spline that the specification allows from 3,000 accounts on is not made: the curve is a line in ln
 * followers. */
#ifndef NICHED_RANK_FIT_H
#define NICHED_RANK_FIT_H

#include "base/arena.h"
#include "base/macros.h"
#include "rank/benchmark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FIT_ACCOUNTS_MIN = 300, /* below: the curve stays as it is (b2) */
    FIT_POSTS_MIN = 3,      /* posts that count, below which an account tells nothing about its spread [A] */
};

/* Accounts that a curve is fitted on: the sizes the service ranks by default, as those of the seeds. */
#define FIT_FOLLOWERS_MIN 1000
#define FIT_FOLLOWERS_MAX 100000
/* Interquartile range of ln followers from which a slope can be seen [A]. */
#define FIT_SIZE_RANGE_MIN 0.25
/* Least values of the spreads [A]. */
#define FIT_TAU_MIN 0.10
#define FIT_S_MIN   0.05
/* Weight of the seed in a niche's base rate, in decayed posts [A], and the bounds of a base rate. */
#define FIT_BASE_POSTS    5000.0
#define FIT_BASE_RATE_MIN 1e-5
#define FIT_BASE_RATE_MAX 0.5

/* A post that counts (no flag, engagements >= 0, denominator > 0), as engagement_post. */
struct fit_post {
    float engagements;
    float denominator;
    float age_days;
};

/* An account: followers now (> 0), and its posts, newest first, from `first` in the posts of the input. */
struct fit_account {
    double followers;
    uint32_t first;
    uint16_t n_posts; /* at most ENGAGEMENT_POSTS_MAX count */
};

/* All accounts of one platform and basis. */
struct fit_input {
    const struct fit_account *accounts;
    size_t n_accounts;
    const struct fit_post *posts;
};

enum fit_outcome { FIT_OK, FIT_TOO_FEW, FIT_ONE_SIZE };

/* What came of it. n_accounts is always set, the rest for FIT_OK alone. */
struct fit_curve {
    enum fit_outcome outcome;
    size_t n_accounts; /* that had enough posts */
    double alpha;
    double beta;
    double tau;
    double s;
    bool floored; /* tau or s is its least value */
};

/* A point of a regression, and a line y = alpha + beta x. */
struct fit_point {
    double x;
    double y;
};
struct fit_line {
    double alpha;
    double beta;
};

/* The line of least absolute deviations through n points, exactly: some optimal line goes through two points;
 * through a given one the best slope is the weighted median of the slopes to the others (weights |dx|,
 * Laplace 1799), and the line is turned about the points it goes through until none of them gives less
 * (Wesolowsky, Commun. Stat. B10, 1981; the objective is convex, so that this is the optimum). O(n) a turn,
 * about ten turns. Of several optimal lines it gives one, which depends on the points alone and, between
 * equal ones, on their order. False, and *ret_line untouched, where all x are the same. Scratch: 24 n bytes.
 * No NaN. */
NODISCARD bool fit_lad(const struct fit_point *points, size_t n, struct arena *scratch,
                       struct fit_line *ret_line);
/* The curve of one platform and basis (b2). Per account the Huber location of ln rates, as engagement_score()
 * finds it with the fitted s, from FIT_POSTS_MIN posts on; on the totals basis the one observation.
 * alpha, beta: fit_lad() of the location on ln(F/10^4).
 * s: pooled MAD within accounts, by differences of disjoint pairs of one account's posts, median |d| /
 * (.6745 sqrt 2): an account's own centre does not enter, so that few posts bring no bias.
 * tau^2: (1.4826 median |residual|)^2 - mean(s_i^2/n_eff), DerSimonian and Laird's method of moments
 * (Control. Clin. Trials 7, 1986) with a robust variance. Totals cannot tell spread of creators from chance:
 * the seed's division of the two is kept, and both are scaled to the spread that is seen. Too few accounts:
 * FIT_TOO_FEW. All of one size: FIT_ONE_SIZE. */
void fit_curve(const struct fit_input *in, const struct benchmark *seed, struct arena *scratch,
               struct fit_curve *ret_curve);
/* Share of posts about a niche: (k + 5000 seed)/(n + 5000), k of n decayed posts, within 1e-5..0.5. */
double fit_base_rate(double k, double n, double seed);

#endif
