/* Why: greedy choices block each other at the end of a budget; swaps undo that. Invariants: every set that is
 * kept is within the limits and better than the one before by more than rounding; members that are forced
 * stay; the result does not depend on the order of the pool. */
#include "rank/plan_parts.h"

#include <math.h>

enum {
    POOL_DENSE = 64, /* the best by gain per dollar ... */
    POOL_LARGE = 32, /* ... and by gain that a large problem looks at */
    POOL_WHOLE = 96, /* a small one looks at all */
    POOL_MOST = POOL_WHOLE + PLAN_CREATORS_MAX,
    SWEEPS_MOST = 24,
    PAIRS_WITHIN = 64 /* members up to which two are swapped for one */
};

/* Less than this share of the value is rounding. */
#define RISE 1e-9

struct move {
    double value; /* of the set after it */
    size_t out[2];
    size_t n_out;
    uint32_t in[2];
    size_t n_in;
};

struct polish {
    struct plan_search *s;
    struct plan_left *left;
    struct plan_set *set;
    uint32_t pool[POOL_MOST];
    size_t by_cost[POOL_MOST];      /* places in the pool, the cheapest first */
    double most[POOL_MOST];         /* of `now` of the others, by cost up to here */
    double loss[PLAN_CREATORS_MAX]; /* what each member takes along */
    double now[POOL_MOST];          /* what each would add to the present set */
    double gain[POOL_MOST];         /* ... to that set without those who leave; -1: not asked */
    size_t n;
    struct move best;
};

/* Puts an item into the pool, which is in the order of accounts; false if it is full. */
static void add_to_pool(struct polish *w, uint32_t item) {
    size_t at = w->n;
    for (size_t i = 0; i < w->n; i++) {
        if (w->pool[i] == item) {
            return;
        }
    }
    if (w->n == POOL_MOST) {
        return;
    }
    for (w->n++; at && plan_before(w->s, item, w->pool[at - 1]); at--) {
        w->pool[at] = w->pool[at - 1];
    }
    w->pool[at] = item;
}

static void open_pool(struct polish *w) {
    struct plan_search *s = w->s;
    for (size_t i = 0; i < w->set->n; i++) {
        if (w->set->item[i] >= s->n_forced) {
            add_to_pool(w, w->set->item[i]);
        }
    }
    if (s->n - s->n_forced <= POOL_WHOLE) {
        for (uint32_t i = (uint32_t)s->n_forced; i < s->n; i++) {
            add_to_pool(w, i);
        }
        return;
    }
    uint32_t found[POOL_WHOLE];
    size_t n = plan_shortlist(s, w->left, POOL_DENSE, POOL_LARGE, found);
    for (size_t i = 0; i < n; i++) {
        add_to_pool(w, found[i]);
    }
}

/* Puts the pool's places in the order of cost. */
static void sort_by_cost(struct polish *w) {
    for (size_t i = 0; i < w->n; i++) {
        double cost = w->s->items[w->pool[i]].cost;
        size_t at = i;
        for (; at && w->s->items[w->pool[w->by_cost[at - 1]]].cost > cost; at--) {
            w->by_cost[at] = w->by_cost[at - 1];
        }
        w->by_cost[at] = i;
    }
}

static const struct plan_item *member(const struct polish *w, size_t k) {
    return &w->s->items[w->set->item[k]];
}

static double cost_of(const struct polish *w, size_t pool_at) {
    return w->s->items[w->pool[pool_at]].cost;
}

static bool may_join(const struct polish *w, size_t pool_at, double room) {
    return !w->s->taken[w->pool[pool_at]] && cost_of(w, pool_at) <= room;
}

/* Most that one could add once those have left whose rises are multiplied: each segment's rest grows at most
 * so many times. */
static double most_of(const struct polish *w, size_t pool_at, double rise) {
    return fmin(w->now[pool_at] * rise, w->s->items[w->pool[pool_at]].alone);
}

/* What the others would add and the members take away, anew. */
static void refresh(struct polish *w) {
    const struct plan_left now = *w->left;
    for (size_t i = 0; i < w->n; i++) {
        w->now[i] = plan_gain(&w->s->cover, w->left, &w->s->items[w->pool[i]]);
    }
    double most = 0.0;
    for (size_t i = 0; i < w->n; i++) {
        size_t at = w->by_cost[i];
        most = w->s->taken[w->pool[at]] ? most : fmax(most, w->now[at]);
        w->most[i] = most;
    }
    for (size_t k = 0; w->set->n <= PAIRS_WITHIN && k < w->set->n; k++) {
        plan_untake(&w->s->cover, w->left, member(w, k));
        w->loss[k] = plan_gain(&w->s->cover, w->left, member(w, k));
        *w->left = now;
    }
}

