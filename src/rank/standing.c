/* Why: the one who is ranked may know where they stand and what honest work would change. Invariants: no
 * percentile of fewer than 50 peers; affordability is never a gap; rates of different platforms and bases are
 * never compared. */
#include "rank/standing.h"

#include <math.h>

#define INTERVAL_95 1.959964

const struct standing_params STANDING_DEFAULTS = {.band = 0.35,
                                                  .peers_min = 50.0,
                                                  .peers_side = 500.0,
                                                  .effort_relevance = 2.0,
                                                  .effort_engagement = 3.0,
                                                  .effort_authenticity = 1.0,
                                                  .effort_loyalty = 2.0,
                                                  .effort_freshness = 1.0,
                                                  .compare_min = 20.0,
                                                  .demand_min = 10.0};

void standing_band(int64_t followers, int64_t *ret_low, int64_t *ret_high) {
    double spread = exp(STANDING_DEFAULTS.band);
    *ret_low = (int64_t)ceil((double)followers / spread);
    *ret_high = (int64_t)floor((double)followers * spread);
}

double standing_percentile(int64_t below, int64_t equal, int64_t peers) {
    if ((double)peers < STANDING_DEFAULTS.peers_min) {
        return NAN;
    }
    return ((double)below + 0.5 * (double)equal) / (double)peers;
}

double standing_gain(double score, double weight, double x, double target) {
    double ln_ratio = rank_ln(target) - rank_ln(x);
    return ln_ratio > 0.0 ? 100.0 * score * expm1(weight * ln_ratio) : 0.0;
}

double standing_information(double theta, double sigma, double tau, double z) {
    return engagement_value(theta, sigma, tau, 0.0) - engagement_value(theta, sigma, tau, z);
}

double standing_effort(enum match_component component) {
    const struct standing_params *p = &STANDING_DEFAULTS;
    const double efforts[MATCH_COMPONENTS] = {
        [MATCH_RELEVANCE] = p->effort_relevance,       [MATCH_ENGAGEMENT] = p->effort_engagement,
        [MATCH_AUTHENTICITY] = p->effort_authenticity, [MATCH_LOYALTY] = p->effort_loyalty,
        [MATCH_FRESHNESS] = p->effort_freshness,
    };
    return efforts[component];
}

size_t standing_gaps(double score, const double values[MATCH_STORED], const double targets[MATCH_STORED],
                     const double weights[MATCH_STORED], struct standing_gap ret_gaps[MATCH_STORED]) {
    size_t n = 0;
    for (int c = 0; c < MATCH_STORED; c++) {
        struct standing_gap gap = {
            .component = (enum match_component)c,
            .value = values[c],
            .target = targets[c],
            .gain = isnan(targets[c]) ? 0.0 : standing_gain(score, weights[c], values[c], targets[c]),
            .effort = standing_effort((enum match_component)c),
        };
        if (!(gap.gain > 0.0) || !(gap.effort > 0.0)) {
            continue;
        }
        size_t at = n++;
        for (; at > 0 && ret_gaps[at - 1].gain / ret_gaps[at - 1].effort < gap.gain / gap.effort; at--) {
            ret_gaps[at] = ret_gaps[at - 1];
        }
        ret_gaps[at] = gap;
    }
    return n;
}

const char *standing_quote(const struct price *band, double quote_usd) {
    if (quote_usd < band->low_usd) {
        return "below_band";
    }
    if (quote_usd > band->high_usd) {
        return "above_band";
    }
    return quote_usd < band->mid_usd ? "below_middle" : "above_middle";
}

struct estimate standing_declared(bool intersection, const double *base_rates, size_t n) {
    enum { PARENTS_MAX = 16 };
    double posts = RELEVANCE_DEFAULTS.bio_posts;
    struct relevance_parent parents[PARENTS_MAX];
    size_t n_parents = rank_at_most(n - 1, PARENTS_MAX);
    for (size_t i = 0; i < n_parents; i++) {
        struct relevance_share s = relevance_share((struct relevance_niche){posts, posts, base_rates[i + 1]});
        parents[i] = (struct relevance_parent){.g = s.focus, .evidence = s.evidence};
    }
    struct relevance_input in = {.own = {posts, posts, base_rates[0]},
                                 .intersection = intersection,
                                 .parents = parents,
                                 .n_parents = n_parents};
    struct relevance r;
    relevance_score(&in, &r);
    return r.estimate;
}

void standing_compare(const struct standing_stratum *strata, size_t n, struct standing_sizes *ret_sizes) {
    struct standing_sizes s = {.ratio = NAN, .low = NAN, .high = NAN};
    double weights = 0.0;
    double sum = 0.0;
    int64_t all_small = 0;
    int64_t all_large = 0;
    for (size_t i = 0; i < n; i++) {
        const struct standing_stratum *t = &strata[i];
        all_small += t->small_n;
        all_large += t->large_n;
        if (t->small_n < 2 || t->large_n < 2) {
            continue;
        }
        double variance = t->small_var / (double)t->small_n + t->large_var / (double)t->large_n;
        if (!(variance > 0.0)) {
            continue;
        }
        weights += 1.0 / variance;
        sum += (t->small_mean - t->large_mean) / variance;
        s.small_n += t->small_n;
        s.large_n += t->large_n;
    }
    s.decided = (double)s.small_n >= STANDING_DEFAULTS.compare_min &&
                (double)s.large_n >= STANDING_DEFAULTS.compare_min;
    if (!s.decided) {
        s.small_n = all_small;
        s.large_n = all_large;
    } else {
        double sd = sqrt(1.0 / weights);
        s.ratio = exp(sum / weights);
        s.low = s.ratio * exp(-INTERVAL_95 * sd);
        s.high = s.ratio * exp(INTERVAL_95 * sd);
        s.holds = s.low > 1.0;
    }
    *ret_sizes = s;
}

double standing_crowding(int64_t creators, int64_t paid_posts, int64_t all_creators, int64_t all_paid_posts) {
    if ((double)paid_posts < STANDING_DEFAULTS.demand_min || all_creators <= 0 || all_paid_posts <= 0) {
        return NAN;
    }
    return (double)creators / (double)paid_posts / ((double)all_creators / (double)all_paid_posts);
}
