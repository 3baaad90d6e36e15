/* The taxonomy: building and refusing, looking around, and the files the service ships. */
#include "taxonomy_world.h"

static void list_is(const struct taxonomy *tax, struct tax_list l, const char *want) {
    char out[512];
    assert_string_equal(slugs(tax, l.at, l.count, out, sizeof out), want);
}

static void test_graph(void **state) {
    const struct taxonomy *tax = *state;
    assert_int_equal(taxonomy_count(tax), 16);
    size_t vf = at(tax, "vegan-fitness");
    assert_int_equal(taxonomy_by_id(tax, taxonomy_id(tax, vf)), vf);
    assert_int_equal(taxonomy_by_id(tax, 999), -1);
    assert_int_equal(taxonomy_by_slug(tax, "vega", 4), -1);
    assert_int_equal(taxonomy_by_slug(tax, "vegan\0x", 7), -1);
    assert_string_equal(taxonomy_label(tax, at(tax, "food")), "Food & Drink");
    assert_float_equal(taxonomy_base_rate(tax, vf), 0.01, 0);
    assert_true(taxonomy_is_generic(tax, at(tax, "love")));
    list_is(tax, taxonomy_parents(tax, vf), "vegan fitness");
    list_is(tax, taxonomy_children(tax, at(tax, "food")), "vegan baking keto");
    list_is(tax, taxonomy_siblings(tax, at(tax, "vegan")), "baking keto");
    list_is(tax, taxonomy_siblings(tax, vf), "yoga vegan-baking");
    list_is(tax, taxonomy_ancestors(tax, vf), "food vegan fitness");
    list_is(tax, taxonomy_descendants(tax, at(tax, "food")), "vegan-fitness vegan baking vegan-baking keto");
    list_is(tax, taxonomy_parents(tax, at(tax, "food")), "");
    assert_true(taxonomy_is_above(tax, at(tax, "food"), vf));
    assert_false(taxonomy_is_above(tax, vf, at(tax, "food")));
    assert_false(taxonomy_is_above(tax, vf, vf));
    assert_true(taxonomy_is_intersection(tax, vf) && taxonomy_is_compound(tax, vf));
    assert_true(taxonomy_is_intersection(tax, at(tax, "yoga")));
    assert_false(taxonomy_is_compound(tax, at(tax, "yoga")));
    assert_false(taxonomy_is_intersection(tax, at(tax, "vegan")));
}

static void refused(const char *niches, const char *aliases, const char *generic, enum err code,
                    const char *words) {
    struct arena *a = arena_new(4096);
    struct fault f = {0};
    assert_null(build(a, niches, aliases, generic, &f));
    if (f.code != code || !strstr(f.detail, words))
        fail_msg("got %s \"%s\", wanted \"%s\"", err_name(f.code), f.detail, words);
    arena_free(a);
}