/* Most that one who costs at most `room` would add to the present set. */
static double most_within(const struct polish *w, double room) {
    size_t low = 0;
    for (size_t high = w->n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (cost_of(w, w->by_cost[middle]) <= room) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? w->most[low - 1] : 0.0;
}

static void consider(struct polish *w, struct move m) {
    if (m.value > w->best.value) {
        w->best = m;
    }
}

/* The best single addition to what is left after `m`'s removals; fills w->gain. */
static void try_one(struct polish *w, struct move m, double room, double value, double rise) {
    for (size_t i = 0; i < w->n; i++) {
        w->gain[i] = -1.0;
    }
    if (value + most_within(w, room) * rise <= w->best.value) {
        return;
    }
    for (size_t i = 0; i < w->n; i++) {
        if (may_join(w, i, room) && value + most_of(w, i, rise) > w->best.value) {
            w->gain[i] = plan_gain(&w->s->cover, w->left, &w->s->items[w->pool[i]]);
            m.in[0] = w->pool[i];
            m.n_in = 1;
            m.value = value + w->gain[i];
            consider(w, m);
        }
    }
}

/* Two for one, behind try_one: their gains after the removal, summed, are an upper bound. */
static void try_two(struct polish *w, struct move m, double room, double value, double rise) {
    double most = most_within(w, room) * rise;
    if (value + 2.0 * most <= w->best.value) {
        return;
    }
    for (size_t i = 0; i < w->n; i++) {
        if (w->gain[i] < 0.0 && may_join(w, i, room) && value + most + most_of(w, i, rise) > w->best.value) {
            w->gain[i] = plan_gain(&w->s->cover, w->left, &w->s->items[w->pool[i]]);
        }
    }
    for (size_t i = 0; i < w->n; i++) {
        if (w->gain[i] <= 0.0) {
            continue;
        }
        bool taken = false;
        for (size_t j = i + 1; j < w->n; j++) {
            if (w->gain[j] <= 0.0 || cost_of(w, i) + cost_of(w, j) > room ||
                value + w->gain[i] + w->gain[j] <= w->best.value) {
                continue;
            }
            if (!taken) {
                plan_take(&w->s->cover, w->left, &w->s->items[w->pool[i]]);
                taken = true;
            }
            m.in[0] = w->pool[i];
            m.in[1] = w->pool[j];
            m.n_in = 2;
            m.value = value + w->gain[i] + plan_gain(&w->s->cover, w->left, &w->s->items[w->pool[j]]);
            consider(w, m);
        }
        if (taken) {
            plan_untake(&w->s->cover, w->left, &w->s->items[w->pool[i]]);
        }
    }
}

/* Member k and each later one for a single other. A member's loss only grows when another leaves first. */
static void try_pairs_out(struct polish *w, size_t k, double room, double value) {
    const struct plan_left before = *w->left;
    for (size_t j = k + 1; j < w->set->n; j++) {
        const struct plan_item *other = member(w, j);
        double rise = member(w, k)->rise * other->rise;
        if (w->set->item[j] < w->s->n_forced ||
            value - w->loss[j] + most_within(w, room + other->cost) * rise <= w->best.value) {
            continue;
        }
        plan_untake(&w->s->cover, w->left, other);
        double rest = value - plan_gain(&w->s->cover, w->left, other);
        try_one(w, (struct move){.out = {k, j}, .n_out = 2}, room + other->cost, rest, rise);
        *w->left = before;
    }
}

static void apply(struct polish *w) {
    struct move *m = &w->best;
    struct plan_search *s = w->s;
    for (size_t i = m->n_out; i-- > 0;) { /* the later one first */
        uint32_t gone = w->set->item[m->out[i]];
        plan_untake(&s->cover, w->left, &s->items[gone]);
        s->taken[gone] = false;
        w->set->cost -= s->items[gone].cost;
        w->set->n--;
        for (size_t k = m->out[i]; k < w->set->n; k++) {
            w->set->item[k] = w->set->item[k + 1];
        }
    }
    for (size_t i = 0; i < m->n_in; i++) {
        plan_take(&s->cover, w->left, &s->items[m->in[i]]);
        s->taken[m->in[i]] = true;
        w->set->item[w->set->n++] = m->in[i];
        w->set->cost += s->items[m->in[i]].cost;
    }
    w->set->value = m->value;
    refresh(w);
}

/* All moves that begin with the removal of member k. */
static void try_without(struct polish *w, size_t k, double room, double value) {
    struct plan_search *s = w->s;
    const struct plan_left before = *w->left;
    const struct plan_item *out = member(w, k);
    const struct move m = {.out = {k}, .n_out = 1};
    plan_untake(&s->cover, w->left, out);
    double rest = value - plan_gain(&s->cover, w->left, out);
    room += out->cost;
    try_one(w, m, room, rest, out->rise);
    if (w->set->n < s->max) {
        try_two(w, m, room, rest, out->rise);
    }
    if (w->set->n > s->min && w->set->n <= PAIRS_WITHIN) {
        try_pairs_out(w, k, room, rest);
    }
    *w->left = before;
}

/* Makes the best move that begins with the removal of member k (k = n: with none); false if none is better.
 */
static bool step(struct polish *w, size_t k) {
    struct plan_search *s = w->s;
    double room = s->budget + PLAN_SPARE - w->set->cost;
    double value = w->set->value;
    w->best = (struct move){.value = value * (1.0 + RISE)};
    if (k == w->set->n) {
        if (k < s->max) {
            try_one(w, (struct move){0}, room, value, 1.0);
        }
    } else if (w->set->item[k] >= s->n_forced) {
        try_without(w, k, room, value);
    }
    if (!w->best.n_in) {
        return false;
    }
    apply(w);
    return true;
}

void plan_polish(struct plan_search *s, struct plan_left *left, struct plan_set *set) {
    struct polish w = {.s = s, .left = left, .set = set};
    plan_start(s, set, left);
    open_pool(&w);
    sort_by_cost(&w);
    refresh(&w);
    bool moved = true;
    for (int sweep = 0; moved && sweep < SWEEPS_MOST; sweep++) {
        moved = false;
        for (size_t k = 0; k <= set->n; k++) {
            moved = step(&w, k) || moved;
        }
    }
    plan_start(s, set, left); /* the sums anew, without rounding of the way */
    plan_offer(s, set);
}
