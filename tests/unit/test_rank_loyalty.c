/* Loyalty: the worked numbers of the ranking specification (b5, 10) and its properties. */
#include "test_rank.h"

#include "rank/loyalty.h"

static struct loyalty score(struct loyalty_input in) {
    struct loyalty l;
    loyalty_score(&in, &l);
    return l;
}

static void test_worked(void **state) {
    (void)state;
    struct loyalty ana = score((struct loyalty_input){5, 3, 0.8, NAN, false});
    NEAR3(ana.repeat_rate, 0.467);
    NEAR3(ana.repeat, 0.778);
    NEAR3(ana.estimate.value, 0.714);
    assert_false(ana.returning_measured);
    struct loyalty ben = score((struct loyalty_input){14, 1, 0.7, NAN, false});
    NEAR3(ben.estimate.value, 0.402);
    struct loyalty cho = score((struct loyalty_input){0, 0, 0.55, NAN, false});
    NEAR3(cho.repeat_rate, 0.300);
    /* .5 x .5 + .25 x .55 + .25 x .5 = .5125, printed as .512 */
    CLOSE(cho.estimate.value, 0.5125, 1e-12);
}

static void test_missing_is_prior(void **state) {
    (void)state;
    struct loyalty l = score((struct loyalty_input){0, 0, NAN, NAN, false});
    CLOSE(l.estimate.value, 0.5, 1e-12);
    CLOSE(l.estimate.sd_ln, l.estimate.prior_sd_ln, 1e-12);
    assert_false(l.estimate.measured);
    /* sqrt((.5 sqrt(.3 .7/5)/.6)^2 + 2 (.075)^2)/.5 = .4021 */
    NEAR3(l.estimate.sd_ln, 0.4021);
}

static void test_properties(void **state) {
    (void)state;
    double last = 0.0;
    for (unsigned r = 0; r <= 8; r++) {
        double x = score((struct loyalty_input){10, r, 0.5, 0.5, false}).estimate.value;
        assert_true(x >= last && x <= 1.0);
        last = x;
    }
    CLOSE(score((struct loyalty_input){10, 10, 1.0, 1.0, false}).estimate.value, 1.0, 1e-12);
    struct loyalty churned = score((struct loyalty_input){5, 3, 0.8, NAN, true});
    CLOSE(churned.estimate.value, score((struct loyalty_input){5, 3, 0.8, NAN, false}).estimate.value - 0.15,
          1e-12);
    struct loyalty floored = score((struct loyalty_input){100, 0, 0.0, 0.0, true});
    CLOSE(floored.estimate.value, 0.0, 0.0);
    assert_true(isfinite(floored.estimate.sd_ln));
    assert_true(score((struct loyalty_input){20, 6, 0.5, 0.5, false}).estimate.sd_ln <
                score((struct loyalty_input){5, 2, 0.5, NAN, false}).estimate.sd_ln);
}

static void test_regularity(void **state) {
    (void)state;
    const double clock[] = {28, 0, 14, 7, 21};
    CLOSE(loyalty_regularity(clock, 5), 1.0, 1e-12);
    /* gaps 1, 1, 1, 9: mean 3, sd 4, CV 4/3 */
    const double bursts[] = {0, 1, 2, 3, 12};
    CLOSE(loyalty_regularity(bursts, 5), exp(-4.0 / 3.0), 1e-12);
    assert_true(isnan(loyalty_regularity(clock, 4)));
    const double at_once[] = {3, 3, 3, 3, 3};
    assert_true(isnan(loyalty_regularity(at_once, 5)));
}

static void test_consistency(void **state) {
    (void)state;
    CLOSE(loyalty_consistency(RANK_TIKTOK, 0.323), 0.5, 1e-12);
    CLOSE(loyalty_consistency(RANK_TIKTOK, 1.0), 1.0, 0.0);
    CLOSE(loyalty_consistency(RANK_TIKTOK, 0.0), 0.0, 0.0);
    assert_true(isnan(loyalty_consistency(RANK_INSTAGRAM, NAN)));
    assert_true(loyalty_consistency(RANK_INSTAGRAM, 0.3) > loyalty_consistency(RANK_INSTAGRAM, 0.2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked),      cmocka_unit_test(test_missing_is_prior),
        cmocka_unit_test(test_properties),  cmocka_unit_test(test_regularity),
        cmocka_unit_test(test_consistency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
