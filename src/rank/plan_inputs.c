/* Why: the planner's inputs from a creator's evidence, in one place, so that a plan and its comparison use
 * the same ones. Invariant: every constant is data with its source. */
#include "rank/plan_inputs.h"

#include "rank/affordability.h"

#include <math.h>

static const struct plan_reach_prior REACH[RANK_PLATFORM_COUNT] = {
    [RANK_INSTAGRAM] = {0.30, 5e3, -0.20, "V", "published reach tables 2024, medians 38/23/23/19 %"},
    [RANK_TIKTOK] = {1.0, 1e4, -0.34, "A", "likes per follower of the benchmark at 9 likes per 100 views"},
    [RANK_YOUTUBE] = {0.70, 1e4, -0.32, "M", "views per video and subscriber, 1,214 channels"},
};

struct plan_reach_prior plan_reach_prior_of(enum rank_platform platform) {
    return REACH[platform];
}

double plan_reach_rate(enum rank_platform platform, double followers) {
    const struct plan_reach_prior *r = &REACH[platform];
    return r->at_reference * pow(fmax(followers, 1.0) / r->reference_followers, r->slope);
}

double plan_reach_of_posts(double rate, double posts) {
    double x = fmin(rate, 0.95);
    return x > 0.0 ? rate * (1.0 - pow(1.0 - x, fmax(posts, 1.0))) / x : 0.0;
}

double plan_conversion_rate(double orders, double engaged) {
    return fmin((PLAN_CONVERSION_A + orders) / (PLAN_CONVERSION_B + engaged), 1.0);
}

/* x limited to 0..most; unknown counts as 0. */
static double limited(double x, double most) {
    return x > 0.0 ? fmin(x, most) : 0.0;
}

void plan_response(double engagement_rate, double reach_rate, double conversion_rate, double *ret_response) {
    double engages = reach_rate > 0.0 ? limited(engagement_rate / reach_rate, PLAN_RESPONSE_MOST) : 0.0;
    ret_response[PLAN_REACH] = 1.0;
    ret_response[PLAN_ENGAGEMENT] = engages;
    ret_response[PLAN_CONVERSIONS] = engages * conversion_rate;
}

void plan_reach_of(const struct plan_segment *segments, size_t n_segments, double people_reached,
                   const double *split, double *ret_reach) {
    double total = 0.0;
    for (size_t g = 0; g < n_segments; g++) {
        total += segments[g].people;
    }
    for (size_t g = 0; g < n_segments; g++) {
        ret_reach[g] = limited(people_reached * (split ? split[g] : segments[g].people / total), INFINITY);
    }
}

double plan_followers_for(double usd, double multiplier) {
    const struct affordability_params *a = &AFFORDABILITY_DEFAULTS;
    double post_usd = usd / multiplier;
    double turn_usd = a->price_10k_usd * pow(a->large_followers / 1e4, a->slope);
    return post_usd <= turn_usd ? 1e4 * pow(post_usd / a->price_10k_usd, 1.0 / a->slope)
                                : a->large_followers * pow(post_usd / turn_usd, 1.0 / a->slope_large);
}
