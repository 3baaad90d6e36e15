/* Authenticity: the worked numbers of the ranking specification (b3, 10), each signal, and its properties. */
#include "test_rank.h"

#include "rank/authenticity.h"

static struct authenticity score(struct authenticity_input in) {
    struct authenticity a;
    authenticity_score(&in, &a);
    return a;
}

/* The phi a raw value gives, all else missing. */
static double phi_of(enum authenticity_signal s, double raw) {
    struct authenticity_input in = authenticity_input_none();
    in.raw[s] = raw;
    in.n_eff = 20;
    in.spike_posts = 20;
    return score(in).lines[s].phi;
}

static void test_ana(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    in.raw[AUTH_FOLLOWER_CREDIBILITY] = 0.86;
    in.credible_reference = 0.75;
    in.raw[AUTH_REPLY_RATE] = 0.15;
    struct authenticity a = score(in);
    NEAR3(a.estimate.value, 0.942);
    NEAR3(a.lines[AUTH_FOLLOWER_CREDIBILITY].contribution, 1.2);
    CLOSE(a.lines[AUTH_FOLLOWER_CREDIBILITY].odds_factor, 3.32, 0.005);
    NEAR3(a.lines[AUTH_REPLY_RATE].contribution, 0.2);
    CLOSE(a.lines[AUTH_REPLY_RATE].odds_factor, 1.22, 0.005);
    NEAR3(a.logit, 2.786);
    assert_int_equal(a.measured_count, 2);
    /* the sub-scores by the same formula: sigmoid(1.386 + 1.2), sigmoid(1.386 + .2) */
    NEAR3(a.audience_credibility, 0.930);
    NEAR3(a.conversation, 0.830);
    assert_true(a.audience_measured && a.conversation_measured);
}

static void test_ben(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    in.raw[AUTH_UNEXPLAINED_GROWTH] = 0.35;
    in.raw[AUTH_COMMENT_LIKE] = -2.1;
    in.raw[AUTH_SPONSORED_SATURATION] = 0.45;
    struct authenticity a = score(in);
    NEAR3(a.lines[AUTH_UNEXPLAINED_GROWTH].contribution, -0.70);
    NEAR3(a.lines[AUTH_COMMENT_LIKE].phi, -0.4);
    NEAR3(a.lines[AUTH_COMMENT_LIKE].contribution, -0.32);
    NEAR3(a.lines[AUTH_SPONSORED_SATURATION].phi, -0.625);
    NEAR3(a.estimate.value, 0.513);
    CLOSE(a.lines[AUTH_COMMENT_LIKE].raw, -2.1, 0.0);
}

static void test_cho(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    in.raw[AUTH_SPIKINESS] = 0.5;
    in.spike_posts = 2;
    struct authenticity a = score(in);
    NEAR3(a.lines[AUTH_SPIKINESS].phi, -0.5);
    NEAR3(a.lines[AUTH_SPIKINESS].contribution, -0.30);
    NEAR3(a.estimate.value, 0.748);
}

static void test_nothing_measured(void **state) {
    (void)state;
    struct authenticity a = score(authenticity_input_none());
    CLOSE(a.estimate.value, 0.80, 1e-12);
    CLOSE(a.audience_credibility, 0.80, 1e-12);
    CLOSE(a.conversation, 0.80, 1e-12);
    assert_false(a.estimate.measured || a.audience_measured || a.conversation_measured);
    CLOSE(a.estimate.sd_ln, a.estimate.prior_sd_ln, 1e-12);
    for (size_t i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        assert_false(a.lines[i].measured);
        CLOSE(a.lines[i].odds_factor, 1.0, 0.0);
        assert_true(isnan(a.lines[i].raw));
    }
}

