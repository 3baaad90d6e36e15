/* Shared by the tests of score_account(): a taxonomy of eleven niches and an account of which nothing is
 * known yet. */
#ifndef NICHED_TESTS_TEST_SCORE_H
#define NICHED_TESTS_TEST_SCORE_H

#include "test_rank.h"

#include "base/clock.h"
#include "rank/affordability.h"
#include "score/account.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOOD = 1, VEGAN, WELLNESS, FITNESS, YOGA, PILATES, TRAVEL, GAMING, LOVE, VEGAN_FITNESS, VEGAN_TRAVEL };

static const struct tax_niche_in NICHES[] = {
    {FOOD, "food", "Food", .05, false, "", 0},
    {VEGAN, "vegan", "Vegan", .02, false, "", 0},
    {WELLNESS, "wellness", "Wellness", .05, false, "", 0},
    {FITNESS, "fitness", "Fitness", .05, false, "", 0},
    {YOGA, "yoga", "Yoga", .02, false, "", 0},
    {PILATES, "pilates", "Pilates", .005, false, "", 0},
    {TRAVEL, "travel", "Travel", .06, false, "", 0},
    {GAMING, "gaming", "Gaming", .04, false, "", 0},
    {LOVE, "love", "Love", .1, true, "", 0},
    {VEGAN_FITNESS, "vegan-fitness", "Vegan Fitness", .01, false, "", 0},
    {VEGAN_TRAVEL, "vegan-travel", "Vegan Travel", .002, false, "", 0},
};
static const struct tax_edge_in EDGES[] = {
    {VEGAN, FOOD, 0},         {FITNESS, WELLNESS, 0},    {YOGA, FITNESS, 0},
    {PILATES, FITNESS, 0},    {VEGAN_FITNESS, VEGAN, 0}, {VEGAN_FITNESS, FITNESS, 0},
    {VEGAN_TRAVEL, VEGAN, 0}, {VEGAN_TRAVEL, TRAVEL, 0},
};
static const struct tax_alias_in ALIASES[] = {
    {"plant based", VEGAN, .9, false, "en", 0},
    {"gym", FITNESS, .8, false, "en", 0},
};
static const struct score_relation RELATIONS[] = {
    {GAMING, TRAVEL, .6, 100}, {TRAVEL, LOVE, .9, 100}, {FOOD, TRAVEL, .2, 100}, {YOGA, GAMING, .9, 2}};

#define TODAY   (INT64_C(20000) * CLOCK_DAY) /* 2024-10-04 */
#define POST(n) ((struct score_post *)&f->posts[n])

/* Everything a test needs; the evidence begins with nothing known. */
struct fixture {
    struct taxonomy *tax;
    struct score_context *ctx;
    struct account_result *result;
    struct account_evidence ev;
    struct score_post posts[SCORE_POSTS_MAX];
    char keys[SCORE_POSTS_MAX][8];
    struct score_booking bookings[8];
    struct signal_snapshot snapshots[40];
};

static inline struct score_post blank_post(void) {
    return (struct score_post){.sponsored = -1,
                               .disclosed = -1,
                               .followers_at = NAN,
                               .likes = NAN,
                               .comments = NAN,
                               .shares = NAN,
                               .views = NAN,
                               .comments_sampled = NAN,
                               .distinct_texts = NAN,
                               .distinct_authors = NAN,
                               .recurring_authors = NAN,
                               .creator_replies = NAN};
}

static inline int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct fault fault;
    struct tax_in in = {NICHES,  COUNT_OF(NICHES),  EDGES, COUNT_OF(EDGES),
                        ALIASES, COUNT_OF(ALIASES), NULL,  0};
    struct score_fit fits[] = {{GAMING, .04, 50000}};
    struct score_model model = {
        .relations = RELATIONS, .n_relations = COUNT_OF(RELATIONS), .fits = fits, .n_fits = 1};
    assert_int_equal(taxonomy_new(&in, &fault, &f->tax), ERR_OK);
    assert_int_equal(score_context_new(f->tax, &model, &fault, &f->ctx), ERR_OK);
    assert_int_equal(account_result_new(&fault, &f->result), ERR_OK);
    score_context_set_now(f->ctx, 1, TODAY + 5 * INT64_C(3600) * CLOCK_S);
    f->ev = (struct account_evidence){.creator_id = 1,
                                      .account_id = 2,
                                      .world = 1,
                                      .platform_id = 1,
                                      .platform = RANK_INSTAGRAM,
                                      .username = "x",
                                      .followers = NAN,
                                      .following = NAN,
                                      .posts_total = NAN,
                                      .likes_total = NAN,
                                      .views_total = NAN,
                                      .posts = f->posts,
                                      .snapshots = f->snapshots,
                                      .sample_n = NAN,
                                      .sample_flagged = NAN,
                                      .sample_mass = NAN,
                                      .price_usd = NAN,
                                      .next_price_day = SCORE_NO_DAY,
                                      .bookings = f->bookings};
    *state = f;
    return 0;
}

static inline int teardown(void **state) {
    struct fixture *f = *state;
    account_result_free(f->result);
    score_context_free(f->ctx);
    taxonomy_free(f->tax);
    free(f);
    return 0;
}

/* Adds a post `age` days before the day, its counts seen today. */
static inline struct score_post *add_post(struct fixture *f, double age, const char *caption, double likes) {
    size_t i = f->ev.n_posts++;
    struct score_post *p = POST(i);
    *p = blank_post();
    snprintf(f->keys[i], sizeof f->keys[i], "p%zu", i);
    p->key = f->keys[i];
    p->posted_us = TODAY - (int64_t)(age * (double)CLOCK_DAY);
    p->observed_us = TODAY;
    p->caption = caption;
    p->caption_len = caption ? strlen(caption) : 0;
    p->likes = likes;
    p->comments = 0;
    return p;
}

static inline void run(struct fixture *f) {
    score_account(f->ctx, &f->ev, f->result);
}

static inline const struct score_direct *direct(const struct fixture *f, int32_t id) {
    for (size_t i = 0; i < f->result->direct_count; i++)
        if (taxonomy_id(f->tax, f->result->direct[i].niche) == id)
            return &f->result->direct[i];
    return NULL;
}

static inline const struct score_match *match(const struct fixture *f, int32_t id) {
    for (size_t i = 0; i < f->result->match_count; i++)
        if (taxonomy_id(f->tax, f->result->match[i].niche) == id)
            return &f->result->match[i];
    return NULL;
}

/* Ana of the worked examples: 12,000 followers, eight posts, six of them about vegan fitness. */
static inline void ana(struct fixture *f) {
    f->ev.followers = 12000;
    f->ev.bio = "Plant based in Austin";
    for (size_t i = 0; i < ANA.n; i++)
        add_post(f, ANA.posts[i].age_days, i < 6 ? "My #veganfitness day at the gym" : "hello",
                 ANA.posts[i].engagements);
}

#endif
