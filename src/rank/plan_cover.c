/* Why: the planner's utility, U = sum of worth (1 - prod(1 - x)), over segments or over sampled people,
 * behind four operations. Invariants: a gain depends on the item and on what is left alone, so that equal
 * creators have equal gains to the last bit; x stays at most .9, or is exactly 1 (sketches), so that taking
 * back is a division. */
#include "rank/plan_parts.h"

#include "rank/numeric.h"

#include <math.h>
#include <string.h>

/* Share of segment g that an item reaches. */
static inline double share(const struct plan_cover *c, const struct plan_item *item, size_t g) {
    double p = item->candidate->reach[g] * c->per_person[g];
    return p < PLAN_REACH_MOST ? p : PLAN_REACH_MOST;
}

/* Open addressing: slot -> element + 1. */
struct people_table {
    uint32_t *slot;
    uint64_t *hash; /* of an element */
    size_t mask;
    size_t n;
};

static uint32_t element_of(struct people_table *t, uint64_t hash) {
    size_t i = (size_t)(hash * UINT64_C(0x9E3779B97F4A7C15)) & t->mask;
    while (t->slot[i] && t->hash[t->slot[i] - 1] != hash) {
        i = (i + 1) & t->mask;
    }
    if (!t->slot[i]) {
        t->hash[t->n] = hash;
        t->slot[i] = (uint32_t)++t->n;
    }
    return t->slot[i] - 1;
}

/* The smallest theta of the problem's candidates and of the items: the same for every set of one problem. */
static uint64_t common_theta(const struct plan_problem *p, const struct plan_item *items, size_t n) {
    uint64_t theta = UINT64_MAX;
    for (size_t i = 0; i < p->n; i++) {
        uint64_t own = p->candidates[i].sketch.theta;
        theta = !p->candidates[i].exclude && own && own < theta ? own : theta;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t own = items[i].candidate->sketch.theta;
        theta = own && own < theta ? own : theta;
    }
    return theta;
}

static void open_people(const struct plan_problem *p, struct plan_item *items, size_t n, struct arena *a,
                        struct plan_cover *cover) {
    uint64_t theta = common_theta(p, items, n);
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        items[i].n_people = overlap_below(&items[i].candidate->sketch, theta);
        total += items[i].n_people;
    }
    struct people_table t = {.mask = 15};
    while (t.mask < 2 * total) {
        t.mask = 2 * t.mask + 1;
    }
    t.slot = arena_alloc(a, (t.mask + 1) * sizeof *t.slot);
    t.hash = arena_alloc(a, (total + 1) * sizeof *t.hash);
    uint32_t *people = arena_alloc(a, (total + 1) * sizeof *people);
    for (size_t i = 0; i < n; i++) {
        items[i].people = people;
        for (size_t k = 0; k < items[i].n_people; k++) {
            *people++ = element_of(&t, items[i].candidate->sketch.hashes[k]);
        }
    }
    cover->n = t.n;
    cover->worth = arena_alloc(a, (t.n + 1) * sizeof *cover->worth);
    for (size_t e = 0; e < t.n; e++) {
        cover->worth[e] = 1.0 / overlap_share(theta);
    }
}

static void open_segments(const struct plan_problem *p, struct arena *a, struct plan_cover *cover) {
    cover->n = rank_at_most(p->n_segments, PLAN_SEGMENTS_MAX);
    cover->worth = arena_alloc(a, (cover->n + 1) * sizeof *cover->worth);
    for (size_t g = 0; g < cover->n; g++) {
        cover->worth[g] = p->segments[g].people * p->segments[g].value;
        cover->per_person[g] = 1.0 / p->segments[g].people;
    }
}

void plan_cover_open(const struct plan_problem *p, struct plan_item *items, size_t n, struct arena *a,
                     struct plan_cover *ret_cover) {
    *ret_cover = (struct plan_cover){.method = p->method};
    if (p->method == PLAN_BY_SKETCHES) {
        open_people(p, items, n, a, ret_cover);
    } else {
        open_segments(p, a, ret_cover);
    }
}

struct plan_left plan_left_new(const struct plan_cover *c, struct arena *a) {
    struct plan_left left = {.left = arena_alloc(a, (c->n + 1) * sizeof *left.left)};
    if (c->method == PLAN_BY_SKETCHES) {
        left.whole = arena_alloc(a, (c->n + 1) * sizeof *left.whole);
    }
    plan_left_reset(c, &left);
    return left;
}

void plan_left_reset(const struct plan_cover *c, struct plan_left *left) {
    memcpy(left->left, c->worth, c->n * sizeof *left->left);
    if (left->whole) {
        memset(left->whole, 0, c->n * sizeof *left->whole);
    }
}

static double gain_people(const struct plan_left *left, const struct plan_item *item) {
    double sum = 0.0;
    for (size_t k = 0; k < item->n_people; k++) {
        uint32_t e = item->people[k];
        sum += left->whole[e] ? 0.0 : left->left[e];
    }
    return sum * item->response;
}

double plan_gain(const struct plan_cover *c, const struct plan_left *left, const struct plan_item *item) {
    if (c->method == PLAN_BY_SKETCHES) {
        return gain_people(left, item);
    }
    double sum[4] = {0.0};
    size_t g = 0;
    for (; g + 4 <= c->n; g += 4) {
        sum[0] += left->left[g] * share(c, item, g);
        sum[1] += left->left[g + 1] * share(c, item, g + 1);
        sum[2] += left->left[g + 2] * share(c, item, g + 2);
        sum[3] += left->left[g + 3] * share(c, item, g + 3);
    }
    for (; g < c->n; g++) {
        sum[0] += left->left[g] * share(c, item, g);
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) * item->response;
}

static void step_people(struct plan_left *left, const struct plan_item *item, bool take) {
    double stay = 1.0 - item->response;
    for (size_t k = 0; k < item->n_people; k++) {
        uint32_t e = item->people[k];
        if (stay <= 0.0) {
            left->whole[e] = (uint16_t)(left->whole[e] + (take ? 1 : -1));
        } else {
            left->left[e] = take ? left->left[e] * stay : left->left[e] / stay;
        }
    }
}

void plan_take(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item) {
    if (c->method == PLAN_BY_SKETCHES) {
        step_people(left, item, true);
        return;
    }
    for (size_t g = 0; g < c->n; g++) {
        left->left[g] *= 1.0 - share(c, item, g) * item->response;
    }
}

void plan_untake(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item) {
    if (c->method == PLAN_BY_SKETCHES) {
        step_people(left, item, false);
        return;
    }
    for (size_t g = 0; g < c->n; g++) {
        left->left[g] /= 1.0 - share(c, item, g) * item->response;
    }
}
