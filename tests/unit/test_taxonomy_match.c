/* What texts say about niches, and what follows from it. */
#include "taxonomy_world.h"

/* "vegan .90 [#plantbased plant based] fitness ..." in order of first evidence. */
static void hits_are(const struct taxonomy *tax, enum tax_where where, const char *text, const char *want) {
    struct tax_hits *hits = calloc(1, sizeof *hits);
    taxonomy_match(tax, text, strlen(text), where, hits);
    char out[1024] = "";
    size_t len = 0;
    for (size_t i = 0; i < hits->count; i++) {
        const struct tax_hit *h = &hits->hit[i];
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%s %.2f", i ? "; " : "",
                                taxonomy_slug(tax, h->niche), (double)h->p);
        for (size_t w = 0; w < hits->word_count; w++)
            if (hits->word[w].niche == h->niche)
                len += (size_t)snprintf(out + len, sizeof out - len, " [%s]", hits->word[w].text);
        assert_int_equal(h->how, TAX_DIRECT);
    }
    if (strcmp(out, want) != 0)
        fail_msg("\"%s\" gives\n  %s\nwanted\n  %s", text, out, want);
    free(hits);
}

static void test_words(void **state) {
    const struct taxonomy *t = *state;
    hits_are(t, TAX_BIO, "VÉGAN chef", "vegan 1.00 [vegan]");
    hits_are(t, TAX_BIO, "plant based gym rat", "vegan 0.90 [plant based]; fitness 0.90 [gym rat]");
    hits_are(t, TAX_BIO, "Plant-based. Plantbased!", "vegan 0.90 [plant based] [plantbased]");
    hits_are(t, TAX_BIO, "gym, workout, gym", "fitness 0.80 [gym] [workout]");
    hits_are(t, TAX_CAPTION, "vegan recipe", "vegan 1.00 [vegan recipe]");
    hits_are(t, TAX_CAPTION, "my vegan recipe book club",
             "vegan 1.00 [vegan]; travel 0.50 [recipe book club]");
    hits_are(t, TAX_CAPTION, "vegan fitness", "vegan-fitness 1.00 [vegan fitness]");
    hits_are(t, TAX_BIO, "fit and 🌱", "vegan 0.30 [🌱]");
    hits_are(t, TAX_BIO, "Я веган", "vegan 1.00 [веган]");
    hits_are(t, TAX_BIO, "我是素食者", "vegan 0.80 [素 食]");
    hits_are(t, TAX_BIO, "𝗣𝗹𝗮𝗻𝘁 𝗕𝗮𝘀𝗲𝗱", "vegan 0.90 [plant based]");
    hits_are(t, TAX_BIO, "@vegan www.vegan.com vegan@gym.com", "");
    hits_are(t, TAX_CATEGORY, "Health/Fitness & Gym", "fitness 0.50 [fitness] [gym]");
    hits_are(t, TAX_BIO, "carpet veganfitnesslife carmen", "");
    hits_are(t, TAX_BIO, "", "");
}

static void test_inflection(void **state) {
    const struct taxonomy *t = *state;
    hits_are(t, TAX_BIO, "vegans", "vegan 1.00 [vegans]");
    hits_are(t, TAX_BIO, "gym rats love recipes",
             "fitness 0.90 [gym rats]; love 1.00 [love]; food 0.60 [recipes]");
    hits_are(t, TAX_BIO, "hiker, dancers", "hiking 1.00 [hiker]; dance 1.00 [dancers]");
    hits_are(t, TAX_BIO, "dancing", "dance 1.00 [dancing]");
    hits_are(t, TAX_BIO, "mujeres", "dance 0.50 [mujeres]");
    hits_are(t, TAX_BIO, "Reisen", "travel 0.90 [reisen]");
    hits_are(t, TAX_BIO, "cookies", "baking 0.70 [cookies]");
    hits_are(t, TAX_BIO, "carer petting caring cared carss", "pets 0.80 [petting]");
    hits_are(t, TAX_BIO, "for bookings", "");
    hits_are(t, TAX_HASHTAG, "vegans", "vegan 1.00 [#vegans]");
}

static void test_negation(void **state) {
    const struct taxonomy *t = *state;
    hits_are(t, TAX_BIO, "not a vegan", "");
    hits_are(t, TAX_BIO, "Ex-vegan, former fitness coach", "");
    hits_are(t, TAX_BIO, "non vegan food", "food 1.00 [food]");
    hits_are(t, TAX_BIO, "no longer vegan; this isn't vegan; not #vegan", "");
    hits_are(t, TAX_BIO, "kein vegan, isn't a vegan", "");
    hits_are(t, TAX_BIO, "not only vegan", "vegan 1.00 [vegan]");
    hits_are(t, TAX_BIO, "no meat, vegan", "vegan 1.00 [vegan]");
}

