/* Standing: the worked numbers of the ranking specification (d), peers, price band, small against large. */
#include "test_rank.h"

#include "rank/standing.h"

/* The table of (b7): components and score as printed. */
static const double BEN_X[MATCH_STORED] = {0.198, 0.393, 0.513, 0.425, 0.402, 0.742};
static const double CHO_X[MATCH_STORED] = {0.649, 0.723, 0.748, 0.746, 0.512, 0.548};
#define BEN_S 0.329
#define CHO_S 0.666

static void test_worked_gains(void **state) {
    (void)state;
    const double *w = match_default_weights();
    static const struct {
        double score, x, target, points;
        enum match_component c;
    } table[] = {
        {BEN_S, 0.198, 0.62, 19.0, MATCH_RELEVANCE},   {BEN_S, 0.393, 0.75, 4.5, MATCH_ENGAGEMENT},
        {BEN_S, 0.513, 0.90, 2.9, MATCH_AUTHENTICITY}, {BEN_S, 0.402, 0.604, 1.1, MATCH_LOYALTY},
        {BEN_S, 0.742, 0.845, 0.3, MATCH_FRESHNESS},   {CHO_S, 0.649, 0.80, 5.8, MATCH_RELEVANCE},
        {CHO_S, 0.748, 0.90, 1.9, MATCH_AUTHENTICITY}, {CHO_S, 0.548, 0.80, 1.8, MATCH_FRESHNESS},
        {CHO_S, 0.512, 0.62, 1.0, MATCH_LOYALTY},      {BEN_S, 0.425, 0.68, 1.6, MATCH_AFFORDABILITY},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLOSE(standing_gain(table[i].score, w[table[i].c], table[i].x, table[i].target), table[i].points,
              0.05);
    }
    CLOSE(standing_gain(BEN_S, 0.4, 0.7, 0.62), 0.0, 0.0);
    CLOSE(standing_gain(BEN_S, 0.4, 0.62, 0.62), 0.0, 0.0);
    /* a component below the floor counts as the floor, as in the score */
    CLOSE(standing_gain(0.5, 0.4, 0.0, 0.5), standing_gain(0.5, 0.4, RANK_FLOOR, 0.5), 0.0);
}

static void test_gaps_are_ordered_and_never_name_the_price(void **state) {
    (void)state;
    static const double p75[MATCH_STORED] = {0.62, 0.75, 0.90, 0.99, 0.604, 0.845};
    struct standing_gap gaps[MATCH_STORED];
    size_t n = standing_gaps(BEN_S, BEN_X, p75, match_default_weights(), gaps);
    assert_int_equal(n, 5);
    static const enum match_component order[] = {MATCH_RELEVANCE, MATCH_AUTHENTICITY, MATCH_ENGAGEMENT,
                                                 MATCH_LOYALTY, MATCH_FRESHNESS};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(gaps[i].component, order[i]);
        assert_true(i == 0 || gaps[i - 1].gain / gaps[i - 1].effort >= gaps[i].gain / gaps[i].effort);
    }
    CLOSE(gaps[0].gain, 19.0, 0.05);
    static const double cho75[MATCH_STORED] = {0.80, NAN, 0.90, 0.99, 0.62, 0.80};
    n = standing_gaps(CHO_S, CHO_X, cho75, match_default_weights(), gaps);
    assert_int_equal(n, 4);
    assert_int_equal(gaps[0].component, MATCH_RELEVANCE);
    assert_int_equal(standing_gaps(CHO_S, CHO_X, CHO_X, match_default_weights(), gaps), 0);
    CLOSE(standing_effort(MATCH_AFFORDABILITY), 0.0, 0.0);
    CLOSE(standing_effort(MATCH_AUDIENCE_FIT), 0.0, 0.0);
}

static void test_percentile(void **state) {
    (void)state;
    CLOSE(standing_percentile(25, 0, 50), 0.5, 1e-12);
    CLOSE(standing_percentile(0, 60, 60), 0.5, 1e-12);
    CLOSE(standing_percentile(100, 0, 100), 1.0, 0.0);
    CLOSE(standing_percentile(0, 0, 100), 0.0, 0.0);
    CLOSE(standing_percentile(10, 5, 100), 0.125, 1e-12);
    assert_true(isnan(standing_percentile(25, 0, 49)));
    assert_true(isnan(standing_percentile(0, 0, 0)));
}

static void test_band(void **state) {
    (void)state;
    int64_t low, high;
    standing_band(10000, &low, &high);
    assert_int_equal(low, 7047); /* 10,000 e^-.35 = 7,046.9 */
    assert_int_equal(high, 14190);
    standing_band(1, &low, &high);
    assert_int_equal(low, 1);
    assert_int_equal(high, 1);
}

