/* Why: authenticity is a sum of many weak signs, each of which must be shown with its weight. Invariants: a
 * signal that was not measured contributes exactly 0; phi is within -1..1; the table is in the order of the
 * enum. */
#include "rank/authenticity.h"

#include <math.h>

const struct authenticity_params AUTHENTICITY_DEFAULTS = {.base_rate = 0.80,
                                                          .sd_measured = 0.15,
                                                          .sd_missing = 0.5,
                                                          .gate = 0.25,
                                                          .uniform_min_n_eff = 8.0,
                                                          .spike_full_posts = 4.0};

/* Needs that several signals have: one address each. */
static const char POSTS[] = "posts", LIKES_AND_COMMENTS[] = "likes_and_comments";

/* name, needs, raw, group, weight, zero, full, low, high, logarithmic */
static const struct authenticity_info SIGNALS[AUTH_SIGNAL_COUNT] = {
    [AUTH_FOLLOWER_CREDIBILITY] = {"follower_credibility", "audience_sample", "credible share of followers",
                                   AUTH_INTEGRITY, 1.2, 0.75, 0.85, -1.0, 1.0, false},
    [AUTH_FOLLOW_FOR_FOLLOW] = {"follow_for_follow", "following", "following per follower", AUTH_INTEGRITY,
                                0.6, 0.43, 2.15, -1.0, 0.0, true},
    [AUTH_UNEXPLAINED_GROWTH] = {"unexplained_growth", "follower_history",
                                 "share of 180-day growth in unexplained jumps", AUTH_INTEGRITY, 2.0, 0.0,
                                 1.0, -1.0, 0.0, false},
    [AUTH_LOW_ENGAGEMENT] = {"low_engagement", POSTS, "engagement against size, standardised", AUTH_INTEGRITY,
                             1.0, -1.5, -3.0, -1.0, 0.0, false},
    [AUTH_UNIFORM_ENGAGEMENT] = {"uniform_engagement", POSTS, "own spread over the usual spread",
                                 AUTH_INTEGRITY, 0.8, 0.35, 0.15, -1.0, 0.0, false},
    [AUTH_COMMENT_LIKE] = {"comment_like_ratio", LIKES_AND_COMMENTS, "comments per like, standard score",
                           AUTH_INTEGRITY, 0.8, 1.5, 3.0, -1.0, 0.0, false},
    [AUTH_SPIKINESS] = {"spikiness", POSTS, "share of posts far above the own median", AUTH_INTEGRITY, 0.6,
                        0.0, 0.3, -1.0, 0.0, false},
    [AUTH_COMMENT_DUPLICATION] = {"comment_duplication", "comment_texts", "share of repeated comment texts",
                                  AUTH_INTEGRITY, 0.7, 0.25, 0.60, -1.0, 0.0, false},
    [AUTH_RECURRING_AUTHORS] = {"recurring_authors", "comment_authors",
                                "share of comments by recurring authors", AUTH_INTEGRITY, 0.9, 0.35, 0.70,
                                -1.0, 0.0, false},
    [AUTH_BENFORD] = {"benford", "audience_counts", "mean deviation of first digits from Benford",
                      AUTH_INTEGRITY, 0.3, 0.015, 0.035, -1.0, 0.0, false},
    [AUTH_SPONSORED_SATURATION] = {"sponsored_saturation", "sponsored_flags", "sponsored share of 90 days",
                                   AUTH_VOICE, 0.5, 0.20, 0.60, -1.0, 0.0, false},
    [AUTH_REPLY_RATE] = {"reply_rate", "comment_replies", "share of comments answered", AUTH_VOICE, 0.4, 0.0,
                         0.30, 0.0, 1.0, false},
    [AUTH_DISCLOSURE] = {"disclosure", "collaborations", "share of paid posts labelled", AUTH_VOICE, 0.3, 0.5,
                         1.0, -1.0, 1.0, false},
    [AUTH_LOW_REACH] = {"low_reach", POSTS, "engagement per follower against size, standardised",
                        AUTH_INTEGRITY, 0.8, 0.5, -2.0, -1.0, 0.0, false},
    [AUTH_HIGH_ENGAGEMENT] = {"high_engagement", POSTS, "engagement against size, standardised",
                              AUTH_INTEGRITY, 1.0, 1.0, 3.0, -1.0, 0.0, false},
    [AUTH_ALIKE_LIKES] = {"alike_likes", "likes", "spread of likes between posts over the usual spread",
                          AUTH_INTEGRITY, 1.0, 0.50, 0.20, -1.0, 0.0, true},
    [AUTH_LIKES_BEYOND_VIEWS] = {"likes_beyond_views", "views", "rise of likes with views, 1 in proportion",
                                 AUTH_INTEGRITY, 1.2, 0.75, 0.40, -1.0, 0.0, false},
    [AUTH_LIKES_WITHOUT_COMMENTS] = {"likes_without_comments", LIKES_AND_COMMENTS,
                                     "comments per like of the most liked posts against the others",
                                     AUTH_INTEGRITY, 1.0, -1.2, -1.8, -1.0, 0.0, false},
    [AUTH_MANY_COMMENTS] = {"many_comments", LIKES_AND_COMMENTS,
                            "comments per like above the usual, standard score", AUTH_INTEGRITY, 0.6, 0.5,
                            3.0, -1.0, 0.0, false},
};

