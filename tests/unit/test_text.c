/* Folding, slugs and nearness of text. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef size_t fold_fn(const char *s, size_t n, char *out, size_t cap);

static void is(fold_fn *fn, const char *s, const char *want) {
    char out[512];
    size_t n = fn(s, strlen(s), out, sizeof out);
    assert_string_equal(out, want);
    assert_int_equal(n, strlen(want));
}

static void test_letters(void **state) {
    (void)state;
    is(text_fold, "Vegan FITNESS", "vegan fitness");
    is(text_fold, "V\u00e9gan ve\u0301gan", "vegan vegan");
    is(text_fold, "𝓥𝓮𝓰𝓪𝓷 𝐟𝐢𝐭", "vegan fit");
    is(text_fold, "ＶＥＧＡＮ", "vegan");
    is(text_fold, "ᴠᴇɢᴀɴ ꜰᴏᴏᴅ", "vegan food");
    is(text_fold, "Ⓥⓔⓖⓐⓝ 🅵🅾🅾🅳", "vegan food");
    is(text_fold, "S̸O̸U̸T̸H̸", "south");
    is(text_fold, "Straße ŁÓDŹ smørrebrød Ærø cœur İstanbul ılık",
       "strasse lodz smorrebrod aero coeur istanbul ilik");
    is(text_fold, "ВЕГАН Йога", "веган иога");
    is(text_fold, "ΣΊΣΥΦΟΣ", "σισυφοσ");
    is(text_fold, "नमस्ते", "नमस्ते");
    is(text_fold, "비건 운동", "비건 운동");
}

static void test_scripts(void **state) {
    (void)state;
    is(text_fold, "筋トレ健身gym", "筋 トレ 健 身 gym");
    is(text_fold, "ｶﾞ", "\u30ab\u3099");
    is(text_fold, "ガ", "\u30ab\u3099");
    is(text_fold, "＃ヨガ", "#ヨカ\u3099");
    is(text_slug, "筋トレ", "筋トレ");
}

static void test_symbols(void **state) {
    (void)state;
    is(text_fold, "🌱vegan💪🏽", "🌱 vegan 💪");
    is(text_fold, "👩🏽‍🍳 chef ❤️", "👩 🍳 chef ❤");
    is(text_fold, "🇫🇷🇩🇪", "🇫🇷 🇩🇪");
    is(text_fold, "Brand™ © me", "brand me");
    is(text_fold, "a • b | c · d", "a b c d");
    is(text_fold, "food & R&B", "food and r and b");
    is(text_fold, "l’art, don't — really", "l art don t really");
}

static void test_tags(void **state) {
    (void)state;
    is(text_fold, "#Vegan_Fitness#gym, #2024 ok", "#veganfitness #gym #2024 ok");
    is(text_fold, "#vegan🌱 # alone #❤️ c# #", "#vegan 🌱 alone ❤ c");
    is(text_fold, "plant_based", "plant based");
    is(text_words, "#plant_based @me", "plant based me");
}

static void test_no_evidence(void **state) {
    (void)state;
    is(text_fold, "hi @vegan.chef_1! yes", "hi yes");
    is(text_fold, "mail vegan.chef@food.co.uk now", "mail now");
    is(text_fold, "see https://vegan.example/fitness?x=1 now", "see now");
    is(text_fold, "linktr.ee/vegan www.vegan.blog vegan.com. vegan.co.uk/x", "");
    is(text_fold, "The end.Next day is 3.5 km", "the end next day is 3 5 km");
    is(text_words, "vegan.com", "vegan com");
}

static void test_slug_and_compact(void **state) {
    (void)state;
    is(text_slug, "  Vegan__Fitness -- Girl! ", "vegan-fitness-girl");
    is(text_slug, "#veganFitness", "veganfitness");
    is(text_slug, "Plant‑Based – Café's 🌱", "plant-based-cafes");
    is(text_slug, "---", "");
    is(text_compact, "Plant-based & 100% raw 🌱", "plantbased100raw");
}

static void test_bounds(void **state) {
    (void)state;
    char out[8];
    assert_int_equal(text_fold("vegan fitness", 13, out, sizeof out), 5);
    assert_string_equal(out, "vegan");
    assert_int_equal(text_fold("veganfitness", 12, out, sizeof out), 0);
    assert_string_equal(out, "");
    assert_int_equal(text_slug("abc defghi", 10, out, sizeof out), 7);
    assert_string_equal(out, "abc-def");
    assert_int_equal(text_slug("abcdef ghi", 10, out, sizeof out), 6);
    assert_int_equal(text_compact("健身健身", 12, out, sizeof out), 6);
    assert_int_equal(text_fold("", 0, out, 1), 0);
    assert_int_equal(text_fold("a", 1, out, 1), 0);
    is(text_fold,
       "a\xff\xfe"
       "b\xc3",
       "a b");
}

static void test_utf8(void **state) {
    (void)state;
    assert_true(text_utf8_valid("", 0));
    assert_true(text_utf8_valid("plain ascii, long enough", 24));
    assert_true(text_utf8_valid("végan 🌱 and more text", strlen("végan 🌱 and more text")));
    assert_false(text_utf8_valid("\xff", 1));
    assert_false(text_utf8_valid("abcdefgh\xc3", 9));
    assert_false(text_utf8_valid("\xc0\xaf", 2));
    assert_false(text_utf8_valid("\xed\xa0\x80", 3));
    assert_false(text_utf8_valid("\xf5\x80\x80\x80", 4));
    assert_int_equal(text_length("végan🌱", strlen("végan🌱")), 6);
}

static int distance(const char *a, const char *b, int max) {
    int d = text_distance(a, strlen(a), b, strlen(b), max);
    assert_int_equal(d, text_distance(b, strlen(b), a, strlen(a), max));
    return d;
}

/* The textbook table, to check the bounded one against. */
static int plain_osa(const char *a, int na, const char *b, int nb) {
    int t[16][16];
    for (int i = 0; i <= na; i++)
        for (int j = 0; j <= nb; j++) {
            int cost = i && j && a[i - 1] != b[j - 1];
            int best = i && j ? t[i - 1][j - 1] + cost : i + j;
            best = i && t[i - 1][j] + 1 < best ? t[i - 1][j] + 1 : best;
            best = j && t[i][j - 1] + 1 < best ? t[i][j - 1] + 1 : best;
            bool swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            t[i][j] = swap && t[i - 2][j - 2] + 1 < best ? t[i - 2][j - 2] + 1 : best;
        }
    return t[na][nb];
}

