/* How much the audiences of creators overlap (ranking specification, e): by coordinated samples of engagers
 * where they exist, by segments else. No allocation, no state. */
#ifndef NICHED_RANK_OVERLAP_H
#define NICHED_RANK_OVERLAP_H

#include <stddef.h>
#include <stdint.h>

#define OVERLAP_KAPPA                                                                                        \
    1.0 /* weight of the niches' cosine in the segment model, until fitted on sketches (e) */

/* A coordinated sample of an audience: the salted 64-bit hashes of its members that are below theta,
 * ascending, no two equal. theta / 2^64 is the share of people sampled; UINT64_MAX means everybody. n is 0
 * for an account nobody engages with; theta 0 means that there is no sketch. The hashes stay the caller's. */
struct overlap_sketch {
    const uint64_t *hashes;
    size_t n;
    uint64_t theta;
};

/* People, estimated: of A, of B, in both, in either. jaccard is both / either, jaccard_sd its standard error
 * sqrt((1 - J) J / k), k = sampled, the people of either audience that both sketches could have sampled. NaN
 * where k is 0. */
struct overlap_pair {
    double people_a;
    double people_b;
    double both;
    double either;
    double jaccard;
    double jaccard_sd;
    size_t sampled;
};

/* People of several audiences: one by one (sum), and together (each person once). */
struct overlap_union {
    double alone;
    double together;
    size_t sampled; /* people of the union in the common sample */
};

/* theta as a share of all people, 0..1. */
double overlap_share(uint64_t theta);
/* The smallest theta of n sketches: below it all of them have sampled the same people. UINT64_MAX for n = 0.
 */
uint64_t overlap_common_theta(const struct overlap_sketch *sketches, size_t n);
/* How many of a sketch's hashes are below theta. */
size_t overlap_below(const struct overlap_sketch *s, uint64_t theta);
/* Two sketches, cut at the smaller theta. Relative standard error of J sqrt((1 - J)/(J k)): 27, 19, 12 % for
 * J .05, .1, .2 at k = 256 (e). One merge of two sorted arrays. */
struct overlap_pair overlap_of_sketches(const struct overlap_sketch *a, const struct overlap_sketch *b);
/* Several sketches, cut at their smallest theta. Of order n^2 k log k: for the creators of one plan. */
struct overlap_union overlap_of_many(const struct overlap_sketch *sketches, size_t n);
/* Expected people reached by both: sum over the segments of r_a r_b / M, times (1 + OVERLAP_KAPPA cosine), at
 * most what either reaches in the segment (e). reach_a, reach_b: people per segment; people: M, > 0; cosine:
 * of the two niche vectors, 0..1, NaN counts as 0. jaccard_sd is NaN and sampled 0: a model has no sample. */
struct overlap_pair overlap_of_segments(const double *reach_a, const double *reach_b, const double *people,
                                        size_t n_segments, double cosine);

/* One entry of a niche vector; ids ascending, no two equal, weights >= 0. */
struct overlap_niche {
    int32_t niche;
    double weight;
};

/* Cosine of two sparse niche vectors, 0..1; NaN if either has no weight. */
double overlap_cosine(const struct overlap_niche *a, size_t n_a, const struct overlap_niche *b, size_t n_b);

#endif
