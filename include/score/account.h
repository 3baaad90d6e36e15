/* One account from evidence to ranked rows: pure, bounded, without a database. What comes out depends on the
 * evidence, the taxonomy, the model and the day alone, never on the order of the posts or on earlier results.
 *
 * Assumptions [A] beyond the ranking specification, to be refitted:
 * - A profile that names m niches, none above another, is weaker evidence for each: p / sqrt(m). m is the
 * smaller of the most specific niches named outright and of those after closing (so "vegan fitness" is one:
 * vegan-fitness).
 * - A post without caption and hashtags is no evidence about topics: weight 0 in n.
 * - Maturity is the age at which the counts were seen (observed_at - posted_at): counts seen too early stay
 * immature until they are seen again, however old the post gets.
 * - Likes must be known; unknown comments and shares count as 0, for they add a few percent.
 * - Followers of a post: as seen with its counts, else the snapshot of that day or the one before, else the
 * account's.
 * - Bought followers: authenticity reads engagement per follower beside engagement per view, each against its
 * own curve. Views do not explain a high rate per view. A post explains growth by its absolute size (views,
 * or likes, comments and shares) against the account's median post.
 * - Following per follower and comments per like are judged against platform and size, inside the sizes that
 * were measured.
 * - Comment signals need 20 sampled comments, sponsored saturation 3 posts with a known flag.
 * - Audience samples are read with sensitivity .90 and specificity .97.
 * - Bookings of one brand within 14 days are one; a brand is repeated from two bookings on. Paid posts with a
 * brand count as bookings beside collaborations.
 * - Returning audience: recurring of distinct comment authors under the newest 5 posts.
 * - Freshness is stored as at least RANK_FLOOR, so that a dead account is no longer rewritten. */
#ifndef NICHED_SCORE_ACCOUNT_H
#define NICHED_SCORE_ACCOUNT_H

#include "rank/authenticity.h"
#include "rank/authenticity_signals.h"
#include "rank/match_score.h"
#include "score/context.h"

enum {
    SCORE_POSTS_MAX = 64,     /* newest posts that count */
    SCORE_DIRECT_MAX = 64,    /* niches with direct evidence that are kept, strongest first */
    SCORE_MATCH_MAX = 32,     /* ranked rows of an account */
    SCORE_RELATED_MAX = 8,    /* of them related ones */
    SCORE_BOOKINGS_MAX = 192, /* newest collaborations that count */
    SCORE_TOP_NICHES = 8,     /* niches named with the account */
    SCORE_WORDS_MAX = 8,      /* words that prove a niche */
    SCORE_WORD_BYTES = 72,
    SCORE_SEARCH_BYTES = 8192, /* folded name and bio that are kept */
    SCORE_CITY_BYTES = 128,
};

/* Least relevance of a related row. */
#define SCORE_RELATED_RELEVANCE 0.10
/* From here down a signal is named as unusual. */
#define SCORE_UNUSUAL_PHI (-0.5)
/* No day: an event that never comes. */
#define SCORE_NO_DAY INT32_MAX

/* One post. Numbers are NaN where unknown, flags -1. Texts are borrowed; caption and hashtags (tokens with
 * blanks between) may be NULL. */
struct score_post {
    const char *key; /* the platform's id: order among posts of the same time */
    int64_t posted_us;
    int64_t observed_us;
    const char *caption;
    size_t caption_len;
    const char *hashtags;
    size_t hashtags_len;
    int64_t brand_id; /* 0: none */
    int32_t trade;    /* category of the brand as a number, 0: unknown */
    int8_t sponsored;
    int8_t disclosed;
    bool giveaway;
    double followers_at;
    double likes;
    double comments;
    double shares;
    double views;
    double comments_sampled; /* comment_stat, NaN without a row */
    double distinct_texts;
    double distinct_authors;
    double recurring_authors;
    double creator_replies;
};

/* A public collaboration. */
struct score_booking {
    int64_t brand_id;
    int32_t trade; /* category of the brand as a number, 0: unknown */
    int32_t day;   /* days since 1970 */
    int8_t labelled;
};

