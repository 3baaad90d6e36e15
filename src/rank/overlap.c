/* Why: two creators with one audience are paid twice for the same people. Invariant: sketches are compared
 * below their common theta only, where all of them have sampled the same people. */
#include "rank/overlap.h"

#include <math.h>
#include <stdbool.h>

double overlap_share(uint64_t theta) {
    return theta == UINT64_MAX ? 1.0 : (double)theta * 0x1p-64;
}

uint64_t overlap_common_theta(const struct overlap_sketch *sketches, size_t n) {
    uint64_t theta = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        theta = sketches[i].theta < theta ? sketches[i].theta : theta;
    }
    return theta;
}

/* Index of the first hash >= h. */
static size_t first_from(const struct overlap_sketch *s, uint64_t h) {
    size_t low = 0;
    size_t high = s->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->hashes[mid] < h) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

size_t overlap_below(const struct overlap_sketch *s, uint64_t theta) {
    return theta == UINT64_MAX ? s->n : first_from(s, theta);
}

struct overlap_pair overlap_of_sketches(const struct overlap_sketch *a, const struct overlap_sketch *b) {
    uint64_t theta = a->theta < b->theta ? a->theta : b->theta;
    size_t n_a = overlap_below(a, theta);
    size_t n_b = overlap_below(b, theta);
    size_t both = 0;
    for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
        uint64_t x = a->hashes[i];
        uint64_t y = b->hashes[j];
        both += x == y;
        i += x <= y;
        j += y <= x;
    }
    size_t either = n_a + n_b - both;
    double share = overlap_share(theta);
    double scale = share > 0.0 ? 1.0 / share : NAN;
    double k = (double)either;
    double jaccard = either ? (double)both / k : NAN;
    return (struct overlap_pair){.people_a = (double)n_a * scale,
                                 .people_b = (double)n_b * scale,
                                 .both = (double)both * scale,
                                 .either = k * scale,
                                 .jaccard = jaccard,
                                 .jaccard_sd = sqrt((1.0 - jaccard) * jaccard / k),
                                 .sampled = either};
}

static bool seen_before(const struct overlap_sketch *sketches, size_t n, uint64_t h) {
    for (size_t i = 0; i < n; i++) {
        size_t at = first_from(&sketches[i], h);
        if (at < sketches[i].n && sketches[i].hashes[at] == h) {
            return true;
        }
    }
    return false;
}

struct overlap_union overlap_of_many(const struct overlap_sketch *sketches, size_t n) {
    uint64_t theta = overlap_common_theta(sketches, n);
    size_t alone = 0;
    size_t together = 0;
    for (size_t i = 0; i < n; i++) {
        size_t below = overlap_below(&sketches[i], theta);
        alone += below;
        for (size_t k = 0; k < below; k++) {
            together += !seen_before(sketches, i, sketches[i].hashes[k]);
        }
    }
    double share = overlap_share(theta);
    double scale = share > 0.0 ? 1.0 / share : NAN;
    return (struct overlap_union){
        .alone = (double)alone * scale, .together = (double)together * scale, .sampled = together};
}

struct overlap_pair overlap_of_segments(const double *reach_a, const double *reach_b, const double *people,
                                        size_t n_segments, double cosine) {
    double factor = 1.0 + OVERLAP_KAPPA * (isnan(cosine) ? 0.0 : cosine);
    struct overlap_pair pair = {.jaccard_sd = NAN};
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

static double length(const struct overlap_niche *a, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i].weight * a[i].weight;
    }
    return sqrt(sum);
}

double overlap_cosine(const struct overlap_niche *a, size_t n_a, const struct overlap_niche *b, size_t n_b) {
    double dot = 0.0;
    for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
        int32_t x = a[i].niche;
        int32_t y = b[j].niche;
        dot += x == y ? a[i].weight * b[j].weight : 0.0;
        i += x <= y;
        j += y <= x;
    }
    double scale = length(a, n_a) * length(b, n_b);
    return scale > 0.0 ? fmin(dot / scale, 1.0) : NAN;
}
