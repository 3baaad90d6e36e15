/* The planner on the worked example of the ranking specification (c, 10). */
#include "test_rank.h"

#include "rank/plan_inputs.h"
#include "rank/plan_versus.h"

enum { SMALL = 12, SEGMENTS = 3 };

struct worked_row {
    double followers, rate, price, target;
    double split[SEGMENTS];
};

static const struct worked_row ROWS[SMALL + 1] = {
    {12000, .048, 120, .62, {.50, .30, .20}},    {4000, .082, 48, .55, {.60, .30, .10}},
    {22000, .031, 190, .58, {.30, .50, .20}},    {38000, .028, 300, .50, {.40, .40, .20}},
    {8500, .052, 95, .66, {.20, .30, .50}},      {61000, .024, 430, .45, {.50, .40, .10}},
    {15500, .036, 160, .60, {.45, .35, .20}},    {2900, .090, 40, .58, {.30, .40, .30}},
    {27000, .026, 260, .40, {.50, .30, .20}},    {9800, .041, 90, .64, {.35, .45, .20}},
    {47000, .030, 380, .52, {.30, .30, .40}},    {6200, .060, 70, .60, {.55, .25, .20}},
    {285000, .0145, 2000, .09, {.45, .35, .20}},
};
static const struct plan_segment SEGMENT[SEGMENTS] = {{90000, 1}, {60000, 1}, {40000, 1}};

struct worked {
    struct arena *arena;
    double reach[SMALL + 1][SEGMENTS];
    struct plan_candidate candidates[SMALL + 1]; /* the last one is the macro */
    struct plan_problem problem;
    struct plan plan;
};

static int open_worked(void **state) {
    struct worked *w = test_calloc(1, sizeof *w);
    w->arena = arena_new(1 << 16);
    for (size_t i = 0; i <= SMALL; i++) {
        const struct worked_row *r = &ROWS[i];
        double rate = plan_reach_rate(RANK_INSTAGRAM, r->followers);
        struct plan_candidate *c = &w->candidates[i];
        c->account_id = (int64_t)i + 1;
        c->price_usd = r->price;
        c->reach = w->reach[i];
        c->gross_reach = r->followers * rate;
        plan_reach_of(SEGMENT, SEGMENTS, r->followers * rate * r->target, r->split, w->reach[i]);
        plan_response(r->rate, rate, plan_conversion_rate(0, 0), c->response);
    }
    w->problem = (struct plan_problem){.segments = SEGMENT,
                                       .n_segments = SEGMENTS,
                                       .candidates = w->candidates,
                                       .n = SMALL,
                                       .goal = PLAN_ENGAGEMENT,
                                       .effort = PLAN_GREEDY,
                                       .budget_usd = 2000,
                                       .handling_usd = PLAN_HANDLING_USD};
    *state = w;
    return 0;
}

static int close_worked(void **state) {
    struct worked *w = *state;
    arena_free(w->arena);
    test_free(w);
    return 0;
}

static void expect_members(const struct plan *plan, const int *want, size_t n) {
    assert_int_equal(plan->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(plan->members[i].candidate + 1, want[i]);
    }
}

static void test_greedy_engagement(void **state) {
    struct worked *w = *state;
    plan_solve(&w->problem, w->arena, &w->plan);
    const int want[] = {1, 5, 2, 12, 8, 10, 3, 11, 7, 6};
    expect_members(&w->plan, want, COUNT_OF(want));
    CLOSE(w->plan.cost_usd, 1923, 1e-9);
    CLOSE(w->plan.utility, 3554, 0.5);
    NEAR3(w->plan.at_least, .947);
    assert_int_equal(w->plan.outcome, PLAN_FOUND);
}

static void test_greedy_reach(void **state) {
    struct worked *w = *state;
    w->problem.goal = PLAN_REACH;
    plan_solve(&w->problem, w->arena, &w->plan);
    const int want[] = {10, 3, 1, 5, 7, 4, 11, 12, 9};
    expect_members(&w->plan, want, COUNT_OF(want));
    CLOSE(w->plan.cost_usd, 1935, 1e-9);
    CLOSE(w->plan.utility, 20875, 0.5);
    NEAR3(w->plan.at_least, .887);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_greedy_engagement, open_worked, close_worked),
        cmocka_unit_test_setup_teardown(test_greedy_reach, open_worked, close_worked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
