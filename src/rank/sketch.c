/* Why theta and not only the k smallest: two sketches are compared below the smaller theta of both, where
 * each is complete, so that no set operation has to know how the other was trimmed. Invariant: hashes
 * ascending, different, below theta; theta has no bits below 2^16, so that a double (and SQL) holds it
 * exactly. */
#include "rank/sketch.h"

#include <math.h>
#include <string.h>

#define THETA_BITS UINT64_C(0xFFFFFFFFFFFF0000)

/* The hashes of both that are below theta, and of them those that are in both. */
struct tally {
    size_t either;
    size_t both;
};

/* The sketch of n ascending different hashes, of which those from theta on are left out. */
static void close_below(const uint64_t *hashes, size_t n, uint64_t theta, struct sketch *ret_sketch) {
    while (n && hashes[n - 1] >= theta)
        n--;
    *ret_sketch = (struct sketch){.theta = theta, .count = n, .hashes = hashes};
}

/* Where a hash is or belongs among n ascending ones. */
static size_t place_of(uint64_t hash, const uint64_t *hashes, size_t n) {
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (hashes[middle] < hash)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

void sketch_build(const uint64_t *hashes, size_t n, size_t most, uint64_t *out, struct sketch *ret_sketch) {
    size_t count = 0;
    uint64_t left_out = SKETCH_WHOLE; /* the smallest of those that found no room */
    for (size_t i = 0; i < n; i++) {
        size_t at = hashes[i] < left_out ? place_of(hashes[i], out, count) : most;
        if (hashes[i] >= left_out || (at < count && out[at] == hashes[i]))
            continue;
        bool full = count == most;
        if (full)
            left_out = at == most ? hashes[i] : out[most - 1];
        if (at == most)
            continue;
        memmove(out + at + 1, out + at, (count - at - full) * sizeof *out);
        out[at] = hashes[i];
        count += !full;
    }
    uint64_t theta = left_out == SKETCH_WHOLE ? SKETCH_WHOLE : left_out & THETA_BITS;
    close_below(out, count, theta, ret_sketch);
}

bool sketch_read(double theta, const unsigned char *bytes, size_t n, uint64_t *out,
                 struct sketch *ret_sketch) {
    if (!(theta > 0.0 && theta <= 1.0) || n % SKETCH_HASH_BYTES)
        return false;
    uint64_t limit = theta < 1.0 ? (uint64_t)ldexp(theta, 64) & THETA_BITS : SKETCH_WHOLE;
    size_t count = n / SKETCH_HASH_BYTES;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = 0;
        for (size_t byte = 0; byte < SKETCH_HASH_BYTES; byte++)
            hash = hash << 8 | bytes[i * SKETCH_HASH_BYTES + byte];
        if (hash >= limit || (i && hash <= out[i - 1]))
            return false;
        out[i] = hash;
    }
    *ret_sketch = (struct sketch){.theta = limit, .count = count, .hashes = out};
    return true;
}

static uint64_t lower(const struct sketch *a, const struct sketch *b) {
    return a->theta < b->theta ? a->theta : b->theta;
}

/* Walks both below the smaller theta; writes the union to `out` unless that is NULL. */
static struct tally merge(const struct sketch *a, const struct sketch *b, uint64_t *out) {
    uint64_t theta = lower(a, b);
    struct tally t = {0};
    size_t i = 0;
    size_t j = 0;
    for (;;) {
        uint64_t x = i < a->count && a->hashes[i] < theta ? a->hashes[i] : SKETCH_WHOLE;
        uint64_t y = j < b->count && b->hashes[j] < theta ? b->hashes[j] : SKETCH_WHOLE;
        uint64_t next = x < y ? x : y;
        if (next == SKETCH_WHOLE)
            return t;
        if (out)
            out[t.either] = next;
        t.either++;
        t.both += x == y;
        i += x == next;
        j += y == next;
    }
}

void sketch_union(const struct sketch *a, const struct sketch *b, size_t most, uint64_t *out,
                  struct sketch *ret_sketch) {
    struct tally t = merge(a, b, out);
    bool more = t.either > most;
    close_below(out, more ? most : t.either, more ? out[most] & THETA_BITS : lower(a, b), ret_sketch);
}

size_t sketch_below(const struct sketch *s, uint64_t theta) {
    return place_of(theta, s->hashes, s->count);
}

double sketch_fraction(const struct sketch *s) {
    return s->theta == SKETCH_WHOLE ? 1.0 : ldexp((double)s->theta, -64);
}

static struct sketch_estimate sampled(size_t count, double theta) {
    if (!count)
        return (struct sketch_estimate){.value = 0.0, .error = theta < 1.0 ? NAN : 0.0};
    return (struct sketch_estimate){.value = (double)count / theta,
                                    .error = sqrt((1.0 - theta) / (double)count)};
}

struct sketch_estimate sketch_people(const struct sketch *s) {
    return sampled(s->count, sketch_fraction(s));
}

struct sketch_estimate sketch_shared(const struct sketch *a, const struct sketch *b) {
    struct sketch narrower = {.theta = lower(a, b)};
    return sampled(merge(a, b, NULL).both, sketch_fraction(&narrower));
}

struct sketch_estimate sketch_jaccard(const struct sketch *a, const struct sketch *b) {
    struct tally t = merge(a, b, NULL);
    double k = (double)t.either;
    if (!a->count || !b->count)
        return (struct sketch_estimate){.value = 0.0, .error = NAN};
    double share = t.either ? (double)t.both / k : 0.0;
    if (lower(a, b) == SKETCH_WHOLE)
        return (struct sketch_estimate){.value = share, .error = 0.0};
    return (struct sketch_estimate){.value = share,
                                    .error = share > 0.0 ? sqrt((1.0 - share) / (share * k)) : NAN};
}
