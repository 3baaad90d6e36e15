/* Likeness of creators: each part, and what a missing part does (ranking specification, e). */
#include "test_rank.h"

#include "rank/lookalike.h"

static void test_cosine(void **state) {
    (void)state;
    struct lookalike_niches a = {2, {1, 2}, {3, 4}};
    struct lookalike_niches b = {2, {2, 3}, {4, 3}};
    struct lookalike_niches c = {2, {2, 1}, {8, 6}};
    struct lookalike_niches none = {0};
    CLOSE(lookalike_cosine(&a, &b), 16.0 / 25.0, 1e-12);
    CLOSE(lookalike_cosine(&a, &c), 1.0, 1e-12);
    assert_true(isnan(lookalike_cosine(&a, &none)));
    /* a niche that 1 of 1,000 lists tells more than one that all do */
    CLOSE(lookalike_idf(1, 1000), log(1001), 1e-12);
    CLOSE(lookalike_idf(1000, 1000), log(2), 1e-12);
    CLOSE(lookalike_idf(0, 0), log(2), 1e-12);
}

static void test_size(void **state) {
    (void)state;
    CLOSE(lookalike_size(10000, 20000), 0.5, 1e-12);
    CLOSE(lookalike_size(20000, 10000), exp(-log(2)), 1e-12);
    CLOSE(lookalike_size(7, 7), 1.0, 0.0);
    assert_true(isnan(lookalike_size(0, 5)) && isnan(lookalike_size(NAN, 5)));
}

static void test_mix(void **state) {
    (void)state;
    const char *const a[] = {"age:18-24", "country:GB", "country:US"};
    const double share_a[] = {1.0, 0.4, 0.6};
    const char *const b[] = {"country:DE", "country:US", "gender:f"};
    const double share_b[] = {0.5, 0.5, 1.0};
    size_t n;
    /* country alone is known of both: 1 - (.4 + .5 + .1)/2 */
    CLOSE(lookalike_mix(a, share_a, 3, b, share_b, 3, &n), 0.5, 1e-12);
    assert_int_equal(n, 1);
    CLOSE(lookalike_mix(a, share_a, 3, a, share_a, 3, &n), 1.0, 1e-12);
    assert_int_equal(n, 2);
    assert_true(isnan(lookalike_mix(a, share_a, 1, b, share_b, 3, &n)) && n == 0);
    assert_true(isnan(lookalike_mix(a, share_a, 3, b, share_b, 0, &n)));
}

static void test_score(void **state) {
    (void)state;
    double w[LIKE_PARTS];
    const double all[LIKE_PARTS] = {0.8, 0.1, 0.5, 0.6};
    CLOSE(lookalike_score(all, w), 0.45 * 0.8 + 0.25 * 0.1 + 0.15 * 0.5 + 0.15 * 0.6, 1e-12);
    const double some[LIKE_PARTS] = {0.8, NAN, 0.5, NAN};
    CLOSE(lookalike_score(some, w), 0.75 * 0.8 + 0.25 * 0.5, 1e-12);
    CLOSE(w[LIKE_NICHES], 0.75, 1e-12);
    CLOSE(w[LIKE_AUDIENCE], 0.0, 0.0);
    const double none[LIKE_PARTS] = {NAN, NAN, NAN, NAN};
    CLOSE(lookalike_score(none, w), 0.0, 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cosine),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_mix),
        cmocka_unit_test(test_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