static void test_hashtags(void **state) {
    const struct taxonomy *t = *state;
    hits_are(t, TAX_CAPTION, "#veganfitness", "vegan-fitness 1.00 [#veganfitness]");
    hits_are(t, TAX_CAPTION, "#Plant_Based", "vegan 0.90 [#plantbased]");
    hits_are(t, TAX_CAPTION, "#plantbasedgymrat",
             "vegan 0.90 [#plantbasedgymrat]; fitness 0.90 [#plantbasedgymrat]");
    hits_are(t, TAX_CAPTION, "#veganlife #mygymjourney2024",
             "vegan 1.00 [#veganlife]; fitness 0.80 [#mygymjourney2024]");
    hits_are(t, TAX_CAPTION, "#vidavegana #thevegans", "vegan 1.00 [#thevegans]");
    hits_are(t, TAX_CAPTION, "#love #FYP #instagood", "");
    hits_are(t, TAX_CAPTION, "#veganinstagood", "vegan 1.00 [#veganinstagood]");
    hits_are(t, TAX_CAPTION, "#fit fit", "fitness 0.40 [#fit]");
    hits_are(t, TAX_CAPTION, "#fitvegan", ""); /* fit weighs too little for a part */
    hits_are(t, TAX_CAPTION, "#carpet #carmen #cartoon #petition #veganx #exvegan", "");
    hits_are(t, TAX_CAPTION, "#carlover #mycar", "cars 0.80 [#carlover] [#mycar]");
    hits_are(t, TAX_CAPTION, "#素食", "vegan 0.80 [#素食]");
    hits_are(t, TAX_HASHTAG, "vegan_fitness,Gym fyp",
             "vegan-fitness 1.00 [#veganfitness]; fitness 0.80 [#gym]");
    hits_are(t, TAX_HASHTAG, "#vegan#gym", "vegan 1.00 [#vegan]; fitness 0.80 [#gym]");
    hits_are(t, TAX_USERNAME, "the_plantbased.gymrat", "vegan 0.45 [plantbased]; fitness 0.45 [gymrat]");
    hits_are(t, TAX_USERNAME, "veganlife2024", "vegan 0.50 [veganlife2024]");
}

static void test_bounds(void **state) {
    const struct taxonomy *t = *state;
    struct tax_hits *hits = calloc(1, sizeof *hits);
    size_t n = 100000;
    char *text = malloc(n);
    for (size_t i = 0; i < n; i++)
        text[i] = "gym vegan #yogalife "[i % 20];
    taxonomy_match(t, text, n, TAX_CAPTION, hits);
    assert_int_equal(hits->count, 3);
    assert_int_equal(hits->word_count, 3);
    memset(text, 'a', n);
    taxonomy_match(t, text, n, TAX_HASHTAG, hits);
    taxonomy_match(t, text, n, TAX_USERNAME, hits);
    assert_int_equal(hits->count, 3);
    taxonomy_hits_clear(hits);
    assert_float_equal(taxonomy_hits_p(hits, at(t, "vegan")), 0, 0);
    for (size_t i = 0; i < 200; i++) {
        char one[32];
        int len = snprintf(one, sizeof one, "#gym%zu", i);
        taxonomy_match(t, one, (size_t)len, TAX_CAPTION, hits);
    }
    assert_int_equal(hits->word_count, TAX_WORDS_MAX);
    assert_string_equal(taxonomy_where_name(TAX_HASHTAG), "hashtag");
    free(text);
    free(hits);
}

static void test_close(void **state) {
    const struct taxonomy *t = *state;
    closed_is(t, "plant based", "vegan", 0.9, TAX_DIRECT);
    closed_is(t, "plant based", "food", 0.9, TAX_BY_DESCENDANT);
    closed_is(t, "plant based", "vegan-fitness", 0, TAX_DIRECT);
    closed_is(t, "plant based gym rat", "vegan-fitness", 0.81, TAX_BY_ALL_PARENTS);
    closed_is(t, "plant based, hot yoga", "vegan-fitness", 0.9, TAX_BY_ALL_PARENTS);
    closed_is(t, "#veganfitness", "vegan-fitness", 1, TAX_DIRECT);
    closed_is(t, "#veganfitness", "food", 1, TAX_BY_DESCENDANT);
    closed_is(t, "#veganfitness", "vegan-baking", 0, TAX_DIRECT);
    closed_is(t, "gym and wellness", "yoga", 0, TAX_DIRECT);
    closed_is(t, "vegan cookies", "vegan-baking", 0.7, TAX_BY_ALL_PARENTS);
    closed_is(t, "vegan cookies", "food", 1, TAX_BY_DESCENDANT);
    closed_is(t, "food and vegan", "food", 1, TAX_DIRECT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),    cmocka_unit_test(test_inflection), cmocka_unit_test(test_negation),
        cmocka_unit_test(test_hashtags), cmocka_unit_test(test_bounds),     cmocka_unit_test(test_close),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
