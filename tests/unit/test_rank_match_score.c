/* Match score: the worked numbers of the ranking specification (b7, 10), points lost, the bound of own
 * weights (g), and its properties. */
#include "test_rank.h"

#include "rank/match_score.h"

static unsigned seed = 20260101;
/* Pseudo-random number in 0..1. */
static double chance(void) {
    seed = seed * 1664525u + 1013904223u;
    return (double)(seed >> 8) / (double)(1u << 24);
}

static void default_weights(double w[MATCH_COMPONENTS]) {
    assert_true(match_weights(NULL, false, w));
}

/* Components without evidence about how well they are known. */
static struct match_result plain(const double x[MATCH_STORED]) {
    struct estimate e[MATCH_COMPONENTS] = {{0}};
    for (size_t i = 0; i < MATCH_STORED; i++) {
        e[i] = (struct estimate){x[i], 0.1, 1.0, true};
    }
    double w[MATCH_COMPONENTS];
    default_weights(w);
    struct match_result r;
    match_score(e, w, &r);
    return r;
}

static int sum_lost(const struct match_result *r) {
    int sum = 0;
    for (size_t i = 0; i < MATCH_COMPONENTS; i++) {
        assert_true(r->points_lost_tenths[i] >= 0);
        sum += r->points_lost_tenths[i];
    }
    return sum;
}

/* The components of Ana as printed: relevance 26.55 tenths, engagement 60.59, authenticity 8.20,
 * affordability 31.71, loyalty 24.64, freshness 16.32; whole parts sum to 165 of 168, and the three largest
 * remainders are affordability, loyalty, engagement: 6.1 and 3.2 as specified. */
static void test_points_lost_printed(void **state) {
    (void)state;
    const double printed[MATCH_STORED] = {0.930, 0.718, 0.942, 0.707, 0.714, 0.775};
    static const int want[MATCH_COMPONENTS] = {26, 61, 8, 32, 25, 16, 0};
    struct match_result r = plain(printed);
    assert_memory_equal(r.points_lost_tenths, want, sizeof want);
    const double cho[MATCH_STORED] = {0.649, 0.723, 0.748, 0.746, 0.512, 0.548};
    NEAR3(plain(cho).value, 0.666);
}

static void test_points_lost(void **state) {
    (void)state;
    struct match_result r;
    for (int round = 0; round < 20000; round++) {
        double x[MATCH_STORED];
        for (size_t i = 0; i < MATCH_STORED; i++) {
            x[i] = chance() < 0.2 ? 1.0 : chance();
        }
        r = plain(x);
        assert_int_equal(sum_lost(&r), 1000 - match_score_tenths(r.score));
    }
    const double perfect[MATCH_STORED] = {1, 1, 1, 1, 1, 1};
    r = plain(perfect);
    assert_int_equal(r.score, MATCH_SCALE);
    assert_int_equal(sum_lost(&r), 0);
}

static void test_floor_and_quantisation(void **state) {
    (void)state;
    const double nothing[MATCH_STORED] = {0, 0, 0, 0, 0, 0};
    assert_int_equal(plain(nothing).score, 200);
    const double one_missing[MATCH_STORED] = {0, 1, 1, 1, 1, 1};
    CLOSE(plain(one_missing).value, pow(0.02, 0.4), 1e-12);
    assert_int_equal(match_quantise(0.0), 0);
    assert_int_equal(match_quantise(0.00005), 1);
    assert_int_equal(match_quantise(0.83217), 8322);
    assert_int_equal(match_quantise(1.0), 10000);
    assert_int_equal(match_quantise(7.0), 10000);
    assert_int_equal(match_quantise(-1.0), 0);
    assert_int_equal(match_quantise(NAN), 0);
    assert_int_equal(match_score_tenths(8322), 832);
    assert_int_equal(match_score_tenths(8325), 833);
    assert_int_equal(match_score_tenths(10000), 1000);
}

static void test_monotone(void **state) {
    (void)state;
    for (size_t c = 0; c < MATCH_STORED; c++) {
        double x[MATCH_STORED] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
        double last = 0.0;
        for (x[c] = 0.02; x[c] <= 1.0; x[c] += 0.02) {
            struct match_result r = plain(x);
            assert_true(r.value > last);
            last = r.value;
        }
    }
}