static void test_refused_niches(void **state) {
    (void)state;
    const char *none = ALIASES_HEAD;
    const char *gen = "hashtag\n";
#define N(lines) NICHES_HEAD lines, none, gen
    refused(N("a\tA\tb\t\t0\tf\nb\tB\tc\t\t0\tf\nc\tC\tb\t\t0\tf\n"), ERR_DATA_INVALID, "closes a cycle");
    refused(N("a\tA\ta\t\t0\tf\n"), ERR_DATA_INVALID,
            "niches.tsv line 2: parent \"a\" of \"a\" closes a cycle");
    refused(N("a\tA\t\t\t0\tf\nb\tB\tx\t\t0\tf\n"), ERR_DATA_INVALID, "niches.tsv line 3: parent must be");
    refused(N("a\tA\tb,b\t\t0\tf\nb\tB\t\t\t0\tf\n"), ERR_DATA_INVALID,
            "line 2: parent \"b\" of \"a\" is given twice");
    refused(N("a\tA\tb,\t\t0\tf\nb\tB\t\t\t0\tf\n"), ERR_DATA_INVALID, "line 2: parent must be the slug");
    refused(N("a\tA\t\t\t0\tf\na\tB\t\t\t0\tf\n"), ERR_DATA_INVALID, "line 3: slug \"a\" is given twice");
    refused(N("A\tA\t\t\t0\tf\n"), ERR_DATA_INVALID, "got \"A\"");
    refused(N("a--b\tA\t\t\t0\tf\n"), ERR_DATA_INVALID, "got \"a--b\"");
    refused(N("a\t\t\t\t0\tf\n"), ERR_DATA_INVALID, "line 2: label of \"a\"");
    refused(N("a\tA\t\t\t1.7\tf\n"), ERR_DATA_INVALID, "line 2: base_rate must be 0 to 1, got \"1.7\"");
    refused(N("a\tA\t\t\tnan\tf\n"), ERR_DATA_FORMAT, "base_rate must be a number, got \"nan\"");
    refused(N("a\tA\t\t\t\tf\n"), ERR_DATA_FORMAT, "base_rate must be a number");
    refused(N("a\tA\t\t\t0\ttrue\n"), ERR_DATA_FORMAT, "generic must be t or f, got \"true\"");
    refused(N("a\tA\t\t0\tf\n"), ERR_DATA_FORMAT, "line 2: line must have 6 columns, got 5");
    refused(N("a\tA\t\t\t0\tf\n\n"), ERR_DATA_FORMAT, "line 3: line must have 6 columns, got 1");
    refused(N("a\t\xff\t\t\t0\tf\n"), ERR_DATA_FORMAT, "line 2: line must be UTF-8");
    refused(N(""), ERR_DATA_INVALID, "1 to 4096 niches");
    refused("slug\tname\n", none, gen, ERR_DATA_FORMAT, "line 1");
    refused("", none, gen, ERR_DATA_FORMAT, "line 1");
#undef N
}

static void test_refused_aliases(void **state) {
    (void)state;
    const char *gen = "hashtag\n";
#define A(lines) NICHES_HEAD "aa\tA\t\t\t0\tf\nbb\tB\t\t\t0\tf\nxx\tX\t\t\t0\tt\n", ALIASES_HEAD lines, gen
    refused(A("yo\taa\t\tword\t1\nYo\tbb\t\tword\t1\n"), ERR_DATA_INVALID,
            "aliases.tsv line 3: alias \"Yo\" of \"bb\" means \"aa\" already (aliases.tsv line 2: \"yo\")");
    refused(A("aa\tbb\t\tword\t1\n"), ERR_DATA_INVALID,
            "line 2: alias \"aa\" of \"bb\" means \"aa\" already");
    refused(A("work out\taa\t\tword\t1\nworkout\tbb\t\tword\t1\n"), ERR_DATA_INVALID,
            "line 3: alias \"workout\"");
    refused(A("yo\tzz\t\tword\t1\n"), ERR_DATA_INVALID,
            "line 2: niche must be the slug of a niche, got \"zz\"");
    refused(A("yo\taa\ten\tword\t1\nyo\taa\ten\tword\t.5\n"), ERR_DATA_INVALID,
            "line 3: alias is given twice");
    refused(A("yo\taa\t\tword\t0\n"), ERR_DATA_INVALID,
            "line 2: weight must be above 0 and at most 1, got \"0\"");
    refused(A("yo\taa\t\tword\t1.01\n"), ERR_DATA_INVALID, "got \"1.01\"");
    refused(A("yo\taa\t\ttag\t1\n"), ERR_DATA_FORMAT, "kind must be word or hashtag, got \"tag\"");
    refused(A("yo\taa\tENG\tword\t1\n"), ERR_DATA_FORMAT, "lang must be");
    refused(A("!!\taa\t\tword\t1\n"), ERR_DATA_INVALID, "alias \"!!\" has no letters");
    refused(A("c\taa\t\tword\t1\n"), ERR_DATA_INVALID, "alias \"c\" must have more than one letter");
    refused(A("aa b c d e f g\taa\t\tword\t1\n"), ERR_DATA_INVALID, "at most 6 words");
#undef A
    refused(NICHES_HEAD "aa\tA\t\t\t0\tf\n", ALIASES_HEAD, "hashtag\n#Aa\n", ERR_DATA_INVALID,
            "generic hashtag \"#Aa\" is an alias of \"aa\"");
    refused(NICHES_HEAD "aa\tA\t\t\t0\tf\n", ALIASES_HEAD, "tag\naa\n", ERR_DATA_FORMAT,
            "column 1 must be \"hashtag\"");
}

