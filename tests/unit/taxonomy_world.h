/* A small taxonomy for the tests of rank/taxonomy.h, and words for what comes out of it. */
#ifndef NICHED_TESTS_TAXONOMY_WORLD_H
#define NICHED_TESTS_TAXONOMY_WORLD_H

#include "base/text.h"
#include "rank/taxonomy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNUSED __attribute__((unused))

#define NICHES_HEAD  "slug\tlabel\tparents\tiab_id\tbase_rate\tgeneric\n"
#define ALIASES_HEAD "alias\tniche\tlang\tkind\tweight\n"

UNUSED static const char niches_tsv[] = NICHES_HEAD "food\tFood & Drink\t\t210\t0.10\tf\n"
                                                    "vegan-fitness\tVegan Fitness\tvegan,fitness\t\t0.01\tf\n"
                                                    "vegan\tVegan\tfood\t212\t0.02\tf\n"
                                                    "fitness\tFitness\t\t225\t0.05\tf\n"
                                                    "wellness\tWellness\t\t223\t0.04\tf\n"
                                                    "yoga\tYoga\tfitness,wellness\t\t0.02\tf\n"
                                                    "baking\tBaking\tfood\t\t0.02\tf\n"
                                                    "vegan-baking\tVegan baking\tvegan,baking\t\t0.005\tf\n"
                                                    "travel\tTravel\t\t\t0.06\tf\n"
                                                    "hiking\tHiking\ttravel\t\t0.02\tf\n"
                                                    "cars\tCars\t\t\t0.03\tf\n"
                                                    "pets\tPets\t\t\t0.03\tf\n"
                                                    "dance\tDance\t\t\t0.03\tf\n"
                                                    "keto\tKeto\tfood\t\t0.01\tf\n"
                                                    "weight-loss\tWeight loss\twellness\t\t0.02\tf\n"
                                                    "love\tLove\t\t\t0.05\tt\n";

UNUSED static const char aliases_tsv[] = ALIASES_HEAD "plant based\tvegan\ten\tword\t0.9\n"
                                                      "vegano\tvegan\tes\tword\t1\n"
                                                      "vegetalien\tvegan\tfr\tword\t0.9\n"
                                                      "веган\tvegan\tru\tword\t1\n"
                                                      "素食\tvegan\tzh\tword\t0.8\n"
                                                      "🌱\tvegan\t\tword\t0.3\n"
                                                      "workout\tfitness\ten\tword\t0.8\n"
                                                      "gym\tfitness\ten\tword\t0.8\n"
                                                      "gym rat\tfitness\ten\tword\t0.9\n"
                                                      "entrenador personal\tfitness\tes\tword\t0.9\n"
                                                      "fit\tfitness\ten\thashtag\t0.4\n"
                                                      "car\tcars\ten\tword\t0.8\n"
                                                      "pet\tpets\ten\tword\t0.8\n"
                                                      "mujer\tdance\tes\tword\t0.5\n"
                                                      "reise\ttravel\tde\tword\t0.9\n"
                                                      "cookie\tbaking\ten\tword\t0.7\n"
                                                      "bake\tbaking\ten\tword\t0.9\n"
                                                      "vegan recipe\tvegan\ten\tword\t1\n"
                                                      "recipe\tfood\ten\tword\t0.6\n"
                                                      "recipe book club\ttravel\ten\tword\t0.5\n"
                                                      "hot yoga\tyoga\ten\tword\t1\n"
                                                      "gluten free baking\tbaking\ten\tword\t0.9\n"
                                                      "book\ttravel\ten\tword\t0.5\n";

UNUSED static const char generic_tsv[] = "hashtag\nlove\n#fyp\ninstagood\n";

UNUSED static struct taxonomy *build(struct arena *a, const char *niches, const char *aliases,
                                     const char *generic, struct fault *f) {
    struct tax_in in = {0};
    struct taxonomy *tax = NULL;
    if (taxonomy_tsv_niches(a, niches, strlen(niches), f, &in) != ERR_OK ||
        taxonomy_tsv_aliases(a, aliases, strlen(aliases), f, &in) != ERR_OK ||
        taxonomy_tsv_generic(a, generic, strlen(generic), f, &in) != ERR_OK ||
        taxonomy_new(&in, f, &tax) != ERR_OK)
        return NULL;
    return tax;
}

UNUSED static int setup(void **state) {
    struct arena *a = arena_new(4096);
    struct fault f = {0};
    struct taxonomy *tax = build(a, niches_tsv, aliases_tsv, generic_tsv, &f);
    if (!tax)
        print_error("%s\n", f.detail);
    arena_free(a);
    *state = tax;
    return tax ? 0 : -1;
}

UNUSED static int teardown(void **state) {
    taxonomy_free(*state);
    return 0;
}

UNUSED static size_t at(const struct taxonomy *tax, const char *slug) {
    int i = taxonomy_by_slug(tax, slug, strlen(slug));
    if (i < 0)
        fail_msg("no niche %s", slug);
    return (size_t)i;
}

/* "a b" for a list of niches. */
UNUSED static const char *slugs(const struct taxonomy *tax, const uint16_t *list, size_t n, char *out,
                                size_t cap) {
    out[0] = '\0';
    for (size_t i = 0, len = 0; i < n; i++)
        len += (size_t)snprintf(out + len, cap - len, "%s%s", i ? " " : "", taxonomy_slug(tax, list[i]));
    return out;
}

UNUSED static void closed_is(const struct taxonomy *tax, const char *text, const char *slug, double p,
                             enum tax_how_hit how) {
    struct tax_hits *hits = calloc(1, sizeof *hits);
    taxonomy_match(tax, text, strlen(text), TAX_CAPTION, hits);
    taxonomy_close(tax, hits);
    size_t count = hits->count;
    taxonomy_close(tax, hits);
    assert_int_equal(hits->count, count);
    size_t niche = at(tax, slug);
    assert_float_equal(taxonomy_hits_p(hits, niche), p, 1e-6);
    for (size_t i = 0; i < count; i++)
        if (hits->hit[i].niche == niche)
            assert_int_equal(hits->hit[i].how, how);
    free(hits);
}

/* "how: niches (parts) -excluded", or the error's name and hints. */
UNUSED static void resolves(const struct taxonomy *tax, const char *asked, const char *want) {
    struct tax_resolution r;
    struct fault f = {0};
    char out[1024];
    char a[300];
    char b[300];
    char c[300];
    enum err e = taxonomy_resolve(tax, asked, strlen(asked), &f, &r);
    if (e == ERR_OK)
        snprintf(out, sizeof out, "%s: %s (%s)%s%s", taxonomy_how_name(r.how),
                 slugs(tax, r.niche, r.niche_count, a, sizeof a),
                 slugs(tax, r.part, r.part_count, b, sizeof b), r.excluded_count ? " -" : "",
                 slugs(tax, r.excluded, r.excluded_count, c, sizeof c));
    else
        snprintf(out, sizeof out, "%s%s%s", err_name(e), f.hint_count ? " " : "",
                 f.hint_count ? f.hints[0] : "");
    if (strcmp(out, want) != 0)
        fail_msg("\"%s\" is\n  %s\nwanted\n  %s\n(%s)", asked, out, want, f.detail);
}

#endif
