/* Audience fit: Dirichlet-shrunk histogram intersection (ranking specification, b7). */
#include "test_rank.h"

#include "rank/audience_fit.h"

static struct estimate fit(const struct audience_bucket *b, size_t n, double sample) {
    struct estimate e;
    audience_fit_score(b, n, sample, &e);
    return e;
}

static void test_intersection(void **state) {
    (void)state;
    /* sample 200: half own, half usual. US (.7 + .5)/2 = .6 of .6, GB (.1 + .1)/2 = .1 of .4 */
    const struct audience_bucket b[] = {{0.7, 0.5, 0.6}, {0.1, 0.1, 0.4}};
    CLOSE(fit(b, 2, 200).value, 0.7, 1e-12);
    /* huge sample: own shares; .6 + .1 */
    CLOSE(fit(b, 2, 1e12).value, 0.7, 1e-9);
    /* no sample: usual shares; .5 + .1 */
    CLOSE(fit(b, 2, NAN).value, 0.6, 1e-12);
    CLOSE(fit(b, 2, 0).value, 0.6, 1e-12);
    assert_false(fit(b, 2, 0).measured);
    assert_true(fit(b, 2, 50).measured);
}

static void test_unknown(void **state) {
    (void)state;
    const struct audience_bucket b[] = {{NAN, 0.3, 0.6}, {NAN, 0.05, 0.4}};
    struct estimate e = fit(b, 2, 1000);
    CLOSE(e.value, 0.35, 1e-12);
    assert_false(e.measured);
    CLOSE(e.sd_ln, e.prior_sd_ln, 1e-15);
    /* sqrt(.35 .65/201)/.35 */
    NEAR3(e.sd_ln, 0.0961);
}

static void test_properties(void **state) {
    (void)state;
    double last = -1.0;
    for (double share = 0.0; share <= 0.6; share += 0.05) {
        const struct audience_bucket b[] = {{share, 0.3, 0.6}, {0.1, 0.1, 0.4}};
        struct estimate e = fit(b, 2, 500);
        assert_true(e.value > last && e.value > 0.0 && e.value <= 1.0);
        assert_true(e.sd_ln < 0.3);
        last = e.value;
    }
    const struct audience_bucket perfect[] = {{0.6, 0.6, 0.6}, {0.4, 0.4, 0.4}};
    CLOSE(fit(perfect, 2, 100).value, 1.0, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intersection),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
