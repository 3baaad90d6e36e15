/* Why: from posts as observed to engagement and authenticity. Invariants: rates of different bases never meet
 * in one account; what was not observed stays NaN up to src/rank. */
#include "work.h"

#include "base/clock.h"
#include "rank/affordability.h"

#include <math.h>

#define COMMENTS_MIN       20.0 /* sampled comments from which their signals speak [A] */
#define SPONSORED_MIN      3    /* posts with a known flag from which saturation speaks [A] */
#define SPONSORED_DAYS     90.0
#define SAMPLE_SENSITIVITY 0.90
#define SAMPLE_SPECIFICITY 0.97

/* Likes, comments and, on TikTok, shares; NaN while likes are hidden. */
static double engagements_of(enum rank_platform platform, const struct score_post *p) {
    double shares = platform == RANK_TIKTOK && !isnan(p->shares) ? p->shares : 0.0;
    return p->likes + (isnan(p->comments) ? 0.0 : p->comments) + shares;
}

static unsigned flags_of(enum rank_platform platform, const struct score_post *p) {
    double seen_days = (double)(p->observed_us - p->posted_us) / (double)CLOCK_DAY;
    return (seen_days < rank_maturity_days(platform) ? (unsigned)ENGAGEMENT_IMMATURE : 0U) |
           (p->giveaway ? (unsigned)ENGAGEMENT_GIVEAWAY : 0U);
}

enum rank_basis engagement_basis(const struct account_evidence *ev, const struct account_work *w) {
    size_t counted = 0;
    size_t with_views = 0;
    for (size_t i = 0; i < w->n_posts; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        if (flags_of(ev->platform, p) || isnan(engagements_of(ev->platform, p)))
            continue;
        counted++;
        with_views += p->views > 0.0;
    }
    bool views =
        rank_default_basis(ev->platform) == RANK_BASIS_VIEWS && with_views > 0 && 2 * with_views >= counted;
    return views ? RANK_BASIS_VIEWS : RANK_BASIS_FOLLOWERS;
}

