/* Why: the signals are defined on shares and scores, the evidence comes as series and samples; this is the
 * way from one to the other. Invariants: too little evidence gives NaN, never 0; bounded stack memory; the
 * order of posts does not matter. */
#include "rank/authenticity_signals.h"

#include "rank/numeric.h"

#include <math.h>
#include <string.h>

#define NORMAL_MAD 0.6745 /* MAD of a standard normal */

#define GROWTH_WINDOW_DAYS   180.0
#define GROWTH_MIN_SNAPSHOTS 14
#define GROWTH_MIN_DAILY     0.01
#define GROWTH_Z             3.5
#define GROWTH_POST_TIMES    3.0
#define GROWTH_POST_DAYS     3.0
#define GROWTH_DROP_DAYS     14.0
#define GROWTH_DROP_SHARE    0.5

#define RATIO_MIN_POSTS  3
#define SPIKE_MAD        2.5
#define SPIKE_MAD_FLOOR  0.5
#define SPIKE_EXPLAINED  0.5
#define SPIKE_LEAST      0.916 /* ln 2.5 */
#define PATTERN_MIN      8
#define TOP_SHARE        0.3
#define VIEWS_MIN_SD     0.3
#define VIEWS_RIDGE      0.02
#define BENFORD_MIN      500
#define MASS_FOLLOW_COST 0.5

/* Typical comments per like at `at` followers with its slope in ln followers inside the measured range, and
 * the sd of its
 * logarithm between accounts about that line (robust .53 on both, rounded up). Above 2,000 followers the
 * Instagram level is held: an assumption, the slope among few likes is partly an artefact of the halves
 * added. */
static const struct {
    double comments_per_like;
    double sd;
    double at;
    double slope;
    double least;
    double most;
} COMMENT_LIKE[RANK_PLATFORM_COUNT] = {
    [RANK_INSTAGRAM] = {0.0205, 0.55, 441.0, -0.40, 200.0, 2000.0}, /* measured, 248 small accounts */
    [RANK_TIKTOK] = {0.0188, 0.55, 1e4, -0.17, 1e3, 1e7},           /* measured, 446 accounts of 2020 */
    [RANK_YOUTUBE] = {0.08, 0.9, 1e4, 0.0, 1e4, 1e4},               /* assumption */
};

/* Usual standard deviation of ln likes between the posts of an account: the level at 10,000 followers of a
 * median line through the accounts of the evaluation's fitting half. On Instagram that is an extrapolation
 * (the accounts there are small, their own median is about .5). */
static const double LIKES_SD[RANK_PLATFORM_COUNT] = {
    [RANK_INSTAGRAM] = 0.42, /* 122 accounts */
    [RANK_TIKTOK] = 1.16,    /* 222 accounts */
    [RANK_YOUTUBE] = 0.9,    /* assumption */
};

struct signal_share signal_rogan_gladen(double apparent, double sample, double sensitivity,
                                        double specificity) {
    double divisor = sensitivity + specificity - 1.0;
    if (!(divisor > 0.0) || !(sample > 0.0)) {
        return (struct signal_share){NAN, NAN};
    }
    return (struct signal_share){
        .share = rank_clamp((apparent + specificity - 1.0) / divisor, 0.0, 1.0),
        .se = sqrt(apparent * (1.0 - apparent) / sample) / divisor,
    };
}

struct signal_share signal_credible_share(double sample, double flagged, double mass, double sensitivity,
                                          double specificity) {
    struct signal_share fake = signal_rogan_gladen(flagged / sample, sample, sensitivity, specificity);
    double share = 1.0 - fake.share - MASS_FOLLOW_COST * mass / sample;
    return (struct signal_share){rank_clamp(share, 0.0, 1.0), fake.se};
}

/* The step from one snapshot to the next. */
struct growth_step {
    double from_day;
    double to_day;
    double gain;
    double daily; /* relative */
    double level; /* followers after it */
};

/* Copies the newest window of snapshots, valid and strictly ascending; returns how many. */
static size_t growth_window(const struct signal_snapshot *in, size_t n, struct signal_snapshot *out) {
    size_t first = n > SIGNAL_SNAPSHOTS_MAX ? n - SIGNAL_SNAPSHOTS_MAX : 0;
    size_t kept = 0;
    for (size_t i = first; i < n; i++) {
        bool in_window = in[i].day >= in[n - 1].day - GROWTH_WINDOW_DAYS && in[i].followers > 0.0;
        if (in_window && (kept == 0 || in[i].day > out[kept - 1].day)) {
            out[kept++] = in[i];
        }
    }
    return kept;
}

static struct growth_step growth_step(struct signal_snapshot a, struct signal_snapshot b) {
    double days = b.day - a.day;
    double ratio = b.followers / a.followers;
    double daily = days == 1.0 ? ratio - 1.0 : expm1(log(ratio) / days);
    return (struct growth_step){a.day, b.day, b.followers - a.followers, daily, b.followers};
}

