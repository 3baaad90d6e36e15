/* Niche relevance: the worked numbers of the ranking specification (b1, 10) and its properties. */
#include "test_rank.h"

#include "rank/relevance.h"

/* Base rates of the worked examples. */
#define PI_DIRECT  0.01
#define PI_VEGAN   0.02
#define PI_FITNESS 0.05

struct worked_niches {
    double n, direct, vegan, fitness, related; /* related: NaN none */
};

struct worked_relevance {
    struct relevance_share vegan, fitness;
    struct relevance r;
};

static struct worked_relevance work(const struct worked_niches *w) {
    struct worked_relevance out = {
        .vegan = relevance_share((struct relevance_niche){w->vegan, w->n, PI_VEGAN}),
        .fitness = relevance_share((struct relevance_niche){w->fitness, w->n, PI_FITNESS}),
    };
    const struct relevance_parent parents[] = {{out.vegan.focus, out.vegan.evidence},
                                               {out.fitness.focus, out.fitness.evidence}};
    bool has_related = !isnan(w->related);
    struct relevance_share other =
        relevance_share((struct relevance_niche){has_related ? w->related : 0.0, w->n, PI_DIRECT});
    const struct relevance_related related = {0.6, other.focus, other.evidence};
    const struct relevance_input in = {
        .own = {w->direct, w->n, PI_DIRECT},
        .intersection = true,
        .parents = parents,
        .n_parents = 2,
        .related = &related,
        .n_related = has_related ? 1 : 0,
    };
    relevance_score(&in, &out.r);
    return out;
}

static void test_focus(void **state) {
    (void)state;
    const double share[] = {0.0, 0.25, 0.5, 1.0};
    const double g[] = {0.0, 0.625, 0.833, 1.0};
    for (size_t i = 0; i < COUNT_OF(share); i++) {
        /* share s of very many posts: the prior vanishes */
        NEAR3(relevance_share((struct relevance_niche){share[i] * 1e9, 1e9, 0.01}).focus, g[i]);
    }
    /* the prior alone, base rate .05: .05 -> g .208, which is why membership needs evidence */
    struct relevance_share prior = relevance_share((struct relevance_niche){0, 0, 0.05});
    NEAR2(prior.focus, 0.21);
    assert_false(prior.evidence);
}

static void test_ana(void **state) {
    (void)state;
    struct worked_relevance w = work(&(struct worked_niches){24, 14, 20, 18, 6});
    NEAR3(w.r.own.share, 0.4845); /* (14 + .05)/29 */
    NEAR3(w.r.own.focus, 0.825);
    NEAR3(w.vegan.focus, 0.919);
    NEAR3(w.fitness.focus, 0.895);
    assert_true(w.r.capped);
    CLOSE(w.r.indirect, 0.60, 0.0);
    NEAR3(w.r.estimate.value, 0.930);
    assert_int_equal(w.r.kind, RELEVANCE_DIRECT);
}

static void test_ben(void **state) {
    (void)state;
    struct worked_relevance w = work(&(struct worked_niches){44, 0, 0, 40, NAN});
    NEAR3(w.r.own.focus, 0.005);
    NEAR3(w.vegan.focus, 0.010);
    NEAR3(w.fitness.focus, 0.958);
    NEAR3(w.r.via_conjunction, 0.059);
    NEAR3(w.r.via_parent, 0.144);
    NEAR3(w.r.estimate.value, 0.198);
    assert_int_equal(w.r.kind, RELEVANCE_RELATED);
}

static void test_cho(void **state) {
    (void)state;
    struct worked_relevance w = work(&(struct worked_niches){12, 1, 9, 4, 2});
    NEAR3(w.r.own.focus, 0.248);
    NEAR3(w.vegan.focus, 0.852);
    NEAR3(w.fitness.focus, 0.625);
    NEAR3(w.r.via_conjunction, 0.438);
    NEAR3(w.r.via_parent, 0.128);
    NEAR3(w.r.via_related, 0.049);
    NEAR3(w.r.estimate.value, 0.649);
}

