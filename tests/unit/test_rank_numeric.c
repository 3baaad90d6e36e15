/* Numeric helpers of the ranking floor. */
#include "test_rank.h"

#include "rank/numeric.h"

static void test_normal(void **state) {
    (void)state;
    CLOSE(rank_normal_cdf(0.0), 0.5, 1e-15);
    CLOSE(rank_normal_cdf(-0.5), 0.308537538725987, 1e-12);
    CLOSE(rank_normal_cdf(-10.0), 7.61985302416e-24, 1e-33);
    CLOSE(rank_normal_cdf(10.0), 1.0, 1e-15);
    CLOSE(rank_normal_pdf(0.0), 0.398942280401433, 1e-14);
}

static void test_clamp_and_ln(void **state) {
    (void)state;
    assert_true(isnan(rank_clamp(NAN, 0.0, 1.0)));
    CLOSE(rank_clamp(-1.0, 0.0, 1.0), 0.0, 0.0);
    CLOSE(rank_clamp(2.0, 0.0, 1.0), 1.0, 0.0);
    CLOSE(rank_ln(0.0), log(RANK_FLOOR), 0.0);
    CLOSE(rank_ln(NAN), log(RANK_FLOOR), 0.0);
    CLOSE(rank_ln(1.5), 0.0, 0.0);
    CLOSE(rank_sd_ln(0.1, 0.001), 5.0, 1e-12);
}

static void test_median(void **state) {
    (void)state;
    double odd[] = {5.0, 1.0, 4.0, 2.0, 3.0};
    CLOSE(rank_median(odd, 5), 3.0, 0.0);
    double even[] = {4.0, 1.0, 3.0, 2.0};
    CLOSE(rank_median(even, 4), 2.5, 0.0);
    double one[] = {7.0};
    CLOSE(rank_median(one, 1), 7.0, 0.0);
    assert_true(isnan(rank_median(one, 0)));
    double equal[] = {2.0, 2.0, 2.0, 2.0};
    CLOSE(rank_median(equal, 4), 2.0, 0.0);
}

/* Against the obvious way: the k-th smallest has exactly k smaller or equal before it. */
static void test_select(void **state) {
    (void)state;
    unsigned seed = 1;
    for (size_t n = 1; n <= 40; n++) {
        for (size_t k = 0; k < n; k++) {
            double a[40];
            for (size_t i = 0; i < n; i++) {
                seed = seed * 1664525u + 1013904223u;
                a[i] = (seed >> 16) % 13;
            }
            double x = rank_select(a, n, k);
            size_t less = 0;
            size_t equal = 0;
            for (size_t i = 0; i < n; i++) {
                less += a[i] < x;
                equal += a[i] == x;
            }
            assert_true(less <= k && k < less + equal);
        }
    }
}

static void test_quantile_position(void **state) {
    (void)state;
    const double q[] = {0.0, 1.0, 3.0, 3.0, 7.0};
    CLOSE(rank_quantile_position(-1.0, q, 5), 0.0, 0.0);
    CLOSE(rank_quantile_position(2.0, q, 5), 0.375, 1e-15);
    CLOSE(rank_quantile_position(3.0, q, 5), 0.75, 1e-15);
    CLOSE(rank_quantile_position(9.0, q, 5), 1.0, 0.0);
    assert_true(isnan(rank_quantile_position(NAN, q, 5)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_clamp_and_ln),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_quantile_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