/* The raw value a signal is judged by: size of the deviation in both tails, NaN where too little stands
 * behind it. */
static double judged(const struct authenticity_input *in, enum authenticity_signal signal) {
    double raw = in->raw[signal];
    if (signal == AUTH_COMMENT_LIKE) {
        return fabs(raw);
    }
    if (signal == AUTH_UNIFORM_ENGAGEMENT) {
        return in->n_eff >= AUTHENTICITY_DEFAULTS.uniform_min_n_eff ? raw : NAN;
    }
    return raw;
}

/* Where phi is 0: the reference for the account's size where there is one, else the table's. */
static double zero_of(const struct authenticity_input *in, enum authenticity_signal signal) {
    double own = signal == AUTH_FOLLOWER_CREDIBILITY ? in->credible_reference
                 : signal == AUTH_FOLLOW_FOR_FOLLOW  ? in->follow_reference
                                                     : NAN;
    return isnan(own) ? SIGNALS[signal].zero : own;
}

/* phi of a signal; NaN if it was not measured. Never -0. */
static double signal_phi(const struct authenticity_input *in, enum authenticity_signal signal) {
    const struct authenticity_info *s = &SIGNALS[signal];
    double x = judged(in, signal);
    double zero = zero_of(in, signal);
    double reached =
        s->logarithmic ? log(x / zero) / log(s->full / s->zero) : (x - zero) / (s->full - s->zero);
    double phi = rank_clamp(s->high > 0.0 ? reached * s->high : reached * s->low, s->low, s->high) + 0.0;
    if (signal == AUTH_SPIKINESS) {
        phi *= fmin(1.0, in->spike_posts / AUTHENTICITY_DEFAULTS.spike_full_posts);
        return isnan(in->spike_posts) ? NAN : phi + 0.0;
    }
    return phi;
}

static double sigmoid(double x) {
    return 1.0 / (1.0 + exp(-x));
}

const struct authenticity_info *authenticity_info(enum authenticity_signal signal) {
    return &SIGNALS[signal];
}

struct authenticity_input authenticity_input_none(void) {
    struct authenticity_input in = {
        .credible_reference = NAN, .follow_reference = NAN, .n_eff = NAN, .spike_posts = NAN};
    for (size_t i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        in.raw[i] = NAN;
    }
    return in;
}

void authenticity_take_engagement(struct authenticity_input *in, const struct engagement *e) {
    in->raw[AUTH_LOW_ENGAGEMENT] = fmin(e->size_residual, e->reach_residual);
    in->raw[AUTH_LOW_REACH] = e->reach_residual;
    in->raw[AUTH_HIGH_ENGAGEMENT] = e->size_residual;
    in->raw[AUTH_UNIFORM_ENGAGEMENT] = e->uniformity;
    in->n_eff = e->n_eff;
}

void authenticity_score(const struct authenticity_input *in, struct authenticity *ret_authenticity) {
    const struct authenticity_params *p = &AUTHENTICITY_DEFAULTS;
    struct authenticity a = {.logit = 0.0};
    double sums[2] = {0.0, 0.0};
    size_t counts[2] = {0, 0};
    double variance = 0.0;
    double prior_variance = 0.0;
    for (size_t i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        double w = SIGNALS[i].weight;
        double phi = signal_phi(in, (enum authenticity_signal)i);
        bool measured = !isnan(phi);
        phi = measured ? phi : 0.0;
        double contribution = w * phi;
        a.lines[i] = (struct authenticity_line){in->raw[i], phi, contribution, exp(contribution), measured};
        counts[SIGNALS[i].group] += measured ? 1 : 0;
        sums[SIGNALS[i].group] += contribution;
        double sd = w * (measured ? p->sd_measured : p->sd_missing);
        variance += sd * sd;
        prior_variance += w * p->sd_missing * w * p->sd_missing;
    }
    double prior = log(p->base_rate / (1.0 - p->base_rate));
    a.logit = prior + sums[AUTH_INTEGRITY] + sums[AUTH_VOICE];
    a.measured_count = counts[AUTH_INTEGRITY] + counts[AUTH_VOICE];
    a.audience_measured = counts[AUTH_INTEGRITY] > 0;
    a.conversation_measured = counts[AUTH_VOICE] > 0;
    a.audience_credibility = sigmoid(prior + sums[AUTH_INTEGRITY]);
    a.conversation = sigmoid(prior + sums[AUTH_VOICE]);
    double x = sigmoid(a.logit);
    a.estimate = (struct estimate){
        .value = x,
        .sd_ln = rank_sd_ln(x * (1.0 - x) * sqrt(variance), x),
        .prior_sd_ln = (1.0 - p->base_rate) * sqrt(prior_variance),
        .measured = a.measured_count > 0,
    };
    *ret_authenticity = a;
}
