/* Benchmark curves: the seed table and its size adjustment (ranking specification, b2). */
#include "test_rank.h"

#include "rank/benchmark.h"

static void test_instagram_seed(void **state) {
    (void)state;
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    CLOSE(b.alpha, log(0.033), 1e-15);
    CLOSE(b.beta, -0.25, 0.0);
    CLOSE(b.tau, 0.60, 0.0);
    CLOSE(b.s, 0.38, 0.0);
    NEAR3(benchmark_rate(&b, 1000), 0.059);
    NEAR3(benchmark_rate(&b, 5000), 0.039);
    CLOSE(benchmark_rate(&b, 10000), 0.033, 1e-15);
    NEAR3(benchmark_rate(&b, 50000), 0.022);
    NEAR3(benchmark_rate(&b, 100000), 0.019);
    /* worked: Ana 3.15 %, Ben 1.93 % */
    CLOSE(benchmark_rate(&b, 12000), 0.0315, 0.00005);
    CLOSE(benchmark_rate(&b, 85000), 0.0193, 0.00005);
}

static void test_measured_seeds(void **state) {
    (void)state;
    struct benchmark tiktok = benchmark_seed(RANK_TIKTOK, RANK_BASIS_FOLLOWERS);
    CLOSE(benchmark_rate(&tiktok, 10000), 0.089, 1e-15);
    CLOSE(tiktok.beta, -0.34, 0.0);
    assert_int_equal(tiktok.n_accounts, 2142);
    /* Views per video and subscriber: what channel totals give. Likes and comments per subscriber are another
     * number. */
    struct benchmark youtube = benchmark_seed(RANK_YOUTUBE, RANK_BASIS_TOTALS);
    CLOSE(benchmark_rate(&youtube, 10000), 0.70, 1e-15);
    assert_string_equal(youtube.numerator, "views");
}

static void test_complete(void **state) {
    (void)state;
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++) {
        for (int k = 0; k < RANK_BASIS_COUNT; k++) {
            struct benchmark b = benchmark_seed((enum rank_platform)p, (enum rank_basis)k);
            assert_true(b.platform == (enum rank_platform)p && b.basis == (enum rank_basis)k);
            assert_true(b.tau > 0.0 && b.s > 0.0 && b.beta <= 0.0 && b.alpha < 0.0);
            assert_non_null(strstr("VMA", b.evidence));
            assert_true(strlen(b.source) > 10 && strlen(b.numerator) > 4 && strlen(b.as_of) == 10);
            assert_true(b.evidence[0] != 'A' || strstr(b.source, "assumption") != NULL);
            assert_true(benchmark_mu(&b, 2000) >= benchmark_mu(&b, 50000));
            assert_true(isfinite(benchmark_mu(&b, 0.0)));
        }
    }
}

/* The measured seed of TikTok by views carries its own date and evidence. */
static void test_measured_seed(void **state) {
    (void)state;
    struct benchmark b = benchmark_seed(RANK_TIKTOK, RANK_BASIS_VIEWS);
    NEAR3(benchmark_rate(&b, 300000), 0.141);
    assert_string_equal(b.evidence, "M");
    assert_string_equal(b.as_of, "2026-11-23");
    assert_int_equal(b.n_accounts, 691);
    assert_string_equal(benchmark_seed(RANK_TIKTOK, RANK_BASIS_FOLLOWERS).as_of, "2026-11-01");
}

static void test_names(void **state) {
    (void)state;
    for (int i = 0; i < RANK_PLATFORM_COUNT; i++) {
        enum rank_platform p = RANK_PLATFORM_COUNT;
        assert_true(rank_platform_by_name(rank_platform_name((enum rank_platform)i), &p));
        assert_int_equal(p, i);
    }
    enum rank_platform p = RANK_TIKTOK;
    assert_false(rank_platform_by_name("Instagram", &p));
    assert_int_equal(p, RANK_TIKTOK);
    assert_string_equal(rank_basis_name(RANK_BASIS_TOTALS), "totals");
    assert_int_equal(rank_default_basis(RANK_INSTAGRAM), RANK_BASIS_FOLLOWERS);
    assert_int_equal(rank_default_basis(RANK_YOUTUBE), RANK_BASIS_VIEWS);
    CLOSE(rank_maturity_days(RANK_INSTAGRAM), 2.0, 0.0);
    CLOSE(rank_maturity_days(RANK_YOUTUBE), 7.0, 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instagram_seed), cmocka_unit_test(test_measured_seeds),
        cmocka_unit_test(test_complete),       cmocka_unit_test(test_measured_seed),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
