/* Overlap of audiences by sketches and by segments (ranking specification, e), and the planner's inputs (c).
 */
#include "test_rank.h"

#include "base/hash.h"
#include "rank/affordability.h"
#include "rank/overlap.h"
#include "rank/plan_inputs.h"

enum { MOST = 512 };

/* The people first..first + n - 1 as a sketch below theta. */
static struct overlap_sketch sketch(uint64_t first, uint64_t n, uint64_t theta, uint64_t salt,
                                    uint64_t *room) {
    struct overlap_sketch s = {.hashes = room, .theta = theta};
    for (uint64_t person = first; person < first + n; person++) {
        uint64_t key[2] = {salt, person};
        uint64_t h = hash_bytes(HASH_START, key, sizeof key);
        h = (h ^ (h >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
        size_t at = s.n;
        if (h >= theta || s.n == MOST) {
            continue;
        }
        for (s.n++; at && room[at - 1] > h; at--) {
            room[at] = room[at - 1];
        }
        room[at] = h;
    }
    return s;
}

static void test_exact_sets(void **state) {
    (void)state;
    const uint64_t a[] = {1, 4, 6, 9};
    const uint64_t b[] = {4, 5, 9, 30};
    struct overlap_sketch x = {a, 4, UINT64_MAX};
    struct overlap_sketch y = {b, 4, UINT64_MAX};
    struct overlap_pair p = overlap_of_sketches(&x, &y);
    CLOSE(p.both, 2, 0);
    CLOSE(p.either, 6, 0);
    CLOSE(p.jaccard, 1.0 / 3, 1e-15);
    CLOSE(p.jaccard_sd, sqrt(2.0 / 9 / 6), 1e-15);
    assert_int_equal(p.sampled, 6);
    y.theta = 9; /* only below 9 did both sample: {1, 4, 6} and {4, 5} */
    p = overlap_of_sketches(&x, &y);
    CLOSE(p.jaccard, .25, 1e-15);
    CLOSE(p.both, 0x1p64 / 9, 1);
    struct overlap_sketch empty = {NULL, 0, UINT64_MAX};
    p = overlap_of_sketches(&empty, &empty);
    assert_true(isnan(p.jaccard) && isnan(p.jaccard_sd) && p.both == 0);
}

static void test_many(void **state) {
    (void)state;
    const uint64_t a[] = {1, 4, 6, 9};
    const uint64_t b[] = {4, 5, 9, 30};
    const uint64_t c[] = {1, 30};
    const struct overlap_sketch s[] = {{a, 4, UINT64_MAX}, {b, 4, UINT64_MAX}, {c, 2, UINT64_MAX}};
    struct overlap_union u = overlap_of_many(s, 3);
    CLOSE(u.alone, 10, 0);
    CLOSE(u.together, 6, 0);
    struct overlap_pair p = overlap_of_sketches(&s[0], &s[1]);
    CLOSE(overlap_of_many(s, 2).together, p.either, 0);
    CLOSE(overlap_of_many(s, 0).together, 0, 0);
}

/* Known overlap: 6,000 people each, so that J = .05, .1, .2. Over 60 salts the estimate is unbiased, and its
 * spread is what the formula says. */
static void test_error(void **state) {
    (void)state;
    static uint64_t room[2][MOST];
    const double want[] = {.05, .1, .2};
    for (size_t k = 0; k < COUNT_OF(want); k++) {
        enum { ROUNDS = 60, PEOPLE = 6000 };
        uint64_t shared = (uint64_t)(2 * PEOPLE * want[k] / (1 + want[k]) + .5);
        double sum = 0.0;
        double squares = 0.0;
        double sd = 0.0;
        for (uint64_t salt = 0; salt < ROUNDS; salt++) {
            struct overlap_sketch a = sketch(0, PEOPLE, UINT64_MAX / 40, salt, room[0]);
            struct overlap_sketch b = sketch(PEOPLE - shared, PEOPLE, UINT64_MAX / 40, salt, room[1]);
            struct overlap_pair p = overlap_of_sketches(&a, &b);
            sum += p.jaccard / ROUNDS;
            squares += (p.jaccard - want[k]) * (p.jaccard - want[k]) / ROUNDS;
            sd += p.jaccard_sd / ROUNDS;
        }
        CLOSE(sum, want[k], 4 * sd / sqrt(60));
        CLOSE(sqrt(squares) / sd, 1, .3);
    }
    /* 27, 19, 12 % relative at k = 256 */
    CLOSE(sqrt(.95 / (.05 * 256)), .27, .005);
    CLOSE(sqrt(.8 / (.2 * 256)), .125, .005);
}

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
    assert_true(isnan(p.jaccard_sd) && p.sampled == 0);
}

static void test_cosine(void **state) {
    (void)state;
    const struct overlap_niche a[] = {{1, 3}, {5, 4}};
    const struct overlap_niche b[] = {{2, 9}, {5, 12}};
    CLOSE(overlap_cosine(a, 2, b, 2), 48.0 / (5 * 15), 1e-15);
    CLOSE(overlap_cosine(a, 2, a, 2), 1, 1e-15);
    CLOSE(overlap_cosine(a, 1, b, 2), 0, 0);
    assert_true(isnan(overlap_cosine(a, 2, b, 0)));
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
        cmocka_unit_test(test_exact_sets),     cmocka_unit_test(test_many),   cmocka_unit_test(test_error),
        cmocka_unit_test(test_segments),       cmocka_unit_test(test_cosine), cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_size_for_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
