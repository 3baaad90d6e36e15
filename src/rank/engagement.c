/* Why: the engagement rate that brands look at is moved by one lucky or bought post and by size. This one is
 * a robust location of ln rates, set against the curve for the size and shrunk by how little is known.
 * Invariants: posts are put in a total order before anything is summed, so that the result does not depend on
 * the order of the input; no posts means the prior, never zero. */
#include "rank/engagement.h"

#include "base/macros.h"

#include <math.h>
#include <string.h>

#define HUBER_STEPS     20
#define HUBER_TOLERANCE 1e-12
/* Below this many effective posts a spread of one's own says nothing. */
#define RAW_SD_MIN_N 1.5

const struct engagement_params ENGAGEMENT_DEFAULTS = {.z = 0.5,
                                                      .half_life_days = 60.0,
                                                      .nu0 = 4.0,
                                                      .clip = 1.5,
                                                      .deff = 2.0,
                                                      .weight_floor = 0.3,
                                                      .spread_clip = 2.5,
                                                      .spread_min_posts = 3.0,
                                                      .drift = 0.4};

struct weighted {
    double x;
    double w;
};

/* Usable posts: ln rates in total order, denominators as they came, and the sums of the weights. */
struct sample {
    struct weighted rate[ENGAGEMENT_POSTS_MAX];
    struct weighted size[ENGAGEMENT_POSTS_MAX];
    size_t n;
    double sum_w;
    double sum_w2;
};

static bool usable(const struct engagement_post *p) {
    return p->flags == 0 && p->engagements >= 0.0 && p->denominator > 0.0 && isfinite(p->engagements) &&
           isfinite(p->denominator) && p->age_days >= 0.0 && isfinite(p->age_days);
}

static bool before(struct weighted a, struct weighted b) {
    return a.x < b.x || (a.x == b.x && a.w < b.w);
}

/* Shell sort, in place. */
static void sort(struct weighted *a, size_t n) {
    static const size_t gaps[] = {23, 10, 4, 1};
    for (size_t g = 0; g < COUNT_OF(gaps); g++) {
        for (size_t i = gaps[g]; i < n; i++) {
            struct weighted item = a[i];
            size_t j = i;
            for (; j >= gaps[g] && before(item, a[j - gaps[g]]); j -= gaps[g]) {
                a[j] = a[j - gaps[g]];
            }
            a[j] = item;
        }
    }
}

static void collect(const struct engagement_post *posts, size_t n, const struct engagement_params *params,
                    struct sample *s) {
    s->n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct engagement_post *p = &posts[i];
        if (!usable(p)) {
            continue;
        }
        double w = fmax(params->weight_floor, exp2(-p->age_days / params->half_life_days));
        s->rate[s->n] = (struct weighted){log((p->engagements + 0.5) / p->denominator), w};
        s->size[s->n] = (struct weighted){p->denominator, w};
        s->n++;
    }
    sort(s->rate, s->n);
    s->sum_w = 0.0;
    s->sum_w2 = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        s->sum_w += s->rate[i].w;
        s->sum_w2 += s->rate[i].w * s->rate[i].w;
    }
}

/* The lower weighted median: the first value at which half of the weight is reached. */
static double weighted_median(const struct weighted *a, size_t n, double sum_w) {
    double reached = 0.0;
    for (size_t i = 0; i + 1 < n; i++) {
        reached += a[i].w;
        if (reached >= 0.5 * sum_w) {
            return a[i].x;
        }
    }
    return a[n - 1].x;
}

static double huber_location(const struct sample *s, double bound, int *ret_steps) {
    double m = weighted_median(s->rate, s->n, s->sum_w);
    int steps = 0;
    double step = HUBER_TOLERANCE;
    while (steps < HUBER_STEPS && fabs(step) >= HUBER_TOLERANCE) {
        double sum = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            sum += s->rate[i].w * rank_clamp(s->rate[i].x - m, -bound, bound);
        }
        step = sum / s->sum_w;
        m += step;
        steps++;
    }
    *ret_steps = steps;
    return m;
}

/* Sum of squared clipped residuals, scaled to n effective posts. */
static double residual_sum(const struct sample *s, double location, double bound, double n) {
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        double r = rank_clamp(s->rate[i].x - location, -bound, bound);
        sum += s->rate[i].w * r * r;
    }
    return sum / s->sum_w * n;
}

