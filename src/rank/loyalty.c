/* Why: some brands look for a partner, not for a post. The evidence that this pays is thin, hence a small
 * weight in the match score. Invariants: a part without evidence counts .5; no evidence at all gives .5. */
#include "rank/loyalty.h"

#include "base/macros.h"

#include <math.h>

#define REGULARITY_MIN_POSTS 5

const struct loyalty_params LOYALTY_DEFAULTS = {.prior_rate = 0.30,
                                                .prior_brands = 4.0,
                                                .full_rate = 0.60,
                                                .missing = 0.5,
                                                .sd_missing = 0.3,
                                                .weight_repeat = 0.50,
                                                .weight_consistency = 0.25,
                                                .weight_returning = 0.25,
                                                .churn = 0.15};

/* Deciles of exp(-CV) of the last 64 posts, accounts with 9 or more. */
static const double REGULARITY_DECILES[RANK_PLATFORM_COUNT][11] = {
    [RANK_INSTAGRAM] = {0.018, 0.133, 0.169, 0.203, 0.231, 0.262, 0.285, 0.316, 0.349, 0.388, 0.787},
    [RANK_TIKTOK] = {0.008, 0.124, 0.194, 0.245, 0.282, 0.323, 0.363, 0.403, 0.448, 0.506, 0.894},
    [RANK_YOUTUBE] = {0.008, 0.124, 0.194, 0.245, 0.282, 0.323, 0.363, 0.403, 0.448, 0.506, 0.894},
};

static double beta_sd(double rate, double total) {
    return sqrt(rate * (1.0 - rate) / (total + 1.0));
}

/* sd of ln loyalty of value x with `brands` brands at a shrunk repeat rate. */
static double sd_ln(double rate, double brands, bool has_consistency, bool has_returning, double x) {
    const struct loyalty_params *p = &LOYALTY_DEFAULTS;
    double repeat = p->weight_repeat * beta_sd(rate, brands + p->prior_brands) / p->full_rate;
    double consistency = has_consistency ? 0.0 : p->weight_consistency * p->sd_missing;
    double returning = has_returning ? 0.0 : p->weight_returning * p->sd_missing;
    return rank_sd_ln(sqrt(repeat * repeat + consistency * consistency + returning * returning), x);
}

void loyalty_score(const struct loyalty_input *in, struct loyalty *ret_loyalty) {
    const struct loyalty_params *p = &LOYALTY_DEFAULTS;
    struct loyalty l = {
        .consistency_measured = !isnan(in->consistency),
        .returning_measured = !isnan(in->returning),
        .churn_penalty = in->churn ? p->churn : 0.0,
    };
    double brands = in->brands;
    l.repeat_rate = (in->returned + p->prior_rate * p->prior_brands) / (brands + p->prior_brands);
    l.repeat = fmin(1.0, l.repeat_rate / p->full_rate);
    l.consistency = l.consistency_measured ? rank_clamp(in->consistency, 0.0, 1.0) : p->missing;
    l.returning = l.returning_measured ? rank_clamp(in->returning, 0.0, 1.0) : p->missing;
    double x = p->weight_repeat * l.repeat + p->weight_consistency * l.consistency +
               p->weight_returning * l.returning - l.churn_penalty;
    x = fmax(0.0, x);
    double x_prior = p->weight_repeat * p->prior_rate / p->full_rate +
                     (p->weight_consistency + p->weight_returning) * p->missing;
    l.estimate = (struct estimate){
        .value = x,
        .sd_ln = sd_ln(l.repeat_rate, brands, l.consistency_measured, l.returning_measured, x),
        .prior_sd_ln = sd_ln(p->prior_rate, 0.0, false, false, x_prior),
        .measured = in->brands > 0 || l.consistency_measured || l.returning_measured || in->churn,
    };
    *ret_loyalty = l;
}

static void sort(double *a, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double x = a[i];
        size_t j = i;
        while (j > 0 && a[j - 1] > x) {
            a[j] = a[j - 1];
            j--;
        }
        a[j] = x;
    }
}

double loyalty_regularity(const double *ages_days, size_t n) {
    double ages[LOYALTY_POSTS_MAX];
    size_t count = rank_at_most(n, LOYALTY_POSTS_MAX);
    if (count < REGULARITY_MIN_POSTS) {
        return NAN;
    }
    for (size_t i = 0; i < count; i++) {
        ages[i] = ages_days[i];
    }
    sort(ages, count);
    double gaps = (double)(count - 1);
    double mean = (ages[count - 1] - ages[0]) / gaps;
    if (!(mean > 0.0)) {
        return NAN;
    }
    double squares = 0.0;
    for (size_t i = 1; i < count; i++) {
        double d = ages[i] - ages[i - 1] - mean;
        squares += d * d;
    }
    return exp(-sqrt(squares / (gaps - 1.0)) / mean);
}

double loyalty_consistency(enum rank_platform platform, double regularity) {
    return rank_quantile_position(regularity, REGULARITY_DECILES[platform], COUNT_OF(REGULARITY_DECILES[0]));
}
