/* Why: a creator's country is not the audience's. Invariant: an unknown audience is the usual one, never 0,
 * and with a growing sample the account's own shares take over. */
#include "rank/audience_fit.h"

#include <math.h>

static double shrunk(const struct audience_bucket *b, double sample) {
    if (isnan(b->share)) {
        return b->usual;
    }
    return (sample * b->share + AUDIENCE_PRIOR_FOLLOWERS * b->usual) / (sample + AUDIENCE_PRIOR_FOLLOWERS);
}

/* Intersection and sd of ln of it for a sample of m, 0 for the prior. */
static struct estimate intersect(const struct audience_bucket *buckets, size_t n, double sample) {
    double sum = 0.0;
    double free_share = 0.0;
    for (size_t i = 0; i < n; i++) {
        double share = shrunk(&buckets[i], sample);
        sum += fmin(share, buckets[i].target);
        free_share += share < buckets[i].target ? share : 0.0;
    }
    free_share = rank_clamp(free_share, 0.0, 1.0);
    double sd = sqrt(free_share * (1.0 - free_share) / (sample + AUDIENCE_PRIOR_FOLLOWERS + 1.0));
    double value = rank_clamp(sum, 0.0, 1.0);
    return (struct estimate){.value = value, .sd_ln = rank_sd_ln(sd, value), .measured = sample > 0.0};
}

void audience_fit_score(const struct audience_bucket *buckets, size_t n, double sample,
                        struct estimate *ret_estimate) {
    bool known = false;
    for (size_t i = 0; i < n; i++) {
        known = known || !isnan(buckets[i].share);
    }
    struct estimate result = intersect(buckets, n, known && sample > 0.0 ? sample : 0.0);
    result.prior_sd_ln = intersect(buckets, n, 0.0).sd_ln;
    *ret_estimate = result;
}
