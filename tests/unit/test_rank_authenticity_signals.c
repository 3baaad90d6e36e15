/* Raw inputs of the authenticity signals from series and samples (ranking specification, b3). */
#include "test_rank.h"

#include "rank/authenticity_signals.h"

static void test_rogan_gladen(void **state) {
    (void)state;
    struct signal_share fake = signal_rogan_gladen(0.21, 400, 0.90, 0.97);
    NEAR3(fake.share, 0.207);
    NEAR3(fake.se, 0.023);
    CLOSE(signal_rogan_gladen(0.01, 400, 0.90, 0.97).share, 0.0, 0.0);
    CLOSE(signal_rogan_gladen(0.99, 400, 0.90, 0.97).share, 1.0, 0.0);
    assert_true(isnan(signal_rogan_gladen(0.2, 400, 0.5, 0.5).share));
    assert_true(isnan(signal_rogan_gladen(0.2, 0, 0.9, 0.97).se));
}

static void test_credible_share(void **state) {
    (void)state;
    /* 84 of 400 flagged is .21; 40 mass followers count as half: 1 - .2069 - .05 */
    struct signal_share s = signal_credible_share(400, 84, 0, 0.90, 0.97);
    NEAR3(s.share, 0.793);
    NEAR3(s.se, 0.023);
    NEAR3(signal_credible_share(400, 84, 40, 0.90, 0.97).share, 0.743);
    assert_true(isnan(signal_credible_share(0, 0, 0, 0.90, 0.97).share));
}

#define DAYS 120
/* Smooth growth of about .2 % a day with a little noise, from 10,000. */
static void grow(struct signal_snapshot *s, size_t n) {
    double f = 10000;
    for (size_t i = 0; i < n; i++) {
        s[i] = (struct signal_snapshot){(double)i, f};
        f *= 1.002 + 0.0005 * sin((double)i * 1.7);
    }
}

static void jump(struct signal_snapshot *s, size_t n, size_t at, double gain) {
    for (size_t i = at; i < n; i++) {
        s[i].followers += gain;
    }
}

static void test_growth(void **state) {
    (void)state;
    struct signal_snapshot s[DAYS];
    grow(s, DAYS);
    CLOSE(signal_unexplained_growth(s, DAYS, NULL, 0), 0.0, 0.0);
    assert_true(isnan(signal_unexplained_growth(s, 13, NULL, 0)));
    CLOSE(signal_unexplained_growth(s, 14, NULL, 0), 0.0, 0.0);

    double net = s[DAYS - 1].followers - s[0].followers;
    jump(s, DAYS, 60, 2000);
    double own = s[60].followers - s[59].followers;
    CLOSE(signal_unexplained_growth(s, DAYS, NULL, 0), own / (net + 2000), 1e-12);

    /* a post of 3 times the usual size on the day or up to 3 days before explains it */
    struct signal_growth_post post = {57, log(3.01)};
    CLOSE(signal_unexplained_growth(s, DAYS, &post, 1), 0.0, 0.0);
    post.day = 60;
    CLOSE(signal_unexplained_growth(s, DAYS, &post, 1), 0.0, 0.0);
    post.day = 56;
    assert_true(signal_unexplained_growth(s, DAYS, &post, 1) > 0.4);
    post = (struct signal_growth_post){59, log(2.9)};
    assert_true(signal_unexplained_growth(s, DAYS, &post, 1) > 0.4);

    /* but not if the followers leave again */
    post.ln_size = log(5.0);
    jump(s, DAYS, 68, -1500);
    assert_true(signal_unexplained_growth(s, DAYS, &post, 1) > 0.4);
}

static void test_growth_edges(void **state) {
    (void)state;
    struct signal_snapshot s[400];
    grow(s, 400);
    jump(s, 400, 100, 20000); /* long ago: outside of the newest 180 days */
    CLOSE(signal_unexplained_growth(s, 400, NULL, 0), 0.0, 0.0);
    /* bought and all gone: the jump exceeds the net growth */
    grow(s, DAYS);
    jump(s, DAYS, 60, 5000);
    jump(s, DAYS, 100, -9000);
    CLOSE(signal_unexplained_growth(s, DAYS, NULL, 0), 1.0, 0.0);
    /* disordered or impossible snapshots are skipped */
    grow(s, DAYS);
    s[30].day = 10;
    s[31].followers = 0;
    s[32].followers = NAN;
    CLOSE(signal_unexplained_growth(s, DAYS, NULL, 0), 0.0, 0.0);
    assert_true(isnan(signal_unexplained_growth(s, 0, NULL, 0)));
    /* weekly snapshots: growth a day is what counts */
    for (size_t i = 0; i < 20; i++) {
        s[i] = (struct signal_snapshot){(double)i * 7, 10000 * pow(1.014, (double)i)};
    }
    CLOSE(signal_unexplained_growth(s, 20, NULL, 0), 0.0, 0.0);
    jump(s, 20, 10, 3000);
    assert_true(signal_unexplained_growth(s, 20, NULL, 0) > 0.3);
}

