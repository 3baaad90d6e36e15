/* Why: two creators with one audience are paid twice for the same people; where nobody was sampled, chance
 * within a segment says how often. Invariant: never more than either reaches in a segment. */
#include "rank/overlap.h"

#include <math.h>

struct overlap_pair overlap_of_segments(const double *reach_a, const double *reach_b, const double *people,
                                        size_t n_segments, double cosine) {
    double factor = 1.0 + OVERLAP_KAPPA * (isnan(cosine) ? 0.0 : cosine);
    struct overlap_pair pair = {0};
    for (size_t g = 0; g < n_segments; g++) {
        double a = fmin(reach_a[g], people[g]);
        double b = fmin(reach_b[g], people[g]);
        pair.people_a += a;
        pair.people_b += b;
        pair.both += fmin(a * b / people[g] * factor, fmin(a, b));
    }
    pair.either = pair.people_a + pair.people_b - pair.both;
    pair.jaccard = pair.either > 0.0 ? pair.both / pair.either : NAN;
    return pair;
}