/* Everything known of an account. Texts are borrowed, NULL where unknown; numbers NaN. */
struct account_evidence {
    int64_t creator_id;
    int64_t account_id;
    int world;       /* 0..SCORE_WORLDS_MAX-1 */
    int platform_id; /* as in the store */
    enum rank_platform platform;
    bool opted_out;
    const char *username;
    const char *display_name; /* the creator's; goes before the account's */
    const char *name;
    const char *bio;
    const char *picture_url;
    const char *slug; /* of the platform */
    const char *url;  /* of the profile */
    const char *category;
    const char *country;
    const char *city;
    const char *language;
    int8_t has_contact; /* 1, 0, -1 unknown */
    int8_t verified;
    int64_t observed_us;
    bool siblings;    /* the creator has other accounts */
    double followers; /* NaN: the newest snapshot's */
    double following;
    double posts_total;
    double likes_total;
    double views_total;
    const struct score_post *posts; /* any order; beyond the newest SCORE_POSTS_MAX the caller cuts */
    size_t n_posts;
    const struct signal_snapshot *snapshots; /* ascending days since 1970 */
    size_t n_snapshots;
    double sample_n; /* newest audience sample */
    double sample_flagged;
    double sample_mass;
    double price_usd; /* newest public price of a post that is valid today */
    const char *price_source;
    int32_t next_price_day; /* first day of the next one, or SCORE_NO_DAY */
    const struct score_booking
        *bookings; /* any order, at most SCORE_BOOKINGS_MAX; future ones and old ones do not count */
    size_t n_bookings;
};

/* The columns of account_score, see sql/migrations. Times in microseconds, INT64_MIN: null; NaN: null. */
struct account_quality {
    int64_t due_us;
    int64_t last_post_us;
    double followers; /* used for the rates; NaN: unknown, then SCORE_REFERENCE_FOLLOWERS stand in */
    size_t posts;
    float post_weights[SCORE_POSTS_MAX];
    double bio_weight;
    double engagement;
    const char *engagement_basis;
    double engagement_rate;
    double engagement_usual;
    double engagement_theta;
    double engagement_sigma;
    double engagement_n;
    double engagement_shrink;
    double engagement_post_sd;
    double engagement_typical;
    double engagement_tau;
    double authenticity;
    double audience_credibility;
    double conversation;
    double signal_phi[AUTH_SIGNAL_COUNT];
    uint32_t signal_measured;
    uint32_t signal_unusual; /* of them, phi at most SCORE_UNUSUAL_PHI */
    double price_usd;
    const char *price_source;
    double loyalty;
    unsigned brands;
    unsigned brands_repeated;
    bool rival_brands;
    double consistency;
    double returning_audience;
    double freshness;
    double gap_days;
    double posts_per_week;
    double sponsored_share; /* NaN: known of too few posts */
    bool has_words;
    char words[SCORE_SEARCH_BYTES]; /* a blank before and behind every word */
    char city_key[SCORE_CITY_BYTES];
};

/* A row of creator_niche. */
struct score_direct {
    uint16_t niche;
    uint16_t posts;
    uint64_t post_mask;
    double k;
    double n;
    double focus;
    double profile;
    bool evidence; /* enough to be a member of the niche */
    size_t word_count;
    char words[SCORE_WORDS_MAX][SCORE_WORD_BYTES];
};

/* A row of niche_match. */
struct score_match {
    uint16_t niche;
    int32_t compound_id; /* 0: it is the row of the niche */
    enum relevance_kind kind;
    int score;
    int conf;
    float sd;
    double ln[MATCH_STORED];
    double relevance;
    double focus;
    double cpe_usual_usd;
    double rel_sd; /* of ln relevance, and without evidence */
    double rel_prior_sd;
};

struct account_work;

/* The result; reused from account to account. About 100 KiB with its working memory. */
struct account_result {
    struct account_quality quality;
    size_t direct_count; /* strongest first: k, then niche index */
    struct score_direct direct[SCORE_DIRECT_MAX];
    size_t match_count; /* listed ones first, then related ones; by score within */
    struct score_match match[SCORE_MATCH_MAX];
    size_t compound_count; /* in the order of the context's */
    struct score_match *compound;
    struct account_work *work; /* private */
};

/* A result to be filled any number of times. ERR_NO_MEMORY. */
NODISCARD enum err account_result_new(struct fault *f, struct account_result **ret_result);
/* Accepts NULL. */
void account_result_free(struct account_result *r);
/* Scores one account (ranking specification, b1 to b7). An account without followers and one whose creator
 * opted out get no ranked rows. Fills *ret_result whole. */
void score_account(const struct score_context *ctx, const struct account_evidence *ev,
                   struct account_result *ret_result);

#endif
