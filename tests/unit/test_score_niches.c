/* Which niches an account is ranked in: evidence of posts and profile, what it reaches beyond, and that the
 * order of the evidence changes no bit. */
#include "test_score.h"

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

static void test_thin_evidence(void **state) {
    struct fixture *f = *state;
    f->ev.followers = 5000;
    add_post(f, 0, "hello", 100);
    add_post(f, 100, "travel", 100); /* 2^(-100/60) of a post */
    run(f);
    assert_false(direct(f, TRAVEL)->evidence);
    assert_null(match(f, GAMING)); /* related to travel by npmi, but thin evidence does not transfer */
    assert_true(match(f, TRAVEL) == NULL || match(f, TRAVEL)->kind == RELEVANCE_RELATED);
    POST(1)->posted_us = TODAY - CLOCK_DAY;
    run(f);
    assert_true(direct(f, TRAVEL)->evidence);
    assert_int_equal(match(f, TRAVEL)->kind, RELEVANCE_DIRECT);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_not_listed),  TEST(test_bio_only),       TEST(test_posts_without_text),
        TEST(test_all_parents), TEST(test_related),        TEST(test_generic_never_transfers),
        TEST(test_64_posts),    TEST(test_order_of_posts), TEST(test_thin_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
