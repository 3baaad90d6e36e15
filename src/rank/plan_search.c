/* Why: one greedy run from one beginning misses plans that a few other beginnings find, above all where a
 * budget pays for a handful of creators. Invariants: the whole pool is searched once, and bounds the answer;
 * further runs look at a short list of it, so that their time does not depend on the pool. */
#include "rank/plan_parts.h"

#include "base/macros.h"

#include <math.h>

/* Runs from another first creator, more where a plan or the pool is small; the short list that they look at.
 */
enum {
    FEW = 12,
    SMALL = 64,
    LARGE = 2000,
    SEEDS_FEW = 8,
    SEEDS_MANY = 2,
    SMALLER_LARGE = 3,
    SHORT_DENSE = 128,
    SHORT_LARGE = 64,
    SHORT_MOST = SHORT_DENSE + SHORT_LARGE + 2 * PLAN_CREATORS_MAX
};

/* Share of the best value below which a large problem does not polish a beginning; for a plan of few. */
#define HOPEFUL     0.95
#define HOPEFUL_FEW 0.8

/* Smaller budgets that are tried too, the first few in a large problem. */
static const double SMALLER[] = {0.97, 0.9, 0.8, 0.985, 0.94, 0.85, 0.7, 0.6};

/* What a place in the plan is taken to cost, in shares of budget / places. */
static const double SURCHARGES[] = {0.25, 1.0, 4.0};

/* The same where the whole pool is searched, and bounded, once more: so dear that places alone count nearly.
 */
#define PLACE_DEAR 256.0

static bool cheaper(const struct plan_search *s, uint32_t x, uint32_t y) {
    double a = s->items[x].cost;
    double b = s->items[y].cost;
    return a < b || (a == b && plan_before(s, x, y));
}

void plan_find_cheapest(struct plan_search *s) {
    uint32_t *list = arena_alloc(s->arena, (s->min + 1) * sizeof *list);
    size_t n = 0;
    for (uint32_t i = (uint32_t)s->n_forced; i < s->n; i++) {
        if (n == s->min && !cheaper(s, i, list[n - 1])) {
            continue;
        }
        size_t at = n < s->min ? n++ : n - 1;
        for (; at && cheaper(s, i, list[at - 1]); at--) {
            list[at] = list[at - 1];
        }
        list[at] = i;
    }
    s->cheapest = list;
    s->n_cheapest = n;
}

/* Polishes a set unless one of the same value was, or it is far behind in a large problem. */
static void polish(struct plan_search *s, struct plan_left *left, struct plan_set *set) {
    double least = s->best.value * (s->best.n <= FEW ? HOPEFUL_FEW : HOPEFUL);
    bool hopeless = s->problem->n > LARGE && set->value < least;
    for (size_t i = 0; i < s->n_tried; i++) {
        hopeless = hopeless || s->tried[i] == set->value;
    }
    if (set->n < s->min || hopeless) {
        return;
    }
    if (s->n_tried < PLAN_TRIED_MOST) {
        s->tried[s->n_tried++] = set->value;
    }
    plan_polish(s, left, set);
}

/* One greedy run and the polish of its best set and of its last prefix; keeps the better of it and what was.
 */
static void run(struct plan_search *s, double surcharge, size_t seed, struct plan_left *left) {
    struct plan_set before = s->best;
    s->best = (struct plan_set){.value = -1.0};
    struct plan_set last;
    plan_greedy(s, surcharge, seed, false, left, &last);
    struct plan_set best = s->best;
    plan_offer(s, &before);
    polish(s, left, &best);
    polish(s, left, &last);
}

/* The candidate that does most alone of those that do less than x; SIZE_MAX if there is none. */
static size_t next_largest(const struct plan_search *s, double x) {
    size_t found = SIZE_MAX;
    for (uint32_t i = (uint32_t)s->n_forced; i < s->n; i++) {
        double alone = s->items[i].alone;
        if (alone < x && (found == SIZE_MAX || alone > s->items[found].alone)) {
            found = i;
        }
    }
    return found;
}

