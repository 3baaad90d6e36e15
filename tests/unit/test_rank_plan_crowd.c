/* A plan's people counted by samples of audiences where there are any (rank/plan_crowd.h): on made-up
 * audiences whose members are known. */
#include "test_rank.h"

#include "../bench/plan_random.h"
#include "base/hash.h"
#include "rank/plan_crowd.h"

enum { CREATORS = 8, MANY = 1000000, SEGMENTS = 3 };

/* Creators whose audiences are arcs of a ring of people; all of those reached engage, so that the sketches
 * are samples of the very people. */
struct world {
    struct arena *arena;
    struct plan_segment segments[SEGMENTS];
    struct plan_candidate candidates[CREATORS];
    double reach[CREATORS][SEGMENTS];
    uint64_t room[CREATORS][SKETCH_MAX];
    struct plan_problem problem;
    size_t members[CREATORS];
};

static uint64_t hash_of(uint64_t person, uint64_t salt) {
    uint64_t key[2] = {salt, person};
    uint64_t h = hash_bytes(HASH_START, key, sizeof key);
    h = (h ^ (h >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

/* Creator i has the people first..first + n - 1 of the ring. */
static void give(struct world *w, size_t i, uint64_t first, uint64_t n, uint64_t salt) {
    uint64_t *all = malloc(n * sizeof *all);
    for (uint64_t k = 0; k < n; k++) {
        all[k] = hash_of((first + k) % MANY, salt);
    }
    sketch_build(all, n, SKETCH_MAX, w->room[i], &w->candidates[i].sketch);
    free(all);
    for (size_t g = 0; g < SEGMENTS; g++) {
        w->reach[i][g] = (double)n * (g == 0 ? .5 : .25);
    }
}

static int open_world(void **state) {
    struct world *w = calloc(1, sizeof *w);
    w->arena = arena_new(1 << 20);
    for (size_t g = 0; g < SEGMENTS; g++) {
        w->segments[g] = (struct plan_segment){1e9, 1};
    }
    for (size_t i = 0; i < CREATORS; i++) {
        w->candidates[i] = (struct plan_candidate){.account_id = (int64_t)i + 1,
                                                   .price_usd = 70,
                                                   .reach = w->reach[i],
                                                   .response = {1, .3, .01},
                                                   .sd_ln = .4};
        w->members[i] = i;
    }
    w->problem = (struct plan_problem){.segments = w->segments,
                                       .n_segments = SEGMENTS,
                                       .candidates = w->candidates,
                                       .n = CREATORS,
                                       .goal = PLAN_REACH,
                                       .budget_usd = 1000,
                                       .handling_usd = 30};
    *state = w;
    return w->arena ? 0 : -1;
}

static int close_world(void **state) {
    struct world *w = *state;
    arena_free(w->arena);
    free(w);
    return 0;
}

/* Audiences of 6,000 to 30,000 people that overlap at random, seeded. Returns how many different people there
 * are. */
static double scatter(struct world *w, uint64_t seed) {
    uint64_t s = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    static bool there[MANY];
    double people = 0.0;
    memset(there, 0, sizeof there);
    for (size_t i = 0; i < CREATORS; i++) {
        uint64_t n = (uint64_t)exp(random_between(&s, log(6e3), log(3e4)));
        uint64_t first = (uint64_t)random_between(&s, 0, 5e4);
        give(w, i, first, n, seed);
        for (uint64_t k = 0; k < n; k++) {
            people += !there[(first + k) % MANY];
            there[(first + k) % MANY] = true;
        }
    }
    return people;
}

static double net(struct world *w, enum plan_goal goal, size_t n, double *ret_error) {
    struct plan_net x;
    plan_crowd_net(plan_crowd_new(&w->problem, w->members, n, w->arena), goal, NULL, &x);
    *ret_error = x.error;
    return x.together;
}

/* The true number of different people, over 60 made-up worlds: right on average, and off by what the error
 * says. */
static void test_union(void **state) {
    struct world *w = *state;
    double bias = 0.0;
    double squares = 0.0;
    double model = 0.0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        double truth = scatter(w, seed);
        double error;
        double found = net(w, PLAN_REACH, CREATORS, &error);
        double z = (found / truth - 1.0) / error;
        bias += (found / truth - 1.0) / 60;
        squares += z * z / 60;
        for (size_t i = 0; i < CREATORS; i++) {
            w->candidates[i].sketch.theta = 0;
        }
        model += net(w, PLAN_REACH, CREATORS, &error) / truth / 60;
        assert_true(isnan(error));
        arena_reset(w->arena);
    }
    assert_true(fabs(bias) < .03 && squares > .3 && squares < 2.0);
    assert_true(model > 1.3); /* what the samples are for */
}

/* Never above the sum, never below the largest, never less for one more, whatever the goal; the gains sum up.
 */
static void test_bounds(void **state) {
    struct world *w = *state;
    for (uint64_t seed = 100; seed < 160; seed++) {
        scatter(w, seed);
        for (size_t i = 0; i < CREATORS; i++) {
            w->candidates[i].response[PLAN_ENGAGEMENT] = .05 + .1 * (double)((seed + i) % 9);
            w->candidates[i].hashed_as = (int)((seed + i) % 3);
            w->reach[i][(seed + i) % SEGMENTS] *= 3;
        }
        w->candidates[seed % CREATORS].sketch.theta = 0;
        w->segments[seed % SEGMENTS].people = 2e4; /* one that they fill */
        for (int goal = 0; goal < PLAN_GOALS; goal++) {
            double last = 0.0;
            double sum = 0.0;
            double error;
            for (size_t n = 1; n <= CREATORS; n++) {
                size_t only = n - 1;
                double alone = plan_worth_of(&w->problem, (enum plan_goal)goal, &only, 1, w->arena).together;
                struct plan_worth worth =
                    plan_worth_of(&w->problem, (enum plan_goal)goal, w->members, n, w->arena);
                sum += alone;
                CLOSE(worth.alone, sum, 1e-9 * sum);
                assert_true(worth.together <= sum * (1 + 1e-12) && worth.together >= alone * (1 - 1e-12));
            }
            struct plan_crowd *c = plan_crowd_new(&w->problem, w->members, CREATORS, w->arena);
            bool in[CREATORS] = {false};
            for (size_t n = 0; n < CREATORS; n++) {
                struct plan_net x;
                in[(n * 3 + seed) % CREATORS] = true;
                plan_crowd_net(c, (enum plan_goal)goal, in, &x);
                assert_true(x.together >= last * (1 - 1e-12));
                last = x.together;
            }
            CLOSE(last, net(w, (enum plan_goal)goal, CREATORS, &error), 1e-9 * last);
        }
        arena_reset(w->arena);
    }
}

/* The same audience twice is one audience; what cannot be compared goes by the model. */
static void test_twins(void **state) {
    struct world *w = *state;
    double error;
    for (size_t i = 0; i < CREATORS; i++) {
        give(w, i, 40000 * i, 20000, 7);
    }
    give(w, 5, 40000 * 2, 20000, 7); /* creator 5 has the audience of creator 2 */
    double found = net(w, PLAN_REACH, CREATORS, &error);
    CLOSE(found, 7 * 20000, 3 * error * found);
    struct plan_crowd *c = plan_crowd_new(&w->problem, w->members, CREATORS, w->arena);
    assert_int_equal(plan_crowd_coverage(c).creators, 8);
    assert_int_equal(plan_crowd_coverage(c).pairs, 28);
    size_t twin = plan_crowd_twin(c, PLAN_REACH);
    assert_true(twin == 2 || twin == 5);
    w->candidates[twin].include = true; /* forced: the other one goes */
    assert_int_equal(plan_crowd_twin(c, PLAN_REACH), 7 - twin);
    w->candidates[7 - twin].include = true;
    assert_true(plan_crowd_twin(c, PLAN_REACH) == SIZE_MAX);
    w->candidates[5].hashed_as = 1; /* hashes of two platforms never meet */
    c = plan_crowd_new(&w->problem, w->members, CREATORS, w->arena);
    assert_int_equal(plan_crowd_coverage(c).creators, 7);
    found = net(w, PLAN_REACH, CREATORS, &error);
    CLOSE(found, 8 * 20000, 3 * error * found);
    give(w, 5, 40000 * 2, PLAN_SAMPLE_LEAST - 1, 7); /* too few people to say anything */
    w->candidates[5].hashed_as = 0;
    c = plan_crowd_new(&w->problem, w->members, CREATORS, w->arena);
    assert_int_equal(plan_crowd_coverage(c).creators, 7);
    c = plan_crowd_new(&w->problem, w->members, 1, w->arena); /* nobody to be compared with */
    assert_int_equal(plan_crowd_coverage(c).creators, 0);
}

/* Whole samples are exact: 20 people each, 10 of them shared, everybody engages with .3. */
static void test_whole(void **state) {
    struct world *w = *state;
    double error;
    give(w, 0, 0, 20, 9);
    give(w, 1, 10, 20, 9);
    CLOSE(net(w, PLAN_REACH, 2, &error), 30, 1e-3);
    CLOSE(error, 0, 0);
    CLOSE(net(w, PLAN_ENGAGEMENT, 2, &error), 30 * .3, 1e-3); /* who engages is known */
    CLOSE(net(w, PLAN_CONVERSIONS, 2, &error), 20 * .01 + 10 * .3 * (1 - (1 - .01 / .3) * (1 - .01 / .3)),
          1e-3);
    w->reach[1][0] *= 2; /* each of the 20 stands for one in segment 0, not for a half: the larger counts */
    CLOSE(net(w, PLAN_REACH, 2, &error), 10 * .5 + 20 * 1 + 30 * .5, 1e-3);
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void) {
    const struct CMUnitTest tests[] = {WORLD(test_union), WORLD(test_bounds), WORLD(test_twins),
                                       WORLD(test_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