/* Each signal: where it is silent, where it is half way, where it has its full effect, and beyond. */
static void test_each_signal(void **state) {
    (void)state;
    static const struct {
        enum authenticity_signal s;
        double silent, half, full, beyond, at_full;
    } lines[] = {
        {AUTH_FOLLOWER_CREDIBILITY, 0.75, 0.80, 0.85, 1.0, 1.0},
        {AUTH_FOLLOWER_CREDIBILITY, 0.75, 0.70, 0.65, 0.0, -1.0},
        {AUTH_FOLLOW_FOR_FOLLOW, 0.43, 0.96151, 2.15, 9.0, -1.0}, /* .43 sqrt(5) */
        {AUTH_FOLLOW_FOR_FOLLOW, 0.0, 0.96151, 2.15, 9.0, -1.0},
        {AUTH_UNEXPLAINED_GROWTH, 0.0, 0.5, 1.0, 1.0, -1.0},
        {AUTH_LOW_ENGAGEMENT, 2.0, -2.25, -3.0, -9.0, -1.0},
        {AUTH_UNIFORM_ENGAGEMENT, 0.9, 0.25, 0.15, 0.0, -1.0},
        {AUTH_COMMENT_LIKE, 1.5, 2.25, 3.0, 8.0, -1.0},
        {AUTH_COMMENT_LIKE, -1.5, -2.25, -3.0, -8.0, -1.0},
        {AUTH_SPIKINESS, 0.0, 0.15, 0.3, 1.0, -1.0},
        {AUTH_COMMENT_DUPLICATION, 0.25, 0.425, 0.60, 1.0, -1.0},
        {AUTH_RECURRING_AUTHORS, 0.35, 0.525, 0.70, 1.0, -1.0},
        {AUTH_BENFORD, 0.015, 0.025, 0.035, 0.2, -1.0},
        {AUTH_SPONSORED_SATURATION, 0.20, 0.40, 0.60, 1.0, -1.0},
        {AUTH_REPLY_RATE, 0.0, 0.15, 0.30, 1.0, 1.0},
        {AUTH_DISCLOSURE, 0.5, 0.75, 1.0, 1.0, 1.0},
        {AUTH_DISCLOSURE, 0.5, 0.25, 0.0, 0.0, -1.0},
        {AUTH_LOW_REACH, 0.5, -0.75, -2.0, -9.0, -1.0},
        {AUTH_LOW_REACH, 3.0, -0.75, -2.0, -9.0, -1.0},
        {AUTH_HIGH_ENGAGEMENT, 1.0, 2.0, 3.0, 9.0, -1.0},
        {AUTH_ALIKE_LIKES, 0.5, 0.316228, 0.2, 0.0, -1.0}, /* .5 sqrt(.4) */
        {AUTH_LIKES_BEYOND_VIEWS, 0.75, 0.575, 0.4, -1.0, -1.0},
        {AUTH_LIKES_WITHOUT_COMMENTS, -1.2, -1.5, -1.8, -9.0, -1.0},
        {AUTH_MANY_COMMENTS, 0.5, 1.75, 3.0, 9.0, -1.0},
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        CLOSE(phi_of(lines[i].s, lines[i].silent), 0.0, 1e-12);
        assert_false(signbit(phi_of(lines[i].s, lines[i].silent)));
        CLOSE(phi_of(lines[i].s, lines[i].half), 0.5 * lines[i].at_full, 1e-5);
        CLOSE(phi_of(lines[i].s, lines[i].full), lines[i].at_full, 1e-12);
        CLOSE(phi_of(lines[i].s, lines[i].beyond), lines[i].at_full, 1e-12);
    }
}

static void test_silenced(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    in.raw[AUTH_UNIFORM_ENGAGEMENT] = 0.0;
    in.raw[AUTH_SPIKINESS] = 1.0;
    in.n_eff = 7.9;
    assert_int_equal(score(in).measured_count, 0);
    in.n_eff = 8.0;
    in.spike_posts = 4;
    assert_int_equal(score(in).measured_count, 2);
}

