/* One account from evidence to ranked rows, on a taxonomy of eleven niches: what counts, what is missing,
 * what reaches further, and that the order of the evidence changes no bit. */
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

static struct score_post blank_post(void) {
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

static int setup(void **state) {
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

static int teardown(void **state) {
    struct fixture *f = *state;
    account_result_free(f->result);
    score_context_free(f->ctx);
    taxonomy_free(f->tax);
    free(f);
    return 0;
}

/* Adds a post `age` days before the day, its counts seen today. */
static struct score_post *add_post(struct fixture *f, double age, const char *caption, double likes) {
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

static void run(struct fixture *f) {
    score_account(f->ctx, &f->ev, f->result);
}

static const struct score_direct *direct(const struct fixture *f, int32_t id) {
    for (size_t i = 0; i < f->result->direct_count; i++)
        if (taxonomy_id(f->tax, f->result->direct[i].niche) == id)
            return &f->result->direct[i];
    return NULL;
}

static const struct score_match *match(const struct fixture *f, int32_t id) {
    for (size_t i = 0; i < f->result->match_count; i++)
        if (taxonomy_id(f->tax, f->result->match[i].niche) == id)
            return &f->result->match[i];
    return NULL;
}

/* Ana of the worked examples: 12,000 followers, eight posts, six of them about vegan fitness. */
static void ana(struct fixture *f) {
    f->ev.followers = 12000;
    f->ev.bio = "Plant based in Austin";
    for (size_t i = 0; i < ANA.n; i++)
        add_post(f, ANA.posts[i].age_days, i < 6 ? "My #veganfitness day at the gym" : "hello",
                 ANA.posts[i].engagements);
}

static void test_ana(void **state) {
    struct fixture *f = *state;
    ana(f);
    f->ev.price_usd = 120;
    f->ev.price_source = "quote";
    run(f);
    const struct account_quality *q = &f->result->quality;
    NEAR3(q->engagement, 0.718);
    NEAR3(q->engagement_theta, 0.407);
    CLOSE(q->engagement_typical, 568, 0.6);
    assert_string_equal(q->engagement_basis, "followers");
    assert_int_equal(q->posts, 8);
    assert_string_equal(q->price_source, "quote");
    assert_int_equal(q->last_post_us, TODAY - 4 * CLOCK_DAY);
    CLOSE(q->post_weights[0], 1.0, 0.0);
    CLOSE(q->post_weights[1], exp2(-5.0 / 60), 1e-6);
    const struct score_direct *d = direct(f, VEGAN_FITNESS);
    assert_non_null(d);
    assert_int_equal(d->post_mask, 0x3f);
    assert_int_equal(d->posts, 6);
    assert_string_equal(d->words[0], "hashtag: veganfitness x6");
    double k = 0, n = 0;
    for (size_t i = 0; i < 8; i++) {
        n += q->post_weights[i];
        k += i < 6 ? q->post_weights[i] : 0;
    }
    CLOSE(d->n, n + 2.0, 1e-12); /* the profile names a niche: it counts as 2 posts for all */
    CLOSE(d->k, k, 1e-12);
    CLOSE(q->bio_weight, 2.0, 0.0);
    CLOSE(direct(f, VEGAN)->profile, .9, 1e-6);
    CLOSE(direct(f, VEGAN)->k, k + 1.8, 1e-6);
    assert_string_equal(direct(f, VEGAN)->words[1], "bio: plant based");
    const struct score_match *m = match(f, VEGAN_FITNESS);
    assert_int_equal(m->kind, RELEVANCE_DIRECT);
    assert_true(m->relevance > .85 && m->score > 6500 && m->conf > 4000);
    CLOSE(exp(m->ln[MATCH_ENGAGEMENT]), q->engagement, 1e-12);
    NEAR3(exp(m->ln[MATCH_AUTHENTICITY]), q->authenticity);
}

static void test_nothing_known(void **state) {
    struct fixture *f = *state;
    run(f);
    const struct account_quality *q = &f->result->quality;
    NEAR3(q->engagement, 0.309);
    NEAR3(q->authenticity, 0.8);
    NEAR3(q->freshness, 0.5);
    NEAR3(q->loyalty, 0.5);
    assert_string_equal(q->engagement_basis, "none");
    assert_string_equal(q->price_source, "prior");
    assert_true(isnan(q->engagement_rate) && isnan(q->consistency) && isnan(q->returning_audience));
    assert_true(q->due_us == INT64_MIN && q->last_post_us == INT64_MIN);
    assert_int_equal(q->signal_measured, 0);
    assert_int_equal(f->result->direct_count + f->result->match_count, 0);
}

static void test_not_listed(void **state) {
    struct fixture *f = *state;
    ana(f);
    f->ev.opted_out = true;
    run(f);
    assert_true(f->result->direct_count > 0);
    assert_int_equal(f->result->match_count, 0);
    f->ev.opted_out = false;
    f->ev.followers = 0;
    run(f);
    assert_int_equal(f->result->match_count, 0);
    f->ev.followers = NAN; /* the newest snapshot stands in */
    f->snapshots[0] = (struct signal_snapshot){19000, 5000};
    f->ev.n_snapshots = 1;
    run(f);
    assert_true(f->result->match_count > 0);
    CLOSE(f->result->quality.followers, 5000, 0);
}

static void test_totals(void **state) {
    struct fixture *f = *state;
    f->ev.platform = RANK_TIKTOK;
    f->ev.followers = 10000;
    f->ev.likes_total = 100 * 890.0;
    f->ev.posts_total = 100;
    run(f);
    assert_string_equal(f->result->quality.engagement_basis, "totals");
    CLOSE(f->result->quality.engagement_rate, .089, 1e-4);
    CLOSE(f->result->quality.engagement_theta, 0.0, 1e-3);
    CLOSE(f->result->quality.engagement_typical, 890, 2);
    f->ev.platform =
        RANK_YOUTUBE; /* counted in views there; a price is set against engagements all the same */
    f->ev.views_total = 100 * 7000.0;
    run(f);
    CLOSE(f->result->quality.engagement_rate, .7, 1e-3);
    CLOSE(f->result->quality.engagement_typical, 280, 1);
    add_post(f, 10, "gym", 100); /* posts win over totals */
    run(f);
    assert_string_equal(f->result->quality.engagement_basis, "followers");
    POST(0)->views = 2000;
    run(f);
    assert_string_equal(f->result->quality.engagement_basis, "views");
    CLOSE(f->result->quality.engagement_rate, 100.5 / 2000, 1e-12);
}

static void test_excluded_posts(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 10000;
    add_post(f, 10, "gym", 300);
    add_post(f, 12, "gym", 9000)->giveaway = true;
    struct score_post *early = add_post(f, 30, "gym", 5);
    early->observed_us = early->posted_us + CLOCK_DAY; /* seen after a day, never again */
    add_post(f, 14, "gym", NAN);                       /* likes hidden */
    run(f);
    CLOSE(f->result->quality.engagement_rate, 300.5 / 10000, 1e-12);
    CLOSE(f->result->quality.engagement_n, 0.5, 1e-12);
    assert_int_equal(direct(f, FITNESS)->posts, 4); /* they are about fitness all the same */
    POST(0)->followers_at = 20000;
    run(f);
    CLOSE(f->result->quality.engagement_rate, 300.5 / 20000, 1e-12);
}

static void test_bio_only(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    f->ev.bio = "vegan";
    run(f);
    double one = direct(f, VEGAN)->focus;
    CLOSE(direct(f, VEGAN)->k, 2.0, 1e-6);
    CLOSE(direct(f, VEGAN)->n, 2.0, 0.0);
    assert_null(direct(f, TRAVEL));
    f->ev.bio = "vegan, gaming and travel"; /* vegan-travel and gaming: two */
    run(f);
    CLOSE(direct(f, GAMING)->profile, 1 / sqrt(2), 1e-6);
    CLOSE(direct(f, GAMING)->k, 2 / sqrt(2), 1e-6);
    CLOSE(direct(f, GAMING)->n, 2.0, 0.0);
    assert_true(direct(f, VEGAN)->focus < one);
    f->ev.bio = "vegan fitness"; /* one niche, not two */
    run(f);
    CLOSE(direct(f, VEGAN)->profile, 1.0, 1e-6);
    assert_non_null(direct(f, VEGAN_FITNESS));
    assert_string_equal(match(f, VEGAN_FITNESS)->kind == RELEVANCE_DIRECT ? "direct" : "", "direct");
}

static void test_posts_without_text(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    add_post(f, 1, NULL, 100);
    add_post(f, 2, "", 100);
    struct score_post *p = add_post(f, 3, NULL, 100);
    p->hashtags = "vegan gym";
    p->hashtags_len = strlen(p->hashtags);
    run(f);
    CLOSE(f->result->quality.post_weights[0], 0, 0);
    assert_true(f->result->quality.post_weights[1] > .9f);
    CLOSE(direct(f, VEGAN)->n,
          (double)f->result->quality.post_weights[1] + (double)f->result->quality.post_weights[2], 1e-12);
    assert_int_equal(direct(f, VEGAN)->post_mask, 4);
    assert_string_equal(direct(f, VEGAN)->words[0], "hashtag: vegan");
    assert_non_null(direct(f, VEGAN_FITNESS)); /* both parents in one post */
}

static void test_all_parents(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    for (int i = 0; i < 10; i++)
        add_post(f, 1 + i, i < 5 ? "vegan" : "travel", 100);
    run(f);
    assert_null(direct(f, VEGAN_TRAVEL));
    const struct score_match *m = match(f, VEGAN_TRAVEL);
    assert_non_null(m);
    assert_int_equal(m->kind, RELEVANCE_ALL_PARENTS);
    double conjunction = .6 * sqrt(direct(f, VEGAN)->focus * direct(f, TRAVEL)->focus);
    assert_true(m->relevance > conjunction && m->relevance < .75);
    m = match(f, VEGAN_FITNESS); /* one parent only */
    assert_true(m == NULL || m->kind == RELEVANCE_RELATED);
}

static void test_related(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    for (int i = 0; i < 20; i++)
        add_post(f, 1 + i, "travel", 100);
    run(f);
    const struct score_match *m = match(f, GAMING); /* npmi .6 of a strong niche */
    assert_non_null(m);
    assert_int_equal(m->kind, RELEVANCE_RELATED);
    assert_true(m->relevance >= SCORE_RELATED_RELEVANCE);
    CLOSE(m->cpe_usual_usd,
          affordability_reference_cpe(&f->ctx->benchmark[RANK_INSTAGRAM][RANK_BASIS_FOLLOWERS], 50000), 0);
    assert_null(match(f, FOOD)); /* npmi .2 is too little */
    size_t listed = 0;
    for (size_t i = 0; i < f->result->match_count; i++) {
        if (f->result->match[i].kind != RELEVANCE_RELATED)
            listed = i + 1;
    }
    for (size_t i = 0; i < listed; i++)
        assert_true(f->result->match[i].kind != RELEVANCE_RELATED); /* related ones stand last */
}

static void test_generic_never_transfers(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    for (int i = 0; i < 20; i++)
        add_post(f, 1 + i, "love", 100);
    run(f);
    assert_non_null(match(f, LOVE));
    assert_null(match(f, TRAVEL)); /* though npmi is .9 */
    assert_int_equal(f->result->match_count, 1);
}

static void test_64_posts(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    for (int i = 0; i < SCORE_POSTS_MAX; i++)
        add_post(f, 1 + i, i == SCORE_POSTS_MAX - 1 ? "yoga" : i == 31 ? "gaming" : "hello", 100);
    run(f);
    assert_true(direct(f, YOGA)->post_mask == UINT64_C(1) << 63);
    assert_true(direct(f, GAMING)->post_mask == UINT64_C(1) << 31);
    assert_int_equal(direct(f, YOGA)->posts, 1);
    assert_int_equal(f->result->quality.posts, SCORE_POSTS_MAX);
}

static void test_order_of_posts(void **state) {
    struct fixture *f = *state;
    static const char *const texts[] = {"vegan", "gym day #love", "yoga and travel", "plant based gaming"};
    f->ev.followers = 7000;
    f->ev.bio = "gym";
    for (int i = 0; i < 40; i++) {
        struct score_post *p =
            add_post(f, i / 2, texts[i % 4], 50 + 37 * (i % 7)); /* pairs at the same time */
        p->comments_sampled = 10 + i;
        p->distinct_texts = 9 + i;
        p->distinct_authors = 8 + i;
        p->recurring_authors = i / 4;
        p->creator_replies = i / 3;
        p->sponsored = i % 5 == 0;
        p->brand_id = i % 5 == 0 ? 1 + i % 3 : 0;
    }
    run(f);
    struct account_result first = *f->result;
    uint32_t random = 1;
    for (size_t i = f->ev.n_posts - 1; i > 0; i--) {
        random = random * 1103515245u + 12345u;
        size_t j = (random >> 8) % (i + 1);
        struct score_post t = f->posts[i];
        f->posts[i] = f->posts[j];
        f->posts[j] = t;
    }
    run(f);
    assert_memory_equal(&first.quality, &f->result->quality, sizeof first.quality);
    assert_int_equal(first.direct_count, f->result->direct_count);
    assert_int_equal(first.match_count, f->result->match_count);
    for (size_t i = 0; i < first.direct_count; i++) {
        assert_memory_equal(&first.direct[i], &f->result->direct[i], offsetof(struct score_direct, words));
        for (size_t j = 0; j < first.direct[i].word_count; j++)
            assert_string_equal(first.direct[i].words[j], f->result->direct[i].words[j]);
    }
    assert_memory_equal(first.match, f->result->match, first.match_count * sizeof first.match[0]);
}

static void test_loyalty(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    const struct score_booking bookings[] = {
        {7, 1, 19990, 1},  {7, 1, 19985, 1},  /* 5 days apart: one booking */
        {8, 2, 19900, 0},  {8, 2, 19700, -1}, /* came back */
        {9, 2, 19850, -1},                    /* a rival of 8 within 90 days */
        {10, 0, 19200, 1},                    /* older than 24 months */
        {11, 0, 20030, 1},                    /* not yet */
    };
    memcpy(f->bookings, bookings, sizeof bookings);
    f->ev.n_bookings = COUNT_OF(bookings);
    run(f);
    assert_int_equal(f->result->quality.brands, 3);
    assert_int_equal(f->result->quality.brands_repeated, 1);
    assert_true(f->result->quality.rival_brands);
    assert_true(f->result->quality.due_us == 20030 * CLOCK_DAY);
    f->ev.n_bookings = 6;
    run(f);
    assert_true(f->result->quality.due_us == (19700 + 730) * CLOCK_DAY);
    NEAR3(f->result->quality.signal_phi[AUTH_DISCLOSURE], .5); /* 3 of 4 labelled */
}

static void test_freshness_steps(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    for (int i = 0; i < 10; i++)
        add_post(f, .25 + i, "gym", 100);
    run(f);
    double fresh = f->result->quality.freshness;
    int64_t due = f->result->quality.due_us;
    assert_true(due > TODAY && due % CLOCK_DAY == 0);
    score_context_set_now(f->ctx, 1, due - 1);
    run(f);
    CLOSE(f->result->quality.freshness, fresh, 0);
    assert_true(f->result->quality.due_us == due);
    int steps = 0;
    for (; f->result->quality.due_us != INT64_MIN && steps < 100; steps++) {
        int64_t at = f->result->quality.due_us;
        score_context_set_now(f->ctx, 1, at);
        run(f);
        assert_true(f->result->quality.freshness < fresh);
        assert_true(f->result->quality.due_us == INT64_MIN || f->result->quality.due_us > at);
        fresh = f->result->quality.freshness;
    }
    assert_in_range(steps, 10, 30);
    CLOSE(fresh, RANK_FLOOR, 0); /* a dead account is not rewritten any more */
    f->ev.next_price_day = 30000;
    run(f);
    assert_true(f->result->quality.due_us == 30000 * CLOCK_DAY);
}

static void test_comment_signals(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    struct score_post *p = add_post(f, 5, "gym", 100);
    p->comments_sampled = 10;
    p->distinct_texts = 1;
    p->creator_replies = 10;
    run(f);
    uint32_t comments = UINT32_C(1) << AUTH_COMMENT_DUPLICATION | UINT32_C(1) << AUTH_REPLY_RATE;
    assert_int_equal(f->result->quality.signal_measured & comments, 0); /* ten comments say too little */
    p->comments_sampled = 100;
    p->distinct_texts = 40;
    p->creator_replies = 15;
    run(f);
    assert_int_equal(f->result->quality.signal_measured & comments, comments);
    CLOSE(f->result->quality.signal_phi[AUTH_COMMENT_DUPLICATION], -1, 1e-9);
    CLOSE(f->result->quality.signal_phi[AUTH_REPLY_RATE], .5, 1e-9);
    p->distinct_authors = 40;
    p->recurring_authors = 10;
    run(f);
    CLOSE(f->result->quality.returning_audience, .25, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_ana),
        TEST(test_nothing_known),
        TEST(test_not_listed),
        TEST(test_totals),
        TEST(test_excluded_posts),
        TEST(test_bio_only),
        TEST(test_all_parents),
        TEST(test_related),
        TEST(test_64_posts),
        TEST(test_order_of_posts),
        TEST(test_loyalty),
        TEST(test_freshness_steps),
        TEST(test_comment_signals),
        TEST(test_posts_without_text),
        TEST(test_generic_never_transfers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
