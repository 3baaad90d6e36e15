/* Why: a brand pays for engagements, not for followers. Invariants: an unknown price pulls towards .5, never
 * to 0 or 1, and widens the spread; the cost is always per typical engagement, so that one lucky post is no
 * bargain. */
#include "rank/affordability.h"

#include "base/macros.h"

#include <math.h>
#include <string.h>

#define QUARTILE 0.6744897501960817 /* of the standard normal */

const struct affordability_params AFFORDABILITY_DEFAULTS = {.price_10k_usd = 100.0,
                                                            .slope = 0.8,
                                                            .slope_large = 1.1,
                                                            .large_followers = 1e5,
                                                            .price_sd = 0.6,
                                                            .score_sd = 0.7};

static const struct price_deliverable DELIVERABLES[] = {
    {"post", 1.0}, {"story", 0.35}, {"reel", 1.25}, {"video", 1.75}, {"usage_rights", 0.5},
};

struct price price_prior(double followers) {
    const struct affordability_params *p = &AFFORDABILITY_DEFAULTS;
    double f = fmax(followers, 1.0);
    double small = fmin(f, p->large_followers);
    double ln_price = log(p->price_10k_usd) + p->slope * log(small / 1e4) + p->slope_large * log(f / small);
    double spread = exp(QUARTILE * p->price_sd);
    double mid = exp(ln_price);
    return (struct price){
        .mid_usd = mid, .low_usd = mid / spread, .high_usd = mid * spread, .sd_ln = p->price_sd};
}

struct price price_known(double usd) {
    return (struct price){.mid_usd = usd, .low_usd = usd, .high_usd = usd, .sd_ln = 0.0};
}

const struct price_deliverable *price_deliverables(size_t *ret_n) {
    *ret_n = COUNT_OF(DELIVERABLES);
    return DELIVERABLES;
}

double price_deliverable_multiplier(const char *name) {
    for (size_t i = 0; i < COUNT_OF(DELIVERABLES); i++)
        if (strcmp(DELIVERABLES[i].name, name) == 0)
            return DELIVERABLES[i].multiplier;
    return NAN;
}

double affordability_reference_cpe(const struct benchmark *b, double followers) {
    return price_prior(followers).mid_usd / (followers * benchmark_rate(b, followers));
}

/* Value and sd of ln value of a cost, by the delta method. engagement_variance is that of ln engagements. */
static struct estimate score_cost(double cpe, double reference, double price_sd, double engagement_variance) {
    double width = hypot(AFFORDABILITY_DEFAULTS.score_sd, price_sd);
    double u = isnan(cpe) ? 0.0 : log(reference / cpe) / width;
    double value = rank_normal_cdf(u);
    double sd = rank_normal_pdf(u) * sqrt(engagement_variance + price_sd * price_sd) / width;
    return (struct estimate){.value = value, .sd_ln = rank_sd_ln(sd, value), .measured = !isnan(cpe)};
}

void affordability_score(double price_usd, double followers, const struct engagement *e,
                         double cpe_reference_usd, struct affordability *ret_affordability) {
    struct price prior = price_prior(followers);
    bool known = price_usd > 0.0 && isfinite(price_usd);
    struct price price = known ? price_known(price_usd) : prior;
    double usual = e->typical_denominator * e->benchmark_rate;
    double cpe = price.mid_usd / e->typical_engagements;

    struct estimate blank = score_cost(prior.mid_usd / usual, cpe_reference_usd, prior.sd_ln,
                                       e->tau * e->tau + e->prior_sampling_variance);
    struct estimate own =
        score_cost(cpe, cpe_reference_usd, price.sd_ln, e->sigma * e->sigma + e->sampling_variance);
    own.prior_sd_ln = blank.sd_ln;
    own.measured = own.measured && (known || e->posts_used > 0);
    *ret_affordability = (struct affordability){
        .estimate = own,
        .price = price,
        .price_known = known,
        .cpe_usd = cpe,
        .cpe_reference_usd = cpe_reference_usd,
        .engagements = e->typical_engagements,
    };
}

struct price price_fair(double cpe_reference_usd, double engagements) {
    double mid = cpe_reference_usd * engagements;
    double spread = exp(AFFORDABILITY_DEFAULTS.price_sd);
    return (struct price){.mid_usd = mid,
                          .low_usd = mid / spread,
                          .high_usd = mid * spread,
                          .sd_ln = AFFORDABILITY_DEFAULTS.price_sd};
}
