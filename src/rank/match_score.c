/* Why: a product, so that an irrelevant creator cannot buy the top with engagement, and so that one stored
 * order serves all weights exactly. Invariants: components enter as ln max(x, .02) <= 0; sums run in the
 * order of the enum; scores are integers before anything compares them. */
#include "rank/match_score.h"

#include "base/macros.h"
#include "rank/numeric.h"

#include <math.h>
#include <string.h>

#define INTERVAL_Z      1.2816 /* 80 % */
#define BOUND_SLACK     1e-12
#define TENTHS          1000
#define SCORE_PER_TENTH (MATCH_SCALE / TENTHS)

static const char *const NAMES[MATCH_COMPONENTS] = {
    [MATCH_RELEVANCE] = "relevance",       [MATCH_ENGAGEMENT] = "engagement",
    [MATCH_AUTHENTICITY] = "authenticity", [MATCH_AFFORDABILITY] = "affordability",
    [MATCH_LOYALTY] = "loyalty",           [MATCH_FRESHNESS] = "freshness",
    [MATCH_AUDIENCE_FIT] = "audience_fit",
};

static const double WEIGHTS[MATCH_COMPONENTS] = {
    [MATCH_RELEVANCE] = 0.40,     [MATCH_ENGAGEMENT] = 0.20, [MATCH_AUTHENTICITY] = 0.15,
    [MATCH_AFFORDABILITY] = 0.10, [MATCH_LOYALTY] = 0.08,    [MATCH_FRESHNESS] = 0.07,
};

static const struct match_goal GOALS[] = {
    {"awareness", {0.8, 0.8, 1.0, 2.0, 0.5, 1.5}, "net_reach"},
    {"engagement", {1.0, 2.0, 1.0, 0.8, 1.0, 1.0}, "engaged_people"},
    {"conversions", {1.3, 1.3, 1.2, 1.2, 1.0, 0.8}, "conversions"},
    {"partnership", {1.0, 1.0, 1.3, 0.8, 3.0, 0.8}, "engaged_people"},
    {"launch", {1.0, 1.2, 1.0, 1.0, 0.2, 2.0}, "engaged_people"},
};

const char *match_component_name(enum match_component component) {
    return NAMES[component];
}

bool match_component_by_name(const char *name, enum match_component *ret_component) {
    for (int i = 0; i < MATCH_COMPONENTS; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            *ret_component = (enum match_component)i;
            return true;
        }
    }
    return false;
}

const double *match_default_weights(void) {
    return WEIGHTS;
}

const struct match_goal *match_goals(size_t *ret_n) {
    *ret_n = COUNT_OF(GOALS);
    return GOALS;
}

const struct match_goal *match_goal_by_name(const char *name) {
    for (size_t i = 0; i < COUNT_OF(GOALS); i++) {
        if (strcmp(GOALS[i].name, name) == 0) {
            return &GOALS[i];
        }
    }
    return NULL;
}

bool match_weights(const double multipliers[MATCH_STORED], bool with_audience,
                   double ret_weights[MATCH_COMPONENTS]) {
    double w[MATCH_STORED];
    double sum = 0.0;
    for (size_t i = 0; i < MATCH_STORED; i++) {
        double m = multipliers ? multipliers[i] : 1.0;
        if (!(m >= 0.0 && m <= MATCH_MULTIPLIER_MAX)) {
            return false;
        }
        w[i] = WEIGHTS[i] * m;
        sum += w[i];
    }
    if (!(sum > 0.0)) {
        return false;
    }
    double scale = (with_audience ? 1.0 - MATCH_AUDIENCE_WEIGHT : 1.0) / sum;
    for (size_t i = 0; i < MATCH_STORED; i++) {
        ret_weights[i] = w[i] * scale;
    }
    ret_weights[MATCH_AUDIENCE_FIT] = with_audience ? MATCH_AUDIENCE_WEIGHT : 0.0;
    return true;
}

static double ln_score(const double ln[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS]) {
    double sum = 0.0;
    for (size_t i = 0; i < MATCH_COMPONENTS; i++) {
        sum += weights[i] > 0.0 ? weights[i] * ln[i] : 0.0;
    }
    return sum;
}

double match_value(const double ln[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS]) {
    return exp(ln_score(ln, weights));
}

