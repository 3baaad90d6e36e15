/* Samples of engaged people for audience overlap: theta sketches of salted hashes (ranking specification, e).
 * A sketch holds every hash of its set that is below theta; because all sets are sampled by the same hashes,
 * unions and intersections of sketches are those of the sets, sampled. */
#ifndef NICHED_RANK_SKETCH_H
#define NICHED_RANK_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SKETCH_MAX = 256, SKETCH_HASH_BYTES = 8 };

/* theta of a sketch that holds its whole set. */
#define SKETCH_WHOLE UINT64_MAX

/* Borrowed hashes, ascending, all different, all below theta. Nothing is owned. */
struct sketch {
    uint64_t theta; /* SKETCH_WHOLE, or a multiple of 2^16: exact as the fraction that the store keeps */
    size_t count;
    const uint64_t *hashes;
};

/* An estimated number and its relative standard error: 0 where it is exact, NaN where nothing was seen to
 * estimate it from (value 0 although the sets were sampled). */
struct sketch_estimate {
    double value;
    double error;
};

/* The sketch of n hashes (any order, repeats allowed): at most `most` (>= 1) of the smallest, written to
 * `out`, which has that much room. The hashes must come from a keyed 64-bit hash. */
void sketch_build(const uint64_t *hashes, size_t n, size_t most, uint64_t *out, struct sketch *ret_sketch);
/* Reads what the store keeps: theta as a fraction of the hash space (0..1] and big-endian hashes of n bytes
 * in all, into `out` (room for n / 8). False, and nothing set, if that is not a sketch. */
bool sketch_read(double theta, const unsigned char *bytes, size_t n, uint64_t *out,
                 struct sketch *ret_sketch);
/* The sketch of the union of two sets: all hashes of both below the smaller theta, at most `most` of them
 * (SIZE_MAX: all; SKETCH_MAX for a sketch that is stored). `out` has room for a->count + b->count and is
 * neither input's. */
void sketch_union(const struct sketch *a, const struct sketch *b, size_t most, uint64_t *out,
                  struct sketch *ret_sketch);
/* How many different people a set has: count / theta, relative error sqrt((1 - theta) / count). */
struct sketch_estimate sketch_people(const struct sketch *s);
/* How many two sets share: the hashes of both below the smaller theta / theta, error as sketch_people(). */
struct sketch_estimate sketch_shared(const struct sketch *a, const struct sketch *b);
/* |A and B| / |A or B| of two sets, with error sqrt((1 - J) / (J k)) for k hashes of the union below the
 * smaller theta; exact (error 0) when both are whole. Value 0 and error NaN when one is empty. */
struct sketch_estimate sketch_jaccard(const struct sketch *a, const struct sketch *b);
/* How many of a sketch's hashes are below theta (<= its own: those are all there are). */
size_t sketch_below(const struct sketch *s, uint64_t theta);
/* theta as a fraction of the hash space, (0..1]. */
double sketch_fraction(const struct sketch *s);

#endif