static void test_comment_like(void **state) {
    (void)state;
    const double likes[] = {1000, 500, 2000, NAN, 800};
    const double comments[] = {20.5, 10.2, 41.0, 7, NAN};
    CLOSE(signal_comment_like_z(RANK_INSTAGRAM, 441, likes, comments, 5), 0.0, 0.05);
    CLOSE(signal_comment_like_z(RANK_INSTAGRAM, NAN, likes, comments, 5), 0.0, 0.05);
    const double many[] = {205, 102, 410, 7, NAN};
    CLOSE(signal_comment_like_z(RANK_INSTAGRAM, 441, likes, many, 5), log(10.0) / 0.55, 0.02);
    assert_true(isnan(signal_comment_like_z(RANK_INSTAGRAM, 441, likes, comments, 2)));
    assert_true(signal_comment_like_z(RANK_YOUTUBE, 5000, likes, comments, 5) < 0.0);
    /* larger accounts have fewer comments per like; beyond the measured range the level of its end holds */
    double small = signal_comment_like_z(RANK_TIKTOK, 1e4, likes, comments, 5);
    CLOSE(signal_comment_like_z(RANK_TIKTOK, 1e6, likes, comments, 5) - small, 0.17 * log(100) / 0.55, 1e-9);
    CLOSE(signal_comment_like_z(RANK_INSTAGRAM, 2000, likes, comments, 5),
          signal_comment_like_z(RANK_INSTAGRAM, 2e6, likes, comments, 5), 1e-12);
}

static void test_follow_reference(void **state) {
    (void)state;
    NEAR3(signal_follow_reference(RANK_INSTAGRAM, 441), 1.62);
    NEAR3(signal_follow_reference(RANK_INSTAGRAM, 2e6), 0.43);
    NEAR3(signal_follow_reference(RANK_TIKTOK, 5000), 0.43);
    assert_true(isnan(signal_follow_reference(RANK_YOUTUBE, 5000)));
    assert_true(isnan(signal_follow_reference(RANK_INSTAGRAM, NAN)));
}

/* Ten posts whose likes follow views; then with the same number added to each; then with a part boosted. */
static void test_added_likes(void **state) {
    (void)state;
    double views[10], likes[10], added[10], boosted[10], comments[10];
    for (size_t i = 0; i < 10; i++) {
        views[i] = 1000 * pow(1.8, (double)i);
        likes[i] = 0.1 * views[i];
        comments[i] = 0.02 * likes[i];
        added[i] = likes[i] + 20000;
        boosted[i] = likes[i] * (i >= 7 ? 5 : 1);
    }
    CLOSE(signal_likes_on_views(likes, views, 10), 1.0, 0.02);
    assert_true(signal_likes_on_views(added, views, 10) < 0.2);
    assert_true(signal_alike_likes(RANK_TIKTOK, likes, 10) > 1.0);
    assert_true(signal_alike_likes(RANK_TIKTOK, added, 10) < 0.25);
    CLOSE(signal_likes_without_comments(likes, comments, 10), 0.0, 0.3);
    CLOSE(signal_likes_without_comments(boosted, comments, 10), -log(5.0), 0.3);
    assert_true(isnan(signal_alike_likes(RANK_TIKTOK, likes, 7)));
    assert_true(isnan(signal_likes_without_comments(likes, comments, 7)));
    assert_true(isnan(signal_likes_on_views(likes, views, 7)));
    assert_true(isnan(signal_likes_on_views(NULL, NULL, 0)));
    const double same[10] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
    assert_true(isnan(signal_likes_on_views(likes, same, 10))); /* views do not vary */
    CLOSE(signal_alike_likes(RANK_TIKTOK, same, 10), 0.0, 1e-6);
    CLOSE(signal_likes_without_comments(same, same, 10), 0.0, 0.0);
    views[0] = NAN, views[1] = 0, views[2] = NAN;
    assert_true(isnan(signal_likes_on_views(likes, views, 10)));
}

