/* Affordability: price prior and the worked numbers of the ranking specification (b4, 10). */
#include "test_rank.h"

#include "rank/affordability.h"

static double reference(void) {
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    return affordability_reference_cpe(&b, 15000);
}

static struct affordability work(const struct worked_creator *c, double price) {
    struct engagement e = worked_engagement(c, 0.5);
    struct affordability a;
    affordability_score(price, c->followers, &e, reference(), &a);
    return a;
}

static void test_price_prior(void **state) {
    (void)state;
    static const struct {
        double followers, usd;
    } table[] = {{1e3, 16},  {5e3, 57},   {1e4, 100},  {2e4, 174},   {5e4, 362},
                 {1e5, 631}, {3e5, 2113}, {1e6, 7943}, {85000, 554}, {4000, 48}};
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLOSE(price_prior(table[i].followers).mid_usd, table[i].usd, 0.5);
    }
    struct price p = price_prior(1e4);
    CLOSE(p.low_usd, 100 * exp(-0.67449 * 0.6), 0.01);
    CLOSE(p.high_usd * p.low_usd, 1e4, 1e-6);
    CLOSE(price_known(120).sd_ln, 0.0, 0.0);
    assert_true(isfinite(price_prior(0).mid_usd) && price_prior(0).mid_usd > 0.0);
}

static void test_worked(void **state) {
    (void)state;
    CLOSE(reference(), 0.3092, 0.00005);
    struct affordability ana = work(&ANA, 120);
    NEAR3(ana.cpe_usd, 0.211);
    NEAR3(ana.estimate.value, 0.707);
    assert_true(ana.price_known);
    struct affordability ben = work(&BEN, NAN);
    NEAR3(ben.cpe_usd, 0.368);
    NEAR3(ben.estimate.value, 0.425);
    assert_false(ben.price_known);
    struct affordability cho = work(&CHO, NAN);
    NEAR3(cho.cpe_usd, 0.168);
    NEAR3(cho.estimate.value, 0.746);
}

static void test_unknown_price(void **state) {
    (void)state;
    /* the prior's price quoted openly is further from .5 than the same price unknown */
    double quoted = work(&CHO, price_prior(4000).mid_usd).estimate.value;
    double unknown = work(&CHO, NAN).estimate.value;
    assert_true(quoted > unknown && unknown > 0.5);
    assert_true(work(&BEN, price_prior(85000).mid_usd).estimate.value < work(&BEN, NAN).estimate.value);
    CLOSE(work(&CHO, 0.0).estimate.value, unknown, 0.0);
    CLOSE(work(&CHO, -5.0).estimate.value, unknown, 0.0);
    assert_true(work(&CHO, NAN).estimate.sd_ln > work(&CHO, 48).estimate.sd_ln);
}

static void test_monotone(void **state) {
    (void)state;
    double last = 1.0;
    for (double usd = 10; usd < 10000; usd *= 1.5) {
        double x = work(&ANA, usd).estimate.value;
        assert_true(x < last);
        last = x;
    }
    struct worked_creator better = ANA;
    for (size_t i = 0; i < better.n; i++) {
        better.posts[i].engagements *= 1.2;
    }
    assert_true(work(&better, 120).estimate.value > work(&ANA, 120).estimate.value);
}

/* The evidence-free account: prior price over the usual engagement; without evidence sd equals its prior. */
static void test_no_evidence(void **state) {
    (void)state;
    struct worked_creator nobody = {.followers = 15000, .n = 0};
    struct affordability a = work(&nobody, NAN);
    CLOSE(a.estimate.value, 0.5, 1e-12);
    CLOSE(a.estimate.sd_ln, a.estimate.prior_sd_ln, 1e-12);
    assert_false(a.estimate.measured);
    /* phi(0) sqrt(.36 + 2 x .1444 + .36)/sqrt(.85)/.5 = .869 */
    NEAR3(a.estimate.sd_ln, 0.869);
    /* views basis without posts: nothing to divide by */
    struct benchmark b = benchmark_seed(RANK_TIKTOK, RANK_BASIS_VIEWS);
    struct engagement e;
    engagement_score(&b, 15000, NULL, 0, &ENGAGEMENT_DEFAULTS, &e);
    affordability_score(100, 15000, &e, reference(), &a);
    CLOSE(a.estimate.value, 0.5, 0.0);
    assert_true(isnan(a.cpe_usd));
    assert_true(isfinite(a.estimate.sd_ln) && isfinite(a.estimate.prior_sd_ln));
    assert_false(a.estimate.measured);
}

/* Ana: u = .5437, phi .3441, sqrt(sigma^2 + s_i^2/n_eff) = sqrt(.01476 + .01539) = .1736, over .7 and .7067
 */
static void test_sd(void **state) {
    (void)state;
    NEAR3(work(&ANA, 120).estimate.sd_ln, 0.1208);
}

static void test_fair_price(void **state) {
    (void)state;
    struct price p = price_fair(reference(), 568.2);
    CLOSE(p.mid_usd, 176, 0.5);
    CLOSE(p.low_usd, 96, 0.5);
    CLOSE(p.high_usd, 320, 0.5);
}

static void test_deliverables(void **state) {
    (void)state;
    size_t n = 0;
    const struct price_deliverable *d = price_deliverables(&n);
    assert_true(n >= 4);
    assert_string_equal(d[0].name, "post");
    CLOSE(d[0].multiplier, 1.0, 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_price_prior),   cmocka_unit_test(test_worked),
        cmocka_unit_test(test_unknown_price), cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_no_evidence),   cmocka_unit_test(test_sd),
        cmocka_unit_test(test_fair_price),    cmocka_unit_test(test_deliverables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