static void test_weights(void **state) {
    (void)state;
    double w[MATCH_COMPONENTS];
    default_weights(w);
    double sum = 0.0;
    for (size_t i = 0; i < MATCH_COMPONENTS; i++) {
        sum += w[i];
    }
    CLOSE(sum, 1.0, 1e-15);
    CLOSE(w[MATCH_RELEVANCE], 0.40, 1e-15);
    CLOSE(w[MATCH_AUDIENCE_FIT], 0.0, 0.0);
    /* engagement:2, loyalty:0.5 -> sum 1.16: .4/1.16, .4/1.16, .15/1.16, .1/1.16, .04/1.16, .07/1.16 */
    const double m[MATCH_STORED] = {1, 2, 1, 1, 0.5, 1};
    assert_true(match_weights(m, false, w));
    CLOSE(w[MATCH_ENGAGEMENT], 0.4 / 1.16, 1e-12);
    CLOSE(w[MATCH_LOYALTY], 0.04 / 1.16, 1e-12);
    assert_true(match_weights(m, true, w));
    CLOSE(w[MATCH_ENGAGEMENT], 0.85 * 0.4 / 1.16, 1e-12);
    CLOSE(w[MATCH_AUDIENCE_FIT], 0.15, 1e-15);
}

static void test_bad_weights(void **state) {
    (void)state;
    double w[MATCH_COMPONENTS] = {-1};
    const double zero[MATCH_STORED] = {0};
    const double over[MATCH_STORED] = {5.1, 1, 1, 1, 1, 1};
    const double under[MATCH_STORED] = {1, -0.1, 1, 1, 1, 1};
    const double nan[MATCH_STORED] = {1, 1, NAN, 1, 1, 1};
    assert_false(match_weights(zero, false, w));
    assert_false(match_weights(over, false, w));
    assert_false(match_weights(under, true, w));
    assert_false(match_weights(nan, false, w));
    CLOSE(w[0], -1.0, 0.0);
    /* a weight of zero takes its component out */
    const double only[MATCH_STORED] = {0, 5, 0, 0, 0, 0};
    assert_true(match_weights(only, false, w));
    CLOSE(w[MATCH_ENGAGEMENT], 1.0, 1e-15);
    struct estimate x[MATCH_COMPONENTS];
    for (size_t i = 0; i < MATCH_COMPONENTS; i++) {
        x[i] = (struct estimate){NAN, NAN, NAN, false};
    }
    x[MATCH_ENGAGEMENT] = (struct estimate){0.718, 0.1, 1.0, true};
    struct match_result r;
    match_score(x, w, &r);
    assert_int_equal(r.score, 7180);
    assert_int_equal(r.points_lost_tenths[MATCH_ENGAGEMENT], 282);
    assert_int_equal(sum_lost(&r), 282);
}

static void test_names_and_goals(void **state) {
    (void)state;
    for (int i = 0; i < MATCH_COMPONENTS; i++) {
        enum match_component c = MATCH_COMPONENTS;
        assert_true(match_component_by_name(match_component_name((enum match_component)i), &c));
        assert_int_equal(c, i);
    }
    enum match_component c = MATCH_LOYALTY;
    assert_false(match_component_by_name("looks", &c));
    assert_int_equal(c, MATCH_LOYALTY);
    size_t n = 0;
    const struct match_goal *g = match_goals(&n);
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++) {
        double w[MATCH_COMPONENTS];
        assert_true(match_weights(g[i].multipliers, false, w));
        assert_ptr_equal(match_goal_by_name(g[i].name), &g[i]);
    }
    CLOSE(match_goal_by_name("partnership")->multipliers[MATCH_LOYALTY], 3.0, 0.0);
    CLOSE(match_goal_by_name("awareness")->multipliers[MATCH_AFFORDABILITY], 2.0, 0.0);
    assert_string_equal(match_goal_by_name("conversions")->plan_maximises, "conversions");
    assert_null(match_goal_by_name("sales"));
}

/* Worlds that reach the corners: components at the floor, at the top and between. */
static double corner(void) {
    double c = chance();
    return c < 0.25 ? 0.0 : c < 0.5 ? 1.0 : chance();
}

/* Under random own weights no row beats the bound from its own default score, and the bound is never above
 * S^rho. */