static struct signal_spike_post spike_post(double engagements, double views) {
    return (struct signal_spike_post){log((engagements + 0.5) / 4000), views, NAN, NAN};
}

static void test_spikes(void **state) {
    (void)state;
    double n = 0.0;
    /* Cho: one of two posts at 9 times the other; share 1/2 */
    struct signal_spike_post cho[] = {spike_post(240, NAN), spike_post(2100, NAN)};
    CLOSE(signal_spike_share(cho, 2, 0.38, &n), 0.5, 0.0);
    CLOSE(n, 2.0, 0.0);
    /* the order does not matter */
    struct signal_spike_post turned[] = {cho[1], cho[0]};
    CLOSE(signal_spike_share(turned, 2, 0.38, &n), 0.5, 0.0);
    /* Ana has none, nor has an account with all posts alike */
    struct signal_spike_post ana[8];
    for (size_t i = 0; i < 8; i++) {
        ana[i] = spike_post(ANA.posts[i].engagements, NAN);
    }
    CLOSE(signal_spike_share(ana, 8, 0.38, &n), 0.0, 0.0);
    struct signal_spike_post same[] = {spike_post(100, NAN), spike_post(100, NAN), spike_post(101, NAN)};
    CLOSE(signal_spike_share(same, 3, 0.38, &n), 0.0, 0.0);
    assert_true(isnan(signal_spike_share(NULL, 0, 0.38, &n)));
    CLOSE(n, 0.0, 0.0);
}

static void test_explained_spikes(void **state) {
    (void)state;
    double n = 0.0;
    struct signal_spike_post p[] = {spike_post(100, 1000), spike_post(110, 1100), spike_post(90, 900),
                                    spike_post(105, 1000), spike_post(900, 1200)};
    CLOSE(signal_spike_share(p, 5, 0.38, &n), 0.2, 1e-15);
    p[4].views = 9000; /* the views came too */
    CLOSE(signal_spike_share(p, 5, 0.38, &n), 0.0, 0.0);
    p[4].views = NAN;
    p[0].shares = p[1].shares = p[2].shares = p[3].shares = 10;
    p[4].shares = 80;
    CLOSE(signal_spike_share(p, 5, 0.38, &n), 0.0, 0.0);
    for (size_t i = 0; i < 5; i++) {
        p[i].shares = NAN;
        p[i].comments = 3;
    }
    CLOSE(signal_spike_share(p, 5, 0.38, &n), 0.2, 1e-15);
    p[4].comments = 25; /* the comments came too */
    CLOSE(signal_spike_share(p, 5, 0.38, &n), 0.0, 0.0);
    /* twice the usual is no spike however alike the others are */
    struct signal_spike_post twice[] = {spike_post(100, NAN), spike_post(101, NAN), spike_post(99, NAN),
                                        spike_post(200, NAN)};
    CLOSE(signal_spike_share(twice, 4, 0.1, &n), 0.0, 0.0);
}

static void test_benford(void **state) {
    (void)state;
    assert_int_equal(signal_first_digit(0), 0);
    assert_int_equal(signal_first_digit(7), 7);
    assert_int_equal(signal_first_digit(UINT64_MAX), 1);
    assert_int_equal(signal_first_digit(999), 9);
    const uint32_t law[9] = {3010, 1761, 1249, 969, 792, 669, 580, 512, 458};
    CLOSE(signal_benford_deviation(law), 0.0, 0.0001);
    const uint32_t flat[9] = {100, 100, 100, 100, 100, 100, 100, 100, 100};
    CLOSE(signal_benford_deviation(flat), 0.0597, 0.0005);
    const uint32_t few[9] = {400, 99, 0, 0, 0, 0, 0, 0, 0};
    assert_true(isnan(signal_benford_deviation(few)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rogan_gladen),     cmocka_unit_test(test_credible_share),
        cmocka_unit_test(test_growth),           cmocka_unit_test(test_growth_edges),
        cmocka_unit_test(test_comment_like),     cmocka_unit_test(test_spikes),
        cmocka_unit_test(test_explained_spikes), cmocka_unit_test(test_benford),
        cmocka_unit_test(test_follow_reference), cmocka_unit_test(test_added_likes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
