/* Why: posts are nine tenths of the sandbox's bytes, and what the ranking is measured on: their counts follow
 * the curves of b2 with creator and post spread, comments b3, ages a gamma rhythm of the creator. Invariant:
 * newest first, each at least a minute older than the one before, all between the account's opening and an
 * hour before the clock; post ids of one account differ because their seconds do. */
#include "ingest/sandbox_rows.h"
#include "ingest/sandbox_text.h"

#include <string.h>

#define LN_10K   Q16(9.210340371976184)
#define DAY_S    INT64_C(86400)
#define YEAR_S   (365 * DAY_S)
#define OLDEST_S (380 * DAY_S)
/* no product of counts overflows below these */
#define LN_VIEWS_MAX       Q16(20)
#define LN_ENGAGEMENTS_MAX Q16(18)
#define LN_SHARE_MAX       Q16(1)

/* b2: mu = alpha + beta ln(F / 10,000). `rate` is per follower on Instagram (likes + comments), per view on
 * TikTok (likes + comments + shares) and YouTube (likes + comments); `views` is views per follower. */
static const struct curve {
    int64_t views_alpha, views_beta, views_s;
    int64_t rate_alpha, rate_beta, rate_s;
    bool per_view;
    int64_t shares; /* ln of shares per like, 0: not counted publicly */
    int64_t saves;
} CURVES[RANK_PLATFORM_COUNT] = {
    [RANK_INSTAGRAM] = {Q16(-0.8), Q16(-0.25), Q16(0.45), Q16(-3.411248), Q16(-0.25), Q16(0.38), false,
                        Q16(-4.0), Q16(-3.2)},
    [RANK_TIKTOK] = {Q16(0.0), Q16(-0.32), Q16(0.70), Q16(-1.958995), Q16(0.0), Q16(0.20), true, Q16(-3.5),
                     Q16(-3.0)},
    [RANK_YOUTUBE] = {Q16(-0.356675), Q16(-0.32), Q16(0.75), Q16(-3.218876), Q16(-0.05), Q16(0.50), true, 0,
                      0},
};

static const struct format {
    const char *name;
    uint32_t permille;
    bool moving; /* has views and a length */
    int64_t min_s, max_s;
} FORMATS[RANK_PLATFORM_COUNT][3] = {
    [RANK_INSTAGRAM] = {{"video", 450, true, 6, 90},
                        {"image", 280, false, 0, 0},
                        {"carousel", 270, false, 0, 0}},
    [RANK_TIKTOK] = {{"video", 960, true, 7, 180}, {"carousel", 40, false, 0, 0}, {"image", 0, false, 0, 0}},
    [RANK_YOUTUBE] = {{"video", 650, true, 120, 1800}, {"short", 350, true, 10, 60}, {"live", 0, true, 0, 0}},
};

static const char *const GENERIC_TAGS[] = {"fyp",           "viral", "love",         "instagood",
                                           "foryou",        "reels", "explore",      "trending",
                                           "photooftheday", "tbt",   "smallcreator", "contentcreator"};

struct counts {
    int64_t likes, comments, shares, saves, views;
};

struct post {
    int64_t age_s;
    int64_t posted_s;
    const struct format *format;
    const struct sandbox_deal *deal; /* of a paid post */
    bool giveaway;
    bool viral;
    int32_t niche; /* -1: about nothing */
};

/* Where captions keep their hashtags: in the text, in the column, or both. */
enum tag_style { TAGS_TEXT, TAGS_COLUMN, TAGS_BOTH, TAGS_STYLES };

struct habit {
    enum tag_style style;
    uint32_t tags; /* usual number */
    uint32_t deal_permille;
    size_t deal_count;
    struct sandbox_deal deals[SANDBOX_DEALS_MAX];
};

static int64_t at_most(int64_t x, int64_t high) {
    return x > high ? high : x;
}

static int64_t ln_views_at(const struct sandbox_person *p, int64_t ln_followers) {
    const struct curve *c = &CURVES[p->platform];
    return ln_followers + c->views_alpha + sandbox_mul(c->views_beta, ln_followers - LN_10K) + p->views;
}

