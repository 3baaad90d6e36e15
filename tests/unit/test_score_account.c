/* What an account is worth in every niche: engagement and its basis, signals, loyalty, freshness, and what is
 * missing. */
#include "test_score.h"

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
        TEST(test_ana),     TEST(test_nothing_known),   TEST(test_totals),          TEST(test_excluded_posts),
        TEST(test_loyalty), TEST(test_freshness_steps), TEST(test_comment_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