static struct relevance score(struct relevance_input in) {
    struct relevance r;
    relevance_score(&in, &r);
    return r;
}

static void test_kind(void **state) {
    (void)state;
    struct relevance_parent both[] = {{0.5, true}, {0.4, true}};
    struct relevance_parent one[] = {{0.5, true}, {0.02, false}};
    struct relevance_parent none[] = {{0.2, false}, {0.09, false}};
    struct relevance_niche own = {0, 20, 0.01};
    struct relevance_input in = {.own = own, .intersection = true, .parents = both, .n_parents = 2};
    assert_int_equal(score(in).kind, RELEVANCE_ALL_PARENTS);
    in.intersection = false; /* two parents in the graph, but no intersection of them */
    assert_int_equal(score(in).kind, RELEVANCE_RELATED);
    CLOSE(score(in).via_conjunction, 0.0, 0.0);
    in.intersection = true;
    in.parents = one;
    assert_int_equal(score(in).kind, RELEVANCE_RELATED);
    in.parents = none;
    assert_int_equal(score(in).kind, RELEVANCE_NONE);
    assert_false(score(in).estimate.measured);
    in.sibling_g = 0.3;
    assert_int_equal(score(in).kind, RELEVANCE_RELATED);
    CLOSE(score(in).via_sibling, 0.015, 1e-15);
    in.sibling_g = 0;
    in.own.k = 0.59; /* an emoji in the bio: counted, not listed */
    assert_int_equal(score(in).kind, RELEVANCE_RELATED);
    in.own.k = RELEVANCE_DEFAULTS.evidence_min;
    assert_int_equal(score(in).kind, RELEVANCE_DIRECT);
    assert_string_equal(relevance_kind_name(RELEVANCE_ALL_PARENTS), "all_parents");
}

static void test_related_rules(void **state) {
    (void)state;
    struct relevance_related related[RELEVANCE_RELATED_MAX + 1] = {{0.6, 0.5, false}, {0.29, 0.9, true}};
    struct relevance_input in = {.own = {0, 20, 0.01}, .related = related, .n_related = 2};
    CLOSE(score(in).via_related, 0.0, 0.0);
    assert_int_equal(score(in).kind, RELEVANCE_NONE);
    related[0].evidence = true;
    CLOSE(score(in).via_related, 0.20 * 0.6 * 0.5, 1e-15);
    assert_int_equal(score(in).kind, RELEVANCE_RELATED);
    for (size_t i = 0; i < COUNT_OF(related); i++) {
        related[i] = (struct relevance_related){1.0, 1.0, true};
    }
    in.n_related = RELEVANCE_RELATED_MAX;
    double ten = score(in).via_related;
    in.n_related = COUNT_OF(related);
    CLOSE(score(in).via_related, ten, 0.0);
    CLOSE(score(in).indirect, 0.60, 0.0);
}

static void test_monotone(void **state) {
    (void)state;
    double last = 0.0;
    for (int k = 0; k <= 30; k++) {
        struct worked_relevance w = work(&(struct worked_niches){30, k, 30, 30, NAN});
        assert_true(w.r.estimate.value > last && w.r.estimate.value <= 1.0);
        last = w.r.estimate.value;
    }
    /* the same share of more posts is known better */
    struct relevance few = work(&(struct worked_niches){6, 3, 3, 3, NAN}).r;
    struct relevance many = work(&(struct worked_niches){60, 30, 30, 30, NAN}).r;
    assert_true(many.estimate.sd_ln < few.estimate.sd_ln);
    assert_true(few.estimate.sd_ln < few.estimate.prior_sd_ln);
}

/* Without transfer sd(ln x) = sd(share) g'/max(g, .02): k 10 of 20, base .01: share (10 + .05)/25 = .402,
 * sd sqrt(.402 .598/26) = .09615, g' = .3125/.652^2 = .7351, g = .7707: .0917 */
