/* Why a mean and not a product as in the match score: one missing likeness is no reason to leave a creator
 * out. Invariant: what is not measured neither raises nor lowers the score. */
#include "rank/lookalike.h"

#include <math.h>
#include <string.h>

static const double WEIGHTS[LIKE_PARTS] = {
    [LIKE_NICHES] = 0.45, [LIKE_AUDIENCE] = 0.25, [LIKE_SIZE] = 0.15, [LIKE_MIX] = 0.15};

double lookalike_idf(double creators, double most) {
    return log1p(fmax(most, 1.0) / fmax(creators, 1.0));
}

static double norm2(const struct lookalike_niches *v) {
    double sum = 0.0;
    for (size_t i = 0; i < v->count; i++)
        sum += v->weight[i] * v->weight[i];
    return sum;
}

double lookalike_cosine(const struct lookalike_niches *a, const struct lookalike_niches *b) {
    double dot = 0.0;
    double norms = norm2(a) * norm2(b);
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            dot += a->niche[i] == b->niche[j] ? a->weight[i] * b->weight[j] : 0.0;
    return norms > 0.0 ? fmin(dot / sqrt(norms), 1.0) : NAN;
}

double lookalike_size(double followers_a, double followers_b) {
    if (!(followers_a > 0.0 && followers_b > 0.0))
        return NAN;
    return fmin(followers_a, followers_b) / fmax(followers_a, followers_b);
}

static size_t dimension_length(const char *key) {
    return strcspn(key, ":");
}

static int compare_dimensions(const char *a, const char *b) {
    size_t n_a = dimension_length(a);
    size_t n_b = dimension_length(b);
    int order = memcmp(a, b, n_a < n_b ? n_a : n_b);
    return order ? order : (n_a > n_b) - (n_a < n_b);
}

/* How many of n keys, the first among them, are of the first one's dimension. */
static size_t run_length(const char *const *keys, size_t n) {
    size_t i = 1;
    while (i < n && compare_dimensions(keys[0], keys[i]) == 0)
        i++;
    return i;
}

/* Half the sum of absolute differences over one dimension. */
static double distance(const char *const *keys_a, const double *shares_a, size_t n_a,
                       const char *const *keys_b, const double *shares_b, size_t n_b) {
    double sum = 0.0;
    size_t i = 0;
    size_t j = 0;
    while (i < n_a || j < n_b) {
        int order = i == n_a ? 1 : j == n_b ? -1 : strcmp(keys_a[i], keys_b[j]);
        double a = order <= 0 ? shares_a[i++] : 0.0;
        double b = order >= 0 ? shares_b[j++] : 0.0;
        sum += fabs(a - b);
    }
    return fmin(sum / 2.0, 1.0);
}

double lookalike_mix(const char *const *keys_a, const double *shares_a, size_t n_a, const char *const *keys_b,
                     const double *shares_b, size_t n_b, size_t *ret_dimensions) {
    double alike = 0.0;
    size_t dimensions = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < n_a && j < n_b) {
        int order = compare_dimensions(keys_a[i], keys_b[j]);
        size_t run_a = order <= 0 ? run_length(keys_a + i, n_a - i) : 0;
        size_t run_b = order >= 0 ? run_length(keys_b + j, n_b - j) : 0;
        if (order == 0) {
            alike += 1.0 - distance(keys_a + i, shares_a + i, run_a, keys_b + j, shares_b + j, run_b);
            dimensions++;
        }
        i += run_a;
        j += run_b;
    }
    *ret_dimensions = dimensions;
    return dimensions ? alike / (double)dimensions : NAN;
}

double lookalike_score(const double parts[LIKE_PARTS], double ret_weights[LIKE_PARTS]) {
    double score = 0.0;
    double all = 0.0;
    for (size_t i = 0; i < LIKE_PARTS; i++)
        all += isnan(parts[i]) ? 0.0 : WEIGHTS[i];
    for (size_t i = 0; i < LIKE_PARTS; i++) {
        ret_weights[i] = isnan(parts[i]) ? 0.0 : WEIGHTS[i] / all;
        score += isnan(parts[i]) ? 0.0 : ret_weights[i] * parts[i];
    }
    return score;
}
