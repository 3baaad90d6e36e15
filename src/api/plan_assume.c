/* What a plan assumes, in one file: segments and their people, where an audience lives, who the big one is.
 * Invariant: what is assumed here is said in the answer. */
#include "plan_assume.h"

#include "rank/plan_inputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTRIES_MAX = 15 }; /* and one segment for all others */

static bool same_country(const char *a, const char *b) {
    return a && b && strcmp(a, b) == 0;
}

/* The segment of a country: the last one is that of the others and the unknown. */
static size_t segment_of(const struct plan_state *st, size_t n_segments, const char *country) {
    size_t g = 0;
    while (g + 1 < n_segments && !same_country(st->countries[g].code, country))
        g++;
    return g;
}

struct tally {
    struct plan_country at[512];
    size_t n;
};

static void count(struct tally *t, const char *country, double followers) {
    size_t i = 0;
    while (i < t->n && !same_country(t->at[i].code, country))
        i++;
    if (!country || i == COUNT_OF(t->at))
        return;
    t->n += i == t->n;
    t->at[i].code = country;
    t->at[i].followers += followers;
}

static int by_followers(const void *a, const void *b) {
    const struct plan_country *x = a, *y = b;
    if (x->followers != y->followers)
        return x->followers > y->followers ? -1 : 1;
    return strcmp(x->code, y->code);
}

static double target_of(const struct match_ranking *r, const char *country) {
    for (size_t i = 0; i < r->target_count; i++)
        if (same_country(r->target[i].country, country))
            return r->target[i].share;
    return 0;
}

/* The countries of most followers, those wanted first. */
static size_t choose_countries(struct plan_state *st, size_t n) {
    struct tally t = {0};
    for (size_t i = 0; i < st->match.ranking.target_count; i++)
        count(&t, st->match.ranking.target[i].country, HUGE_VAL);
    for (size_t i = 0; i < n; i++)
        count(&t, st->creators[i].country, (double)st->creators[i].followers);
    for (size_t i = 0; i < st->big_count; i++)
        count(&t, st->bigs[i].country, (double)st->bigs[i].followers);
    qsort(t.at, t.n, sizeof t.at[0], by_followers);
    size_t g = t.n < COUNTRIES_MAX ? t.n : COUNTRIES_MAX;
    memcpy(st->countries, t.at, g * sizeof t.at[0]);
    st->countries[g] = (struct plan_country){0};
    return g + 1;
}

/* Followers who live where, by the creators' own countries. */
static void weigh_countries(struct plan_state *st, size_t n, size_t n_segments) {
    for (size_t g = 0; g < n_segments; g++)
        st->countries[g].followers = 1;
    for (size_t i = 0; i < n; i++)
        st->countries[segment_of(st, n_segments, st->creators[i].country)].followers +=
            (double)st->creators[i].followers;
}

/* The share of an audience in each segment: as measured; else half of it at home and the others where the
 * creators' followers are. Sums to 1. */
static void split_of(const struct plan_state *st, const struct plan_creator *c, double *ret_split) {
    size_t n = st->problem.n_segments;
    double measured = 0, away = 0;
    size_t home = segment_of(st, n, c->country);
    memset(ret_split, 0, n * sizeof *ret_split);
    for (size_t i = 0; i < c->shares.count; i++) {
        double share = strtod(c->shares.items[i], NULL);
        ret_split[segment_of(st, n, c->countries.items[i])] += share;
        measured += share;
    }
    if (c->shares.count) {
        ret_split[n - 1] += fmax(0, 1 - measured);
        for (size_t g = 0; g < n && measured > 1; g++)
            ret_split[g] /= measured;
        return;
    }
    bool known = home + 1 < n;
    for (size_t g = 0; g < n; g++)
        away += known && g == home ? 0 : st->countries[g].followers;
    for (size_t g = 0; g < n; g++)
        ret_split[g] = known && g == home
                           ? USUAL_HOME_SHARE
                           : (known ? 1 - USUAL_HOME_SHARE : 1) * st->countries[g].followers / away;
}

static void add_people(struct plan_state *st, const struct plan_creator *c) {
    double split[PLAN_SEGMENTS_MAX];
    split_of(st, c, split);
    for (size_t g = 0; g < st->problem.n_segments; g++)
        st->segments[g].people += (double)c->followers * c->target_share * split[g];
}

void plan_segments_of(struct plan_state *st, size_t n) {
    const struct match_ranking *r = &st->match.ranking;
    double most = 0;
    st->problem.n_segments = choose_countries(st, n);
    weigh_countries(st, n, st->problem.n_segments);
    for (size_t g = 0; g < st->problem.n_segments; g++)
        most = fmax(most, target_of(r, st->countries[g].code));
    for (size_t g = 0; g < st->problem.n_segments; g++)
        st->segments[g] =
            (struct plan_segment){1, r->target_count ? target_of(r, st->countries[g].code) / most : 1};
    for (size_t i = 0; i < n; i++)
        add_people(st, &st->creators[i]);
    for (size_t i = 0; i < st->big_count; i++)
        add_people(st, &st->bigs[i]);
}

