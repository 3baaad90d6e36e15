/* Engagement quality: the worked numbers of the ranking specification (b2, 10) and its properties. */
#include "test_rank.h"

static void test_ana(void **state) {
    (void)state;
    struct engagement e = worked_engagement(&ANA, 0.5);
    NEAR2(e.n, 7.59);
    NEAR3(e.own_sd, 0.242);
    NEAR3(e.shrinkage, 0.959);
    NEAR3(e.theta, 0.407);
    NEAR3(e.sigma, 0.121);
    NEAR3(e.estimate.value, 0.718);
    NEAR3(worked_engagement(&ANA, 0.0).estimate.value, 0.751);
    NEAR3(e.percentile, 0.751);
    CLOSE(e.typical_engagements, 568, 0.5);
    CLOSE(e.rate, 0.0482, 0.00005);
    CLOSE(e.benchmark_rate, 0.0315, 0.00005);
    NEAR2(e.ratio, 1.53);
    NEAR2(e.n_eff, 3.79); /* the specification's JSON prints 3.8 */
    assert_int_equal(e.posts_used, 8);
    assert_true(e.estimate.measured);
}

static void test_ben(void **state) {
    (void)state;
    struct engagement e = worked_engagement(&BEN, 0.5);
    NEAR2(e.n, 5.84);
    NEAR3(e.own_sd, 0.262);
    NEAR3(e.shrinkage, 0.939);
    NEAR3(e.theta, -0.088);
    NEAR3(e.sigma, 0.149);
    NEAR3(e.estimate.value, 0.393);
    NEAR3(worked_engagement(&BEN, 0.0).estimate.value, 0.442);
    CLOSE(e.typical_engagements, 1504, 0.5);
    CLOSE(e.rate, 0.0176, 0.00005);
}

static void test_cho(void **state) {
    (void)state;
    struct engagement e = worked_engagement(&CHO, 0.5);
    NEAR2(e.n, 2.00);
    NEAR3(e.own_sd, 0.487);
    NEAR3(e.shrinkage, 0.603);
    NEAR3(e.theta, 0.544);
    NEAR3(e.sigma, 0.378);
    NEAR3(e.estimate.value, 0.723);
    NEAR3(worked_engagement(&CHO, 0.0).estimate.value, 0.818);
    CLOSE(e.typical_engagements, 286, 0.5);
    NEAR3(e.rate, 0.102);
    assert_true(e.steps <= 20);
}

static void test_no_posts(void **state) {
    (void)state;
    struct worked_creator nobody = {.followers = 9000, .n = 0};
    struct engagement e = worked_engagement(&nobody, 0.5);
    NEAR3(e.estimate.value, 0.309);
    CLOSE(e.shrinkage, 0.0, 0.0);
    CLOSE(e.theta, 0.0, 0.0);
    CLOSE(e.sigma, 0.60, 0.0);
    assert_false(e.estimate.measured);
    CLOSE(e.estimate.sd_ln, e.estimate.prior_sd_ln, 1e-12);
    assert_true(isnan(e.rate) && isnan(e.ratio) && isnan(e.uniformity) && isnan(e.size_residual));
    CLOSE(e.typical_engagements, 9000 * e.benchmark_rate, 1e-9);
    struct benchmark b = benchmark_seed(RANK_TIKTOK, RANK_BASIS_VIEWS);
    engagement_score(&b, 9000, NULL, 0, &ENGAGEMENT_DEFAULTS, &e);
    NEAR3(e.estimate.value, 0.309);
    assert_true(isnan(e.typical_engagements));
}

/* 40,000 likes on 400 posts, 2,000 followers: one observation, n 1, deff 2, so that x = ln((100 + .5)/2000).
 */
static void test_totals(void **state) {
    (void)state;
    struct benchmark b = benchmark_seed(RANK_TIKTOK, RANK_BASIS_TOTALS);
    struct engagement_post p = engagement_from_totals(40000, 400, 2000);
    struct engagement e;
    engagement_score(&b, 2000, &p, 1, &ENGAGEMENT_DEFAULTS, &e);
    CLOSE(e.n, 1.0, 0.0);
    CLOSE(e.n_eff, 0.5, 0.0);
    CLOSE(e.own_sd, b.s, 1e-12);
    double shrinkage = 1.3 * 1.3 / (1.3 * 1.3 + 0.8 * 0.8 / 0.5);
    CLOSE(e.shrinkage, shrinkage, 1e-12);
    CLOSE(e.theta, shrinkage * (log(100.5 / 2000) - benchmark_mu(&b, 2000)), 1e-12);
    assert_int_equal(e.basis, RANK_BASIS_TOTALS);
    assert_true(isnan(e.raw_sd));
    p = engagement_from_totals(40000, 0, 2000);
    engagement_score(&b, 2000, &p, 1, &ENGAGEMENT_DEFAULTS, &e);
    assert_int_equal(e.posts_used, 0);
    assert_int_equal(e.posts_excluded, 1);
}

