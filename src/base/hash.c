/* The one hash of the house. Its values are stored (migrations, taxonomy), so it never changes. */
#include "base/hash.h"

#include <string.h>

uint64_t hash_bytes(uint64_t hash, const void *data, size_t n) {
    const unsigned char *p = data;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t hash_text(uint64_t hash, const char *s) {
    return hash_bytes(hash, s, strlen(s) + 1);
}
