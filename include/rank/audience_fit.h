/* How well an account's audience fits a wanted one: the optional seventh component (ranking specification,
 * b7). */
#ifndef NICHED_RANK_AUDIENCE_FIT_H
#define NICHED_RANK_AUDIENCE_FIT_H

#include "rank/numeric.h"

#include <stddef.h>

#define AUDIENCE_PRIOR_FOLLOWERS 200.0 /* Dirichlet weight of the usual audience */

/* One bucket of one dimension (a country) that the target names. share: of the account's audience, NaN
 * unknown; usual: platform and niche average; target: wanted share. All 0..1, the targets sum to 1. */
struct audience_bucket {
    double share;
    double usual;
    double target;
};

/* sum over the buckets of min(shrunk share, target): histogram intersection of Dirichlet-shrunk shares,
 * (m share + 200 usual)/(m + 200) for a sample of m followers (b7). Where the sample is NaN or not positive,
 * or a share is NaN, the usual share stands in. The sd is that of the sum of the shares below their target
 * (Dirichlet, delta method; an assumption, the specification gives none). */
void audience_fit_score(const struct audience_bucket *buckets, size_t n, double sample,
                        struct estimate *ret_estimate);

#endif
