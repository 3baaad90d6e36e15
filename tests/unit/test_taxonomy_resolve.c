/* What queries mean; and that no bytes break anything. */
#include "taxonomy_world.h"

static void test_resolve_one(void **state) {
    const struct taxonomy *t = *state;
    resolves(t, "vegan-fitness", "slug: vegan-fitness (vegan-fitness)");
    resolves(t, "vegan", "slug: vegan (vegan)");
    resolves(t, "Vegan Fitness", "alias: vegan-fitness (vegan-fitness)");
    resolves(t, "#veganfitness", "alias: vegan-fitness (vegan-fitness)");
    resolves(t, "VEGAN_FITNESS", "alias: vegan-fitness (vegan-fitness)");
    resolves(t, "  fitness   vegan ", "alias: vegan-fitness (vegan-fitness)");
    resolves(t, "végan", "alias: vegan (vegan)");
    resolves(t, "𝓥𝓮𝓰𝓪𝓷", "alias: vegan (vegan)");
    resolves(t, "plant-based", "alias: vegan (vegan)");
    resolves(t, "plantbased", "alias: vegan (vegan)");
    resolves(t, "Food & Drink", "alias: food (food)");
    resolves(t, "food and drink", "alias: food (food)");
    resolves(t, "#fit", "alias: fitness (fitness)");
    resolves(t, "vegans", "alias: vegan (vegan)");
    resolves(t, "dancers", "alias: dance (dance)");
    resolves(t, "素食", "alias: vegan (vegan)");
    resolves(t, "🌱", "alias: vegan (vegan)");
    resolves(t, "personal entrenador", "alias: fitness (fitness)");
}

static void test_resolve_compound(void **state) {
    const struct taxonomy *t = *state;
    resolves(t, "plantbased workout", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "plant based gym rats", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "#plantbasedgymrat", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "fitness vegano", "compound: vegan-fitness (fitness vegan)");
    resolves(t, "vegan+fitness", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "vegan,fitness", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "vegan & fitness", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "vegan and fitness", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "vegano y gym", "compound: vegan-fitness (vegan fitness)");
    resolves(t, "vegan fitness influencers", "compound: vegan-fitness (vegan-fitness)");
    resolves(t, "vegan, vegan-fitness", "compound: vegan-fitness (vegan-fitness vegan)");
    resolves(t, "food vegan", "compound: vegan (food vegan)");
    resolves(t, "vegan hiking", "compound: vegan hiking (vegan hiking)");
    resolves(t, "fitness, wellness", "compound: fitness wellness (fitness wellness)");
    resolves(t, "vegan,fitness,travel", "compound: vegan fitness travel (vegan fitness travel)");
    resolves(t, "vegan -keto", "compound: vegan (vegan) -keto");
    resolves(t, "-keto vegan", "compound: vegan (vegan) -keto");
    resolves(t, "food,-vegan-fitness", "compound: food (food) -vegan-fitness");
    resolves(t, "travel -weight loss", "compound: travel (travel) -weight-loss");
    resolves(t, "travel,-weight-loss,-cars", "compound: travel (travel) -weight-loss cars");
}

static void test_resolve_spelling(void **state) {
    const struct taxonomy *t = *state;
    resolves(t, "vegan fitnes", "spelling: vegan-fitness (vegan-fitness)");
    resolves(t, "veagn", "spelling: vegan (vegan)");
    resolves(t, "vegan,fitnes", "spelling: vegan-fitness (vegan fitness)");
    resolves(t, "hikking -keeto", "spelling: hiking (hiking) -keto");
    resolves(t, "plnat basd", "spelling: vegan (vegan)");
    resolves(t, "cat", "NICHE_UNKNOWN cars");      /* three letters: no guessing */
    resolves(t, "cookyt", "NICHE_UNKNOWN baking"); /* two errors in six letters */
    resolves(t, "vegan zzzzz", "NICHE_UNKNOWN vegan");
    resolves(t, "zzzzz", "NICHE_UNKNOWN");
    resolves(t, "vegan uk", "NICHE_UNKNOWN vegan");
    resolves(t, "fitness uk", "NICHE_UNKNOWN fitness");
    resolves(t, "vegan fitting", "NICHE_UNKNOWN vegan-fitness");
}

