/* The budget planner: which creators to book for a budget (ranking specification, c). Pure functions; what
 * they need beside the stack comes from the caller's arena. The same problem gives the same plan, whatever
 * the order of its candidates. */
#ifndef NICHED_RANK_PLAN_H
#define NICHED_RANK_PLAN_H

#include "base/arena.h"
#include "rank/sketch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_SEGMENTS_MAX 64   /* audience segments of one problem */
#define PLAN_CREATORS_MAX 256  /* creators of one plan */
#define PLAN_HANDLING_USD 30.0 /* contract, product, shipping per creator (c) */
#define PLAN_REACH_MOST   0.9  /* of a segment that one creator can reach (c) */

enum plan_goal { PLAN_REACH, PLAN_ENGAGEMENT, PLAN_CONVERSIONS, PLAN_GOALS };

/* How far to search: GREEDY is Greedy+Max alone, POLISHED adds swaps, EXACT (the usual choice) also branch
 * and bound for small pools. */
enum plan_effort { PLAN_EXACT, PLAN_POLISHED, PLAN_GREEDY };

/* FOUND, or why there is no plan within the limits: the cheapest one costs more than the budget; fewer
 * candidates than min_creators; more forced ones than max_creators. */
enum plan_outcome { PLAN_FOUND, PLAN_TOO_DEAR, PLAN_TOO_FEW, PLAN_TOO_MANY };

/* One group of the wanted audience: people M > 0 and what one of them is worth, value >= 0 (usually 1). */
struct plan_segment {
    double people;
    double value;
};

/* One creator that could be booked. `account_id` decides ties, the lower first, and is unique. `reach`:
 * distinct wanted people per segment, >= 0, as many as the problem has segments, the caller's. `response`:
 * per goal, the chance 0..1 that a reached person counts: 1, engages, converts (plan_response). `sd_ln`:
 * spread of ln engagement, sqrt(sigma^2 + s^2), for plan_risk. `gross_reach`: people reached, wanted or not;
 * only summed up. `sketch`: a sample of those who engage, theta 0: none; samples can be compared only where
 * `hashed_as` is equal (the platform). */
struct plan_candidate {
    int64_t account_id;
    double price_usd; /* >= 0, without handling */
    const double *reach;
    double response[PLAN_GOALS];
    double sd_ln;
    double gross_reach;
    struct sketch sketch;
    int hashed_as;
    bool include; /* forced into every plan */
    bool exclude; /* never; wins over include */
};

/* creator_cap_usd: most that one creator may cost, handling included, if it is not forced; 0: no cap.
 * min_creators: 0 counts as 1. max_creators: 0 or more than PLAN_CREATORS_MAX counts as PLAN_CREATORS_MAX. */
struct plan_problem {
    const struct plan_segment *segments;
    size_t n_segments; /* 1..PLAN_SEGMENTS_MAX */
    const struct plan_candidate *candidates;
    size_t n;
    enum plan_goal goal;
    enum plan_effort effort;
    double budget_usd;
    double handling_usd; /* per creator, >= 0 */
    double creator_cap_usd;
    size_t min_creators;
    size_t max_creators;
};

/* One creator of a plan, in the order of choice. */
struct plan_member {
    size_t candidate; /* index into the problem's candidates */
    double cost_usd;  /* price and handling */
    double alone;     /* U of this creator alone */
    double gain;      /* what it adds to those before it; the gains sum to the plan's utility */
};

/* What solving gives. Not FOUND: members are the cheapest plan that the other limits allow (none where there
 * is none), with what it costs and would do, at_least is 0. at_least: a proven share of the best possible
 * plan that this one reaches, 0..1; `optimal` says that the exact search ended, at_least is 1 then. bound: no
 * plan within the limits does more. */
struct plan {
    enum plan_outcome outcome;
    const struct plan_member *members; /* in the arena */
    size_t n;
    double cost_usd;
    double utility; /* U: people of worth that count, each once */
    double bound;
    double at_least;
    bool optimal;
    size_t pool; /* candidates that the limits leave, the forced ones included */
    /* per segment, share of its people counted */
    double share_of_segments[PLAN_SEGMENTS_MAX];
};

/* What any set of candidates does for a goal: `alone` the sum of U of each, `together` all of them with each
 * person once: by samples of audiences where they can be compared, else U (rank/plan_crowd.h); error: its
 * relative standard error from the samples, NaN where none was used; overlap_discount 1 - together / alone (0
 * if nothing), cost with handling, gross_reach the sum. */
struct plan_worth {
    double alone;
    double together;
    double error;
    double overlap_discount;
    double cost_usd;
    double gross_reach;
};

/* The best plan found: U(S) = sum_g v_g M_g [1 - prod(1 - p_ig c_i)], p_ig = min(.9, r_ig / M_g), subject to
 * the sum of price and handling <= budget (c). Lazy greedy by gain per dollar with the single best
 * addition tried at every prefix, swaps, branch and bound; never below the best single creator. Further
 * beginnings and the swaps look at a short list. A larger budget gives no less: certain where `optimal`, else
 * held by a test over budgets. */
void plan_solve(const struct plan_problem *p, struct arena *a, struct plan *ret_plan);
/* What the n candidates at `members` (indices) do together for a goal. */
struct plan_worth plan_worth_of(const struct plan_problem *p, enum plan_goal goal, const size_t *members,
                                size_t n, struct arena *a);

#endif
