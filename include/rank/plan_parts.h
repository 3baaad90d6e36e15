/* What the files of the planner share: the coverage function, the pool, sets and the lazy heaps. Not for
 * others. */
#ifndef NICHED_RANK_PLAN_PARTS_H
#define NICHED_RANK_PLAN_PARTS_H

#include "rank/plan.h"

#define PLAN_TRIED_MOST 64
#define PLAN_SPARE      1e-9 /* dollars by which a budget may be passed: rounding of sums, no more */

/* One candidate of the pool. Forced ones come first. */
struct plan_item {
    const struct plan_candidate *candidate;
    double cost;
    double alone;          /* U of it alone */
    double rise;           /* the gain of another grows at most so many times when this one leaves a set */
    const double *counted; /* of each segment, the share that counts by this one: p c */
};

/* The audience: n segments, each with its worth when nobody has reached it. */
struct plan_cover {
    size_t n;
    double worth[PLAN_SEGMENTS_MAX];
};

/* What is left of each segment's worth. */
struct plan_left {
    double left[PLAN_SEGMENTS_MAX];
};

/* A choice of items, in order. */
struct plan_set {
    uint32_t item[PLAN_CREATORS_MAX];
    size_t n;
    double cost;
    double value;
};

struct plan_entry {
    double key;
    uint32_t item;
};

/* Entries by key, the highest first, ties by account; keys may be stale but are never too low. */
struct plan_heap {
    struct plan_entry *at;
    size_t n;
    bool by_gain; /* else by gain per dollar */
};

/* One problem under search. Items 0..n_forced-1 are in every set. */
struct plan_search {
    const struct plan_problem *problem;
    struct arena *arena;
    struct plan_cover cover;
    struct plan_item *items;
    size_t n;
    size_t n_forced;
    size_t min;
    size_t max;
    double budget;
    const uint32_t *cheapest; /* the items not forced, by cost, as many as min needs */
    size_t n_cheapest;
    double *gain; /* last known, per item, and when it was known */
    uint32_t *stamp;
    uint32_t now;
    bool *taken;
    struct plan_heap fit;   /* by gain per dollar: those that may still fit */
    struct plan_heap large; /* by gain: those that may still fit */
    struct plan_heap all;   /* by gain per dollar: everything, for the bound */
    struct plan_set best;
    double bound;
    double tried[PLAN_TRIED_MOST]; /* values of the sets polished so far */
    size_t n_tried;
};

/* The audience of a problem for the items, whose `counted` and `rise` it sets. */
void plan_cover_open(const struct plan_problem *p, enum plan_goal goal, struct plan_item *items, size_t n,
                     struct arena *a, struct plan_cover *ret_cover);
/* Nobody is reached. */
void plan_left_reset(const struct plan_cover *c, struct plan_left *left);
/* What an item would add. */
double plan_gain(const struct plan_cover *c, const struct plan_left *left, const struct plan_item *item);
/* Adds an item. */
void plan_take(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item);
/* Removes an item that was added; exact but for rounding. */
void plan_untake(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item);

/* True if x may join the set so that min creators stay affordable: x and the cheapest completion fit. */
bool plan_fits(const struct plan_search *s, const struct plan_set *set, uint32_t item);
/* Keeps a set as the best if it has min creators and is better (ties: cheaper). */
void plan_offer(struct plan_search *s, const struct plan_set *set);
/* True if item x goes before y when all else is equal. */
bool plan_before(const struct plan_search *s, uint32_t x, uint32_t y);
/* Greedy+Max from the forced items and `seed` (SIZE_MAX: none). Density is gain / (cost + surcharge): a
 * surcharge prices the places of a plan, and the bound stays valid for it. Offers every prefix and its best
 * single addition, lowers the bound if `bounding`. Leaves the last prefix in ret_last. */
void plan_greedy(struct plan_search *s, double surcharge, size_t seed, bool bounding, struct plan_left *left,
                 struct plan_set *ret_last);
/* Makes a set the present one: what is left, who is taken, its cost and value anew. */
void plan_start(struct plan_search *s, struct plan_set *set, struct plan_left *left);
/* The best items to add to the present set by gain per dollar, then by gain, not in it; returns how many.
 * ret_items has room for both numbers. */
size_t plan_shortlist(struct plan_search *s, const struct plan_left *left, size_t by_density, size_t by_gain,
                      uint32_t *ret_items);
/* Improves a set within the limits by additions and swaps one for one, one for two, two for one, until none
 * helps; offers it. */
void plan_polish(struct plan_search *s, struct plan_left *left, struct plan_set *set);
/* Sets s->cheapest: the `min` cheapest of the items not forced, in order. */
void plan_find_cheapest(struct plan_search *s);
/* The whole search at the problem's effort; the result is s->best, and s->bound. True if it is proven to be
 * the best. */
bool plan_search_all(struct plan_search *s, struct plan_left *left);
/* Searches exactly if after dominance pruning few candidates are left; offers what it finds. True if it
 * ended: the best set is the best there is. */
bool plan_exact(struct plan_search *s, struct plan_left *left);

#endif