static void test_resolve_ties(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    struct fault f = {0};
    struct taxonomy *tax =
        build(a, NICHES_HEAD "sailing\tS\t\t\t0.2\tf\nnailing\tN\t\t\t0.1\tf\nmailing\tM\t\t\t0.3\tf\n",
              ALIASES_HEAD, "hashtag\n", &f);
    struct tax_resolution r = {.niche_count = 77};
    assert_int_equal(taxonomy_resolve(tax, "bailing", 7, &f, &r), ERR_NICHE_UNKNOWN);
    assert_int_equal(r.niche_count, 77);
    assert_int_equal(f.hint_count, 3);
    assert_string_equal(f.hints[0], "mailing");
    assert_string_equal(f.hints[1], "sailing");
    assert_string_equal(f.value, "bailing");
    assert_string_equal(f.param, "niche");
    uint16_t two[2];
    assert_int_equal(taxonomy_suggest(tax, "Ailing", 6, 2, two), 2);
    assert_int_equal(two[0], 2);
    assert_int_equal(taxonomy_suggest(tax, "Sailin", 6, 2, two), 1);
    assert_int_equal(two[0], 0);
    taxonomy_free(tax);
    arena_free(a);
}

static void test_resolve_refused(void **state) {
    const struct taxonomy *t = *state;
    resolves(t, "", "PARAM_INVALID");
    resolves(t, " , + ", "PARAM_INVALID");
    resolves(t, "-keto", "PARAM_INVALID");
    resolves(t, "vegan -vegan", "PARAM_INVALID");
    resolves(t, "vegan-fitness,-vegan", "PARAM_INVALID");
    resolves(t, "\xff\xfe", "PARAM_INVALID");
    resolves(t, "a b c d e f g h i j k l m n o p q r s t u v w x y z", "PARAM_INVALID");
    resolves(t, "vegan,fitness,wellness,baking,travel,cars,pets,dance,keto,love", "PARAM_INVALID");
    char big[300];
    memset(big, 'v', sizeof big);
    struct tax_resolution r;
    struct fault f;
    assert_int_equal(taxonomy_resolve(t, big, sizeof big, &f, &r), ERR_PARAM_INVALID);
    assert_int_equal(taxonomy_resolve(t, big, 200, &f, &r), ERR_PARAM_INVALID);
    assert_int_equal(taxonomy_resolve(t, big, 100, &f, &r), ERR_NICHE_UNKNOWN);
    assert_int_equal(taxonomy_resolve(t, "zzzzz", 5, NULL, &r), ERR_NICHE_UNKNOWN);
    assert_int_equal(taxonomy_resolve(t, "vegan\0x", 7, &f, &r), ERR_NICHE_UNKNOWN);
}

static const char *const scraps[] = {"vegan", "-",     "fitnes", "#",   "&",    ",",   " ",
                                     "plant", "based", "素食",   "🌱",   "\xff", "gym", "\n",
                                     "-",     "ﷺ",     "@a.b",   "rat", "s",    "é"};

static void test_any_bytes(void **state) {
    const struct taxonomy *t = *state;
    struct tax_hits *hits = calloc(1, sizeof *hits);
    unsigned seed = 3;
    for (int round = 0; round < 20000; round++) {
        char s[256];
        size_t n = 0;
        size_t want = (size_t)rand_r(&seed) % 220;
        while (n < want) {
            const char *w = scraps[(size_t)rand_r(&seed) % (sizeof scraps / sizeof scraps[0])];
            size_t k = strlen(w);
            memcpy(s + n, w, k);
            n += k;
            s[n] = (char)(rand_r(&seed) % 256);
            n += rand_r(&seed) % 8 == 0;
        }
        char *exact = malloc(n + 1);
        memcpy(exact, s, n);
        struct fault f = {0};
        struct tax_resolution r;
        enum err e = taxonomy_resolve(t, exact, n, &f, &r);
        assert_true(e == ERR_OK || e == ERR_PARAM_INVALID || e == ERR_NICHE_UNKNOWN);
        assert_true(e == ERR_OK ? r.niche_count >= 1 && r.niche_count <= TAX_RESOLVED_MAX
                                : f.detail[0] != '\0');
        assert_true(text_utf8_valid(f.detail, strlen(f.detail)) && text_utf8_valid(f.value, strlen(f.value)));
        taxonomy_hits_clear(hits);
        taxonomy_match(t, exact, n, (enum tax_where)(round % TAX_WHERE_COUNT), hits);
        taxonomy_close(t, hits);
        for (size_t w = 0; w < hits->word_count; w++)
            assert_true(text_utf8_valid(hits->word[w].text, strlen(hits->word[w].text)));
        free(exact);
    }
    free(hits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve_one),      cmocka_unit_test(test_resolve_compound),
        cmocka_unit_test(test_resolve_spelling), cmocka_unit_test(test_resolve_ties),
        cmocka_unit_test(test_resolve_refused),  cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
