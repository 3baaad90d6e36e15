/* Inside the scorer only: the working memory of one account and the steps of score_account(). */
#ifndef NICHED_SCORE_WORK_H
#define NICHED_SCORE_WORK_H

#include "score/account.h"

enum { TOPICS_MAX = 512, REACH_MAX = 1024, LEXIS_MAX = 256 };

/* ---- words.c: the words found, counted by posts ---- */

/* A word that means a niche. */
struct lexis_word {
    uint32_t hash;
    uint16_t niche;
    uint8_t where; /* enum tax_where */
    uint8_t last;  /* text it was seen in last, so that a post counts once */
    uint16_t count;
    char text[TAX_SURFACE_MAX];
};

struct lexis {
    size_t count;
    struct lexis_word word[LEXIS_MAX];
};

/* Counts the words of one text or post; `text` tells texts of an account apart. Words beyond LEXIS_MAX are
 * not kept. */
void lexis_take(struct lexis *lexis, const struct tax_hits *hits, uint8_t text);
/* Writes the words that prove a niche, "where: word x14", the most frequent first: its own and those of the
 * niches below it, for an intersection then those of its parents. */
void lexis_prove(const struct lexis *lexis, const struct taxonomy *tax, uint16_t niche,
                 struct score_direct *d);

/* ---- topics.c: direct evidence by niche ---- */

/* What posts and profile say about one niche. */
struct topic {
    uint16_t niche;
    uint16_t posts;
    uint64_t mask;
    double k;
    double profile;
    double focus;
    bool evidence; /* enough to be a member and to transfer */
};

struct topics {
    size_t count;
    struct topic item[TOPICS_MAX];
    uint16_t slot[TAX_NICHES_MAX]; /* where a niche is in item[], if item[slot] says so */
    double n;                      /* decayed posts with text, plus the profile's */
    double bio_weight;
};

/* ---- reach.c: niches without direct evidence ---- */

/* A niche that evidence may reach. */
struct reach {
    uint16_t niche;
    double sibling_g;
};

struct reached {
    size_t count;
    struct reach item[REACH_MAX];
    uint16_t slot[TAX_NICHES_MAX];
};

/* A post that counts for engagement. */
struct used_post {
    double day; /* since 1970 */
    double ln_rate;
    double likes;
    double comments;
    double shares;
    double views;
};

struct account_work {
    uint8_t order[SCORE_POSTS_MAX]; /* index of the i-th newest post */
    size_t n_posts;
    int64_t newest_us; /* INT64_MIN without posts */
    double age_days[SCORE_POSTS_MAX];
    double followers; /* NaN unknown */
    struct used_post used[SCORE_POSTS_MAX];
    size_t n_used;
    double benchmark_s; /* of the basis of the used posts */
    struct engagement engagement;
    struct engagement priced; /* the same with typical engagements that a price can be set against */
    struct estimate x[MATCH_COMPONENTS];
    double known_price; /* NaN: the prior's */
    double weights[MATCH_COMPONENTS];
    struct tax_hits hits;
    struct lexis lexis;
    struct topics topics;
    struct reached reached;
    size_t n_candidates;
    struct score_match candidate[REACH_MAX];
};

/* The topic of a niche, or NULL if there is no evidence for it. */
const struct topic *topic_of(const struct topics *t, uint16_t niche);
/* Finds topics of profile and posts: fills w->topics (strongest first), w->lexis, the post weights and
 * bio_weight of *q. Needs order and ages. */
void topics_find(const struct score_context *ctx, const struct account_evidence *ev, struct account_work *w,
                 struct account_quality *q);
/* Relevance and ranked rows of all niches with evidence and those it reaches. Needs topics and the
 * components. */
void reach_rank(const struct score_context *ctx, const struct account_evidence *ev, struct account_work *w,
                struct account_result *r);
/* The rows of the kept compounds all of whose parts list the account. Needs the result's direct and ranked
 * rows, which are what the store keeps. */
void compounds_rank(const struct score_context *ctx, const struct account_evidence *ev,
                    struct account_result *r);
/* Puts the posts in order (w->order, w->age_days, w->newest_us) and finds the followers. */
void work_begin(const struct account_evidence *ev, struct account_work *w);
/* What the posts' rates are divided by: views where the platform is read so and at least half of the posts
 * that count carry them, else followers. Needs the order. */
enum rank_basis engagement_basis(const struct account_evidence *ev, const struct account_work *w);
/* Puts the posts, newest first, into the form of src/rank (the rules of numerator, denominator and maturity)
 * and keeps those that count in w->used. Needs order and followers. */
void engagement_posts(const struct account_evidence *ev, struct account_work *w, enum rank_basis basis,
                      struct engagement_post out[SCORE_POSTS_MAX]);
/* The mean over the account's whole life: the seed's numerator is views on YouTube, likes elsewhere. */
struct engagement_post engagement_totals(const struct account_evidence *ev, const struct account_work *w);
/* Engagement with its basis: w->used, w->engagement, w->priced, w->x, and the columns of *q. */
void engagement_find(const struct score_context *ctx, const struct account_evidence *ev,
                     struct account_work *w, struct account_quality *q);
/* Authenticity from the signals at hand. Needs engagement. */
void authenticity_find(const struct account_evidence *ev, struct account_work *w, struct account_quality *q);
/* Loyalty; *ret_due_day gets the first day on which a booking begins or ends to count, or SCORE_NO_DAY. */
void loyalty_find(const struct account_evidence *ev, int32_t today, struct account_work *w,
                  struct account_quality *q, int32_t *ret_due_day);
/* What filters look for in the profile. */
void profile_find(const struct account_evidence *ev, struct account_quality *q);
/* Freshness; *ret_due_day gets the day of its next step, or SCORE_NO_DAY. */
void freshness_find(int64_t now_us, struct account_work *w, struct account_quality *q, int32_t *ret_due_day);

#endif