/* Followers when the post was made. */
static double followers_of(const struct account_evidence *ev, const struct account_work *w,
                           const struct score_post *p) {
    if (!isnan(p->followers_at))
        return p->followers_at;
    if (ev->n_snapshots == 0)
        return w->followers;
    double day = floor((double)p->posted_us / (double)CLOCK_DAY);
    size_t lo = 0;
    size_t hi = ev->n_snapshots;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (ev->snapshots[mid].day <= day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return ev->snapshots[lo > 0 ? lo - 1 : 0].followers;
}

void engagement_posts(const struct account_evidence *ev, struct account_work *w, enum rank_basis basis,
                      struct engagement_post out[SCORE_POSTS_MAX]) {
    w->n_used = 0;
    for (size_t i = 0; i < w->n_posts; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        out[i] = (struct engagement_post){
            .engagements = engagements_of(ev->platform, p),
            .denominator = basis == RANK_BASIS_VIEWS ? p->views : followers_of(ev, w, p),
            .age_days = w->age_days[i],
            .flags = flags_of(ev->platform, p),
        };
        if (out[i].flags || !(out[i].engagements >= 0.0) || !(out[i].denominator > 0.0))
            continue;
        w->used[w->n_used++] = (struct used_post){
            .day = (double)p->posted_us / (double)CLOCK_DAY,
            .ln_rate = log((out[i].engagements + 0.5) / out[i].denominator),
            .likes = p->likes,
            .comments = p->comments,
            .shares = p->shares,
            .views = p->views,
        };
    }
}

struct engagement_post engagement_totals(const struct account_evidence *ev, const struct account_work *w) {
    double total = ev->platform == RANK_YOUTUBE ? ev->views_total : ev->likes_total;
    return engagement_from_totals(total, ev->posts_total, w->followers);
}

static bool score_totals(const struct score_context *ctx, const struct account_evidence *ev,
                         struct account_work *w, double followers) {
    struct engagement_post post = engagement_totals(ev, w);
    struct engagement e;
    engagement_score(&ctx->benchmark[ev->platform][RANK_BASIS_TOTALS], followers, &post, 1,
                     &ENGAGEMENT_DEFAULTS, &e);
    if (e.posts_used == 0)
        return false;
    w->engagement = e;
    return true;
}

/* Typical engagements for prices: where the rate counts something else (totals), the usual ones of the size
 * times the account's own ratio. */
static void set_priced(const struct score_context *ctx, const struct account_evidence *ev,
                       struct account_work *w, double followers) {
    w->priced = w->engagement;
    if (w->engagement.basis != RANK_BASIS_TOTALS)
        return;
    double usual = benchmark_rate(&ctx->benchmark[ev->platform][RANK_BASIS_FOLLOWERS], followers);
    w->priced.benchmark_rate = usual;
    w->priced.typical_denominator = followers;
    w->priced.typical_engagements = followers * usual * exp(w->engagement.theta);
}

static void show_engagement(const struct account_work *w, struct account_quality *q) {
    const struct engagement *e = &w->engagement;
    q->engagement = e->estimate.value;
    q->engagement_basis = e->posts_used > 0 ? rank_basis_name(e->basis) : "none";
    q->engagement_rate = e->rate;
    q->engagement_usual = e->benchmark_rate;
    q->engagement_theta = e->theta;
    q->engagement_sigma = e->sigma;
    q->engagement_n = e->n_eff;
    q->engagement_shrink = e->shrinkage;
    q->engagement_post_sd = e->own_sd;
    q->engagement_typical = w->priced.typical_engagements;
    q->engagement_tau = e->tau;
}

/* By views bought followers leave no trace: the same posts per follower, for authenticity alone. */
static void set_reach(const struct score_context *ctx, const struct account_evidence *ev,
                      struct account_work *w, struct engagement_post posts[SCORE_POSTS_MAX],
                      double followers) {
    if (w->engagement.basis != RANK_BASIS_VIEWS)
        return;
    for (size_t i = 0; i < w->n_posts; i++)
        posts[i].denominator = followers_of(ev, w, &ev->posts[w->order[i]]);
    struct engagement e;
    engagement_score(&ctx->benchmark[ev->platform][RANK_BASIS_FOLLOWERS], followers, posts, w->n_posts,
                     &ENGAGEMENT_DEFAULTS, &e);
    w->engagement.reach_residual = e.reach_residual;
}

void engagement_find(const struct score_context *ctx, const struct account_evidence *ev,
                     struct account_work *w, struct account_quality *q) {
    struct engagement_post posts[SCORE_POSTS_MAX];
    double followers = w->followers > 0.0 ? w->followers : SCORE_REFERENCE_FOLLOWERS;
    enum rank_basis basis = engagement_basis(ev, w);
    engagement_posts(ev, w, basis, posts);
    if (w->n_used > 0 || !score_totals(ctx, ev, w, followers)) {
        const struct benchmark *b =
            &ctx->benchmark[ev->platform][w->n_used > 0 ? basis : RANK_BASIS_FOLLOWERS];
        engagement_score(b, followers, posts, w->n_posts, &ENGAGEMENT_DEFAULTS, &w->engagement);
        w->benchmark_s = b->s;
        set_reach(ctx, ev, w, posts, followers);
    }
    set_priced(ctx, ev, w, followers);
    w->x[MATCH_ENGAGEMENT] = w->engagement.estimate;
    w->known_price = ev->price_usd;
    q->price_usd = ev->price_usd > 0.0 ? ev->price_usd : price_prior(followers).mid_usd;
    q->price_source = ev->price_usd > 0.0 ? ev->price_source : "prior";
    show_engagement(w, q);
}

/* Sums over the comments sampled. */
static void comment_signals(const struct account_evidence *ev, const struct account_work *w,
                            struct authenticity_input *in) {
    double n = 0.0, replies = 0.0, of_replies = 0.0, texts = 0.0, of_texts = 0.0, authors = 0.0,
           recurring = 0.0;
    for (size_t i = 0; i < w->n_posts; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        if (!(p->comments_sampled > 0.0))
            continue;
        n += p->comments_sampled;
        texts += isnan(p->distinct_texts) ? 0.0 : p->distinct_texts;
        of_texts += isnan(p->distinct_texts) ? 0.0 : p->comments_sampled;
        replies += isnan(p->creator_replies) ? 0.0 : p->creator_replies;
        of_replies += isnan(p->creator_replies) ? 0.0 : p->comments_sampled;
        bool both = p->distinct_authors > 0.0 && p->recurring_authors >= 0.0;
        authors += both ? p->distinct_authors : 0.0;
        recurring += both ? p->recurring_authors : 0.0;
    }
    if (of_texts >= COMMENTS_MIN)
        in->raw[AUTH_COMMENT_DUPLICATION] = rank_clamp(1.0 - texts / of_texts, 0.0, 1.0);
    if (of_replies >= COMMENTS_MIN)
        in->raw[AUTH_REPLY_RATE] = rank_clamp(replies / of_replies, 0.0, 1.0);
    if (n >= COMMENTS_MIN && authors > 0.0)
        in->raw[AUTH_RECURRING_AUTHORS] = rank_clamp(recurring / authors, 0.0, 1.0);
}

/* Sponsored share of the 90 days before the newest post, and labelled share of what was paid. */
static void paid_signals(const struct account_evidence *ev, const struct account_work *w,
                         struct authenticity_input *in) {
    size_t known = 0, sponsored = 0, paid = 0, labelled = 0;
    for (size_t i = 0; i < w->n_posts; i++) {
        const struct score_post *p = &ev->posts[w->order[i]];
        if (p->sponsored >= 0 && w->age_days[i] <= SPONSORED_DAYS) {
            known++;
            sponsored += p->sponsored > 0;
        }
        if (p->sponsored > 0 && p->disclosed >= 0) {
            paid++;
            labelled += p->disclosed > 0;
        }
    }
    for (size_t i = 0; i < ev->n_bookings; i++)
        if (ev->bookings[i].labelled >= 0) {
            paid++;
            labelled += ev->bookings[i].labelled > 0;
        }
    if (known >= SPONSORED_MIN)
        in->raw[AUTH_SPONSORED_SATURATION] = (double)sponsored / (double)known;
    if (paid > 0)
        in->raw[AUTH_DISCLOSURE] = (double)labelled / (double)paid;
}

/* ln of what a post moved: likes, comments and shares, or views where the rate is per view; against the
 * account's median, so that a viral post is a big one even where its rate is ordinary. */
static void growth_posts(const struct account_work *w, struct signal_growth_post out[SCORE_POSTS_MAX]) {
    double sizes[SCORE_POSTS_MAX];
    bool views = w->engagement.basis == RANK_BASIS_VIEWS;
    for (size_t i = 0; i < w->n_used; i++) {
        const struct used_post *p = &w->used[i];
        double moved =
            p->likes + (isnan(p->comments) ? 0.0 : p->comments) + (isnan(p->shares) ? 0.0 : p->shares);
        sizes[i] = log((views ? p->views : moved) + 0.5);
        out[i] = (struct signal_growth_post){p->day, sizes[i]};
    }
    double typical = w->n_used > 0 ? rank_median(sizes, w->n_used) : NAN;
    for (size_t i = 0; i < w->n_used; i++)
        out[i].ln_size -= typical;
}

static void post_signals(const struct account_evidence *ev, const struct account_work *w,
                         struct authenticity_input *in) {
    double likes[SCORE_POSTS_MAX], comments[SCORE_POSTS_MAX], views[SCORE_POSTS_MAX];
    struct signal_spike_post spikes[SCORE_POSTS_MAX];
    struct signal_growth_post growth[SCORE_POSTS_MAX];
    bool by_views = w->engagement.basis == RANK_BASIS_VIEWS;
    for (size_t i = 0; i < w->n_used; i++) {
        const struct used_post *p = &w->used[i];
        likes[i] = p->likes;
        comments[i] = p->comments;
        views[i] = p->views;
        /* views explain a high rate per follower, not one per view */
        spikes[i] = (struct signal_spike_post){p->ln_rate, by_views ? NAN : p->views, p->shares, p->comments};
    }
    growth_posts(w, growth);
    in->raw[AUTH_COMMENT_LIKE] =
        signal_comment_like_z(ev->platform, w->followers, likes, comments, w->n_used);
    in->raw[AUTH_MANY_COMMENTS] = in->raw[AUTH_COMMENT_LIKE];
    in->raw[AUTH_ALIKE_LIKES] = signal_alike_likes(ev->platform, likes, w->n_used);
    in->raw[AUTH_LIKES_BEYOND_VIEWS] = signal_likes_on_views(likes, views, w->n_used);
    in->raw[AUTH_LIKES_WITHOUT_COMMENTS] = signal_likes_without_comments(likes, comments, w->n_used);
    if (w->n_used > 0)
        in->raw[AUTH_SPIKINESS] = signal_spike_share(spikes, w->n_used, w->benchmark_s, &in->spike_posts);
    in->raw[AUTH_UNEXPLAINED_GROWTH] =
        signal_unexplained_growth(ev->snapshots, ev->n_snapshots, growth, w->n_used);
}

void authenticity_find(const struct account_evidence *ev, struct account_work *w, struct account_quality *q) {
    struct authenticity_input in = authenticity_input_none();
    authenticity_take_engagement(&in, &w->engagement);
    post_signals(ev, w, &in);
    comment_signals(ev, w, &in);
    paid_signals(ev, w, &in);
    q->sponsored_share = in.raw[AUTH_SPONSORED_SATURATION];
    if (ev->sample_n > 0.0)
        in.raw[AUTH_FOLLOWER_CREDIBILITY] =
            signal_credible_share(ev->sample_n, ev->sample_flagged, ev->sample_mass, SAMPLE_SENSITIVITY,
                                  SAMPLE_SPECIFICITY)
                .share;
    if (w->followers > 0.0)
        in.raw[AUTH_FOLLOW_FOR_FOLLOW] = ev->following / w->followers;
    in.follow_reference = signal_follow_reference(ev->platform, w->followers);
    struct authenticity a;
    authenticity_score(&in, &a);
    w->x[MATCH_AUTHENTICITY] = a.estimate;
    q->authenticity = a.estimate.value;
    q->audience_credibility = a.audience_credibility;
    q->conversation = a.conversation;
    q->signal_measured = q->signal_unusual = 0;
    for (size_t i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        q->signal_phi[i] = a.lines[i].phi;
        if (a.lines[i].measured && a.lines[i].phi <= SCORE_UNUSUAL_PHI)
            q->signal_unusual |= UINT32_C(1) << i;
        q->signal_measured |= a.lines[i].measured ? UINT32_C(1) << i : 0;
    }
}