int match_quantise(double x) {
    if (!(x > 0.0)) {
        return 0;
    }
    return x >= 1.0 ? MATCH_SCALE : (int)floor(x * MATCH_SCALE + 0.5);
}

int match_score_tenths(int score) {
    return (score + SCORE_PER_TENTH / 2) / SCORE_PER_TENTH;
}

/* Share of the prior's variance that is left, 0..1. */
static double unknown_share(const struct estimate *x) {
    if (!(x->sd_ln > 0.0)) {
        return 0.0;
    }
    double ratio = x->sd_ln / x->prior_sd_ln;
    return fmin(1.0, ratio * ratio);
}

void match_score(const struct estimate x[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS],
                 struct match_result *ret_result) {
    struct match_result r = {.value = 0.0};
    double variance = 0.0;
    double unknown = 0.0;
    for (size_t i = 0; i < MATCH_COMPONENTS; i++) {
        if (!(weights[i] > 0.0)) {
            continue;
        }
        r.ln[i] = rank_ln(x[i].value);
        r.log_contribution[i] = weights[i] * r.ln[i];
        variance += weights[i] * x[i].sd_ln * weights[i] * x[i].sd_ln;
        unknown += weights[i] * unknown_share(&x[i]);
    }
    r.value = match_value(r.ln, weights);
    r.score = match_quantise(r.value);
    r.sd_ln = sqrt(variance);
    r.low = match_quantise(r.value * exp(-INTERVAL_Z * r.sd_ln));
    r.high = match_quantise(r.value * exp(INTERVAL_Z * r.sd_ln));
    r.confidence = match_quantise(1.0 - unknown);
    match_points_lost(r.ln, weights, r.score, r.points_lost_tenths);
    *ret_result = r;
}

/* The component with the largest remainder, the earlier one on a tie; its remainder is taken. */
static size_t take_largest(double remainders[MATCH_COMPONENTS]) {
    size_t best = 0;
    for (size_t i = 1; i < MATCH_COMPONENTS; i++) {
        best = remainders[i] > remainders[best] ? i : best;
    }
    remainders[best] = -1.0;
    return best;
}

void match_points_lost(const double ln[MATCH_COMPONENTS], const double weights[MATCH_COMPONENTS], int score,
                       int ret_tenths[MATCH_COMPONENTS]) {
    int left = TENTHS - match_score_tenths(score);
    double total = left;
    double sum = ln_score(ln, weights);
    double remainders[MATCH_COMPONENTS];
    for (size_t i = 0; i < MATCH_COMPONENTS; i++) {
        double part = weights[i] > 0.0 && sum < 0.0 ? total * (weights[i] * ln[i] / sum) : 0.0;
        double whole = floor(part);
        remainders[i] = weights[i] > 0.0 ? part - whole : -0.5;
        ret_tenths[i] = (int)whole;
        left -= ret_tenths[i];
    }
    for (; left > 0; left--) {
        ret_tenths[take_largest(remainders)]++;
    }
}

void match_limit_of(const double default_weights[MATCH_STORED], const double own_weights[MATCH_COMPONENTS],
                    bool lifted, const double floors[MATCH_STORED], struct match_limit *ret_limit) {
    struct match_limit l = {0};
    for (size_t i = 0; i < MATCH_STORED; i++) {
        if (!(default_weights[i] > 0.0)) {
            continue;
        }
        double own = lifted && i == MATCH_ENGAGEMENT ? 0.0 : own_weights[i];
        double ratio = own / default_weights[i];
        size_t at = l.n++;
        for (; at > 0 && l.ratio[at - 1] > ratio; at--) {
            l.ratio[at] = l.ratio[at - 1];
            l.room[at] = l.room[at - 1];
        }
        l.ratio[at] = ratio;
        l.room[at] = -(floors ? floors[i] : log(RANK_FLOOR)) * default_weights[i];
    }
    *ret_limit = l;
}

double match_bound(int score, const struct match_limit *limit) {
    double lost = -log(fmin(1.0, (score + 0.5) / MATCH_SCALE));
    double own = 0.0;
    for (size_t i = 0; i < limit->n && lost > 0.0; i++) {
        double part = fmin(lost, limit->room[i]);
        own += limit->ratio[i] * part;
        lost -= part;
    }
    return fmin(1.0, exp(-own) * (1.0 + BOUND_SLACK));
}
