/* What people type as a niche and write in a bio, against the taxonomy that niched comes with. */
#include "fuzz.h"

#include "base/embed.h"
#include "base/text.h"
#include "rank/taxonomy.h"

static const struct taxonomy *load(void) {
    static struct taxonomy *tax;
    if (tax)
        return tax;
    struct arena *a = arena_new(1 << 20);
    struct tax_in in = {0};
    struct fault f = {0};
    const struct embedded *niches = embed_find("sql/taxonomy/niches.tsv"),
                          *aliases = embed_find("sql/taxonomy/aliases.tsv"),
                          *generic = embed_find("sql/taxonomy/generic.tsv");
    HOLDS(niches && aliases && generic);
    HOLDS(taxonomy_tsv_niches(a, niches->data, niches->len, &f, &in) == ERR_OK);
    HOLDS(taxonomy_tsv_aliases(a, aliases->data, aliases->len, &f, &in) == ERR_OK);
    HOLDS(taxonomy_tsv_generic(a, generic->data, generic->len, &f, &in) == ERR_OK);
    HOLDS(taxonomy_new(&in, &f, &tax) == ERR_OK);
    arena_free(a);
    return tax;
}

static void resolve(const struct taxonomy *tax, const char *s, size_t n) {
    struct tax_resolution r;
    struct fault f = {0};
    enum err e = taxonomy_resolve(tax, s, n, &f, &r);
    HOLDS(e == ERR_OK || e == ERR_PARAM_INVALID || e == ERR_NICHE_UNKNOWN);
    HOLDS(e ||
          (r.niche_count >= 1 && r.niche_count <= TAX_RESOLVED_MAX && r.excluded_count <= TAX_RESOLVED_MAX));
    for (size_t i = 0; !e && i < r.niche_count; i++)
        HOLDS(r.niche[i] < taxonomy_count(tax));
    HOLDS(!e || text_utf8_valid(f.detail, strlen(f.detail)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const struct taxonomy *tax = load();
    const char *s = (const char *)data;
    static struct tax_found found[TAX_NICHES_MAX];
    static struct tax_hits hits;
    uint16_t like[16];
    resolve(tax, s, n);
    HOLDS(taxonomy_search(tax, s, n, found) <= taxonomy_count(tax));
    HOLDS(taxonomy_suggest(tax, s, n, 16, like) <= 16);
    taxonomy_hits_clear(&hits);
    taxonomy_match(tax, s, n, n > 0 ? (enum tax_where)(data[0] % TAX_WHERE_COUNT) : TAX_BIO, &hits);
    taxonomy_close(tax, &hits);
    HOLDS(hits.count <= TAX_HITS_MAX && hits.word_count <= TAX_WORDS_MAX);
    for (size_t i = 0; i < hits.count; i++)
        HOLDS(hits.hit[i].niche < taxonomy_count(tax) && hits.hit[i].p > 0 && hits.hit[i].p <= 1);
    for (size_t i = 0; i < hits.word_count; i++)
        HOLDS(text_utf8_valid(hits.word[i].text, strlen(hits.word[i].text)));
    return 0;
}
