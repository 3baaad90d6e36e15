/* What a person who is typing may mean; and how long that takes with 100,000 aliases. */
#include "taxonomy_world.h"

#include "base/buf.h"
#include "base/clock.h"
#include "rank/taxonomy_parts.h"

static const struct tax_found *found_of(const struct taxonomy *t, const char *q, const char *slug) {
    static struct tax_found found[TAX_NICHES_MAX];
    size_t n = taxonomy_search(t, q, strlen(q), found);
    for (size_t i = 0; i < n; i++)
        if (strcmp(taxonomy_slug(t, found[i].niche), slug) == 0)
            return &found[i];
    return NULL;
}

static void test_search(void **state) {
    const struct taxonomy *t = *state;
    assert_float_equal(found_of(t, "Végan", "vegan")->likeness, 3, 0);
    assert_null(found_of(t, "vegan", "vegan")->alias);
    assert_float_equal(found_of(t, "veg", "vegan")->likeness, 2, 0);
    assert_float_equal(found_of(t, "veg", "vegan-fitness")->likeness, 2, 0);
    assert_float_equal(found_of(t, "plant ba", "vegan")->likeness, 1.5, 0);
    assert_string_equal(found_of(t, "plant ba", "vegan")->alias, "plant based");
    assert_true(found_of(t, "vegan fitnes", "vegan-fitness")->likeness >= 2);
    assert_true(found_of(t, "fitnness", "fitness")->likeness < 1);
    assert_null(found_of(t, "veg", "cars"));
    assert_null(found_of(t, "", "vegan"));
    assert_null(found_of(t, "zzzzzz", "vegan"));
}

/* 4,000 niches with 25 aliases each, of made-up words. */
static struct taxonomy *large(struct arena *a) {
    static const char *const parts[] = {"ba",  "ke",  "lo",  "mi",  "nu",  "ra",  "se",  "ti",  "vo",  "zy",
                                        "dra", "fle", "gri", "plo", "stu", "kha", "yel", "won", "jin", "que"};
    struct buf niches = {0}, aliases = {0};
    buf_puts(&niches, NICHES_HEAD);
    buf_puts(&aliases, ALIASES_HEAD);
    for (unsigned i = 0; i < 4000; i++) {
        buf_printf(&niches, "n%u-%s\tN%u\t\t\t0.01\tf\n", i, parts[i % 20], i);
        for (unsigned k = 0; k < 25; k++)
            buf_printf(&aliases, "%s%s%s %s%s%u\tn%u-%s\ten\tword\t1\n", parts[i % 20], parts[(i / 20) % 20],
                       parts[k % 20], parts[(i / 400) % 20], parts[(k * 7 + i) % 20], i * 25 + k, i,
                       parts[i % 20]);
    }
    struct fault f = {0};
    struct taxonomy *tax = build(a, niches.data, aliases.data, "hashtag\n", &f);
    buf_free(&niches);
    buf_free(&aliases);
    return tax;
}

/* What taxonomy_search() was before it had an index: every alias looked at. */
static size_t search_all(const struct taxonomy *t, const char *q, struct tax_found *found) {
    static float score[TAX_NICHES_MAX];
    static size_t alias[TAX_NICHES_MAX];
    char folded[TEXT_COMPARE_MAX + 1];
    size_t n = text_words(q, strlen(q), folded, sizeof folded), niches = 0;
    memset(score, 0, sizeof score);
    for (int typos = 0; typos < 2 && (n == 0 || niches < 10); typos++)
        for (size_t k = 0; k < t->lex.alias_count && (n > 0 || typos); k++) {
            const struct tax_alias *a = &t->lex.alias[k];
            bool begins = n > 0 && a->len >= n && memcmp(a->text, folded, n) == 0;
            float s = begins  ? (a->len == n   ? 3.0f
                                 : a->implicit ? 2.0f
                                               : 1.5f)
                      : typos ? (float)text_similarity(folded, n, a->text, a->len)
                              : 0;
            if (s <= score[a->niche])
                continue;
            niches += score[a->niche] == 0;
            score[a->niche] = s;
            alias[a->niche] = k;
        }
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        if (score[i] >= 0.3f)
            found[count++] = (struct tax_found){
                (uint16_t)i, score[i], t->lex.alias[alias[i]].implicit ? NULL : t->lex.alias[alias[i]].text};
    return n > 0 ? count : 0;
}

static void same_as_all(const struct taxonomy *t, const char *q) {
    static struct tax_found a[TAX_NICHES_MAX], b[TAX_NICHES_MAX];
    size_t n = taxonomy_search(t, q, strlen(q), a);
    if (n != search_all(t, q, b))
        fail_msg("%zu niches for \"%s\"", n, q);
    for (size_t i = 0; i < n; i++)
        if (a[i].niche != b[i].niche || a[i].likeness != b[i].likeness || a[i].alias != b[i].alias)
            fail_msg("\"%s\": %s (%s, %g) or %s (%s, %g)", q, taxonomy_slug(t, a[i].niche), a[i].alias,
                     (double)a[i].likeness, taxonomy_slug(t, b[i].niche), b[i].alias, (double)b[i].likeness);
}

/* Beginnings of all aliases, whole, with a letter dropped, doubled, and two swapped. */
static void test_as_all(void **state) {
    const struct taxonomy *t = *state;
    for (size_t k = 0; k < t->lex.alias_count; k++) {
        const struct tax_alias *a = &t->lex.alias[k];
        char q[80];
        for (size_t n = 0; n <= a->len; n++) {
            snprintf(q, sizeof q, "%.*s", (int)n, a->text);
            same_as_all(t, q);
            snprintf(q, sizeof q, "%.*s%s", (int)n, a->text, a->text + n + (n < a->len));
            same_as_all(t, q);
            snprintf(q, sizeof q, "%.*s%s", (int)n, a->text, a->text + n - (n > 0));
            same_as_all(t, q);
        }
    }
    same_as_all(t, "  ");
    same_as_all(t, "zzzzzz");
}

static void test_time(void **state) {
    (void)state;
    static const char *const typed[] = {"b",          "bake", "bakelo",   "bakelo gri",
                                        "drafle stu", "n1",   "khyelwon", "queque"};
    struct arena *a = arena_new(1 << 20);
    struct taxonomy *tax = large(a);
    assert_non_null(tax);
    struct tax_found *found = malloc(TAX_NICHES_MAX * sizeof *found);
    int64_t worst = 0, sum = 0;
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        int64_t best = INT64_MAX;
        for (int round = 0; round < 5; round++) {
            int64_t begin = clock_mono_us();
            (void)taxonomy_search(tax, typed[i], strlen(typed[i]), found);
            int64_t took = clock_mono_us() - begin;
            best = took < best ? took : best;
        }
        worst = best > worst ? best : worst;
        sum += best;
    }
    printf("100,000 aliases: %.2f ms on average, %.2f ms at worst\n",
           (double)sum / 1e3 / (double)COUNT_OF(typed), (double)worst / 1e3);
    assert_true(worst < 50000);
    for (size_t i = 0; i < COUNT_OF(typed); i++)
        same_as_all(tax, typed[i]);
    free(found);
    taxonomy_free(tax);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_search), cmocka_unit_test(test_as_all),
                                       cmocka_unit_test(test_time)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