static void measure(struct sample *s, const struct benchmark *b, const struct engagement_params *p,
                    struct engagement *e) {
    double bound = p->clip * b->s;
    e->n = s->sum_w * s->sum_w / s->sum_w2;
    e->n_eff = e->n / p->deff;
    e->location = huber_location(s, bound, &e->steps);
    double spread_bound = (double)s->n < p->spread_min_posts ? bound : p->spread_clip * b->s;
    double ss = residual_sum(s, e->location, spread_bound, e->n);
    e->own_sd = sqrt((p->nu0 * b->s * b->s + ss) / (p->nu0 + fmax(0.0, e->n - 1.0)));
    if (e->n >= RAW_SD_MIN_N) {
        e->raw_sd = sqrt(ss / (e->n - 1.0));
        e->uniformity = e->raw_sd / b->s;
    }
    e->sampling_variance = e->own_sd * e->own_sd / e->n_eff;
    e->shrinkage = b->tau * b->tau / (b->tau * b->tau + e->sampling_variance);
    e->theta = e->shrinkage * (e->location - e->mu);
    e->sigma = sqrt(e->shrinkage * e->sampling_variance);
    e->size_residual = (e->location - e->mu) / sqrt(b->tau * b->tau + e->sigma * e->sigma);
    e->reach_residual = e->basis == RANK_BASIS_VIEWS ? NAN : e->size_residual;
    e->rate = exp(e->location);
    e->ratio = e->rate / e->benchmark_rate;
    if (e->basis == RANK_BASIS_VIEWS) {
        sort(s->size, s->n);
        e->typical_denominator = weighted_median(s->size, s->n, s->sum_w);
    }
}

static void conclude(struct engagement *e) {
    double u = (e->theta - e->z * e->sigma) / e->tau;
    double value = rank_normal_cdf(u);
    e->estimate = (struct estimate){
        .value = value,
        .sd_ln = rank_sd_ln(rank_normal_pdf(u) * e->sigma / e->tau, value),
        .prior_sd_ln = rank_sd_ln(rank_normal_pdf(-e->z), rank_normal_cdf(-e->z)),
        .measured = e->posts_used > 0,
    };
    e->percentile = rank_normal_cdf(e->theta / e->tau);
    e->optimistic = rank_normal_cdf((e->theta + e->sigma) / e->tau);
    e->typical_engagements = e->typical_denominator * exp(e->mu + e->theta);
    e->mean_engagements = e->typical_engagements * exp(0.5 * (e->sigma * e->sigma + e->own_sd * e->own_sd));
}

void engagement_score(const struct benchmark *b, double followers, const struct engagement_post *posts,
                      size_t n, const struct engagement_params *params, struct engagement *ret_engagement) {
    struct sample s;
    collect(posts, rank_at_most(n, ENGAGEMENT_POSTS_MAX), params, &s);
    double mu = benchmark_mu(b, followers);
    double one_post = params->deff * b->s * b->s;
    struct engagement e = {
        .basis = b->basis,
        .posts_used = s.n,
        .posts_excluded = n - s.n,
        .mu = mu,
        .tau = b->tau,
        .z = params->z,
        .location = NAN,
        .own_sd = b->s,
        .raw_sd = NAN,
        .uniformity = NAN,
        .size_residual = NAN,
        .reach_residual = NAN,
        .sampling_variance = one_post,
        .prior_sampling_variance = one_post,
        .sigma = b->tau,
        .rate = NAN,
        .benchmark_rate = exp(mu),
        .ratio = NAN,
        .typical_denominator = b->basis == RANK_BASIS_VIEWS ? NAN : followers,
    };
    if (s.n > 0) {
        measure(&s, b, params, &e);
    }
    conclude(&e);
    *ret_engagement = e;
}

struct engagement_post engagement_from_totals(double engagements, double posts, double followers) {
    return (struct engagement_post){
        .engagements = posts > 0.0 ? engagements / posts : NAN, .denominator = followers, .age_days = 0.0};
}

double engagement_predict_sd(const struct engagement *e, const struct benchmark *b, double posts,
                             const struct engagement_params *params) {
    double drift = params->drift * b->s;
    return sqrt(e->sigma * e->sigma + drift * drift + e->own_sd * e->own_sd / posts);
}

double engagement_value(double theta, double sigma, double tau, double z) {
    return rank_normal_cdf((theta - z * sigma) / tau);
}

bool engagement_caution(const char *name, double *ret_z) {
    static const struct {
        const char *name;
        double z;
    } cautions[] = {{"low", 0.0}, {"normal", 0.5}, {"high", 1.28}};
    for (size_t i = 0; i < COUNT_OF(cautions); i++) {
        if (strcmp(name, cautions[i].name) == 0) {
            *ret_z = cautions[i].z;
            return true;
        }
    }
    return false;
}
