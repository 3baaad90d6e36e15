/* Chance for the sandbox, in integers only, so that the bytes do not depend on a machine's floating point or
 * libm. A `q16` is a number times 65,536 in an int64_t. */
#ifndef NICHED_INGEST_SANDBOX_RANDOM_H
#define NICHED_INGEST_SANDBOX_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* A constant as q16; the compiler does the arithmetic. */
#define Q16(x) ((int64_t)((x)*65536.0 + ((x) < 0 ? -0.5 : 0.5)))

/* xoshiro256++ (Blackman, Vigna 2019). */
struct sandbox_rng {
    uint64_t s[4];
};

/* Shapes of sandbox_gamma: the coefficient of variation is 1 / sqrt(shape). */
enum sandbox_shape { SHAPE_1, SHAPE_2, SHAPE_4, SHAPE_9, SHAPE_16, SHAPE_COUNT };

/* Well-mixed bits of a number (SplitMix64's finaliser); a bijection. */
uint64_t sandbox_mix(uint64_t x);
/* The generator of one purpose (`stream`) of one creator of one world. */
struct sandbox_rng sandbox_rng_of(uint64_t seed, uint64_t index, uint64_t stream);
/* 64 random bits. */
uint64_t sandbox_next(struct sandbox_rng *r);
/* 0..n-1, n >= 1. */
uint32_t sandbox_below(struct sandbox_rng *r, uint32_t n);
/* low..high, both included; high - low < 2^32. */
int64_t sandbox_between(struct sandbox_rng *r, int64_t low, int64_t high);
/* True `permille` times in a thousand. */
bool sandbox_chance(struct sandbox_rng *r, uint32_t permille);
/* Standard normal as q16, within +-6.9: 48 coin tosses smoothed (excess kurtosis -0.04). */
int64_t sandbox_normal(struct sandbox_rng *r);
/* mean + sd times a standard normal, all q16. */
int64_t sandbox_gauss(struct sandbox_rng *r, int64_t mean, int64_t sd);
/* Gamma of mean 1 as q16, at least 0.02, by the cube of a normal (Wilson, Hilferty 1931). */
int64_t sandbox_gamma(struct sandbox_rng *r, enum sandbox_shape shape);
/* A q16 rounded up or down by chance so that the mean stays. */
int64_t sandbox_round(struct sandbox_rng *r, int64_t q16);
/* Product of two q16, rounded down. */
int64_t sandbox_mul(int64_t a, int64_t b);
/* e^x, q16 to q16, relative error < 3e-5 where the result is at least 1; x is limited to -20..30. */
int64_t sandbox_exp(int64_t x);
/* ln of a whole number >= 1 as q16, error < 3e-5. */
int64_t sandbox_ln(uint64_t n);

#endif
