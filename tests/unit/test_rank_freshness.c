/* Freshness: the worked numbers of the ranking specification (b6, 10) and its properties. */
#include "test_rank.h"

#include "rank/freshness.h"

static struct freshness score(double days, double gap, double ppw) {
    struct freshness f;
    freshness_score(&(struct freshness_input){days, gap, ppw}, &f);
    return f;
}

static void test_worked(void **state) {
    (void)state;
    NEAR3(score(4, 6, 1.2).estimate.value, 0.775);
    NEAR3(score(3, 6, 1.1).estimate.value, 0.742);
    NEAR3(score(6, 6, 0.6).estimate.value, 0.548);
    CLOSE(score(4, 6, 1.2).estimate.sd_ln, 0.0, 0.0);
}

static void test_steps(void **state) {
    (void)state;
    CLOSE(score(12.9, 6, 2).recency, 1.0, 0.0);
    CLOSE(score(13, 6, 2).recency, exp2(-7.0 / 21.0), 1e-15);
    CLOSE(score(19.9, 6, 2).recency, exp2(-7.0 / 21.0), 1e-15);
    CLOSE(score(27, 6, 2).recency, 0.5, 1e-15);
    /* the value changes exactly where it says it will */
    for (double d = 0; d < 60; d += 0.5) {
        struct freshness f = score(d, 6, 2);
        assert_true(f.next_change_days > d);
        assert_true(score(f.next_change_days - 0.01, 6, 2).estimate.value == f.estimate.value);
        assert_true(score(f.next_change_days, 6, 2).estimate.value < f.estimate.value);
    }
}

static void test_activity(void **state) {
    (void)state;
    CLOSE(score(0, 1, 2).activity, 1.0, 0.0);
    CLOSE(score(0, 1, 10).activity, 1.0, 0.0);
    CLOSE(score(0, 1, 14).activity, 0.8, 1e-12);
    CLOSE(score(0, 1, 20).activity, 0.5, 1e-12);
    CLOSE(score(0, 1, 90).activity, 0.5, 0.0);
    CLOSE(score(0, 1, 0).estimate.value, 0.0, 0.0);
}

static void test_missing(void **state) {
    (void)state;
    struct freshness f = score(NAN, NAN, NAN);
    CLOSE(f.estimate.value, 0.5, 0.0);
    CLOSE(f.estimate.sd_ln, 0.6, 1e-15);
    CLOSE(f.estimate.prior_sd_ln, 0.6, 1e-15);
    assert_false(f.estimate.measured);
    f = score(2, NAN, NAN); /* prior gap of 7 days, one post a week */
    CLOSE(f.activity, 0.5, 1e-12);
    assert_true(f.estimate.measured);
}

static void test_rate(void **state) {
    (void)state;
    CLOSE(1.0 / freshness_daily_rate(0, 0), 7.0, 1e-12);
    CLOSE(freshness_daily_rate(13, 76), 15.0 / 90.0, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked),  cmocka_unit_test(test_steps), cmocka_unit_test(test_activity),
        cmocka_unit_test(test_missing), cmocka_unit_test(test_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