static void test_merged_aliases(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    struct fault f = {0};
    struct taxonomy *tax =
        build(a, NICHES_HEAD "aa\tLabel\t\t\t0\tf\nbb\tLabel\t\t\t0\tf\n",
              ALIASES_HEAD "aa\taa\ten\tword\t0.3\nvé\tbb\ten\thashtag\t0.4\nve\tbb\tfr\tword\t0.2\n",
              "hashtag\n", &f);
    assert_non_null(tax);
    struct tax_hits hits = {0};
    taxonomy_match(tax, "aa label ve", 11, TAX_BIO, &hits);
    assert_float_equal(taxonomy_hits_p(&hits, 0), 1, 0); /* "label" went to the first */
    assert_float_equal(taxonomy_hits_p(&hits, 1), 0.4, 1e-6);
    taxonomy_hits_clear(&hits);
    taxonomy_match(tax, "aa", 2, TAX_BIO, &hits);
    assert_float_equal(taxonomy_hits_p(&hits, 0), 0.3, 1e-6); /* the line replaces the implicit 1 */
    taxonomy_free(tax);
    arena_free(a);
}

static char *slurp(struct arena *a, const char *path, size_t *ret_len) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = arena_alloc(a, 1 << 22);
    *ret_len = fread(text, 1, 1 << 22, file);
    fclose(file);
    return text;
}

/* The files the service ships; run from the top of the repository. */
static void test_real_files(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    size_t len[3];
    const char *niches = slurp(a, "sql/taxonomy/niches.tsv", &len[0]);
    const char *aliases = slurp(a, "sql/taxonomy/aliases.tsv", &len[1]);
    const char *generic = slurp(a, "sql/taxonomy/generic.tsv", &len[2]);
    if (!niches || !aliases || !generic) {
        arena_free(a);
        skip();
    }
    struct fault f = {0};
    struct taxonomy *tax = build(a, niches, aliases, generic, &f);
    if (!tax)
        fail_msg("%s", f.detail);
    static const char *const spellings[] = {"vegan-fitness",  "Vegan Fitness", "#veganfitness",
                                            "fitness vegano", "vegan+fitness", "vegan,fitness",
                                            "vegan fitnes",   "Vegan_Fitness", "vegan & fitness"};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        struct tax_resolution r;
        if (taxonomy_resolve(tax, spellings[i], strlen(spellings[i]), &f, &r) != ERR_OK)
            fail_msg("%s: %s", spellings[i], f.detail);
        assert_int_equal(r.niche_count, 1);
        assert_string_equal(taxonomy_slug(tax, r.niche[0]), "vegan-fitness");
    }
    struct tax_resolution r;
    assert_int_equal(taxonomy_resolve(tax, "plantbased workout", 18, &f, &r), ERR_OK);
    for (size_t i = 0; i < r.niche_count; i++) { /* or vegan and a niche below fitness */
        size_t n = r.niche[i];
        assert_true(n == at(tax, "vegan-fitness") || n == at(tax, "vegan") ||
                    taxonomy_is_above(tax, at(tax, "fitness"), n));
    }
    resolves(tax, "végan", "alias: vegan (vegan)");
    closed_is(tax, "#veganfitness", "vegan-fitness", 1, TAX_DIRECT);
    taxonomy_free(tax);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graph),           cmocka_unit_test(test_refused_niches),
        cmocka_unit_test(test_refused_aliases), cmocka_unit_test(test_merged_aliases),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
