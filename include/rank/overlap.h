/* How much the audiences of creators overlap where no samples of them exist (ranking specification, e): by
 * segments. Samples: rank/sketch.h. No allocation, no state. */
#ifndef NICHED_RANK_OVERLAP_H
#define NICHED_RANK_OVERLAP_H

#include <stddef.h>

#define OVERLAP_KAPPA                                                                                        \
    1.0 /* weight of the niches' cosine in the segment model, until fitted on sketches (e) */

/* People, expected: of A, of B, in both, in either. jaccard is both / either, NaN where nobody is. */
struct overlap_pair {
    double people_a;
    double people_b;
    double both;
    double either;
    double jaccard;
};

/* Expected people reached by both: sum over the segments of r_a r_b / M, times (1 + OVERLAP_KAPPA cosine), at
 * most what either reaches in the segment (e). reach_a, reach_b: people per segment; people: M, > 0; cosine:
 * of the two niche vectors, 0..1, NaN counts as 0. */
struct overlap_pair overlap_of_segments(const double *reach_a, const double *reach_b, const double *people,
                                        size_t n_segments, double cosine);

#endif
