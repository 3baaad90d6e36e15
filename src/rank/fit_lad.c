/* Why: least squares is bent by a few bought or boosted accounts; least absolute deviations is not.
 * Invariants: the sum of deviations falls with every turn; what is returned cannot be bettered by turning the
 * line about any point that lies on it. */
#include "rank/fit.h"

#include "rank/numeric.h"

#include <math.h>

/* A turn that gains less than this part is rounding. */
#define GAIN_MIN 1e-12
/* A point as near as this to the line, relative to its height, lies on it. */
#define ON_LINE 1e-11

/* A slope to another point, with its weight. */
struct slope {
    double value;
    double weight;
};

/* Points, room for their slopes, and the line through the point `at`. */
struct lad {
    const struct fit_point *p;
    size_t n;
    struct slope *slopes;
    size_t at;
    double slope;
    double cost;
};

static void swap(struct slope *a, struct slope *b) {
    struct slope t = *a;
    *a = *b;
    *b = t;
}

static double middle(double a, double b, double c) {
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Orders a[lo..hi-1] as below, equal to and above the pivot; the weights of the first two parts. */
static void split(struct slope *a, size_t lo, size_t hi, size_t *ret_equal, size_t *ret_above,
                  double ret_weight[2]) {
    double pivot = middle(a[lo].value, a[lo + (hi - lo) / 2].value, a[hi - 1].value);
    size_t equal = lo;
    size_t above = hi;
    double below_weight = 0.0;
    double equal_weight = 0.0;
    for (size_t i = lo; i < above;) {
        if (a[i].value < pivot) {
            below_weight += a[i].weight;
            swap(&a[i++], &a[equal++]);
        } else if (a[i].value > pivot) {
            swap(&a[i], &a[--above]);
        } else {
            equal_weight += a[i++].weight;
        }
    }
    *ret_equal = equal;
    *ret_above = above;
    ret_weight[0] = below_weight;
    ret_weight[1] = equal_weight;
}

/* The first value, ascending, at which half of the weight is reached. n > 0; a is reordered. */
static double weighted_median(struct slope *a, size_t n, double sum) {
    size_t lo = 0;
    size_t hi = n;
    double before = 0.0;
    for (;;) {
        size_t equal, above;
        double weight[2];
        split(a, lo, hi, &equal, &above, weight);
        if (equal > lo && before + weight[0] >= 0.5 * sum) {
            hi = equal;
        } else if (above == hi || before + weight[0] + weight[1] >= 0.5 * sum) {
            return a[equal].value;
        } else {
            before += weight[0] + weight[1];
            lo = above;
        }
    }
}

/* The best slope of a line through point k; false where no other point has another x. */
static bool best_through(struct lad *l, size_t k, double *ret_slope) {
    size_t n = 0;
    double sum = 0.0;
    for (size_t i = 0; i < l->n; i++) {
        double dx = l->p[i].x - l->p[k].x;
        if (dx == 0.0) {
            continue;
        }
        l->slopes[n++] = (struct slope){(l->p[i].y - l->p[k].y) / dx, fabs(dx)};
        sum += fabs(dx);
    }
    if (n == 0) {
        return false;
    }
    *ret_slope = weighted_median(l->slopes, n, sum);
    return true;
}

static double residual(const struct lad *l, size_t k, double slope, size_t i) {
    return l->p[i].y - l->p[k].y - slope * (l->p[i].x - l->p[k].x);
}

static double cost_of(const struct lad *l, size_t k, double slope) {
    double sum = 0.0;
    for (size_t i = 0; i < l->n; i++) {
        sum += fabs(residual(l, k, slope, i));
    }
    return sum;
}

/* Turns the line about point k if that makes it better. */
static bool turn(struct lad *l, size_t k) {
    double slope;
    if (!best_through(l, k, &slope)) {
        return false;
    }
    double cost = cost_of(l, k, slope);
    if (!(cost < l->cost * (1.0 - GAIN_MIN))) {
        return false;
    }
    l->at = k;
    l->slope = slope;
    l->cost = cost;
    return true;
}

/* Whether point i lies on the line, and another place than what it was turned about last. */
static bool on_line(const struct lad *l, size_t i) {
    const struct fit_point *at = &l->p[l->at];
    const struct fit_point *p = &l->p[i];
    return p->x != at->x &&
           fabs(residual(l, l->at, l->slope, i)) <= ON_LINE * (1.0 + fabs(p->y) + fabs(at->y));
}

/* The first turn about a point of the line that makes it better. */
static bool improve(struct lad *l) {
    if (l->cost <= ON_LINE * (double)l->n) {
        return false;
    }
    for (size_t i = 0; i < l->n; i++) {
        if (on_line(l, i) && turn(l, i)) {
            return true;
        }
    }
    return false;
}

/* The point nearest to the middle: a line through it is a good beginning. */
static size_t centre(const struct lad *l, struct arena *scratch) {
    double *v = arena_alloc(scratch, l->n * sizeof *v);
    for (size_t i = 0; i < l->n; i++) {
        v[i] = l->p[i].x;
    }
    double x = rank_median(v, l->n);
    for (size_t i = 0; i < l->n; i++) {
        v[i] = l->p[i].y;
    }
    double y = rank_median(v, l->n);
    size_t best = 0;
    double least = INFINITY;
    for (size_t i = 0; i < l->n; i++) {
        double far = fabs(l->p[i].x - x) + fabs(l->p[i].y - y);
        if (far < least) {
            least = far;
            best = i;
        }
    }
    return best;
}

bool fit_lad(const struct fit_point *points, size_t n, struct arena *scratch, struct fit_line *ret_line) {
    if (n < 2) {
        return false;
    }
    struct lad l = {.p = points, .n = n, .cost = INFINITY};
    l.slopes = arena_alloc(scratch, n * sizeof *l.slopes);
    if (!turn(&l, centre(&l, scratch))) {
        return false;
    }
    bool better = true;
    while (better) {
        better = improve(&l);
    }
    *ret_line = (struct fit_line){.alpha = points[l.at].y - l.slope * points[l.at].x, .beta = l.slope};
    return true;
}
