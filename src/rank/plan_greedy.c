/* Why: Greedy+Max (ranking specification, c) without asking every candidate at every step: a gain only falls
 * while a set grows, so a stale gain is an upper bound (CELF). Invariants: the top of a heap is final only
 * when its key is of this prefix; what does not fit now never fits later; ties go to the lower account,
 * whatever the order of the heap. */
#include "rank/plan_parts.h"

#include <math.h>

/* A bound that looks at many candidates is taken the less often: not at the next walked / BOUND_REST
 * prefixes. */
enum { BOUND_REST = 16, PURGE_FROM = 16 };

bool plan_before(const struct plan_search *s, uint32_t x, uint32_t y) {
    return s->items[x].candidate->account_id < s->items[y].candidate->account_id;
}

bool plan_fits(const struct plan_search *s, const struct plan_set *set, uint32_t item) {
    double cost = set->cost + s->items[item].cost;
    size_t need = s->min > set->n + 1 ? s->min - set->n - 1 : 0;
    for (size_t i = 0; need && i < s->n_cheapest; i++) {
        uint32_t x = s->cheapest[i];
        if (x != item && !s->taken[x]) {
            cost += s->items[x].cost;
            need--;
        }
    }
    return set->n < s->max && need == 0 && cost <= s->budget + PLAN_SPARE;
}

void plan_offer(struct plan_search *s, const struct plan_set *set) {
    if (set->n < s->min || set->value < s->best.value ||
        (set->value == s->best.value && s->best.n && set->cost >= s->best.cost)) {
        return;
    }
    s->best = *set;
}

static bool above(const struct plan_search *s, struct plan_entry x, struct plan_entry y) {
    return x.key > y.key || (x.key == y.key && plan_before(s, x.item, y.item));
}

static void sift(const struct plan_search *s, struct plan_heap *h, size_t i) {
    struct plan_entry moved = h->at[i];
    for (size_t child = 2 * i + 1; child < h->n; child = 2 * i + 1) {
        child += child + 1 < h->n && above(s, h->at[child + 1], h->at[child]);
        if (!above(s, h->at[child], moved)) {
            break;
        }
        h->at[i] = h->at[child];
        i = child;
    }
    h->at[i] = moved;
}

static void pop(const struct plan_search *s, struct plan_heap *h) {
    h->at[0] = h->at[--h->n];
    if (h->n) {
        sift(s, h, 0);
    }
}

