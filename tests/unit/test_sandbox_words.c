/* What the sandbox generator stands on: arithmetic in integers, and word lists that agree with the taxonomy.
 */
#include "base/embed.h"
#include "ingest/sandbox_random.h"
#include "ingest/sandbox_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_integers_do_what_libm_does(void **state) {
    (void)state;
    for (double x = -5; x < 28; x += 0.37)
        assert_true(fabs((double)sandbox_exp(Q16(x)) / 65536 / exp(x) - 1) < (x < 0 ? 3e-3 : 3e-5));
    for (uint64_t n = 1; n < 1000000000; n = n * 3 + 1)
        assert_true(fabs((double)sandbox_ln(n) / 65536 - log((double)n)) < 3e-5);
    struct sandbox_rng r = sandbox_rng_of(1, 2, 3);
    double sum = 0;
    double squares = 0;
    double gamma = 0;
    for (int i = 0; i < 200000; i++) {
        double z = (double)sandbox_normal(&r) / 65536;
        sum += z;
        squares += z * z;
        gamma += (double)sandbox_gamma(&r, SHAPE_2) / 65536;
    }
    assert_true(fabs(sum / 200000) < 0.01 && fabs(squares / 200000 - 1) < 0.02 &&
                fabs(gamma / 200000 - 1) < 0.02);
}

/* Every niche of the sample world is one of the taxonomy. */
static void test_niches_are_in_the_taxonomy(void **state) {
    (void)state;
    const struct embedded *taxonomy = embed_find("sql/taxonomy/niches.tsv");
    if (!taxonomy)
        skip();
    struct sandbox_words *w = NULL;
    struct fault f = {0};
    assert_int_equal(sandbox_words_new(&f, &w), ERR_OK);
    for (uint32_t i = 0; i < w->niche_count; i++) {
        char line[80];
        snprintf(line, sizeof line, "\n%.*s\t", (int)w->niches[i].slug.n, w->niches[i].slug.s);
        if (!strstr(taxonomy->data, line))
            fail_msg("%s is not in the taxonomy", line + 1);
    }
    assert_true(w->niche_count >= 150);
    sandbox_words_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_do_what_libm_does),
        cmocka_unit_test(test_niches_are_in_the_taxonomy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