/* Cho of the worked example: .818 without the risk term, .723 with it. */
static void test_information(void **state) {
    (void)state;
    CLOSE(standing_information(0.544, 0.378, 0.6, 0.5), 0.818 - 0.723, 0.001);
    CLOSE(standing_information(0.544, 0.378, 0.6, 0.0), 0.0, 0.0);
    assert_true(standing_information(-2.0, 0.3, 0.6, 0.5) > 0.0);
}

static void test_price_of_ana(void **state) {
    (void)state;
    struct price band = price_fair(0.309, 568);
    CLOSE(band.mid_usd, 176, 0.6);
    CLOSE(band.low_usd, 96, 0.6);
    CLOSE(band.high_usd, 320, 0.6);
    assert_string_equal(standing_quote(&band, 120), "below_middle");
    assert_string_equal(standing_quote(&band, 95), "below_band");
    assert_string_equal(standing_quote(&band, band.low_usd), "below_middle");
    assert_string_equal(standing_quote(&band, band.mid_usd), "above_middle");
    assert_string_equal(standing_quote(&band, band.high_usd), "above_middle");
    assert_string_equal(standing_quote(&band, 321), "above_band");
}

/* A profile alone: (2 + 5 x .01)/(2 + 5) = .293, g = 1.25 x .293/.543 = .674; a parent adds 15 % of its g. */
static void test_declared(void **state) {
    (void)state;
    static const double rates[] = {0.01, 0.02, 0.05};
    struct estimate alone = standing_declared(false, rates, 1);
    NEAR3(alone.value, 0.674);
    double vegan = 1.25 * 0.3 / 0.55, fitness = 1.25 * (2.25 / 7) / (2.25 / 7 + 0.25);
    double indirect = fmin(0.60, 1 - (1 - 0.60 * sqrt(vegan * fitness)) * (1 - 0.15 * fitness));
    double g = 1.25 * (2.05 / 7) / (2.05 / 7 + 0.25);
    CLOSE(standing_declared(true, rates, 3).value, g + (1 - g) * indirect, 1e-9);
    assert_true(standing_declared(false, rates, 3).value < standing_declared(true, rates, 3).value);
    assert_true(alone.sd_ln > 0.0 && alone.sd_ln < alone.prior_sd_ln);
}

static void test_small_against_large(void **state) {
    (void)state;
    struct standing_sizes s;
    /* one stratum: difference ln 2, sd sqrt(.36/90 + .36/40) = .114 */
    static const struct standing_stratum one[] = {{90, -3.0, 0.36, 40, -3.0 - 0.693147180559945, 0.36}};
    standing_compare(one, 1, &s);
    CLOSE(s.ratio, 2.0, 1e-9);
    CLOSE(s.low, 2.0 * exp(-1.959964 * sqrt(0.36 / 90 + 0.36 / 40)), 1e-9);
    CLOSE(s.low * s.high, 4.0, 1e-9);
    assert_true(s.decided && s.holds && s.small_n == 90 && s.large_n == 40);
    /* a second of equal rates and the same spread: half way in between; one with a single large account is
     * left out of the ratio and of n */
    static const struct standing_stratum three[] = {{90, -3.0, 0.36, 40, -3.0 - 0.693147180559945, 0.36},
                                                    {90, -1.0, 0.36, 40, -1.0, 0.36},
                                                    {500, -9.0, 0.36, 1, -1.0, NAN}};
    standing_compare(three, 3, &s);
    CLOSE(s.ratio, sqrt(2.0), 1e-9);
    assert_true(s.small_n == 180 && s.large_n == 80);
    /* the interval contains 1: not shown, so it does not hold */
    static const struct standing_stratum even[] = {{50, -3.0, 0.36, 30, -3.1, 0.36}};
    standing_compare(even, 1, &s);
    assert_true(s.decided && !s.holds && s.low < 1.0 && s.high > 1.0);
    static const struct standing_stratum few[] = {{500, -3.0, 0.36, 19, -4.0, 0.36}};
    standing_compare(few, 1, &s);
    assert_true(!s.decided && !s.holds && isnan(s.ratio) && isnan(s.low) && s.small_n == 500 &&
                s.large_n == 19);
    standing_compare(NULL, 0, &s);
    assert_true(!s.decided && s.small_n == 0);
}

static void test_crowding(void **state) {
    (void)state;
    CLOSE(standing_crowding(200, 20, 1000, 100), 1.0, 1e-12);
    CLOSE(standing_crowding(400, 20, 1000, 100), 2.0, 1e-12);
    assert_true(isnan(standing_crowding(400, 9, 1000, 100)));
    assert_true(isnan(standing_crowding(400, 20, 0, 0)));
    CLOSE(standing_crowding(0, 20, 1000, 100), 0.0, 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked_gains), cmocka_unit_test(test_gaps_are_ordered_and_never_name_the_price),
        cmocka_unit_test(test_percentile),   cmocka_unit_test(test_band),
        cmocka_unit_test(test_information),  cmocka_unit_test(test_price_of_ana),
        cmocka_unit_test(test_declared),     cmocka_unit_test(test_small_against_large),
        cmocka_unit_test(test_crowding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
