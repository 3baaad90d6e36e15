/* What an engagement costs against what it usually costs in the niche (ranking specification, b4). */
#ifndef NICHED_RANK_AFFORDABILITY_H
#define NICHED_RANK_AFFORDABILITY_H

#include "rank/benchmark.h"
#include "rank/engagement.h"
#include "rank/numeric.h"

#include <stdbool.h>
#include <stddef.h>

/* price_10k_usd: one feed post at 10,000 followers; slope below and slope_large above large_followers;
 * price_sd of ln price around that; score_sd: spread of ln cost that the score is measured in. */
struct affordability_params {
    double price_10k_usd;
    double slope;
    double slope_large;
    double large_followers;
    double price_sd;
    double score_sd;
};

/* The version 2026.1 defaults: 100, .8, 1.1, 100,000, .6, .7. */
extern const struct affordability_params AFFORDABILITY_DEFAULTS;

/* Log-normal price: median and quartiles. sd is 0 for a known price. */
struct price {
    double mid_usd;
    double low_usd;
    double high_usd;
    double sd_ln;
};

/* What a deliverable costs as a multiple of a feed post. Assumptions, as data. */
struct price_deliverable {
    const char *name;
    double multiplier;
};

/* The result. NaN costs where typical engagements are not known. */
struct affordability {
    struct estimate estimate;
    struct price price;
    bool price_known;
    double cpe_usd;           /* cost per typical engagement */
    double cpe_reference_usd; /* of a reference creator of the niche */
    double engagements;       /* typical, per post */
};

/* Price prior of one feed post by size: ln P ~ N(ln 100 + .8 ln(F/10^4), .6^2) up to 100k followers,
 * slope 1.1 above (b4). followers are taken as 1 if below. Quartiles are the 25th and 75th percentile. */
struct price price_prior(double followers);
/* A known price, > 0: no spread. */
struct price price_known(double usd);
/* Deliverables and their multipliers; ret_n gets the number of lines. Static data. */
const struct price_deliverable *price_deliverables(size_t *ret_n);
/* The multiplier of a name of the table; NaN for any other. */
double price_deliverable_multiplier(const char *name);
/* CPE0: prior price over usual engagements of a creator of `followers` (the niche's median size, > 0) on the
 * FOLLOWERS benchmark of the platform (b4). */
double affordability_reference_cpe(const struct benchmark *b, double followers);
/* Phi(ln(CPE0/CPE) / sqrt(.7^2 + [price unknown] .6^2)), CPE = price / typical engagements (b4), with its sd
 * of ln x (b7). price_usd: one feed post; NaN or not positive means unknown, the prior is used. The
 * engagement result is that of the account; where its typical engagements are NaN the value is .5 and not
 * measured. */
void affordability_score(double price_usd, double followers, const struct engagement *e,
                         double cpe_reference_usd, struct affordability *ret_affordability);
/* Fair price band: exp(ln CPE0 + ln typical engagements -+ .6) as low, mid, high (price guidance). */
struct price price_fair(double cpe_reference_usd, double engagements);

#endif
