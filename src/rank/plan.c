/* Why: from a budget to a plan: what may be booked, the search, and the answer in the words of the contract.
 * Invariants: the forced creators are in every set; no set that is offered passes the budget; a plan that
 * cannot be is answered by the cheapest one and what it costs. */
#include "rank/plan.h"

#include "rank/numeric.h"
#include "rank/plan_parts.h"

#include <math.h>

static struct plan_item item_of(const struct plan_problem *p, const struct plan_candidate *c) {
    return (struct plan_item){.candidate = c, .cost = c->price_usd + p->handling_usd};
}

static bool allowed(const struct plan_problem *p, const struct plan_candidate *c) {
    double cost = c->price_usd + p->handling_usd;
    return !c->exclude && isfinite(cost) &&
           (c->include || !(p->creator_cap_usd > 0.0) || cost <= p->creator_cap_usd + PLAN_SPARE);
}

/* Forced ones first. */
static void collect(struct plan_search *s) {
    const struct plan_problem *p = s->problem;
    s->items = arena_alloc(s->arena, (p->n + 1) * sizeof *s->items);
    for (int forced = 1; forced >= 0; forced--) {
        for (size_t i = 0; i < p->n; i++) {
            if (p->candidates[i].include == forced && allowed(p, &p->candidates[i])) {
                s->items[s->n++] = item_of(p, &p->candidates[i]);
            }
        }
        s->n_forced = forced ? s->n : s->n_forced;
    }
}

/* The forced ones and the cheapest others up to min creators. */
static void cheapest_set(const struct plan_search *s, struct plan_set *ret_set) {
    *ret_set = (struct plan_set){0};
    for (uint32_t i = 0; i < s->n_forced && ret_set->n < PLAN_CREATORS_MAX; i++) {
        ret_set->item[ret_set->n++] = i;
        ret_set->cost += s->items[i].cost;
    }
    for (size_t i = 0; i < s->n_cheapest && ret_set->n < s->min; i++) {
        ret_set->item[ret_set->n++] = s->cheapest[i];
        ret_set->cost += s->items[s->cheapest[i]].cost;
    }
}

static enum plan_outcome outcome_of(const struct plan_search *s, const struct plan_set *cheapest) {
    if (s->n_forced > s->max) {
        return PLAN_TOO_MANY;
    }
    if (s->n < s->min || s->min > s->max) {
        return PLAN_TOO_FEW;
    }
    return cheapest->cost > s->budget + PLAN_SPARE ? PLAN_TOO_DEAR : PLAN_FOUND;
}

/* Drops what no plan within the limits can hold. */
static void drop_unaffordable(struct plan_search *s) {
    struct plan_set forced = {.n = s->n_forced};
    for (size_t i = 0; i < s->n_forced; i++) {
        forced.cost += s->items[i].cost;
    }
    bool *keep = arena_alloc(s->arena, s->n + 1);
    for (uint32_t i = 0; i < s->n; i++) {
        keep[i] = i < s->n_forced || plan_fits(s, &forced, i);
    }
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->items[n] = s->items[i];
        n += keep[i];
    }
    s->n = n;
    plan_find_cheapest(s);
}

static struct plan_heap heap_new(struct arena *a, size_t n, bool by_gain) {
    return (struct plan_heap){.at = arena_alloc(a, (n + 1) * sizeof(struct plan_entry)), .by_gain = by_gain};
}

/* Everything the search needs beside the pool itself. */
static void open_search(struct plan_search *s, struct plan_left *ret_left) {
    plan_cover_open(s->problem, s->problem->goal, s->items, s->n, s->arena, &s->cover);
    plan_left_reset(&s->cover, ret_left);
    for (size_t i = 0; i < s->n; i++) {
        s->items[i].alone = plan_gain(&s->cover, ret_left, &s->items[i]);
    }
    s->gain = arena_alloc(s->arena, (s->n + 1) * sizeof *s->gain);
    s->stamp = arena_alloc(s->arena, (s->n + 1) * sizeof *s->stamp);
    s->fit = heap_new(s->arena, s->n, false);
    s->large = heap_new(s->arena, s->n, true);
    s->all = heap_new(s->arena, 2 * s->n, false);
    s->best = (struct plan_set){.value = -1.0};
    s->bound = INFINITY;
}

