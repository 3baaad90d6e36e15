/* The files of a taxonomy, one behind the other with form feeds between, built into a taxonomy and asked. */
#include "fuzz.h"

#include "rank/taxonomy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const char *s = (const char *)data, *end = s + n;
    const char *second = n ? memchr(s, '\f', n) : NULL;
    const char *third = second ? memchr(second + 1, '\f', (size_t)(end - second - 1)) : NULL;
    if (!third)
        return 0;
    struct arena *a = arena_new(16384);
    struct tax_in in = {0};
    struct fault f = {0};
    struct taxonomy *tax = NULL;
    enum err e = taxonomy_tsv_niches(a, s, (size_t)(second - s), &f, &in);
    if (!e)
        e = taxonomy_tsv_aliases(a, second + 1, (size_t)(third - second - 1), &f, &in);
    if (!e)
        e = taxonomy_tsv_generic(a, third + 1, (size_t)(end - third - 1), &f, &in);
    if (!e)
        e = taxonomy_new(&in, &f, &tax);
    HOLDS(e == ERR_OK || f.code == e);
    if (!e) {
        struct tax_resolution r;
        e = taxonomy_resolve(tax, "vegan fitness", 13, &f, &r);
        HOLDS(e == ERR_OK || e == ERR_NICHE_UNKNOWN);
    }
    taxonomy_free(tax);
    arena_free(a);
    return 0;
}