static void test_table(void **state) {
    (void)state;
    static const double weights[] = {1.2, 0.6, 2.0, 1.0, 0.8, 0.8, 0.6, 0.7, 0.9, 0.3,
                                     0.5, 0.4, 0.3, 0.8, 1.0, 1.0, 1.2, 1.0, 0.6};
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++) {
        const struct authenticity_info *s = authenticity_info((enum authenticity_signal)i);
        CLOSE(s->weight, weights[i], 0.0);
        assert_true(strlen(s->name) > 0 && strlen(s->needs) > 0 && strlen(s->raw) > 0);
        assert_true(s->low <= 0.0 && s->high >= 0.0 && s->low >= -1.0 && s->high <= 1.0);
    }
}

static void test_takes_engagement(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    struct engagement e = worked_engagement(&ANA, 0.5);
    authenticity_take_engagement(&in, &e);
    struct authenticity a = score(in);
    assert_true(a.lines[AUTH_LOW_ENGAGEMENT].measured);
    assert_false(a.lines[AUTH_UNIFORM_ENGAGEMENT].measured); /* 3.8 effective posts */
    CLOSE(a.estimate.value, 0.80, 1e-12);
    struct worked_creator nobody = {.followers = 9000, .n = 0};
    e = worked_engagement(&nobody, 0.5);
    authenticity_take_engagement(&in, &e);
    assert_int_equal(score(in).measured_count, 0);
}

/* Following as many as is usual for the size says nothing; following few is no merit. */
static void test_follow_reference(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    in.raw[AUTH_FOLLOW_FOR_FOLLOW] = 1.62;
    assert_true(score(in).lines[AUTH_FOLLOW_FOR_FOLLOW].phi < -0.5);
    in.follow_reference = 1.62;
    CLOSE(score(in).lines[AUTH_FOLLOW_FOR_FOLLOW].phi, 0.0, 1e-12);
    in.raw[AUTH_FOLLOW_FOR_FOLLOW] = 0.01;
    CLOSE(score(in).lines[AUTH_FOLLOW_FOR_FOLLOW].phi, 0.0, 1e-12);
    in.raw[AUTH_FOLLOW_FOR_FOLLOW] = 5 * 1.62;
    CLOSE(score(in).lines[AUTH_FOLLOW_FOR_FOLLOW].phi, -1.0, 1e-12);
}

/* Bought followers show per follower, even where the rate is per view. */
static void test_reach(void **state) {
    (void)state;
    struct authenticity_input in = authenticity_input_none();
    struct engagement e = worked_engagement(&ANA, 0.5);
    e.reach_residual = -2.25;
    authenticity_take_engagement(&in, &e);
    struct authenticity a = score(in);
    CLOSE(a.lines[AUTH_LOW_ENGAGEMENT].phi, -0.5, 1e-12);
    CLOSE(a.lines[AUTH_LOW_REACH].phi, -1.0, 1e-12);
    CLOSE(a.lines[AUTH_HIGH_ENGAGEMENT].phi, 0.0, 1e-12);
    assert_true(a.estimate.value < 0.6 && a.estimate.value > 0.25);
}

/* sd(ln x) = (1 - x) sqrt(sum (w d)^2): nothing measured, sum w^2 = 15.77: .2 x .5 x 3.9711 = .3971 */
static void test_sd(void **state) {
    (void)state;
    struct authenticity a = score(authenticity_input_none());
    NEAR3(a.estimate.sd_ln, 0.3971);
    struct authenticity_input in = authenticity_input_none();
    in.raw[AUTH_REPLY_RATE] = 0.0;
    assert_true(score(in).estimate.sd_ln < a.estimate.sd_ln);
    CLOSE(score(in).estimate.prior_sd_ln, a.estimate.sd_ln, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ana),         cmocka_unit_test(test_ben),
        cmocka_unit_test(test_cho),         cmocka_unit_test(test_nothing_measured),
        cmocka_unit_test(test_each_signal), cmocka_unit_test(test_silenced),
        cmocka_unit_test(test_table),       cmocka_unit_test(test_takes_engagement),
        cmocka_unit_test(test_sd),          cmocka_unit_test(test_follow_reference),
        cmocka_unit_test(test_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
