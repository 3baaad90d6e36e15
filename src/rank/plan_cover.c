/* Why: the planner's utility, U = sum of worth (1 - prod(1 - x)) over segments, behind four operations.
 * Invariants: a gain depends on the item and on what is left alone, so that equal creators have equal gains
 * to the last bit; x stays at most .9, so that taking back is a division. */
#include "rank/plan_parts.h"

#include "rank/numeric.h"

#include <math.h>
#include <string.h>

/* What one item counts in each segment. */
static void count_item(enum plan_goal goal, size_t n_segments, const double *per_person, double *counted,
                       struct plan_item *item) {
    double response = item->candidate->response[goal];
    double most = 0.0;
    response = response > 0.0 ? fmin(response, 1.0) : 0.0;
    for (size_t g = 0; g < n_segments; g++) {
        double share = item->candidate->reach[g] * per_person[g];
        counted[g] = (share < PLAN_REACH_MOST ? share : PLAN_REACH_MOST) * response;
        most = counted[g] > most ? counted[g] : most;
    }
    item->counted = counted;
    item->rise = 1.0 / (1.0 - most);
}

void plan_cover_open(const struct plan_problem *p, enum plan_goal goal, struct plan_item *items, size_t n,
                     struct arena *a, struct plan_cover *ret_cover) {
    double per_person[PLAN_SEGMENTS_MAX];
    size_t n_segments = rank_at_most(p->n_segments, PLAN_SEGMENTS_MAX);
    ret_cover->n = n_segments;
    for (size_t g = 0; g < n_segments; g++) {
        ret_cover->worth[g] = p->segments[g].people * p->segments[g].value;
        per_person[g] = 1.0 / p->segments[g].people;
    }
    double *counted = arena_alloc(a, (n * n_segments + 1) * sizeof *counted);
    for (size_t i = 0; i < n; i++) {
        count_item(goal, n_segments, per_person, counted + i * n_segments, &items[i]);
    }
}

void plan_left_reset(const struct plan_cover *c, struct plan_left *left) {
    memcpy(left->left, c->worth, c->n * sizeof *left->left);
}

double plan_gain(const struct plan_cover *c, const struct plan_left *left, const struct plan_item *item) {
    const double *counted = item->counted;
    double sum[4] = {0.0};
    size_t g = 0;
    for (; g + 4 <= c->n; g += 4) {
        sum[0] += left->left[g] * counted[g];
        sum[1] += left->left[g + 1] * counted[g + 1];
        sum[2] += left->left[g + 2] * counted[g + 2];
        sum[3] += left->left[g + 3] * counted[g + 3];
    }
    for (; g < c->n; g++) {
        sum[0] += left->left[g] * counted[g];
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void plan_take(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item) {
    for (size_t g = 0; g < c->n; g++) {
        left->left[g] *= 1.0 - item->counted[g];
    }
}

void plan_untake(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item) {
    for (size_t g = 0; g < c->n; g++) {
        left->left[g] /= 1.0 - item->counted[g];
    }
}