/* n equal posts of age 0 and rate `rate` at 10,000 followers. */
static struct engagement uniform(double rate, size_t n) {
    struct engagement_post posts[64];
    for (size_t i = 0; i < n; i++) {
        posts[i] = (struct engagement_post){rate * 10000, 10000, 0, 0};
    }
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct engagement e;
    engagement_score(&b, 10000, posts, n, &ENGAGEMENT_DEFAULTS, &e);
    return e;
}

static void test_monotone(void **state) {
    (void)state;
    double last = 0.0;
    for (double rate = 0.001; rate < 2.0; rate *= 1.3) {
        double x = uniform(rate, 10).estimate.value;
        assert_true(x > last || x == 1.0);
        last = x;
    }
    /* The same rate is worth more at a larger size, the same engagements less. */
    struct worked_creator large = ANA;
    large.followers = 24000;
    struct engagement same_rate = worked_engagement(&large, 0.5);
    assert_true(same_rate.estimate.value > worked_engagement(&ANA, 0.5).estimate.value);
    for (size_t i = 0; i < large.n; i++) {
        large.posts[i].denominator = 24000;
    }
    assert_true(worked_engagement(&large, 0.5).estimate.value < worked_engagement(&ANA, 0.5).estimate.value);
    /* More posts of the same rate are known better. */
    assert_true(uniform(0.06, 20).sigma < uniform(0.06, 3).sigma);
    assert_true(uniform(0.06, 20).estimate.value > uniform(0.06, 3).estimate.value);
    assert_true(uniform(0.06, 20).estimate.sd_ln < uniform(0.06, 3).estimate.sd_ln);
}

static void test_one_boosted_post(void **state) {
    (void)state;
    struct worked_creator boosted = ANA;
    boosted.posts[3].engagements *= 100;
    double before = worked_engagement(&ANA, 0.5).estimate.value;
    double after = worked_engagement(&boosted, 0.5).estimate.value;
    assert_true(fabs(after - before) < 0.03);
    /* And more boost brings nothing more. */
    struct worked_creator absurd = boosted;
    absurd.posts[3].engagements *= 1000;
    CLOSE(worked_engagement(&absurd, 0.5).estimate.value, after, 1e-12);
}

/* A boosted post, which cannot move the location far, makes the account uncertain instead of certain; of two
 * posts (Cho) none can be called boosted. */
static void test_boosted_is_uncertain(void **state) {
    (void)state;
    struct worked_creator boosted = ANA;
    boosted.posts[3].engagements *= 5;
    boosted.posts[6].engagements *= 5;
    struct engagement before = worked_engagement(&ANA, 0.5);
    struct engagement after = worked_engagement(&boosted, 0.5);
    assert_true(after.own_sd > 1.5 * before.own_sd && after.sigma > 1.5 * before.sigma);
    struct engagement_params narrow = ENGAGEMENT_DEFAULTS;
    narrow.spread_clip = narrow.clip;
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct engagement e;
    engagement_score(&b, boosted.followers, boosted.posts, boosted.n, &narrow, &e);
    assert_true(e.own_sd < after.own_sd && e.estimate.value > after.estimate.value);
    engagement_score(&b, CHO.followers, CHO.posts, CHO.n, &narrow, &e);
    CLOSE(e.estimate.value, worked_engagement(&CHO, 0.5).estimate.value, 0.0);
}

/* The newest post of a slow account does not decide alone: ten posts, all but one two years old. */
static void test_weight_floor(void **state) {
    (void)state;
    struct engagement_post posts[10];
    for (size_t i = 0; i < 10; i++) {
        posts[i] = (struct engagement_post){i == 0 ? 5000 : 500, 10000, i == 0 ? 0 : 700, 0};
    }
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct engagement e;
    engagement_score(&b, 10000, posts, 10, &ENGAGEMENT_DEFAULTS, &e);
    NEAR2(e.n, 7.56); /* (1 + 9 x .3)^2 / (1 + 9 x .09) */
    assert_true(e.rate < 0.07);
}

/* sqrt(sigma^2 + (.4 s)^2 + s_i^2 / m); drift stays however many posts are to come. */
static void test_predict_sd(void **state) {
    (void)state;
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct engagement e = worked_engagement(&ANA, 0.5);
    double sd = engagement_predict_sd(&e, &b, 4, &ENGAGEMENT_DEFAULTS);
    NEAR3(sd, 0.229); /* .121^2 + .152^2 + .242^2 / 4 */
    CLOSE(engagement_predict_sd(&e, &b, 1e12, &ENGAGEMENT_DEFAULTS), hypot(e.sigma, 0.4 * 0.38), 1e-6);
}