static bool has_big_post(const struct growth_step *step, const struct signal_growth_post *posts, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (posts[i].day >= step->from_day + 1.0 - GROWTH_POST_DAYS && posts[i].day <= step->to_day &&
            posts[i].ln_size >= log(GROWTH_POST_TIMES)) {
            return true;
        }
    }
    return false;
}

/* Whether the followers after step `at` fall back by enough of its gain soon enough. */
static bool drops_back(const struct growth_step *steps, size_t n, size_t at) {
    double limit = steps[at].level - GROWTH_DROP_SHARE * steps[at].gain;
    for (size_t i = at + 1; i < n && steps[i].to_day <= steps[at].to_day + GROWTH_DROP_DAYS; i++) {
        if (steps[i].level <= limit) {
            return true;
        }
    }
    return false;
}

double signal_unexplained_growth(const struct signal_snapshot *snapshots, size_t n,
                                 const struct signal_growth_post *posts, size_t n_posts) {
    struct signal_snapshot window[SIGNAL_SNAPSHOTS_MAX];
    struct growth_step steps[SIGNAL_SNAPSHOTS_MAX];
    double values[SIGNAL_SNAPSHOTS_MAX];
    size_t kept = growth_window(snapshots, n, window);
    if (kept < GROWTH_MIN_SNAPSHOTS) {
        return NAN;
    }
    size_t count = kept - 1;
    for (size_t i = 0; i < count; i++) {
        steps[i] = growth_step(window[i], window[i + 1]);
        values[i] = steps[i].daily;
    }
    double median = rank_median(values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(steps[i].daily - median);
    }
    double limit = median + GROWTH_Z / NORMAL_MAD * rank_median(values, count);

    double jumps = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].daily > GROWTH_MIN_DAILY && steps[i].daily > limit &&
            (!has_big_post(&steps[i], posts, n_posts) || drops_back(steps, count, i))) {
            jumps += steps[i].gain;
        }
    }
    double net = window[kept - 1].followers - window[0].followers;
    return jumps > 0.0 ? jumps / fmax(net, jumps) : 0.0;
}

/* ln comments per like of the posts with both known, with their likes; returns how many. */
static size_t like_ratios(const double *likes, const double *comments, size_t n,
                          double ret_ratios[SIGNAL_POSTS_MAX], double ret_likes[SIGNAL_POSTS_MAX]) {
    size_t kept = 0;
    for (size_t i = 0; i < n && kept < SIGNAL_POSTS_MAX; i++) {
        if (likes[i] >= 0.0 && comments[i] >= 0.0) {
            ret_likes[kept] = likes[i];
            ret_ratios[kept++] = log((comments[i] + 0.5) / (likes[i] + 0.5));
        }
    }
    return kept;
}

double signal_comment_like_z(enum rank_platform platform, double followers, const double *likes,
                             const double *comments, size_t n) {
    double ratios[SIGNAL_POSTS_MAX];
    double known[SIGNAL_POSTS_MAX];
    size_t kept = like_ratios(likes, comments, n, ratios, known);
    if (kept < RATIO_MIN_POSTS) {
        return NAN;
    }
    double at = COMMENT_LIKE[platform].at;
    double size = isnan(followers)
                      ? at
                      : rank_clamp(followers, COMMENT_LIKE[platform].least, COMMENT_LIKE[platform].most);
    double usual =
        log(COMMENT_LIKE[platform].comments_per_like) + COMMENT_LIKE[platform].slope * log(size / at);
    return (rank_median(ratios, kept) - usual) / COMMENT_LIKE[platform].sd;
}

double signal_follow_reference(enum rank_platform platform, double followers) {
    if (platform == RANK_TIKTOK) {
        return 0.43; /* measured, 90th percentile of accounts of 1k-100k */
    }
    if (platform != RANK_INSTAGRAM || !(followers > 0.0)) {
        return NAN;
    }
    /* measured on small accounts: median 1.08 at 441 followers, slope -.54, 90th percentile 1.5 times that */
    return fmax(0.43, 1.62 * pow(fmax(followers, 200.0) / 441.0, -0.54));
}

double signal_alike_likes(enum rank_platform platform, const double *likes, size_t n) {
    double sum = 0.0;
    double squares = 0.0;
    double kept = 0.0;
    for (size_t i = 0; i < rank_at_most(n, SIGNAL_POSTS_MAX); i++) {
        if (likes[i] >= 0.0) {
            double x = log(likes[i] + 0.5);
            sum += x;
            squares += x * x;
            kept += 1.0;
        }
    }
    if (kept < PATTERN_MIN) {
        return NAN;
    }
    double variance = squares / kept - sum / kept * (sum / kept);
    return sqrt(fmax(0.0, variance)) / LIKES_SD[platform];
}