/* Copies an item of s into the short list unless it is there. */
static void list(const struct plan_search *s, uint32_t item, struct plan_search *t, uint32_t *origin) {
    for (size_t i = 0; i < t->n; i++) {
        if (origin[i] == item) {
            return;
        }
    }
    if (t->n < SHORT_MOST) {
        origin[t->n] = item;
        t->items[t->n++] = s->items[item];
    }
}

/* The short list as a search of its own: forced ones, the best set, the cheapest, the dense and the large. It
 * shares the room of s. */
static struct plan_search short_search(struct plan_search *s, struct plan_left *left, uint32_t *origin) {
    struct plan_search t = *s;
    t.items = arena_alloc(s->arena, SHORT_MOST * sizeof *t.items);
    t.n = 0;
    struct plan_set nobody = {0};
    plan_start(s, &nobody, left);
    uint32_t found[SHORT_DENSE + SHORT_LARGE];
    size_t n = plan_shortlist(s, left, SHORT_DENSE, SHORT_LARGE, found);
    for (uint32_t i = 0; i < s->n_forced; i++) {
        list(s, i, &t, origin);
    }
    for (size_t i = 0; i < s->best.n; i++) {
        list(s, s->best.item[i], &t, origin);
    }
    for (size_t i = 0; i < n; i++) {
        list(s, found[i], &t, origin);
    }
    for (size_t i = 0; i < s->n_cheapest; i++) {
        list(s, s->cheapest[i], &t, origin);
    }
    for (size_t i = 0; i < s->best.n; i++) {
        uint32_t at = 0;
        while (origin[at] != s->best.item[i]) {
            at++;
        }
        t.best.item[i] = at;
    }
    plan_find_cheapest(&t);
    return t;
}

static void run_seeds(struct plan_search *s, size_t seeds, struct plan_left *left) {
    double last = INFINITY;
    for (size_t k = 0; k < seeds; k++) {
        size_t seed = next_largest(s, last);
        if (seed == SIZE_MAX) {
            return;
        }
        last = s->items[seed].alone;
        run(s, 0.0, seed, left);
    }
}

/* Plans for smaller budgets, polished to this one: what a smaller budget finds, a larger one should. */
static void run_smaller(struct plan_search *s, struct plan_left *left) {
    double budget = s->budget;
    struct plan_set best = s->best;
    size_t n = s->problem->n > LARGE ? SMALLER_LARGE : COUNT_OF(SMALLER);
    for (size_t i = 0; i < n; i++) {
        s->budget = budget * SMALLER[i];
        s->best = (struct plan_set){.value = -1.0};
        struct plan_set last;
        plan_greedy(s, 0.0, SIZE_MAX, false, left, &last);
        last = s->best;
        s->budget = budget;
        s->best = best;
        polish(s, left, &last);
        best = s->best;
    }
}

/* All the runs on the short list. */
static void run_all(struct plan_search *s, bool places_short, struct plan_left *left) {
    struct plan_set best = s->best;
    polish(s, left, &best);
    run(s, 0.0, SIZE_MAX, left);
    for (size_t i = 0; places_short && i < COUNT_OF(SURCHARGES); i++) {
        run(s, s->budget / (double)s->max * SURCHARGES[i], SIZE_MAX, left);
    }
    run_smaller(s, left);
    run_seeds(s, s->best.n <= FEW || s->n <= SMALL ? SEEDS_FEW : SEEDS_MANY, left);
}

bool plan_search_all(struct plan_search *s, struct plan_left *left) {
    struct plan_set last;
    plan_greedy(s, 0.0, SIZE_MAX, true, left, &last);
    if (s->problem->effort == PLAN_GREEDY) {
        return false;
    }
    bool places_short = s->best.n == s->max && s->max > s->n_forced;
    if (places_short) {
        plan_greedy(s, PLACE_DEAR * s->budget / (double)s->max, SIZE_MAX, true, left, &last);
    }
    uint32_t origin[SHORT_MOST];
    struct plan_search few = short_search(s, left, origin);
    run_all(&few, places_short, left);
    for (size_t i = 0; i < few.best.n; i++) {
        few.best.item[i] = origin[few.best.item[i]];
    }
    plan_offer(s, &few.best);
    return s->problem->effort == PLAN_EXACT && plan_exact(s, left);
}