static void push(const struct plan_search *s, struct plan_heap *h, struct plan_entry e) {
    size_t i = h->n++;
    while (i && above(s, e, h->at[(i - 1) / 2])) {
        h->at[i] = h->at[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    h->at[i] = e;
}

static double key_of(const struct plan_search *s, const struct plan_heap *h, uint32_t item,
                     double surcharge) {
    return h->by_gain ? s->gain[item] : s->gain[item] / fmax(s->items[item].cost + surcharge, PLAN_SPARE);
}

static void make_heap(const struct plan_search *s, struct plan_heap *h) {
    for (size_t i = h->n / 2; i-- > 0;) {
        sift(s, h, i);
    }
}

static void fill(const struct plan_search *s, struct plan_heap *h, double surcharge) {
    h->n = 0;
    for (uint32_t i = (uint32_t)s->n_forced; i < s->n; i++) {
        if (!s->taken[i]) {
            h->at[h->n++] = (struct plan_entry){key_of(s, h, i, surcharge), i};
        }
    }
    make_heap(s, h);
}

/* Brings an item with its gain of this prefix to the top; false if the heap is empty. */
static bool fresh_top(struct plan_search *s, struct plan_heap *h, double surcharge,
                      const struct plan_left *left) {
    while (h->n) {
        uint32_t item = h->at[0].item;
        if (s->taken[item]) {
            pop(s, h);
            continue;
        }
        if (s->stamp[item] != s->now) {
            s->gain[item] = fmin(s->gain[item], plan_gain(&s->cover, left, &s->items[item]));
            s->stamp[item] = s->now;
        }
        double key = key_of(s, h, item, surcharge);
        if (key == h->at[0].key) {
            return true;
        }
        h->at[0].key = key;
        sift(s, h, 0);
    }
    return false;
}

/* Drops all that do not fit at once: near the end of a budget they are most of a heap. */
static void purge(const struct plan_search *s, struct plan_heap *h, const struct plan_set *set) {
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        struct plan_entry e = h->at[i];
        if (!s->taken[e.item] && plan_fits(s, set, e.item)) {
            h->at[n++] = e;
        }
    }
    h->n = n;
    make_heap(s, h);
}

/* The same among those that fit; the others leave the heap for good. */
static bool fitting_top(struct plan_search *s, struct plan_heap *h, double surcharge,
                        const struct plan_left *left, const struct plan_set *set) {
    size_t popped = 0;
    while (h->n) {
        if (!s->taken[h->at[0].item] && !plan_fits(s, set, h->at[0].item)) {
            pop(s, h);
            if (++popped == PURGE_FROM) {
                purge(s, h, set);
            }
        } else if (fresh_top(s, h, surcharge, left) && plan_fits(s, set, h->at[0].item)) {
            return true;
        }
    }
    return false;
}

static void join(struct plan_search *s, struct plan_set *set, uint32_t item, double gain) {
    set->item[set->n++] = item;
    set->cost += s->items[item].cost;
    set->value += gain;
}

/* U(A) + fractional knapsack of the gains at A (c). The forced items' money is spent in every plan; with a
 * surcharge a plan of at most max creators spends at most so much on places. Returns how many candidates it
 * looked at. */
static size_t lower_bound(struct plan_search *s, double surcharge, const struct plan_left *left,
                          double value) {
    double money = s->budget;
    for (size_t i = 0; i < s->n_forced; i++) {
        money -= s->items[i].cost;
    }
    money += surcharge * (double)(s->max - s->n_forced);
    struct plan_entry *aside = s->all.at + s->n; /* the second half of the room */
    size_t n_aside = 0;
    double sum = value;
    while (money > 0.0 && fresh_top(s, &s->all, surcharge, left)) {
        uint32_t item = s->all.at[0].item;
        double cost = s->items[item].cost + surcharge;
        sum += s->gain[item] * (cost > money ? money / cost : 1.0);
        money -= cost;
        aside[n_aside++] = s->all.at[0];
        pop(s, &s->all);
    }
    for (size_t i = n_aside; i-- > 0;) {
        push(s, &s->all, aside[i]);
    }
    s->bound = fmin(s->bound, sum);
    return n_aside;
}

void plan_start(struct plan_search *s, struct plan_set *set, struct plan_left *left) {
    plan_left_reset(&s->cover, left);
    for (size_t i = 0; i < s->n; i++) {
        s->gain[i] = s->items[i].alone;
        s->stamp[i] = 0;
        s->taken[i] = false;
    }
    size_t n = set->n;
    set->n = 0;
    set->cost = set->value = 0.0;
    for (size_t k = 0; k < n; k++) {
        uint32_t item = set->item[k];
        join(s, set, item, plan_gain(&s->cover, left, &s->items[item]));
        plan_take(&s->cover, left, &s->items[item]);
        s->taken[item] = true;
    }
    s->now = 1;
}

size_t plan_shortlist(struct plan_search *s, const struct plan_left *left, size_t by_density, size_t by_gain,
                      uint32_t *ret_items) {
    size_t n = 0;
    fill(s, &s->fit, 0.0);
    for (; n < by_density && fresh_top(s, &s->fit, 0.0, left); pop(s, &s->fit)) {
        ret_items[n++] = s->fit.at[0].item;
    }
    size_t most = n + by_gain;
    fill(s, &s->large, 0.0);
    for (; n < most && fresh_top(s, &s->large, 0.0, left); pop(s, &s->large)) {
        ret_items[n++] = s->large.at[0].item;
    }
    return n;
}

void plan_greedy(struct plan_search *s, double surcharge, size_t seed, bool bounding, struct plan_left *left,
                 struct plan_set *ret_last) {
    struct plan_set *set = ret_last;
    set->n = 0;
    for (uint32_t i = 0; i < s->n_forced; i++) {
        set->item[set->n++] = i;
    }
    if (seed < s->n) {
        set->item[set->n++] = (uint32_t)seed;
    }
    plan_start(s, set, left);
    fill(s, &s->fit, surcharge);
    fill(s, &s->large, surcharge);
    if (bounding) {
        fill(s, &s->all, surcharge);
    }
    plan_offer(s, set);
    size_t next_bound = 0;
    for (;; s->now++) {
        if (bounding && s->now >= next_bound) {
            next_bound = s->now + 1 + lower_bound(s, surcharge, left, set->value) / BOUND_REST;
        }
        if (fitting_top(s, &s->large, surcharge, left, set)) {
            struct plan_set with = *set;
            join(s, &with, s->large.at[0].item, s->gain[s->large.at[0].item]);
            plan_offer(s, &with);
        }
        if (!fitting_top(s, &s->fit, surcharge, left, set)) {
            return;
        }
        uint32_t item = s->fit.at[0].item;
        if (s->gain[item] <= 0.0 && set->n >= s->min) {
            return;
        }
        join(s, set, item, s->gain[item]);
        plan_take(&s->cover, left, &s->items[item]);
        s->taken[item] = true;
        plan_offer(s, set);
    }
}
