/* Why: a small pool deserves the true optimum. Branch and bound: the densest creator in or out, bounded by
 * the fractional knapsack of what the others would still add. Invariants: what is pruned cannot be better
 * than the best set known, beyond rounding; the number of nodes is limited, so that the time is too. */
#include "rank/plan_parts.h"

#include <math.h>

enum { EXACT_MOST = 24, COMPARED_MOST = 256, NODES_MOST = 30000 };

/* Less than this share of the value is rounding. */
#define RISE 1e-12

struct branch {
    struct plan_search *s;
    struct plan_left *left;
    uint32_t item[EXACT_MOST];
    uint32_t beats[EXACT_MOST]; /* bits: those that this one dominates */
    size_t n;
    struct plan_set set;
    size_t nodes;
};

/* A free candidate at a node. */
struct option {
    double density;
    double gain;
    double cost;
    size_t at;
};

/* x is no dearer than y and reaches at least as many everywhere: a plan with y and without x can have x
 * instead. */
static bool dominates(const struct plan_search *s, uint32_t x, uint32_t y) {
    const struct plan_item *a = &s->items[x];
    const struct plan_item *b = &s->items[y];
    if (a->cost > b->cost) {
        return false;
    }
    bool equal = a->cost == b->cost;
    for (size_t g = 0; g < s->cover.n; g++) {
        if (a->counted[g] < b->counted[g]) {
            return false;
        }
        equal = equal && a->counted[g] == b->counted[g];
    }
    return !equal || plan_before(s, x, y);
}

/* False if y and all that dominate it cannot be booked together: then some best plan is without y. */
static bool worth_a_look(const struct plan_search *s, uint32_t y) {
    double cost = s->items[y].cost;
    size_t n = s->n_forced + 1;
    for (size_t i = 0; i < s->n_forced; i++) {
        cost += s->items[i].cost;
    }
    for (uint32_t x = (uint32_t)s->n_forced; x < s->n; x++) {
        if (x != y && dominates(s, x, y)) {
            cost += s->items[x].cost;
            n++;
        }
    }
    return n <= s->max && cost <= s->budget + PLAN_SPARE;
}

/* Dense ones first. */
static bool prune(struct branch *b) {
    const struct plan_search *s = b->s;
    if (s->n - s->n_forced > COMPARED_MOST) {
        return false;
    }
    for (uint32_t i = (uint32_t)s->n_forced; i < s->n; i++) {
        if (!worth_a_look(s, i)) {
            continue;
        }
        if (b->n == EXACT_MOST) {
            return false;
        }
        b->item[b->n++] = i;
    }
    for (size_t i = 0; i < b->n; i++) {
        for (size_t j = 0; j < b->n; j++) {
            bool beaten = i != j && dominates(s, b->item[i], b->item[j]);
            b->beats[i] |= beaten ? UINT32_C(1) << j : 0;
        }
    }
    return true;
}

/* The free candidates that fit, by gain per dollar. */
static size_t options_of(const struct branch *b, uint32_t open, struct option *ret_options) {
    const struct plan_search *s = b->s;
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        const struct plan_item *x = &s->items[b->item[i]];
        if (!(open >> i & 1) || b->set.cost + x->cost > s->budget + PLAN_SPARE) {
            continue;
        }
        double gain = plan_gain(&s->cover, b->left, x);
        struct option o = {gain / fmax(x->cost, PLAN_SPARE), gain, x->cost, i};
        size_t at = n++;
        for (; at && (o.density > ret_options[at - 1].density ||
                      (o.density == ret_options[at - 1].density &&
                       plan_before(s, b->item[i], b->item[ret_options[at - 1].at])));
             at--) {
            ret_options[at] = ret_options[at - 1];
        }
        ret_options[at] = o;
    }
    return n;
}

static double bound_of(const struct branch *b, const struct option *options, size_t n) {
    double money = b->s->budget - b->set.cost;
    double sum = 0.0;
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        double part = options[i].cost <= money ? 1.0 : fmax(money, 0.0) / options[i].cost;
        sum += options[i].gain * part;
        money -= options[i].cost * part;
        largest = fmax(largest, options[i].gain);
    }
    double places = (double)(b->s->max - b->set.n);
    return b->set.value + fmin(sum, places * largest);
}

/* All sets that extend the present one by some of `open`. False if the nodes ran out. */
static bool visit(struct branch *b, uint32_t open) {
    struct plan_search *s = b->s;
    if (b->nodes++ >= NODES_MOST) {
        return false;
    }
    plan_offer(s, &b->set);
    struct option options[EXACT_MOST];
    size_t n = options_of(b, open, options);
    double best = s->best.value;
    if (n == 0 || b->set.n == s->max || b->set.n + n < s->min ||
        bound_of(b, options, n) <= best + fabs(best) * RISE) {
        return true;
    }
    uint32_t still = 0;
    for (size_t i = 1; i < n; i++) {
        still |= UINT32_C(1) << options[i].at;
    }
    uint32_t item = b->item[options[0].at];
    double value = b->set.value;
    double cost = b->set.cost;
    b->set.item[b->set.n++] = item;
    b->set.value += options[0].gain;
    b->set.cost += options[0].cost;
    plan_take(&s->cover, b->left, &s->items[item]);
    bool ended = visit(b, still);
    plan_untake(&s->cover, b->left, &s->items[item]);
    b->set.n--;
    b->set.value = value;
    b->set.cost = cost;
    return ended && visit(b, still & ~b->beats[options[0].at]);
}

bool plan_exact(struct plan_search *s, struct plan_left *left) {
    struct branch b = {.s = s, .left = left};
    if (!prune(&b)) {
        return false;
    }
    for (uint32_t i = 0; i < s->n_forced; i++) {
        b.set.item[b.set.n++] = i;
    }
    plan_start(s, &b.set, left);
    return visit(&b, b.n ? UINT32_MAX >> (32 - b.n) : 0);
}
