/* From what is known about a creator to what the planner needs: reach, response, conversion (ranking
 * specification, c). */
#ifndef NICHED_RANK_PLAN_INPUTS_H
#define NICHED_RANK_PLAN_INPUTS_H

#include "rank/benchmark.h"
#include "rank/plan.h"

#define PLAN_RESPONSE_MOST 0.9 /* of those reached that engage (c) */
#define PLAN_MACRO_TARGET_SHARE                                                                              \
    0.09                        /* wanted share of a large generic account's audience, an assumption (c) */
#define PLAN_VIEWS_MOST   10.0  /* times the usual, where they are only inferred from engagement; ours */
#define PLAN_CONVERSION_A 2.0   /* prior orders ... */
#define PLAN_CONVERSION_B 400.0 /* ... of engaged people: .5 % (c) */

/* Reach of one post as a multiple of the followers: at_reference (F / reference)^slope. `evidence` as in
 * struct benchmark. Strings are static. */
struct plan_reach_prior {
    double at_reference;
    double reference_followers;
    double slope;
    const char *evidence;
    const char *source;
};

/* The prior of a platform: Instagram .30 (F/5000)^-.20 (c); TikTok and YouTube from views, as data. */
struct plan_reach_prior plan_reach_prior_of(enum rank_platform platform);
/* rho(F): people reached per follower by one post, by the prior; followers are taken as 1 if below. May
 * exceed 1 where views are not bound to followers. */
double plan_reach_rate(enum rank_platform platform, double followers);
/* People reached per follower by several posts (>= 1) of one creator: each reaches a random share of the same
 * audience, rate (1 - (1 - x)^posts) / x with x = min(rate, .95). An assumption, optimistic: followers
 * differ. */
double plan_reach_of_posts(double rate, double posts);
/* Orders per engaged person: (2 + orders)/(400 + engaged), Gamma-Poisson (c), at most 1 (who engaged is only
 * estimated). Unknown: 0, 0. */
double plan_conversion_rate(double orders, double engaged);
/* Fills ret_response[PLAN_GOALS]: 1, min(.9, engagement rate / reach rate), that times the conversion rate
 * (0..1) (c). Both rates per follower, for the same posts. */
void plan_response(double engagement_rate, double reach_rate, double conversion_rate, double *ret_response);
/* Fills reach[n_segments]: followers x reach rate x credible share x target share x split. split sums to 1
 * over the segments; NULL: by the segments' people. */
void plan_reach_of(const struct plan_segment *segments, size_t n_segments, double people_reached,
                   const double *split, double *ret_reach);
/* The size whose prior price, times the deliverable's multiplier, is `usd` > 0: inverse of price_prior. */
double plan_followers_for(double usd, double multiplier);

#endif
