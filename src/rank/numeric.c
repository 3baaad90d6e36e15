/* Why: the few numeric tools that several components share. Invariants: no allocation, no state, and results
 * that depend on the values only, never on the order in which equal inputs arrive. */
#include "rank/numeric.h"

#include <math.h>

double rank_normal_cdf(double x) {
    return 0.5 * erfc(-x * M_SQRT1_2);
}

double rank_normal_pdf(double x) {
    return 0.5 * M_SQRT1_2 * M_2_SQRTPI * exp(-0.5 * x * x);
}

double rank_ln(double x) {
    return x >= RANK_FLOOR ? log(fmin(x, 1.0)) : log(RANK_FLOOR);
}

double rank_sd_ln(double sd, double x) {
    return sd / fmax(x, RANK_FLOOR);
}

static void swap(double *a, double *b) {
    double t = *a;
    *a = *b;
    *b = t;
}

/* Hoare's partition of a[low..high] around its middle element; returns the end of the lower part. */
static size_t partition(double *a, size_t low, size_t high) {
    double pivot = a[low + (high - low) / 2];
    size_t i = low;
    size_t j = high;
    for (;;) {
        while (a[i] < pivot) {
            i++;
        }
        while (a[j] > pivot) {
            j--;
        }
        if (i >= j) {
            return j;
        }
        swap(&a[i++], &a[j--]);
    }
}

double rank_select(double *a, size_t n, size_t k) {
    size_t low = 0;
    size_t high = n - 1;
    while (low < high) {
        size_t end = partition(a, low, high);
        if (k <= end) {
            high = end;
        } else {
            low = end + 1;
        }
    }
    return a[k];
}

double rank_median(double *a, size_t n) {
    if (n == 0) {
        return NAN;
    }
    double upper = rank_select(a, n, n / 2);
    if (n % 2 == 1) {
        return upper;
    }
    return 0.5 * (rank_select(a, n, n / 2 - 1) + upper);
}

double rank_quantile_position(double x, const double *q, size_t n) {
    if (isnan(x)) {
        return x;
    }
    if (x >= q[n - 1]) {
        return 1.0;
    }
    size_t i = 0;
    while (i + 1 < n && x >= q[i + 1]) {
        i++;
    }
    double inside = q[i + 1] > q[i] ? (x - q[i]) / (q[i + 1] - q[i]) : 0.0;
    return ((double)i + rank_clamp(inside, 0.0, 1.0)) / (double)(n - 1);
}
