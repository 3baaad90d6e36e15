/* A plan against one big creator: costs, risk, break-even (ranking specification, c). It says so when the big
 * one wins. */
#ifndef NICHED_RANK_PLAN_VERSUS_H
#define NICHED_RANK_PLAN_VERSUS_H

#include "rank/plan.h"

#define PLAN_DRAWS 2000 /* of plan_risk (c) */

/* What one side does. Costs per person are NaN where nobody counts. */
struct plan_side {
    double cost_usd;
    double gross_reach;      /* people, wanted or not, counted once per creator */
    double net_reach;        /* distinct wanted people */
    double overlap_discount; /* of the reach, 0..1 */
    double error;            /* of net_reach, as struct plan_worth */
    double engaged;          /* distinct wanted people who engage */
    double conversions;
    double usd_per_engaged;
    double utility; /* of the problem's goal */
};

/* Spread of a side's utility over the draws, and how often the first side beats the second. */
struct plan_quantiles {
    double p10, p50, p90;
};
struct plan_risk {
    struct plan_quantiles plan;
    struct plan_quantiles macro;
    double plan_wins; /* share of the draws in which the plan does more; a tie counts half */
};

/* The comparison. macro_wins: the big one does more for the goal. factor: plan's utility / macro's, NaN if
 * that is 0. break_even_share: the wanted share of the macro's audience at which both do the same, t
 * U(plan)/U(macro) (linear regime, c); may exceed 1, the macro can never win then; NaN if U(macro) is 0. */
struct plan_versus {
    struct plan_side plan;
    struct plan_side macro;
    bool macro_wins;
    double factor;
    double break_even_share;
};

/* Sums up a set of candidates of a problem for all goals. */
struct plan_side plan_side_of(const struct plan_problem *p, const size_t *members, size_t n, struct arena *a);
/* The set against `macro` (a candidate of the same segments, not among the problem's, target share > 0). The
 * macro's price is its whole cost: handling is not added. */
void plan_versus_macro(const struct plan_problem *p, const size_t *members, size_t n,
                       const struct plan_candidate *macro, double target_share, struct arena *a,
                       struct plan_versus *ret_versus);
/* Monte Carlo: in each draw every creator's response is multiplied by exp(sd_ln z) and limited to .9 (c); the
 * goal reach has no response, its quantiles are equal. macro may be NULL, its
 * utility is 0 then. The same seed gives the same draws, whatever the order of the members;
 * draws 1..PLAN_DRAWS. Overlap within a draw is the model's; the plan's draws are multiplied by `scale`: what
 * samples count against what the model does, 1 without samples. */
void plan_risk_of(const struct plan_problem *p, const size_t *members, size_t n,
                  const struct plan_candidate *macro, double scale, uint64_t seed, size_t draws,
                  struct arena *a, struct plan_risk *ret_risk);

#endif