static void test_sd(void **state) {
    (void)state;
    struct relevance r = score((struct relevance_input){.own = {10, 20, 0.01}});
    NEAR3(r.estimate.sd_ln, 0.0917);
    /* no evidence at all: the prior */
    r = score((struct relevance_input){.own = {0, 0, 0.01}});
    CLOSE(r.estimate.sd_ln, r.estimate.prior_sd_ln, 1e-12);
    /* indirect only, g next to 0: relative sd .35 */
    struct relevance_parent parent = {0.8, true};
    r = score((struct relevance_input){.own = {0, 1e9, 0.01}, .parents = &parent, .n_parents = 1});
    NEAR3(r.estimate.sd_ln, 0.350);
}

/* A niche nobody is in yet: the prior stays wide, so that evidence raises confidence. */
static void test_rare_niche(void **state) {
    (void)state;
    struct relevance r = score((struct relevance_input){.own = {10, 20, 0.0}});
    assert_true(r.estimate.prior_sd_ln > 3.0 && r.estimate.sd_ln < 0.1);
    r = score((struct relevance_input){.own = {0, 0, 0.0}});
    CLOSE(r.estimate.value, 0.0, 0.0);
    assert_int_equal(r.kind, RELEVANCE_NONE);
}

static void test_count(void **state) {
    (void)state;
    const struct relevance_post posts[] = {{0, 1.0}, {60, 0.5}, {120, 0.0}};
    struct relevance_niche c = relevance_count(posts, 3, false, 0.01);
    CLOSE(c.k, 1.25, 1e-15);
    CLOSE(c.n, 1.75, 1e-15);
    c = relevance_count(posts, 3, true, 0.01);
    CLOSE(c.k, 3.25, 1e-15);
    CLOSE(c.n, 3.75, 1e-15);
    c = relevance_count(NULL, 0, true, 0.01);
    CLOSE(relevance_share(c).share, (2 + 5 * 0.01) / 7, 1e-15);
}

/* A compound without a row: the product of base rates stands in, and hardly matters once there are posts. */
static void test_virtual_compound(void **state) {
    (void)state;
    const double rates[] = {PI_VEGAN, PI_FITNESS};
    CLOSE(relevance_joint_base_rate(rates, 2), 0.001, 1e-15);
    CLOSE(relevance_joint_base_rate(rates, 1), PI_VEGAN, 1e-15);
    CLOSE(relevance_joint_base_rate(NULL, 0), 0.001, 1e-15);
    struct relevance_share seeded = relevance_share((struct relevance_niche){14, 24, PI_DIRECT});
    struct relevance_share made = relevance_share((struct relevance_niche){14, 24, 0.001});
    assert_true(fabs(seeded.focus - made.focus) < 0.002);
}

static void test_npmi(void **state) {
    (void)state;
    CLOSE(relevance_npmi(0.1, 0.1, 0.01), 0.0, 1e-12);
    CLOSE(relevance_npmi(0.1, 0.1, 0.1), 1.0, 1e-12);
    CLOSE(relevance_npmi(0.1, 0.1, 0.0), 0.0, 0.0);
    CLOSE(relevance_npmi(1.0, 1.0, 1.0), 1.0, 0.0);
    /* ln(.02/(.05 .1))/(-ln .02) = 1.3863/3.9120 */
    NEAR3(relevance_npmi(0.05, 0.1, 0.02), 0.3544);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_focus),
        cmocka_unit_test(test_ana),
        cmocka_unit_test(test_ben),
        cmocka_unit_test(test_cho),
        cmocka_unit_test(test_kind),
        cmocka_unit_test(test_related_rules),
        cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_sd),
        cmocka_unit_test(test_rare_niche),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_virtual_compound),
        cmocka_unit_test(test_npmi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
