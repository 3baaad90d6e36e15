/* Why: ten small creators against one big one, in the same terms, with the risk of each; the answer may be
 * that the big one wins. Invariants: both sides are measured by the same coverage; the draws
 * depend on the seed and on the accounts alone. */
#include "rank/plan_versus.h"

#include "rank/numeric.h"
#include "rank/plan_inputs.h"

#include <math.h>

struct plan_side plan_side_of(const struct plan_problem *p, const size_t *members, size_t n,
                              struct arena *a) {
    struct plan_worth reach = plan_worth_of(p, PLAN_REACH, members, n, a);
    double engaged = plan_worth_of(p, PLAN_ENGAGEMENT, members, n, a).together;
    struct plan_side side = {.cost_usd = reach.cost_usd,
                             .gross_reach = reach.gross_reach,
                             .net_reach = reach.together,
                             .overlap_discount = reach.overlap_discount,
                             .error = reach.error,
                             .engaged = engaged,
                             .conversions = plan_worth_of(p, PLAN_CONVERSIONS, members, n, a).together,
                             .usd_per_engaged = engaged > 0.0 ? reach.cost_usd / engaged : NAN};
    const double by_goal[PLAN_GOALS] = {side.net_reach, side.engaged, side.conversions};
    side.utility = by_goal[p->goal];
    return side;
}

void plan_versus_macro(const struct plan_problem *p, const size_t *members, size_t n,
                       const struct plan_candidate *macro, double target_share, struct arena *a,
                       struct plan_versus *ret_versus) {
    struct plan_problem one = *p;
    one.candidates = macro;
    one.n = 1;
    one.handling_usd = 0.0;
    const size_t first = 0;
    struct plan_versus v = {.plan = plan_side_of(p, members, n, a),
                            .macro = plan_side_of(&one, &first, 1, a)};
    v.macro_wins = v.macro.utility > v.plan.utility;
    v.factor = v.macro.utility > 0.0 ? v.plan.utility / v.macro.utility : NAN;
    v.break_even_share = target_share * v.factor;
    *ret_versus = v;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Standard normal (Box, Muller 1958); the uniforms are in (0, 1). */
static double normal(uint64_t *state) {
    double u = ((double)(next(state) >> 11) + 0.5) * 0x1p-53;
    double v = ((double)(next(state) >> 11) + 0.5) * 0x1p-53;
    return sqrt(-2.0 * log(u)) * cos(2.0 * M_PI * v);
}

/* U of some candidates by segments, their responses multiplied. */
static double draw(const struct plan_problem *p, const struct plan_candidate *const *sets, size_t n,
                   uint64_t *states) {
    double left[PLAN_SEGMENTS_MAX];
    size_t n_segments = rank_at_most(p->n_segments, PLAN_SEGMENTS_MAX);
    for (size_t g = 0; g < n_segments; g++) {
        left[g] = 1.0;
    }
    for (size_t i = 0; i < n; i++) {
        const struct plan_candidate *c = sets[i];
        double luck = p->goal == PLAN_REACH ? 1.0 : exp(c->sd_ln * normal(&states[i]));
        double engages = c->response[PLAN_ENGAGEMENT];
        double lucky = fmin(engages * luck, fmax(engages, PLAN_RESPONSE_MOST));
        double response =
            c->response[p->goal] * (p->goal == PLAN_REACH || engages <= 0.0 ? 1.0 : lucky / engages);
        for (size_t g = 0; g < n_segments; g++) {
            left[g] *= 1.0 - fmin(PLAN_REACH_MOST, c->reach[g] / p->segments[g].people) * response;
        }
    }
    double sum = 0.0;
    for (size_t g = 0; g < n_segments; g++) {
        sum += p->segments[g].people * p->segments[g].value * (1.0 - left[g]);
    }
    return sum;
}

static struct plan_quantiles quantiles(double *x, size_t n) {
    return (struct plan_quantiles){
        .p10 = rank_select(x, n, n / 10), .p50 = rank_median(x, n), .p90 = rank_select(x, n, n - 1 - n / 10)};
}

void plan_risk_of(const struct plan_problem *p, const size_t *members, size_t n,
                  const struct plan_candidate *macro, double scale, uint64_t seed, size_t draws,
                  struct arena *a, struct plan_risk *ret_risk) {
    draws = rank_at_most(draws ? draws : 1, PLAN_DRAWS);
    const struct plan_candidate **sets = arena_alloc(a, (n + 1) * sizeof *sets);
    uint64_t *states = arena_alloc(a, (n + 1) * sizeof *states);
    for (size_t i = 0; i <= n; i++) {
        sets[i] = i < n ? &p->candidates[members[i]] : macro;
        uint64_t account = sets[i] ? (uint64_t)sets[i]->account_id : 0;
        states[i] = seed ^ next(&account);
    }
    double *plan = arena_alloc(a, draws * sizeof *plan);
    double *other = arena_alloc(a, draws * sizeof *other);
    double wins = 0.0;
    for (size_t k = 0; k < draws; k++) {
        plan[k] = scale * draw(p, sets, n, states);
        other[k] = macro ? draw(p, &sets[n], 1, &states[n]) : 0.0;
        wins += plan[k] > other[k] ? 1.0 : plan[k] == other[k] ? 0.5 : 0.0;
    }
    *ret_risk = (struct plan_risk){
        .plan = quantiles(plan, draws), .macro = quantiles(other, draws), .plan_wins = wins / (double)draws};
}