static int64_t ln_engagements_at(const struct sandbox_person *p, int64_t ln_followers, int64_t ln_views) {
    const struct curve *c = &CURVES[p->platform];
    int64_t ln_rate = c->rate_alpha + sandbox_mul(c->rate_beta, ln_followers - LN_10K) + p->engagement;
    return ln_rate + (c->per_view ? ln_views : ln_followers);
}

int64_t sandbox_usual_views(const struct sandbox_person *p) {
    return sandbox_exp(at_most(ln_views_at(p, p->ln_real), LN_VIEWS_MAX)) >> 16;
}

int64_t sandbox_usual_engagements(const struct sandbox_person *p) {
    int64_t ln_views = ln_views_at(p, p->ln_real);
    return sandbox_exp(at_most(ln_engagements_at(p, p->ln_real, ln_views), LN_ENGAGEMENTS_MAX)) >> 16;
}

/* ln of the spread of this post, narrower or wider than usual as the creator is. */
static int64_t noise(struct sandbox_rng *r, const struct sandbox_person *p, int64_t s) {
    return sandbox_gauss(r, 0, s) * p->spread_permille / 1000;
}

/* Counts grow with the age: half of them after six hours. */
static int64_t grown(int64_t q16, int64_t age_s) {
    int64_t hours = age_s / 3600;
    return q16 / (hours + 6) * hours;
}

/* Something that comes per like: comments, shares, saves. */
static int64_t draw_share(struct sandbox_rng *r, int64_t ln_mean, int64_t sd) {
    return sandbox_exp(at_most(sandbox_gauss(r, ln_mean, sd), LN_SHARE_MAX));
}

static struct counts draw_counts(struct sandbox_rng *r, const struct sandbox_person *p,
                                 const struct post *post) {
    const struct curve *c = &CURVES[p->platform];
    int64_t boost = sandbox_between(r, Q16(1.1), Q16(2.6));
    boost = post->viral ? boost : 0;
    int64_t ln_then = p->ln_real - p->growth * (post->age_s / DAY_S) / 365;
    int64_t ln_views = ln_views_at(p, ln_then) + noise(r, p, c->views_s) + boost;
    int64_t ln_all = ln_engagements_at(p, ln_then, ln_views) + noise(r, p, c->rate_s);
    ln_all += c->per_view ? 0 : boost;
    if (p->fraud == FRAUD_BOOST && sandbox_chance(r, 180))
        ln_all += Q16(1.6);
    int64_t views = grown(sandbox_exp(at_most(ln_views, LN_VIEWS_MAX)), post->age_s);
    int64_t all = grown(sandbox_exp(at_most(ln_all, LN_ENGAGEMENTS_MAX)), post->age_s);
    all = c->per_view ? at_most(all, views / 10 * 9) : all;
    int64_t comments = draw_share(r, p->comments + (post->giveaway ? Q16(1.8) : 0), Q16(0.49));
    int64_t shares = draw_share(r, c->shares, Q16(0.6));
    int64_t saves = draw_share(r, c->saves, Q16(0.6));
    int64_t parts = Q16(1) + comments + (p->platform == RANK_TIKTOK ? shares : 0);
    int64_t likes = all * 64 / (parts >> 10);
    struct counts n = {.views = views >> 16, .shares = SANDBOX_NONE, .saves = SANDBOX_NONE};
    n.likes = sandbox_round(r, likes);
    n.comments = sandbox_round(r, sandbox_mul(likes, comments));
    if (c->shares) {
        n.shares = sandbox_round(r, sandbox_mul(likes, shares));
        n.saves = sandbox_round(r, sandbox_mul(likes, saves));
    }
    return n;
}

static int32_t draw_niche(struct sandbox_rng *r, const struct sandbox_person *p) {
    uint32_t at = sandbox_below(r, 1000);
    for (uint32_t i = 0; i < p->niche_count; i++) {
        if (at < p->shares[i])
            return p->niches[i];
    }
    return -1;
}

