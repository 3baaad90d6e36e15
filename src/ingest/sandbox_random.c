/* Why: the sandbox promises the same bytes everywhere, and exp() of two C libraries differ in the last digit.
 * Invariant: integers only; no result depends on rounding modes, contraction or the order of evaluation. */
#include "ingest/sandbox_random.h"

#include <stddef.h>

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)

uint64_t sandbox_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

struct sandbox_rng sandbox_rng_of(uint64_t seed, uint64_t index, uint64_t stream) {
    uint64_t x = sandbox_mix(sandbox_mix(sandbox_mix(seed + GOLDEN) + index) * 8 + stream);
    struct sandbox_rng r;
    for (size_t i = 0; i < 4; i++) {
        x += GOLDEN;
        r.s[i] = sandbox_mix(x);
    }
    return r;
}

static uint64_t rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

uint64_t sandbox_next(struct sandbox_rng *r) {
    uint64_t *s = r->s;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint32_t sandbox_below(struct sandbox_rng *r, uint32_t n) {
    return (uint32_t)(((sandbox_next(r) >> 32) * n) >> 32);
}

int64_t sandbox_between(struct sandbox_rng *r, int64_t low, int64_t high) {
    return low + (int64_t)sandbox_below(r, (uint32_t)(high - low + 1));
}

bool sandbox_chance(struct sandbox_rng *r, uint32_t permille) {
    return sandbox_below(r, 1000) < permille;
}

/* Tosses have variance 12, the uniform that smooths them 1/12; 18853 is 65536 / sqrt(12 + 1/12). */
int64_t sandbox_normal(struct sandbox_rng *r) {
    uint64_t bits = sandbox_next(r);
    int64_t tosses = __builtin_popcountll(bits >> 16) - 24;
    int64_t sum = tosses * 65536 + (int64_t)(bits & 0xffff) - 32768;
    return sum * 18853 / 65536;
}

int64_t sandbox_gauss(struct sandbox_rng *r, int64_t mean, int64_t sd) {
    return mean + sandbox_mul(sd, sandbox_normal(r));
}

int64_t sandbox_gamma(struct sandbox_rng *r, enum sandbox_shape shape) {
    static const struct {
        int64_t centre; /* 1 - 1 / (9 k) */
        int64_t spread; /* 1 / (3 sqrt k) */
    } cube[SHAPE_COUNT] = {[SHAPE_1] = {Q16(1 - 1 / 9.0), Q16(1 / 3.0)},
                           [SHAPE_2] = {Q16(1 - 1 / 18.0), Q16(0.235702)},
                           [SHAPE_4] = {Q16(1 - 1 / 36.0), Q16(1 / 6.0)},
                           [SHAPE_9] = {Q16(1 - 1 / 81.0), Q16(1 / 9.0)},
                           [SHAPE_16] = {Q16(1 - 1 / 144.0), Q16(1 / 12.0)}};
    int64_t root = sandbox_gauss(r, cube[shape].centre, cube[shape].spread);
    int64_t x = sandbox_mul(sandbox_mul(root, root), root);
    return x < Q16(0.02) ? Q16(0.02) : x;
}

int64_t sandbox_round(struct sandbox_rng *r, int64_t q16) {
    return (q16 + (int64_t)sandbox_below(r, 65536)) >> 16;
}

int64_t sandbox_mul(int64_t a, int64_t b) {
    return (a * b) >> 16;
}

/* 2^f for the fraction f by its Taylor polynomial in Q30 (degree 6), then a shift for the whole part. */
int64_t sandbox_exp(int64_t x) {
    static const int64_t term[] = {165394, 1431680, 10327387, 59597083, 257941248, 744261118, 1073741824};
    x = x < Q16(-20) ? Q16(-20) : x > Q16(30) ? Q16(30) : x;
    int64_t y = (x * INT64_C(1549082005)) >> 30;
    int64_t f = (y & 0xffff) << 14;
    int64_t p = 0;
    for (size_t i = 0; i < sizeof term / sizeof term[0]; i++)
        p = ((p * f) >> 30) + term[i];
    int64_t shift = (y >> 16) - 14;
    return shift >= 0 ? p << shift : p >> -shift;
}

/* log2 bit by bit: square the mantissa, and a bit is set whenever it passes 2. */
int64_t sandbox_ln(uint64_t n) {
    int whole = 63 - __builtin_clzll(n);
    uint64_t m = whole > 30 ? n >> (whole - 30) : n << (30 - whole);
    int64_t log2 = whole;
    for (int i = 0; i < 16; i++) {
        m = (m * m) >> 30;
        bool bit = m >> 31;
        log2 = log2 * 2 + bit;
        m >>= bit;
    }
    return (log2 * INT64_C(744261118)) >> 30;
}
