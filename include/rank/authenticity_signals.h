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

/* A post's day on the same count, and its ln engagements (or views) relative to the account's typical post:
 * the absolute size, for a viral post may have an ordinary rate per view. */
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

/* Standard score of the account's median ln((comments + 1/2)/(likes + 1/2)) against its platform and size
 * (b3; Instagram and TikTok measured, the level at the size's nearest end of the measured range; YouTube
 * assumed). `followers` NaN: the level at the set's typical size. A NaN or negative number leaves the post
 * out; at most SIGNAL_POSTS_MAX posts. NaN with fewer than 3 posts. */
double signal_comment_like_z(enum rank_platform platform, double followers, const double *likes,
                             const double *comments, size_t n);
/* The upper end (about the 90th percentile) of following per follower for a platform and size; NaN where it
 * was not measured. One-sided on purpose: following few is no merit (b3). */
double signal_follow_reference(enum rank_platform platform, double followers);

/* Standard deviation of ln(likes + 1/2) over the posts, over what is usual on the platform: likes that a
 * service delivers in equal numbers make posts alike. At most SIGNAL_POSTS_MAX posts, NaN below 8. */
double signal_alike_likes(enum rank_platform platform, const double *likes, size_t n);
/* Slope of ln(likes + 1/2) on ln views by least squares, with views' own variance taken .02 larger, so that
 * equal views give 0 and no infinity: near 1 where likes come from views, low where they are added. NaN below
 * 8 posts with both, or when views hardly vary (sd of ln views < .3). */
double signal_likes_on_views(const double *likes, const double *views, size_t n);
/* Median ln((comments + 1/2)/(likes + 1/2)) of the three tenths of posts with the most likes less that of the
 * others: about -.1 to -.6 where both come from people, far below where a part of the posts got likes only.
 * NaN below 8 posts with both. */
double signal_likes_without_comments(const double *likes, const double *comments, size_t n);

/* One post: ln engagement rate, views, shares and comments (NaN unknown). */
struct signal_spike_post {
    double ln_rate;
    double views;
    double shares;
    double comments;
};

/* Share of posts more than 2.5 own MAD and at least 2.5 times above the own (lower) median, unless views,
 * shares or comments rose with it by at least the square root of the excess. The MAD is taken as at least
 * half of what the benchmark's s implies, since few posts have none to speak of (b3; floors and exemption are
 * assumptions: heavy tails are natural, and without the factor a third to a half of clean accounts had
 * "spikes"). At most
 * SIGNAL_POSTS_MAX posts. ret_posts gets the number of posts looked at, 0 gives NaN. */
double signal_spike_share(const struct signal_spike_post *posts, size_t n, double benchmark_s,
                          double *ret_posts);

/* First decimal digit of a count, 1..9; 0 for 0. */
unsigned signal_first_digit(uint64_t count);
/* Mean absolute deviation from Benford's law of first digits; digits[d - 1] counts the numbers that begin
 * with d. NaN below 500 numbers (b3, Golbeck 2015). */
double signal_benford_deviation(const uint32_t digits[9]);

#endif