struct plan_candidate plan_candidate_of(const struct plan_state *st, const struct plan_creator *c,
                                        struct arena *a) {
    double split[PLAN_SEGMENTS_MAX], posts = plan_posts(&st->q), followers = (double)c->followers;
    double *reach = arena_alloc(a, PLAN_SEGMENTS_MAX * sizeof *reach);
    double rate = plan_reach_of_posts(c->reach_rate, posts);
    struct plan_candidate out = {.account_id = c->account_id,
                                 .price_usd = c->price.mid_usd,
                                 .hashed_as = (int)c->platform,
                                 .reach = reach,
                                 .gross_reach = followers * rate * c->credibility,
                                 .sd_ln = sqrt(c->sigma * c->sigma + c->post_sd * c->post_sd / posts)};
    split_of(st, c, split);
    plan_reach_of(st->segments, st->problem.n_segments, out.gross_reach * c->target_share, split, reach);
    double engages = plan_reach_of_posts(c->typical / fmax(1, followers), posts);
    plan_response(engages, rate, c->conversion_rate, out.response);
    return out;
}

/* The platform that most of the pool is on. */
static int64_t usual_platform(const struct plan_state *st) {
    size_t counts[RANK_PLATFORM_COUNT] = {0};
    int64_t best = 1;
    for (size_t i = 0; i < st->problem.n; i++)
        counts[st->creators[i].platform - 1]++;
    for (int64_t p = 2; p <= RANK_PLATFORM_COUNT; p++)
        best = counts[p - 1] > counts[best - 1] ? p : best;
    return best;
}

/* A large generic account whose usual price is the budget. */
static struct plan_creator made_up(const struct plan_state *st, double multiplier) {
    int64_t platform = usual_platform(st);
    double budget = (double)st->q.budget_usd, posts = plan_posts(&st->q);
    double followers = round(plan_followers_for(budget / posts, multiplier));
    struct benchmark b = benchmark_seed((enum rank_platform)(platform - 1), RANK_BASIS_FOLLOWERS);
    struct price p = price_prior(followers);
    double scale = budget / p.mid_usd;
    return (struct plan_creator){.account_id = -1,
                                 .followers = (int64_t)followers,
                                 .platform = platform,
                                 .price_source = "prior",
                                 .basis = "followers",
                                 .price = {budget, p.low_usd * scale, p.high_usd * scale, p.sd_ln},
                                 .typical = followers * benchmark_rate(&b, followers),
                                 .sigma = b.tau,
                                 .post_sd = b.s,
                                 .credibility = PLAN_MADE_UP_CREDIBILITY,
                                 .reach_rate = plan_reach_rate((enum rank_platform)(platform - 1), followers),
                                 .target_share = PLAN_MACRO_TARGET_SHARE,
                                 .conversion_rate = plan_conversion_rate(0, 0)};
}

/* What one candidate does alone for the goal. */
static double utility_of(const struct plan_state *st, const struct plan_candidate *c, struct arena *a) {
    struct plan_problem one = st->problem;
    size_t first = 0;
    one.candidates = c;
    one.n = 1;
    return plan_side_of(&one, &first, 1, a).utility;
}

/* The best big one that the budget buys. */
static void find_stored(struct plan_state *st, struct arena *a) {
    double best = 0;
    for (size_t i = 0; i < st->big_count; i++) {
        if (st->bigs[i].price.mid_usd > (double)st->q.budget_usd)
            continue;
        struct plan_candidate c = plan_candidate_of(st, &st->bigs[i], a);
        double u = utility_of(st, &c, a);
        if (st->big.there && u <= best)
            continue;
        best = u;
        st->big = (struct plan_big){.there = true, .stored = true, .creator = st->bigs[i], .candidate = c};
    }
}

void plan_compare(struct plan_state *st, struct arena *a) {
    struct plan_big *big = &st->big;
    size_t n = st->plan.n;
    double by_model = st->plan.utility;
    find_stored(st, a);
    if (!big->there) {
        big->creator = made_up(st, price_deliverable_multiplier(st->q.deliverable));
        big->there = big->creator.followers > PLAN_BIG_FOLLOWERS;
        big->candidate = plan_candidate_of(st, &big->creator, a);
    }
    const struct plan_candidate *macro = big->there ? &big->candidate : NULL;
    if (macro)
        plan_versus_macro(&st->problem, st->members, n, macro, big->creator.target_share, a, &big->versus);
    plan_risk_of(&st->problem, st->members, n, macro, by_model > 0 ? st->side.utility / by_model : 1,
                 PLAN_SEED, PLAN_DRAWS, a, &st->risk);
}
