/* Raw inputs of the authenticity signals, computed from series and samples (ranking specification, b3). */
#ifndef NICHED_RANK_AUTHENTICITY_SIGNALS_H
#define NICHED_RANK_AUTHENTICITY_SIGNALS_H

#include "rank/benchmark.h"

#include <stddef.h>
#include <stdint.h>

#define SIGNAL_SNAPSHOTS_MAX 200
#define SIGNAL_POSTS_MAX     64

/* A share with its standard error. */
struct signal_share {
    double share;
    double se;
};

/* True share behind an apparent one: Rogan-Gladen, (apparent + specificity - 1)/(sensitivity + specificity -
 * 1), limited to 0..1; se is sqrt(p(1 - p)/m) over the same divisor. `sample` is m > 0; sensitivity +
 * specificity > 1, else both results are NaN (b3). */
struct signal_share signal_rogan_gladen(double apparent, double sample, double sensitivity,
                                        double specificity);
/* Credible share of followers from a sample of `sample` > 0, of which `flagged` look fake and `mass` of the
 * others follow more than 1,500 accounts: 1 - Rogan-Gladen(flagged / sample) - half of mass / sample, 0..1,
 * with the standard error of the fake share (b3). NaN for an empty sample. */
struct signal_share signal_credible_share(double sample, double flagged, double mass, double sensitivity,
                                          double specificity);

/* Followers on a day; days count from any origin, fractions allowed. */
struct signal_snapshot {
    double day;
    double followers;
};

/* A post's day on the same count, and its ln engagement relative to the account's typical post
 * (ln rate - engagement.location). */
struct signal_growth_post {
    double day;
    double ln_size;
};

/* Share 0..1 of the net growth of the newest 180 days that came in jumps: intervals with daily growth g > 1 %
 * and modified z = .6745 (g - median)/MAD > 3.5, without a post of 3 times the typical size in the 3 days
 * before, or that lose at least half of the gain again within 14 days (b3; the drop-back's size and time are
 * assumptions). Where jumps exceed the net growth, 1. `snapshots` ascending by day (others are skipped), the
 * newest SIGNAL_SNAPSHOTS_MAX count; posts in any order, NULL if n_posts is 0. NaN with fewer than 14
 * snapshots. */
double signal_unexplained_growth(const struct signal_snapshot *snapshots, size_t n,
                                 const struct signal_growth_post *posts, size_t n_posts);

/* Standard score of the account's median ln((comments + 1/2)/(likes + 1/2)) against its platform (b3; TikTok
 * measured on 122 accounts, YouTube assumed). A NaN or negative number leaves the post out; at most
 * SIGNAL_POSTS_MAX posts. NaN with fewer than 3 posts. */
double signal_comment_like_z(enum rank_platform platform, const double *likes, const double *comments,
                             size_t n);

/* One post: ln engagement rate, views and shares (NaN unknown). */
struct signal_spike_post {
    double ln_rate;
    double views;
    double shares;
};

/* Share of posts more than 2.5 own MAD above the own (lower) median, unless views or shares rose with it by
 * at least the square root of the excess. The MAD is taken as at least half of what the benchmark's s
 * implies, since few posts have none to speak of (b3; floor and exemption are assumptions). At most
 * SIGNAL_POSTS_MAX posts. ret_posts gets the number of posts looked at, 0 gives NaN. */
double signal_spike_share(const struct signal_spike_post *posts, size_t n, double benchmark_s,
                          double *ret_posts);

/* First decimal digit of a count, 1..9; 0 for 0. */
unsigned signal_first_digit(uint64_t count);
/* Mean absolute deviation from Benford's law of first digits; digits[d - 1] counts the numbers that begin
 * with d. NaN below 500 numbers (b3, Golbeck 2015). */
double signal_benford_deviation(const uint32_t digits[9]);

#endif
