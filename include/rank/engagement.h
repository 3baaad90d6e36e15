/* Engagement quality of one account on one basis: robust, size-adjusted, shrunk (ranking specification, b2).
 */
#ifndef NICHED_RANK_ENGAGEMENT_H
#define NICHED_RANK_ENGAGEMENT_H

#include "base/macros.h"
#include "rank/benchmark.h"
#include "rank/numeric.h"

#include <stdbool.h>
#include <stddef.h>

#define ENGAGEMENT_POSTS_MAX 64

/* Why a post does not count. Maturity is counted from now (rank_maturity_days), age from the newest post. */
enum engagement_flag { ENGAGEMENT_IMMATURE = 1, ENGAGEMENT_GIVEAWAY = 2 };

/* One post. `engagements` as the benchmark's numerator says, >= 0; `denominator` followers at posting time or
 * views by the basis, > 0; `age_days` from the account's newest post, so that silence changes nothing. A post
 * with a flag, a negative number, no denominator or a NaN is excluded and counted as such. */
struct engagement_post {
    double engagements;
    double denominator;
    double age_days;
    unsigned flags;
};

/* z: risk term (caution). nu0: weight of the prior variance in posts. clip: Huber bound of the location in s.
 * deff: design effect. weight_floor: least weight of a post, however old, so that the newest post of a slow
 * account does not decide alone. spread_clip: bound in s of the residuals that make the own spread, wider
 * than `clip` so that a boosted post makes an account uncertain; below spread_min_posts posts, where none can
 * be told from the others, `clip` is used. drift: sd in s by which an account's level moves between the posts
 * seen and the next ones; for predictions, not for shrinkage. */
struct engagement_params {
    double z;
    double half_life_days;
    double nu0;
    double clip;
    double deff;
    double weight_floor;
    double spread_clip;
    double spread_min_posts;
    double drift;
};

/* The version 2026.1 defaults: z .5, half-life 60 days, nu0 4, clip 1.5, deff 2, weight_floor .3, spread_clip
 * 2.5 from 3 posts on, drift .4. The worked examples of the specification have no older post than 70 days and
 * no residual beyond 1.5 s with 3 posts or more, so that the last four change none of their numbers. */
extern const struct engagement_params ENGAGEMENT_DEFAULTS;

/* The result with everything its explanation needs. Without a usable post: shrinkage 0, theta 0, sigma = tau,
 * and location, rate, ratio, raw_sd, uniformity are NaN (not measured). */
struct engagement {
    struct estimate estimate; /* value = Phi((theta - z sigma) / tau) */
    double percentile;        /* Phi(theta / tau): without the risk term */
    double optimistic;        /* Phi((theta + sigma) / tau): for exploration */
    enum rank_basis basis;
    size_t posts_used;
    size_t posts_excluded;
    double n;     /* effective posts by weight, (sum w)^2 / sum w^2 */
    double n_eff; /* n / deff */
    double mu;    /* benchmark ln rate at the account's size */
    double tau;
    double z;
    double location;          /* Huber location of the ln rates */
    double own_sd;            /* s_i, shrunk; the benchmark's s without posts */
    double raw_sd;            /* not shrunk, of the same residuals; NaN below n = 1.5 */
    double uniformity;        /* raw_sd / s, for authenticity signal 5 */
    double size_residual;     /* (location - mu) / sqrt(tau^2 + sigma^2), for authenticity signal 4 */
    double reach_residual;    /* the same per follower, for signals 4 and 13; on the basis views NaN, and
                                 the caller sets it from a second result */
    double sampling_variance; /* own_sd^2 / n_eff; without posts that of one post */
    double prior_sampling_variance; /* the same without posts: deff s^2 */
    double shrinkage;               /* B, the weight of the account's own posts, 0..1 */
    double theta;                   /* shrunk ln ratio to the benchmark */
    double sigma;                   /* posterior sd of theta */
    double rate;                    /* exp(location), a fraction >= 0 */
    double benchmark_rate;          /* exp(mu) */
    double ratio;                   /* rate / benchmark_rate */
    double typical_denominator;     /* followers now; basis views: median views, NaN without posts */
    double typical_engagements;     /* per post, typical_denominator * exp(mu + theta) */
    double mean_engagements;        /* per post, for sums: log-normal mean */
    int steps;                      /* of the Huber iteration, 0..20 */
};

/* Scores `n` posts (newest first; those beyond ENGAGEMENT_POSTS_MAX are ignored; posts may be NULL if n is 0)
 * of an account with `followers` now. The order of the posts does not change a bit of the result. Source:
 * weighted median, Huber location, inverse-gamma own variance, normal-normal empirical Bayes; ranking
 * specification (b2). On the basis views without posts, use the followers benchmark, so that typical
 * engagements exist. */
void engagement_score(const struct benchmark *b, double followers, const struct engagement_post *posts,
                      size_t n, const struct engagement_params *params, struct engagement *ret_engagement);
/* The one observation that account totals are: mean engagements per post over followers, age 0; to be scored
 * alone with the benchmark of RANK_BASIS_TOTALS. Excluded by engagement_score if posts or followers are not
 * positive. */
struct engagement_post engagement_from_totals(double engagements, double posts, double followers);
/* sd of the mean ln rate of the account's next `posts` > 0 posts about mu + theta: sqrt(sigma^2 + (drift s)^2
 * + own_sd^2 / posts), s of the benchmark. Drift does not average out over more posts, which is why it stands
 * apart; coverage of 80 % intervals in tests/eval. */
double engagement_predict_sd(const struct engagement *e, const struct benchmark *b, double posts,
                             const struct engagement_params *params);
/* Phi((theta - z sigma) / tau): the value under another caution z, from stored numbers (b2). tau > 0. */
double engagement_value(double theta, double sigma, double tau, double z);
/* z of a caution: "low" 0, "normal" .5, "high" 1.28 (b7). False, and *ret_z untouched, for any other word. */
NODISCARD bool engagement_caution(const char *name, double *ret_z);

#endif
