/* Overlap of audiences by segments (ranking specification, e), and the planner's inputs (c).
 */
#include "test_rank.h"

#include "rank/affordability.h"
#include "rank/overlap.h"
#include "rank/plan_inputs.h"

static void test_segments(void **state) {
    (void)state;
    const double people[] = {1000, 500};
    const double a[] = {100, 50};
    const double b[] = {200, 0};
    struct overlap_pair p = overlap_of_segments(a, b, people, 2, 0);
    CLOSE(p.both, 20, 1e-12);
    CLOSE(p.people_a, 150, 0);
    CLOSE(p.either, 330, 1e-12);
    CLOSE(p.jaccard, 20.0 / 330, 1e-15);
    CLOSE(overlap_of_segments(a, b, people, 2, .5).both, 30, 1e-12);
    CLOSE(overlap_of_segments(a, b, people, 2, NAN).both, 20, 1e-12);
    /* never more than either reaches */
    const double all[] = {1000, 500};
    CLOSE(overlap_of_segments(a, all, people, 2, 1).both, 150, 1e-12);
}

static void test_inputs(void **state) {
    (void)state;
    CLOSE(plan_reach_rate(RANK_INSTAGRAM, 5e3), .30, 1e-12);
    CLOSE(plan_reach_rate(RANK_INSTAGRAM, 1e5), .16, .006);
    CLOSE(plan_reach_rate(RANK_INSTAGRAM, 285e3), .13, .005);
    CLOSE(plan_reach_rate(RANK_YOUTUBE, 1e4), .70, 1e-12);
    CLOSE(plan_reach_rate(RANK_INSTAGRAM, 0), plan_reach_rate(RANK_INSTAGRAM, 1), 0);
    CLOSE(plan_conversion_rate(0, 300), .0029, 5e-5);
    CLOSE(plan_conversion_rate(6, 300), .0114, 5e-5);
    CLOSE(plan_conversion_rate(40, 3000), .0124, 5e-5);
    CLOSE(plan_conversion_rate(0, 0), .005, 1e-15);
    double c[PLAN_GOALS];
    plan_response(.05, .2, .01, c);
    CLOSE(c[PLAN_REACH], 1, 0);
    CLOSE(c[PLAN_ENGAGEMENT], .25, 1e-15);
    CLOSE(c[PLAN_CONVERSIONS], .0025, 1e-15);
    plan_response(.5, .2, .01, c);
    CLOSE(c[PLAN_ENGAGEMENT], .9, 0);
    plan_response(NAN, .2, .01, c);
    CLOSE(c[PLAN_CONVERSIONS], 0, 0);
    plan_response(.05, NAN, .01, c);
    CLOSE(c[PLAN_ENGAGEMENT], 0, 0);
    plan_response(.5, 0, .01, c);
    CLOSE(c[PLAN_ENGAGEMENT], 0, 0);
    CLOSE(plan_reach_of_posts(.3, 1), .3, 1e-12);
    CLOSE(plan_reach_of_posts(.3, 2), .51, 1e-12);
    CLOSE(plan_reach_of_posts(0, 5), 0, 0);
    assert_true(plan_reach_of_posts(2.0, 3) >= 2.0 && plan_reach_of_posts(2.0, 3) < 2.2);
}

static void test_size_for_price(void **state) {
    (void)state;
    for (double followers = 1e3; followers < 1e7; followers *= 1.7) {
        double usd = price_prior(followers).mid_usd;
        CLOSE(plan_followers_for(usd, 1), followers, 1e-6 * followers);
        CLOSE(plan_followers_for(usd * 1.75, 1.75), followers, 1e-6 * followers);
    }
    const struct plan_segment segments[] = {{300, 1}, {100, 1}};
    double reach[2];
    plan_reach_of(segments, 2, 40, NULL, reach);
    CLOSE(reach[0], 30, 1e-12);
    CLOSE(reach[1], 10, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_size_for_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
