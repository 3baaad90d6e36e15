/* Reading what is stored of an audience: a sketch and shares. A sketch that breaks its invariants is treated
 * as none. */
#include "similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int digit(char c) {
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static void read_sketch(double theta, const char *hex, size_t n, struct arena *a, struct audience *au) {
    size_t count = n / 2;
    unsigned char *bytes = arena_alloc(a, count + 1);
    uint64_t *hashes = arena_alloc(a, (count / SKETCH_HASH_BYTES + 1) * sizeof *hashes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    au->sampled = sketch_read(theta, bytes, count, hashes, &au->sketch) && au->sketch.count > 0;
}

void audience_read(const struct rows *r, size_t row, int theta, int hashes, int mix, struct arena *a,
                   struct audience *ret_audience) {
    struct audience au = {0};
    const char *hex = rows_text(r, row, hashes);
    struct text_list list = rows_list(r, row, mix, a);
    if (hex)
        read_sketch(rows_f64(r, row, theta), hex, rows_len(r, row, hashes), a, &au);
    au.share_count = list.count;
    au.keys = list.items;
    au.shares = arena_alloc(a, (list.count + 1) * sizeof *au.shares);
    for (size_t i = 0; i < list.count; i++) {
        char *equals = strrchr(list.items[i], '=');
        au.shares[i] = strtod(equals + 1, NULL);
        list.items[i] = arena_strndup(a, list.items[i], (size_t)(equals - list.items[i]));
    }
    *ret_audience = au;
}
