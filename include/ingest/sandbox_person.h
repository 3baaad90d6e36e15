/* One made-up creator: everything about her that several files must agree on. */
#ifndef NICHED_INGEST_SANDBOX_PERSON_H
#define NICHED_INGEST_SANDBOX_PERSON_H

#include "ingest/sandbox.h"
#include "ingest/sandbox_words.h"
#include "rank/benchmark.h"

#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_DEALS_MAX 8

/* What an account does wrong, if anything. */
enum sandbox_fraud {
    FRAUD_NONE,
    FRAUD_BOUGHT,  /* followers bought: engagement of a smaller account, jumps in the history */
    FRAUD_POD,     /* comment pod: comments out of proportion */
    FRAUD_UNIFORM, /* bought likes: every post alike */
    FRAUD_FOLLOW,  /* follow for follow */
    FRAUD_BOOST,   /* single posts boosted without more views */
};

/* What was not observed of an account, as bits. */
enum sandbox_missing {
    MISSING_NAME = 1 << 0,
    MISSING_BIO = 1 << 1,
    MISSING_LINK = 1 << 2,
    MISSING_PICTURE = 1 << 3,
    MISSING_CATEGORY = 1 << 4,
    MISSING_COUNTRY = 1 << 5,
    MISSING_CITY = 1 << 6,
    MISSING_LANGUAGE = 1 << 7,
    MISSING_VERIFIED = 1 << 8,
    MISSING_FOLLOWING = 1 << 9,
    MISSING_POSTS_TOTAL = 1 << 10,
    MISSING_TOTALS = 1 << 11,
    MISSING_CREATED = 1 << 12,
    MISSING_ACCOUNT_ID = 1 << 13,
    MISSING_POSTS = 1 << 14,
    MISSING_LIKES = 1 << 15,
    MISSING_VIEWS = 1 << 16,
    MISSING_SPONSORED = 1 << 17,
};

/* Streams of sandbox_rng_of: what is drawn for one file does not move what is drawn for another. */
enum sandbox_stream {
    STREAM_PERSON,
    STREAM_BIO,
    STREAM_POSTS,
    STREAM_SNAPSHOTS,
    STREAM_PRICES,
    STREAM_DEALS,
    STREAM_ENGAGERS,
    STREAM_AUDIENCE
};

struct sandbox_person {
    int64_t index; /* 0.. within the world */
    uint64_t seed;
    bool cast; /* of cast.tsv: complete and honest */
    enum rank_platform platform;
    const struct sandbox_place *place;
    enum sandbox_language written;
    struct sandbox_text given;
    struct sandbox_text family;
    char username[48];
    uint64_t account_id;
    uint16_t niches[SANDBOX_NICHES_MAX];
    uint32_t niche_count;
    uint32_t shares[SANDBOX_NICHES_MAX]; /* running sums, per mille of posts; the rest is about nothing */
    uint32_t missing;                    /* bits of sandbox_missing */
    enum sandbox_fraud fraud;
    int64_t followers;
    int64_t following;
    int64_t life_days; /* age of the account */
    int64_t gap_s;     /* mean seconds between posts */
    int64_t silent_s;  /* seconds before the clock without a post, beyond the usual gap */
    enum sandbox_shape rhythm;
    bool verified;
    bool disclosing; /* labels most of what is paid for */
    /* natural logarithms as q16 */
    int64_t ln_real;         /* of the followers that are real */
    int64_t growth;          /* per year */
    int64_t engagement;      /* her distance from the curve, sd tau (b2) */
    int64_t views;           /* the same for views per follower */
    int64_t comments;        /* ln comments per like */
    int64_t spread_permille; /* of the usual spread of posts */
};

/* Work with a brand. Days count back from the clock. */
struct sandbox_deal {
    struct sandbox_text brand;
    const struct sandbox_trade *trade;
    int64_t start_days;
    int64_t end_days; /* < start_days; negative: goes on */
    int64_t posts;
    int compensation; /* 0 paid, 1 gifted, 2 affiliate */
    int64_t fee_usd;
    bool labelled;
};

/* Makes creator `index` >= 0 of the world of `seed`. Its strings are borrowed from *w. */
void sandbox_person_make(const struct sandbox_words *w, uint64_t seed, int64_t index,
                         struct sandbox_person *ret_person);
/* Her work with brands over 24 months, oldest first; most have none. Returns the number, at most
 * SANDBOX_DEALS_MAX. */
size_t sandbox_person_deals(const struct sandbox_words *w, const struct sandbox_person *p,
                            struct sandbox_deal ret_deals[SANDBOX_DEALS_MAX]);
/* Whether she has what `missing` says. */
bool sandbox_person_has(const struct sandbox_person *p, enum sandbox_missing missing);
/* ln of the usual price of one post as q16, in USD (prior of b4). */
int64_t sandbox_person_ln_price(const struct sandbox_person *p);

#endif
