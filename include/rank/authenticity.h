/* Is the audience real and does the creator converse: eighteen signals as additive log-odds (ranking
 * specification, b3; 13 to 18 came from the evaluation). Never a verdict: the wording is "unusual pattern",
 * with the lines that led to it. */
#ifndef NICHED_RANK_AUTHENTICITY_H
#define NICHED_RANK_AUTHENTICITY_H

#include "rank/benchmark.h"
#include "rank/engagement.h"
#include "rank/numeric.h"

#include <stdbool.h>
#include <stddef.h>

/* The signals; signal 8 is two lines, duplication of comments and recurring authors. The store keeps them in
 * this order: new ones go to the end. */
enum authenticity_signal {
    AUTH_FOLLOWER_CREDIBILITY,
    AUTH_FOLLOW_FOR_FOLLOW,
    AUTH_UNEXPLAINED_GROWTH,
    AUTH_LOW_ENGAGEMENT,
    AUTH_UNIFORM_ENGAGEMENT,
    AUTH_COMMENT_LIKE,
    AUTH_SPIKINESS,
    AUTH_COMMENT_DUPLICATION,
    AUTH_RECURRING_AUTHORS,
    AUTH_BENFORD,
    AUTH_SPONSORED_SATURATION,
    AUTH_REPLY_RATE,
    AUTH_DISCLOSURE,
    AUTH_LOW_REACH,
    AUTH_HIGH_ENGAGEMENT,
    AUTH_ALIKE_LIKES,
    AUTH_LIKES_BEYOND_VIEWS,
    AUTH_LIKES_WITHOUT_COMMENTS,
    AUTH_MANY_COMMENTS,
    AUTH_SIGNAL_COUNT
};

/* Integrity: is the audience real. Voice: does the creator converse. */
enum authenticity_group { AUTH_INTEGRITY, AUTH_VOICE };

/* One line of the signal table. phi is 0 at a raw value of `zero` and has its full effect, `high` or else
 * `low`, at `full`, linear between and beyond, limited to low..high; `logarithmic`: linear in ln raw. `needs`
 * names the evidence that is missing when the signal is silent, as listed in not_measured; `raw` says what is
 * measured. Strings are static; equal needs have one address. */
struct authenticity_info {
    const char *name;
    const char *needs;
    const char *raw;
    enum authenticity_group group;
    double weight; /* of phi, in ln odds */
    double zero;
    double full;
    double low;
    double high;
    bool logarithmic;
};

/* base_rate: a0, the prior. sd_*: standard deviation of phi for a measured and for a missing signal. gate:
 * below it a creator is left out unless asked for. uniform_min_n_eff: effective posts from which signal 5
 * speaks. spike_full_posts: posts from which signal 7 speaks in full. */
struct authenticity_params {
    double base_rate;
    double sd_measured;
    double sd_missing;
    double gate;
    double uniform_min_n_eff;
    double spike_full_posts;
};

/* The version 2026.1 defaults: .80, .15, .5, .25, 8, 4. */
extern const struct authenticity_params AUTHENTICITY_DEFAULTS;

/* Raw inputs; NaN means not measured. Begin with authenticity_input_none(). By signal, fractions 0..1 unless
 * said otherwise: 1 credible share of followers; 2 following / followers; 3 share of growth in unexplained
 * jumps; 4 the lower of engagement.size_residual and reach_residual; 5 engagement.uniformity; 6 standard
 * score of the comment/like log-ratio; 7 share of posts far above the own median; 8 1 - distinct texts /
 * comments, and share of comments by recurring authors; 9 mean absolute deviation from Benford; 10 sponsored
 * share of the posts of 90 days; 11 share of comments the creator answers; 12 share of paid posts that are
 * labelled; 13 engagement.reach_residual; 14 engagement.size_residual; 15 spread of likes over the usual one;
 * 16 slope of ln likes on ln views; 17 comments per like where likes are many, less elsewhere, in ln; 18 the
 * raw value of
 * 6. Helpers: rank/authenticity_signals.h. */
struct authenticity_input {
    double raw[AUTH_SIGNAL_COUNT];
    double credible_reference; /* 1: what is usual at the account's size; NaN: the table's zero */
    double follow_reference;   /* 2: the upper end of what is usual for platform and size; NaN: the table's */
    double n_eff;              /* 5: effective posts; NaN or below 8 silences the signal */
    double spike_posts;        /* 7: posts looked at; NaN silences the signal */
};

/* One line of the explanation. contribution = weight * phi, odds_factor = e^contribution. */
struct authenticity_line {
    double raw; /* as measured, NaN if missing */
    double phi; /* -1..1, 0 if missing */
    double contribution;
    double odds_factor;
    bool measured;
};

/* The result: value = sigmoid(logit(a0) + sum of contributions). The two sub-scores use the same formula over
 * the signals of one group. */
struct authenticity {
    struct estimate estimate;
    double logit;
    double audience_credibility; /* integrity signals */
    double conversation;         /* voice signals */
    bool audience_measured;      /* any integrity signal */
    bool conversation_measured;  /* any voice signal */
    size_t measured_count;
    struct authenticity_line lines[AUTH_SIGNAL_COUNT];
};

/* The line of the signal table for a signal. */
const struct authenticity_info *authenticity_info(enum authenticity_signal signal);
/* An input in which nothing is measured. */
struct authenticity_input authenticity_input_none(void);
/* Takes signals 4, 5, 13 and 14 from an engagement result; without posts they stay not measured. */
void authenticity_take_engagement(struct authenticity_input *in, const struct engagement *e);
/* Additive log-odds over the signals, with sub-scores and sd of ln x = (1 - x) sqrt(sum (w sd_phi)^2);
 * ranking specification (b3, b7). A missing signal contributes nothing; nothing measured gives the prior .80.
 */
void authenticity_score(const struct authenticity_input *in, struct authenticity *ret_authenticity);

#endif