double signal_likes_on_views(const double *likes, const double *views, size_t n) {
    double kept = 0.0, sum_x = 0.0, sum_y = 0.0, sum_xx = 0.0, sum_xy = 0.0;
    for (size_t i = 0; i < rank_at_most(n, SIGNAL_POSTS_MAX); i++) {
        if (likes[i] >= 0.0 && views[i] > 0.0) {
            double x = log(views[i]);
            double y = log(likes[i] + 0.5);
            kept += 1.0;
            sum_x += x;
            sum_y += y;
            sum_xx += x * x;
            sum_xy += x * y;
        }
    }
    double variance = sum_xx / kept - sum_x / kept * (sum_x / kept);
    if (kept < PATTERN_MIN || variance < VIEWS_MIN_SD * VIEWS_MIN_SD) {
        return NAN;
    }
    return (sum_xy / kept - sum_x / kept * (sum_y / kept)) / (variance + VIEWS_RIDGE);
}

double signal_likes_without_comments(const double *likes, const double *comments, size_t n) {
    double ratios[SIGNAL_POSTS_MAX];
    double known[SIGNAL_POSTS_MAX];
    double sorted[SIGNAL_POSTS_MAX];
    double top[SIGNAL_POSTS_MAX];
    double rest[SIGNAL_POSTS_MAX];
    size_t kept = like_ratios(likes, comments, n, ratios, known);
    if (kept < PATTERN_MIN) {
        return NAN;
    }
    memcpy(sorted, known, kept * sizeof *sorted);
    double limit = rank_select(sorted, kept, kept - (size_t)(TOP_SHARE * (double)kept));
    size_t n_top = 0;
    size_t n_rest = 0;
    for (size_t i = 0; i < kept; i++) {
        if (known[i] >= limit) {
            top[n_top++] = ratios[i];
        } else {
            rest[n_rest++] = ratios[i];
        }
    }
    return n_rest > 0 ? rank_median(top, n_top) - rank_median(rest, n_rest) : 0.0;
}

/* What could explain a high rate: views, shares or comments, plus the half that keeps 0 in. */
static double reason_of(const struct signal_spike_post *post, int reason) {
    return reason == 0 ? post->views : reason == 1 ? post->shares : post->comments + 0.5;
}

/* The lower median of a known reason over the posts; NaN if none is known. */
static double known_median(const struct signal_spike_post *posts, size_t n, int reason) {
    double values[SIGNAL_POSTS_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        double x = reason_of(&posts[i], reason);
        if (!isnan(x)) {
            values[kept++] = x;
        }
    }
    return kept > 0 ? rank_select(values, kept, (kept - 1) / 2) : NAN;
}

/* Whether x rose above its median m by a fair part of the excess in ln engagement; unknown did not. */
static bool rose_too(double x, double m, double excess) {
    return m > 0.0 && x > 0.0 && log(x / m) >= SPIKE_EXPLAINED * excess;
}

double signal_spike_share(const struct signal_spike_post *posts, size_t n, double benchmark_s,
                          double *ret_posts) {
    *ret_posts = 0.0;
    if (n == 0) {
        return NAN;
    }
    size_t count = rank_at_most(n, SIGNAL_POSTS_MAX);
    *ret_posts = (double)count;
    double values[SIGNAL_POSTS_MAX];
    for (size_t i = 0; i < count; i++) {
        values[i] = posts[i].ln_rate;
    }
    double median = rank_select(values, count, (count - 1) / 2);
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(posts[i].ln_rate - median);
    }
    double own = rank_select(values, count, (count - 1) / 2);
    double limit = fmax(SPIKE_LEAST, SPIKE_MAD * fmax(own, SPIKE_MAD_FLOOR * NORMAL_MAD * benchmark_s));
    double usual[3];
    for (int r = 0; r < 3; r++) {
        usual[r] = known_median(posts, count, r);
    }
    size_t spikes = 0;
    for (size_t i = 0; i < count; i++) {
        double excess = posts[i].ln_rate - median;
        bool explained = false;
        for (int r = 0; r < 3; r++) {
            explained = explained || rose_too(reason_of(&posts[i], r), usual[r], excess);
        }
        spikes += excess > limit && !explained ? 1 : 0;
    }
    return (double)spikes / (double)count;
}

unsigned signal_first_digit(uint64_t count) {
    while (count >= 10) {
        count /= 10;
    }
    return (unsigned)count;
}

double signal_benford_deviation(const uint32_t digits[9]) {
    double total = 0.0;
    for (size_t d = 0; d < 9; d++) {
        total += (double)digits[d];
    }
    if (total < BENFORD_MIN) {
        return NAN;
    }
    double sum = 0.0;
    for (size_t d = 0; d < 9; d++) {
        sum += fabs((double)digits[d] / total - log10(1.0 + 1.0 / (double)(d + 1)));
    }
    return sum / 9.0;
}