static const struct format *draw_format(struct sandbox_rng *r, const struct sandbox_person *p) {
    const struct format *f = FORMATS[p->platform];
    uint32_t at = sandbox_below(r, 1000);
    while (at >= f->permille)
        at -= (f++)->permille;
    return f;
}

static const struct sandbox_deal *draw_deal(struct sandbox_rng *r, const struct habit *h, int64_t age_s) {
    bool paid = sandbox_chance(r, h->deal_permille);
    for (size_t i = 0; i < h->deal_count && paid; i++) {
        if (age_s <= h->deals[i].start_days * DAY_S && age_s >= h->deals[i].end_days * DAY_S)
            return &h->deals[i];
    }
    return NULL;
}

static void caption_text(struct sandbox_pen *pen, struct sandbox_rng *r, const struct sandbox_scene *scene,
                         const struct post *post) {
    const struct sandbox_list *kinds = pen->words->templates[scene->person->written];
    enum sandbox_template kind = post->giveaway    ? TEMPLATE_GIVEAWAY
                                 : post->niche < 0 ? TEMPLATE_OFFTOPIC
                                                   : TEMPLATE_CAPTION;
    struct sandbox_text said = sandbox_pick(r, kinds[kind]);
    struct sandbox_text closer = sandbox_pick(r, kinds[TEMPLATE_CLOSER]);
    struct sandbox_text label = sandbox_pick(r, kinds[TEMPLATE_AD]);
    bool closes = sandbox_chance(r, 350);
    if (post->deal && post->deal->labelled) {
        sandbox_put(pen->scratch, label);
        buf_putc(pen->scratch, ' ');
    }
    sandbox_say(pen->scratch, said, scene);
    if (post->deal) {
        buf_puts(pen->scratch, " @ ");
        sandbox_put(pen->scratch, post->deal->brand);
    }
    if (closes) {
        buf_putc(pen->scratch, sandbox_chance(r, 200) ? '\n' : ' ');
        sandbox_say(pen->scratch, closer, scene);
    }
}

/* The caption's cell and the cell of hashtags, blanks between them. */
static void put_caption(struct sandbox_pen *pen, struct sandbox_rng *r, const struct sandbox_person *p,
                        const struct post *post, const struct habit *h) {
    struct sandbox_scene scene = {pen->words, p, p->niches[0], sandbox_next(r)};
    if (post->niche >= 0)
        scene.niche = (uint32_t)post->niche;
    caption_text(pen, r, &scene, post);
    uint32_t tags = sandbox_below(r, h->tags * 2 + 1);
    tags = post->niche < 0 ? 0 : tags;
    const char *generic = GENERIC_TAGS[sandbox_below(r, COUNT_OF(GENERIC_TAGS))];
    bool trend = sandbox_chance(r, 300);
    if (h->style != TAGS_COLUMN) {
        sandbox_hashtags(pen->scratch, &scene, tags, " #");
        buf_puts(pen->scratch, trend ? " #" : "");
        buf_puts(pen->scratch, trend ? generic : "");
    }
    sandbox_cell_scratch(pen);
    buf_putc(pen->out, ',');
    if (h->style == TAGS_TEXT)
        return;
    sandbox_hashtags(pen->scratch, &scene, tags, " ");
    buf_puts(pen->scratch, trend ? " " : "");
    buf_puts(pen->scratch, trend ? generic : "");
    if (pen->scratch->len)
        buf_put(pen->out, pen->scratch->data + 1, pen->scratch->len - 1);
    pen->scratch->len = 0;
}