/* Puts the set's items into the order of greedy choice, forced ones first, and says what each adds. */
static void order(const struct plan_search *s, struct plan_set *set, struct plan_left *left,
                  struct plan_member *ret_members) {
    plan_left_reset(&s->cover, left);
    set->value = 0.0;
    for (size_t k = 0; k < set->n; k++) {
        size_t best = k;
        double best_key = -1.0;
        for (size_t j = k; j < set->n; j++) {
            const struct plan_item *x = &s->items[set->item[j]];
            double key = plan_gain(&s->cover, left, x) / fmax(x->cost, PLAN_SPARE);
            key = set->item[j] < s->n_forced ? INFINITY : key;
            bool tie = key == best_key && plan_before(s, set->item[j], set->item[best]);
            if (key > best_key || tie) {
                best = j;
                best_key = key;
            }
        }
        uint32_t chosen = set->item[best];
        set->item[best] = set->item[k];
        set->item[k] = chosen;
        const struct plan_item *x = &s->items[chosen];
        double gain = plan_gain(&s->cover, left, x);
        plan_take(&s->cover, left, x);
        set->value += gain;
        ret_members[k] = (struct plan_member){.candidate = (size_t)(x->candidate - s->problem->candidates),
                                              .cost_usd = x->cost,
                                              .alone = x->alone,
                                              .gain = gain};
    }
}

static void answer(struct plan_search *s, struct plan_set *set, struct plan_left *left,
                   struct plan *ret_plan) {
    struct plan_member *members = arena_alloc(s->arena, (set->n + 1) * sizeof *members);
    order(s, set, left, members);
    ret_plan->members = members;
    ret_plan->n = set->n;
    ret_plan->cost_usd = set->cost;
    ret_plan->utility = set->value;
    ret_plan->pool = s->n;
    for (size_t g = 0; g < s->cover.n; g++) {
        double worth = s->cover.worth[g];
        ret_plan->share_of_segments[g] = worth > 0.0 ? 1.0 - left->left[g] / worth : 0.0;
    }
}

void plan_solve(const struct plan_problem *p, struct arena *a, struct plan *ret_plan) {
    size_t max = p->max_creators ? rank_at_most(p->max_creators, PLAN_CREATORS_MAX) : PLAN_CREATORS_MAX;
    struct plan_search s = {.problem = p,
                            .arena = a,
                            .min = p->min_creators ? p->min_creators : 1,
                            .max = max,
                            .budget = p->budget_usd};
    collect(&s);
    s.taken = arena_alloc(a, (s.n + 1) * sizeof *s.taken);
    struct plan_set cheapest = {0};
    if (s.min <= s.max) {
        plan_find_cheapest(&s);
        cheapest_set(&s, &cheapest);
    }
    struct plan_left left;
    *ret_plan = (struct plan){.outcome = outcome_of(&s, &cheapest), .pool = s.n};
    if (ret_plan->outcome == PLAN_FOUND) {
        drop_unaffordable(&s);
    }
    open_search(&s, &left);
    if (ret_plan->outcome == PLAN_TOO_DEAR) {
        answer(&s, &cheapest, &left, ret_plan);
    }
    if (ret_plan->outcome != PLAN_FOUND) {
        return;
    }
    ret_plan->optimal = plan_search_all(&s, &left);
    struct plan_set best = s.best;
    answer(&s, &best, &left, ret_plan);
    ret_plan->bound = ret_plan->optimal ? ret_plan->utility : fmax(s.bound, ret_plan->utility);
    ret_plan->at_least = ret_plan->bound > 0.0 ? ret_plan->utility / ret_plan->bound : 1.0;
}