static void test_distance(void **state) {
    (void)state;
    assert_int_equal(distance("fitness", "fitness", 2), 0);
    assert_int_equal(distance("fitness", "fitnes", 2), 1);
    assert_int_equal(distance("fitness", "fitnses", 2), 1);
    assert_int_equal(distance("vegetarian", "vegetarain", 2), 1);
    assert_int_equal(distance("kitten", "sitting", 3), 3);
    assert_int_equal(distance("kitten", "sitting", 2), 3);
    assert_int_equal(distance("", "abc", 3), 3);
    assert_int_equal(distance("", "", 0), 0);
    assert_int_equal(distance("йога", "йоха", 1), 1);
    char long_text[400];
    memset(long_text, 'a', sizeof long_text);
    assert_int_equal(text_distance(long_text, sizeof long_text, "a", 1, 2), 3);
    unsigned seed = 7;
    for (int round = 0; round < 20000; round++) {
        char a[10];
        char b[10];
        int na = rand_r(&seed) % 10;
        int nb = rand_r(&seed) % 10;
        for (int i = 0; i < 9; i++) {
            a[i] = (char)('a' + rand_r(&seed) % 3);
            b[i] = (char)('a' + rand_r(&seed) % 3);
        }
        int max = rand_r(&seed) % 5;
        int want = plain_osa(a, na, b, nb);
        assert_int_equal(text_distance(a, (size_t)na, b, (size_t)nb, max), want > max ? max + 1 : want);
    }
}

static void test_similarity(void **state) {
    (void)state;
    assert_float_equal(text_similarity("vegan", 5, "vegan", 5), 1, 0);
    assert_float_equal(text_similarity("word", 4, "two words", 9), 4.0 / 11,
                       1e-9); /* pg_trgm's own example: 0.3636 */
    assert_float_equal(text_similarity("abc", 3, "xyz", 3), 0, 0);
    assert_float_equal(text_similarity("", 0, "", 0), 0, 0);
}

/* One code point that is four words, where only some of them have room. */
static void test_no_room_for_all_of_a_ligature(void **state) {
    (void)state;
    static const char text[] = "vegan \uFDFA gym";
    fold_fn *fns[] = {text_fold, text_words, text_slug, text_compact};
    for (size_t k = 0; k < COUNT_OF(fns); k++)
        for (size_t cap = 1; cap < 64; cap++) {
            char out[64], again[64];
            size_t len = fns[k](text, strlen(text), out, cap), twice = fns[k](out, len, again, cap);
            assert_true(len < cap && (len == 0 || (out[len - 1] != ' ' && out[len - 1] != '-')));
            assert_int_equal(twice, len);
            assert_string_equal(again, out);
        }
}

static void test_any_bytes(void **state) {
    (void)state;
    unsigned seed = 42;
    static const char bits[] = "#@&.:/-_ aZ9+wW";
    for (int round = 0; round < 30000; round++) {
        size_t n = (size_t)rand_r(&seed) % 64;
        char *s = malloc(n + 1);
        for (size_t i = 0; i < n; i++) {
            char easy = bits[(size_t)rand_r(&seed) % (sizeof bits - 1)];
            char hard = (char)(rand_r(&seed) % 256);
            s[i] = rand_r(&seed) % 2 == 0 ? easy : hard;
        }
        size_t cap = 1 + (size_t)rand_r(&seed) % 80;
        char *out = malloc(cap);
        fold_fn *fns[] = {text_fold, text_words, text_slug, text_compact};
        for (size_t k = 0; k < 4; k++) {
            size_t len = fns[k](s, n, out, cap);
            assert_true(len < cap && out[len] == '\0');
            assert_true(text_utf8_valid(out, len));
            assert_true(len == 0 || (out[0] != ' ' && out[len - 1] != ' ' && out[len - 1] != '-'));
            assert_null(strstr(out, "  "));
        }
        free(out);
        free(s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters),     cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_symbols),     cmocka_unit_test(test_tags),
        cmocka_unit_test(test_no_evidence), cmocka_unit_test(test_slug_and_compact),
        cmocka_unit_test(test_bounds),      cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_distance),    cmocka_unit_test(test_similarity),
        cmocka_unit_test(test_any_bytes),   cmocka_unit_test(test_no_room_for_all_of_a_ligature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