/* Decimal, on YouTube eleven digits to base 36; the second of posting is in it. */
static void put_id(struct buf *out, const struct sandbox_person *p, int64_t posted_s) {
    uint64_t id = ((uint64_t)posted_s << 24) | (sandbox_mix((uint64_t)(p->index ^ posted_s)) & 0xffffff);
    if (p->platform != RANK_YOUTUBE) {
        sandbox_cell_number(out, (int64_t)id);
        return;
    }
    char digits[11];
    for (size_t i = sizeof digits; i-- > 0; id /= 36)
        digits[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[id % 36];
    buf_put(out, digits, sizeof digits);
}

static void put_flag(struct buf *out, int flag) {
    buf_puts(out, flag < 0 ? "," : flag ? "true," : "false,");
}

static void put_counts(struct sandbox_pen *pen, const struct sandbox_person *p, const struct post *post,
                       const struct counts *c) {
    bool views = post->format->moving && sandbox_person_has(p, MISSING_VIEWS);
    const int64_t cells[] = {sandbox_person_has(p, MISSING_LIKES) ? c->likes : SANDBOX_NONE, c->comments,
                             c->shares, c->saves, views ? c->views : SANDBOX_NONE};
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        buf_puts(pen->out, i ? "," : "");
        sandbox_cell_number(pen->out, cells[i]);
    }
    buf_putc(pen->out, '\n');
}

static void put_post(struct sandbox_pen *pen, struct sandbox_rng *r, const struct sandbox_person *p,
                     const struct post *post, const struct habit *h) {
    buf_reserve(pen->out, 1024);
    sandbox_cell_account(pen->out, p);
    put_id(pen->out, p, post->posted_s);
    buf_putc(pen->out, ',');
    sandbox_cell_time(pen->out, post->posted_s);
    buf_putc(pen->out, ',');
    buf_puts(pen->out, post->format->name);
    buf_putc(pen->out, ',');
    put_caption(pen, r, p, post, h);
    buf_putc(pen->out, ',');
    bool known = sandbox_person_has(p, MISSING_SPONSORED);
    put_flag(pen->out, known ? post->deal != NULL : -1);
    put_flag(pen->out, known && post->deal ? post->deal->labelled : -1);
    put_flag(pen->out, post->giveaway);
    if (known && post->deal)
        sandbox_cell_text(pen->out, post->deal->brand.s, post->deal->brand.n);
    buf_putc(pen->out, ',');
    int64_t length = sandbox_between(r, post->format->min_s, post->format->max_s);
    sandbox_cell_number(pen->out, post->format->moving ? length : SANDBOX_NONE);
    buf_putc(pen->out, ',');
    struct counts counts = draw_counts(r, p, post);
    put_counts(pen, p, post, &counts);
}

static int64_t draw_count(struct sandbox_rng *r, const struct sandbox_pen *pen,
                          const struct sandbox_person *p) {
    int64_t n = sandbox_round(r, sandbox_gamma(r, SHAPE_4) * pen->posts_mean);
    int64_t least = p->cast ? pen->posts_mean : 1;
    return n < least ? least : n;
}

void sandbox_rows_posts(struct sandbox_pen *pen, const struct sandbox_person *p) {
    if (!sandbox_person_has(p, MISSING_POSTS))
        return;
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_POSTS);
    struct habit h = {.style = (enum tag_style)sandbox_below(&r, TAGS_STYLES)};
    h.tags = 1 + sandbox_below(&r, 4);
    h.deal_permille = (uint32_t)sandbox_between(&r, 150, 600);
    h.deal_count = sandbox_person_deals(pen->words, p, h.deals);
    int64_t count = draw_count(&r, pen, p);
    int64_t last_s = (p->life_days - 1) * DAY_S < OLDEST_S ? (p->life_days - 1) * DAY_S : OLDEST_S;
    int64_t gap_s = p->cast && p->gap_s > 6 * DAY_S ? 6 * DAY_S : p->gap_s;
    int64_t age_s = 3600 + p->silent_s + gap_s * sandbox_below(&r, 1000) / 1000;
    for (int64_t i = 0; i < count && age_s < last_s; i++) {
        struct post post = {.age_s = age_s, .posted_s = SANDBOX_CLOCK_S - age_s};
        post.niche = draw_niche(&r, p);
        post.format = draw_format(&r, p);
        post.deal = draw_deal(&r, &h, age_s);
        post.giveaway = sandbox_chance(&r, 12);
        post.viral = sandbox_chance(&r, 15) && p->fraud != FRAUD_UNIFORM;
        put_post(pen, &r, p, &post, &h);
        age_s += 60 + sandbox_mul(gap_s, sandbox_gamma(&r, p->rhythm));
    }
}
