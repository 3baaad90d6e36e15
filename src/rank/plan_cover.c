/* Why: the planner's utility, U = sum of worth (1 - prod(1 - x)) over segments, behind four operations.
 * Invariants: a gain depends on the item and on what is left alone, so that equal creators have equal gains
 * to the last bit; x stays at most .9, so that taking back is a division. */
#include "rank/plan_parts.h"

#include "rank/numeric.h"

#include <math.h>
#include <string.h>

/* Share of segment g that an item reaches. */
static inline double share(const struct plan_cover *c, const struct plan_item *item, size_t g) {
    double p = item->candidate->reach[g] * c->per_person[g];
    return p < PLAN_REACH_MOST ? p : PLAN_REACH_MOST;
}

void plan_cover_open(const struct plan_problem *p, struct plan_cover *ret_cover) {
    ret_cover->n = rank_at_most(p->n_segments, PLAN_SEGMENTS_MAX);
    for (size_t g = 0; g < ret_cover->n; g++) {
        ret_cover->worth[g] = p->segments[g].people * p->segments[g].value;
        ret_cover->per_person[g] = 1.0 / p->segments[g].people;
    }
}

void plan_left_reset(const struct plan_cover *c, struct plan_left *left) {
    memcpy(left->left, c->worth, c->n * sizeof *left->left);
}

double plan_gain(const struct plan_cover *c, const struct plan_left *left, const struct plan_item *item) {
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

void plan_take(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item) {
    for (size_t g = 0; g < c->n; g++) {
        left->left[g] *= 1.0 - share(c, item, g) * item->response;
    }
}

void plan_untake(const struct plan_cover *c, struct plan_left *left, const struct plan_item *item) {
    for (size_t g = 0; g < c->n; g++) {
        left->left[g] /= 1.0 - share(c, item, g) * item->response;
    }
}