static void test_order_is_irrelevant(void **state) {
    (void)state;
    struct engagement a = worked_engagement(&ANA, 0.5);
    unsigned seed = 7;
    for (int round = 0; round < 50; round++) {
        struct worked_creator c = ANA;
        for (size_t i = c.n - 1; i > 0; i--) {
            seed = seed * 1664525u + 1013904223u;
            size_t j = (seed >> 16) % (i + 1);
            struct engagement_post t = c.posts[i];
            c.posts[i] = c.posts[j];
            c.posts[j] = t;
        }
        struct engagement b = worked_engagement(&c, 0.5);
        assert_true(a.estimate.value == b.estimate.value && a.location == b.location && a.n == b.n);
        assert_true(a.own_sd == b.own_sd && a.sigma == b.sigma);
    }
}

static void test_excluded(void **state) {
    (void)state;
    struct worked_creator c = BEN;
    c.n = 8;
    c.posts[6] = (struct engagement_post){9e6, 85000, 0, ENGAGEMENT_GIVEAWAY};
    c.posts[7] = (struct engagement_post){2, 85000, 0, ENGAGEMENT_IMMATURE};
    struct engagement e = worked_engagement(&c, 0.5);
    assert_int_equal(e.posts_used, 6);
    assert_int_equal(e.posts_excluded, 2);
    assert_true(e.estimate.value == worked_engagement(&BEN, 0.5).estimate.value);
    const struct engagement_post bad[] = {{NAN, 85000, 0, 0}, {5, 0, 0, 0},       {5, NAN, 0, 0},
                                          {-1, 85000, 0, 0},  {5, 85000, NAN, 0}, {INFINITY, 1, 0, 0}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        c.posts[6] = bad[i];
        assert_int_equal(worked_engagement(&c, 0.5).posts_used, 6);
    }
}

/* Basis views: typical engagements come from the account's own views, not from followers. */
static void test_views(void **state) {
    (void)state;
    const struct engagement_post posts[] = {{90, 1000, 1, 0}, {450, 5000, 3, 0}, {180, 2000, 9, 0}};
    struct benchmark b = benchmark_seed(RANK_TIKTOK, RANK_BASIS_VIEWS);
    struct engagement e;
    engagement_score(&b, 1e6, posts, 3, &ENGAGEMENT_DEFAULTS, &e);
    CLOSE(e.typical_denominator, 2000, 0.0);
    CLOSE(e.typical_engagements, 2000 * exp(e.mu + e.theta), 1e-9);
    assert_int_equal(e.basis, RANK_BASIS_VIEWS);
}

/* Even with posts all alike the shrunk own sd stays above .35 s until n is 30; the raw one is what signal 5
 * uses. */
static void test_uniformity(void **state) {
    (void)state;
    struct engagement e = uniform(0.05, 16);
    NEAR2(e.n_eff, 8.0);
    CLOSE(e.uniformity, 0.0, 1e-9);
    assert_true(e.own_sd / 0.38 > 0.35);
    CLOSE(e.size_residual, (e.location - e.mu) / hypot(0.6, e.sigma), 1e-12);
    CLOSE(e.reach_residual, e.size_residual, 0.0); /* the basis is followers */
}

static void test_caution(void **state) {
    (void)state;
    double z = -1.0;
    assert_true(engagement_caution("low", &z) && z == 0.0);
    assert_true(engagement_caution("normal", &z) && z == 0.5);
    assert_true(engagement_caution("high", &z) && z == 1.28);
    assert_false(engagement_caution("High", &z));
    struct engagement e = worked_engagement(&CHO, 0.5);
    CLOSE(engagement_value(e.theta, e.sigma, e.tau, 0.0), e.percentile, 1e-15);
    CLOSE(engagement_value(e.theta, e.sigma, e.tau, 0.5), e.estimate.value, 1e-15);
    assert_true(e.optimistic > e.percentile && e.percentile > e.estimate.value);
}

/* sd(ln x) = phi((theta - z sigma)/tau) (sigma/tau)/x; Ana: phi(.5766) .2025/.7179 = .0953 */
static void test_sd(void **state) {
    (void)state;
    NEAR3(worked_engagement(&ANA, 0.5).estimate.sd_ln, 0.0953);
    /* no evidence: phi(-.5)/Phi(-.5) = 1.141 */
    NEAR3(worked_engagement(&ANA, 0.5).estimate.prior_sd_ln, 1.141);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ana),
        cmocka_unit_test(test_ben),
        cmocka_unit_test(test_cho),
        cmocka_unit_test(test_no_posts),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_one_boosted_post),
        cmocka_unit_test(test_boosted_is_uncertain),
        cmocka_unit_test(test_weight_floor),
        cmocka_unit_test(test_predict_sd),
        cmocka_unit_test(test_order_is_irrelevant),
        cmocka_unit_test(test_excluded),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_uniformity),
        cmocka_unit_test(test_caution),
        cmocka_unit_test(test_sd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