static void test_bound(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        double m[MATCH_STORED];
        double x[MATCH_STORED];
        for (size_t i = 0; i < MATCH_STORED; i++) {
            m[i] = 5.0 * corner();
            x[i] = round % 2 ? corner() : chance();
        }
        m[round % MATCH_STORED] = 1.0; /* not all 0 */
        bool audience = round % 3 == 0;
        bool lifted = round % 5 == 0;
        double w[MATCH_COMPONENTS];
        assert_true(match_weights(m, audience, w));
        struct match_limit limit;
        match_limit_of(match_default_weights(), w, lifted, NULL, &limit);
        assert_true(limit.n == MATCH_STORED && limit.ratio[0] >= 0.0);
        struct match_result r = plain(x);
        r.ln[MATCH_AUDIENCE_FIT] = log(chance() * 0.98 + 0.02);
        if (lifted) {
            r.ln[MATCH_ENGAGEMENT] = 0.0;
        }
        double own = match_value(r.ln, w);
        double bound = match_bound(r.score, &limit);
        assert_true(own <= bound);
        assert_true(match_quantise(own) <= match_quantise(bound));
        assert_true(bound <= pow((r.score + 0.5) / MATCH_SCALE, limit.ratio[0]) * (1.0 + 1e-9) ||
                    bound == 1.0);
    }
}

/* The bound is reached: a row that lost all it could where that counts least, and the rest in the next
 * component. */
static void test_bound_is_tight(void **state) {
    (void)state;
    double w[MATCH_COMPONENTS];
    struct match_limit limit;
    const double m[MATCH_STORED] = {1, 2, 1, 1, 0.5, 1};
    assert_true(match_weights(m, false, w));
    match_limit_of(match_default_weights(), w, false, NULL, &limit);
    const double x[MATCH_STORED] = {0.7, 1, 1, 1, 0.02, 1}; /* loyalty has the smallest ratio */
    struct match_result r = plain(x);
    CLOSE(match_bound(r.score, &limit), match_value(r.ln, w), 1e-4);
    default_weights(w);
    match_limit_of(match_default_weights(), w, false, NULL, &limit);
    CLOSE(match_bound(8321, &limit), 0.83215, 1e-9);
    CLOSE(match_bound(10000, &limit), 1.0, 0.0);
    CLOSE(match_bound(10, &limit), 0.02, 1e-9); /* no row is below the floor */
    const double none[MATCH_STORED] = {0, 0, 0, 0, 0, 1};
    assert_true(match_weights(none, false, w));
    match_limit_of(match_default_weights(), w, false, NULL, &limit);
    CLOSE(match_bound(5000, &limit), 1.0, 0.0); /* what was lost may be elsewhere */
    CLOSE(match_bound(500, &limit), 1.0, 0.0);
    assert_true(match_bound(210, &limit) < 0.95);
}

static void test_interval_and_confidence(void **state) {
    (void)state;
    double w[MATCH_COMPONENTS];
    default_weights(w);
    struct estimate x[MATCH_COMPONENTS] = {{0}};
    for (size_t i = 0; i < MATCH_STORED; i++) {
        x[i] = (struct estimate){0.5, 0.2, 0.4, true};
    }
    struct match_result r;
    match_score(x, w, &r);
    /* sd = .2 sqrt(.16 + .04 + .0225 + .01 + .0064 + .0049) = .2 x .49376 */
    CLOSE(r.sd_ln, 0.2 * sqrt(0.2438), 1e-12);
    assert_int_equal(r.low, match_quantise(0.5 * exp(-1.2816 * r.sd_ln)));
    assert_int_equal(r.high, match_quantise(0.5 * exp(1.2816 * r.sd_ln)));
    assert_int_equal(r.confidence, 7500); /* 1 - (.2/.4)^2 */
    for (size_t i = 0; i < MATCH_STORED; i++) {
        x[i].sd_ln = 0.4;
    }
    match_score(x, w, &r);
    assert_int_equal(r.confidence, 0);
    x[MATCH_AUTHENTICITY].sd_ln = 9.0; /* more than the prior's: counts as the prior's */
    x[MATCH_RELEVANCE].sd_ln = 0.0;
    match_score(x, w, &r);
    assert_int_equal(r.confidence, 4000);
    x[MATCH_AUTHENTICITY].value = 0.99;
    match_score(x, w, &r);
    assert_true(r.high <= MATCH_SCALE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_lost_printed),
        cmocka_unit_test(test_points_lost),
        cmocka_unit_test(test_floor_and_quantisation),
        cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_bad_weights),
        cmocka_unit_test(test_names_and_goals),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_bound_is_tight),
        cmocka_unit_test(test_interval_and_confidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
