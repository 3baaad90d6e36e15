/* How alike two creators are (ranking specification, e): niches, audience, size and who the audience is. */
#ifndef NICHED_RANK_LOOKALIKE_H
#define NICHED_RANK_LOOKALIKE_H

#include <stddef.h>
#include <stdint.h>

enum { LOOKALIKE_NICHES = 16 };

/* The parts of likeness, each 0..1. */
enum lookalike_part { LIKE_NICHES, LIKE_AUDIENCE, LIKE_SIZE, LIKE_MIX, LIKE_PARTS };

/* A niche vector: at most LOOKALIKE_NICHES entries, no niche twice. */
struct lookalike_niches {
    size_t count;
    int32_t niche[LOOKALIKE_NICHES];
    double weight[LOOKALIKE_NICHES]; /* share of posts times lookalike_idf() */
};

/* ln(1 + most/creators): what a niche that `creators` list weighs where the largest has `most`. */
double lookalike_idf(double creators, double most);
/* Cosine of two vectors, 0..1; NaN where one is empty. */
double lookalike_cosine(const struct lookalike_niches *a, const struct lookalike_niches *b);
/* exp(-|ln a/b|): the smaller over the larger. NaN where one is not above 0. */
double lookalike_size(double followers_a, double followers_b);
/* 1 - distance of two audiences, each n ascending "dimension:bucket" keys with shares: half the sum of
 * absolute differences, averaged over the dimensions that both know. NaN where there is none; *ret_dimensions
 * of them. */
double lookalike_mix(const char *const *keys_a, const double *shares_a, size_t n_a, const char *const *keys_b,
                     const double *shares_b, size_t n_b, size_t *ret_dimensions);
/* Weighted mean of the parts that are not NaN: .45 niches, .25 audience, .15 size, .15 mix, renormalised over
 * them; *ret_weights those weights, 0 for NaN. 0 if all are NaN. */
double lookalike_score(const double parts[LIKE_PARTS], double ret_weights[LIKE_PARTS]);

#endif
