/* Why: the seeds are other people's data; what is usual here is fitted from the operator's own. Invariants:
 * every step is robust, so that a tenth of manipulated accounts moves no number much; nothing of the model in
 * force enters. */
#include "rank/fit.h"

#include "rank/engagement.h"
#include "rank/numeric.h"

#include <math.h>

#define REFERENCE_FOLLOWERS 10000.0
/* 1 / (third quartile of the standard normal): from a median absolute deviation to a standard deviation. */
#define MAD_TO_SD 1.4826022185056018

/* What is found of the accounts that count. */
struct sample {
    size_t n;
    struct fit_point *points;
    double *variance; /* of the location, s_i^2 / n_eff */
};

static size_t posts_of(const struct fit_account *a) {
    return rank_at_most(a->n_posts, ENGAGEMENT_POSTS_MAX);
}

static double ln_rate(const struct fit_post *p) {
    return log(((double)p->engagements + 0.5) / (double)p->denominator);
}

/* Pooled spread of posts within accounts; post j is paired with the one half of the posts away, so that
 * neighbours in time, which are alike, do not meet. */
static double pooled_spread(const struct fit_input *in, size_t min_posts, struct arena *scratch) {
    size_t room = 0;
    for (size_t i = 0; i < in->n_accounts; i++) {
        room += posts_of(&in->accounts[i]) / 2;
    }
    double *d = arena_alloc(scratch, (room + 1) * sizeof *d);
    size_t n = 0;
    for (size_t i = 0; i < in->n_accounts; i++) {
        size_t posts = posts_of(&in->accounts[i]);
        const struct fit_post *p = in->posts + in->accounts[i].first;
        for (size_t j = 0; posts >= min_posts && j < posts / 2; j++) {
            d[n++] = fabs(ln_rate(&p[j]) - ln_rate(&p[j + posts / 2]));
        }
    }
    return n > 0 ? rank_median(d, n) * MAD_TO_SD / sqrt(2.0) : 0.0;
}

/* Locations of all accounts with enough posts, as the scorer finds them. */
static struct sample locate(const struct fit_input *in, const struct benchmark *b, size_t min_posts,
                            struct arena *scratch) {
    struct sample s = {.points = arena_alloc(scratch, (in->n_accounts + 1) * sizeof *s.points),
                       .variance = arena_alloc(scratch, (in->n_accounts + 1) * sizeof *s.variance)};
    for (size_t i = 0; i < in->n_accounts; i++) {
        const struct fit_account *a = &in->accounts[i];
        struct engagement_post posts[ENGAGEMENT_POSTS_MAX];
        struct engagement e;
        size_t n = posts_of(a);
        for (size_t j = 0; j < n; j++) {
            const struct fit_post *p = &in->posts[a->first + j];
            posts[j] = (struct engagement_post){(double)p->engagements, (double)p->denominator,
                                                (double)p->age_days, 0};
        }
        engagement_score(b, a->followers, posts, n, &ENGAGEMENT_DEFAULTS, &e);
        if (e.posts_used < min_posts) {
            continue;
        }
        s.points[s.n] = (struct fit_point){log(a->followers / REFERENCE_FOLLOWERS), e.location};
        s.variance[s.n++] = e.sampling_variance;
    }
    return s;
}

/* Interquartile range of the sizes. */
static double size_range(const struct sample *s, struct arena *scratch) {
    double *x = arena_alloc(scratch, s->n * sizeof *x);
    for (size_t i = 0; i < s->n; i++) {
        x[i] = s->points[i].x;
    }
    double upper = rank_select(x, s->n, 3 * s->n / 4);
    return upper - rank_select(x, s->n, s->n / 4);
}

/* Robust variance of the accounts about the line. */
static double residual_variance(const struct sample *s, struct fit_line line, struct arena *scratch) {
    double *r = arena_alloc(scratch, s->n * sizeof *r);
    for (size_t i = 0; i < s->n; i++) {
        r[i] = fabs(s->points[i].y - line.alpha - line.beta * s->points[i].x);
    }
    double sd = rank_median(r, s->n) * MAD_TO_SD;
    return sd * sd;
}

/* Divides the spread about the line into that of creators and that of chance. */
static void divide(const struct sample *s, const struct benchmark *seed, double variance,
                   struct fit_curve *c) {
    if (seed->basis == RANK_BASIS_TOTALS) {
        double chance = ENGAGEMENT_DEFAULTS.deff * seed->s * seed->s;
        double creators = seed->tau * seed->tau / (seed->tau * seed->tau + chance);
        c->tau = sqrt(variance * creators);
        c->s = sqrt(variance * (1.0 - creators) / ENGAGEMENT_DEFAULTS.deff);
    } else {
        double mean = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            mean += s->variance[i] / (double)s->n;
        }
        c->tau = sqrt(fmax(0.0, variance - mean));
    }
    c->floored = c->floored || c->tau < FIT_TAU_MIN || c->s < FIT_S_MIN;
    c->tau = fmax(c->tau, FIT_TAU_MIN);
    c->s = fmax(c->s, FIT_S_MIN);
}

void fit_curve(const struct fit_input *in, const struct benchmark *seed, struct arena *scratch,
               struct fit_curve *ret_curve) {
    size_t min_posts = seed->basis == RANK_BASIS_TOTALS ? 1 : FIT_POSTS_MIN;
    double spread = seed->basis == RANK_BASIS_TOTALS ? seed->s : pooled_spread(in, min_posts, scratch);
    struct fit_curve c = {.s = fmax(spread, FIT_S_MIN), .floored = spread < FIT_S_MIN};
    struct benchmark b = *seed;
    b.s = c.s;
    struct sample s = locate(in, &b, min_posts, scratch);
    struct fit_line line;
    c.n_accounts = s.n;
    if (s.n < FIT_ACCOUNTS_MIN) {
        c.outcome = FIT_TOO_FEW;
    } else if (size_range(&s, scratch) < FIT_SIZE_RANGE_MIN || !fit_lad(s.points, s.n, scratch, &line)) {
        c.outcome = FIT_ONE_SIZE;
    } else {
        c.outcome = FIT_OK;
        c.alpha = line.alpha;
        c.beta = line.beta;
        divide(&s, seed, residual_variance(&s, line, scratch), &c);
    }
    *ret_curve = c;
}

double fit_base_rate(double k, double n, double seed) {
    return rank_clamp((k + FIT_BASE_POSTS * seed) / (n + FIT_BASE_POSTS), FIT_BASE_RATE_MIN,
                      FIT_BASE_RATE_MAX);
}
