/* From rows to a plan, on a thread of the pool. Invariants: nothing here depends on the budget but the choice
 * itself, so that plans for two budgets can be compared; every assumption made here is one line of
 * plan_assumptions[]. */
#include "plan.h"

#include "plan_assume.h"

#include "rank/benchmark.h"
#include "rank/plan_inputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define READ(type, member, column) FIELD(type, struct plan_creator, member, NULL, NULL, column, 0)

static const struct field pool_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, followers, "followers"),
    READ(FIELD_I64, platform, "platform"),
    READ(FIELD_TEXT, country, "country"),
    READ(FIELD_F64, l_rel, "l_rel"),
    READ(FIELD_F64, price_usd, "price_usd"),
    READ(FIELD_TEXT, price_source, "price_source"),
    READ(FIELD_F64, amount_usd, "amount_usd"),
    READ(FIELD_TEXT, amount_source, "amount_source"),
    READ(FIELD_F64, orders, "orders"),
    READ(FIELD_F64, reported_posts, "reported_posts"),
    READ(FIELD_F64, clicks, "clicks"),
    READ(FIELD_F64, typical, "engagement_typical"),
    READ(FIELD_F64, usual, "engagement_usual"),
    READ(FIELD_F64, theta, "engagement_theta"),
    READ(FIELD_F64, sigma, "engagement_sigma"),
    READ(FIELD_F64, post_sd, "engagement_post_sd"),
    READ(FIELD_TEXT, basis, "engagement_basis"),
    READ(FIELD_F64, credibility, "audience_credibility"),
    READ(FIELD_TEXTS, countries, "countries"),
    READ(FIELD_TEXTS, shares, "shares"),
};

/* What is asked for all posts: a price of the very deliverable, else that of a post times a multiplier. */
static struct price price_of(struct plan_creator *c, const struct plan_query *q) {
    double multiplier = price_deliverable_multiplier(q->deliverable), posts = plan_posts(q);
    bool same = !isnan(c->amount_usd);
    bool known = strcmp(c->price_source, "prior") != 0;
    if (same)
        c->price_source = c->amount_source;
    double mid = (same ? c->amount_usd : c->price_usd * multiplier) * posts;
    double sd = same || (known && multiplier == 1.0) ? 0
                : known                              ? PLAN_DERIVED_PRICE_SD
                                                     : AFFORDABILITY_DEFAULTS.price_sd;
    double spread = exp(0.6744897501960817 * sd); /* quartiles */
    return (struct price){mid, mid / spread, mid * spread, sd};
}

/* People whom one post reaches, per follower: own views where they are counted, else what is usual at the
 * size. */
static double reach_rate_of(const struct plan_creator *c) {
    double followers = fmax(1, (double)c->followers);
    enum rank_platform platform = (enum rank_platform)(c->platform - 1);
    if (strcmp(c->basis, "views") == 0)
        return c->typical / (c->usual * exp(c->theta)) / followers;
    /* where views are not bound to followers, more engagement than usual comes from more views */
    double more = platform == RANK_INSTAGRAM ? 1 : fmin(exp(c->theta), PLAN_VIEWS_MOST);
    return plan_reach_rate(platform, followers) * more;
}

/* The share of those reached who want the niche: the share of posts that gives this relevance (b1,
 * backwards). */
static double target_share_of(const struct plan_creator *c) {
    double g = fmin(1, exp(c->l_rel));
    return fmax(PLAN_MACRO_TARGET_SHARE, 0.25 * g / (1.25 - g));
}

/* Orders of one who engages: what the workspace reported of this creator, shrunk to the prior. Who engaged
 * with the reported posts is not known: as many as is typical, at least those who clicked. */
static double conversion_rate_of(const struct plan_creator *c) {
    if (isnan(c->orders))
        return plan_conversion_rate(0, 0);
    return plan_conversion_rate(c->orders,
                                fmax(c->typical * c->reported_posts, isnan(c->clicks) ? 0 : c->clicks));
}

static void prepare(struct plan_creator *c, const struct plan_state *st) {
    c->conversion_rate = conversion_rate_of(c);
    double thin = st->match.ranking.z * c->sigma; /* who is known little must not look best by luck */
    c->typical *= exp(-thin);
    c->theta -= thin;
    c->price = price_of(c, &st->q);
    c->reach_rate = reach_rate_of(c);
    c->target_share = target_share_of(c);
}

static int by_creator(const void *a, const void *b) {
    const struct plan_creator *x = a, *y = b;
    if (x->creator_id != y->creator_id)
        return x->creator_id < y->creator_id ? -1 : 1;
    return (x->place < y->place) - (x->place > y->place);
}

static int by_score(const void *a, const void *b) {
    const struct plan_creator *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->account_id > y->account_id) - (x->account_id < y->account_id);
}

/* One account a creator: the one named, else the first read. Then best first. */
static size_t one_account_each(struct plan_creator *c, size_t n) {
    size_t kept = 0;
    qsort(c, n, sizeof *c, by_creator);
    for (size_t i = 0; i < n; i++)
        if (!kept || c[i].creator_id != c[kept - 1].creator_id)
            c[kept++] = c[i];
    qsort(c, kept, sizeof *c, by_score);
    return kept;
}

/* A handle may be an account's on several platforms: the first listed in the niche counts. */
static enum err check_named(struct request *req, const struct plan_state *st) {
    const struct rows *r = st->named_rows;
    for (size_t w = 0, i = 0; r && w < st->q.include.in_count; w++) {
        const char *word = st->q.include.in[w];
        bool known = rows_text(r, i, 1) != NULL, listed = rows_text(r, i, 2) != NULL;
        if (!known)
            request_fail(req, ERR_CREATOR_UNKNOWN, "include names \"%.100s\", but there is no such creator",
                         word);
        else if (!listed)
            request_fail(req, ERR_PARAM_INVALID,
                         "include names \"%.100s\", of whom nothing is known that belongs to this niche",
                         word);
        if (!known || !listed)
            return fault_param(&req->fault, "include", word, "creators of the niche");
        for (int64_t place = rows_i64(r, i, 0); i < rows_count(r) && rows_i64(r, i, 0) == place;)
            i++;
    }
    return ERR_OK;
}

static size_t decode(const struct rows *rows, struct arena *a, const struct plan_state *st,
                     struct plan_creator *to) {
    size_t n = rows ? rows_count(rows) : 0;
    for (size_t i = 0; i < n; i++) {
        rows_decode(rows, i, pool_fields, COUNT_OF(pool_fields), a, &to[i]);
        to[i].place = INT64_MIN;
        prepare(&to[i], st);
    }
    return n;
}

/* Those named, by the word that names them; `place` from 1. */
static size_t decode_included(struct plan_state *st, struct arena *a, struct plan_creator *to) {
    const struct rows *r = st->named_rows;
    size_t n = 0;
    int64_t last = 0;
    for (size_t i = 0; r && i < rows_count(r); i++) {
        int64_t place = rows_i64(r, i, 0);
        if (place == last)
            continue;
        rows_decode(r, i, pool_fields, COUNT_OF(pool_fields), a, &to[n]);
        to[n].place = last = place;
        prepare(&to[n++], st);
    }
    return n;
}

/* Everybody who could be booked, and everybody big. */
static void read_creators(struct plan_state *st, struct arena *a, size_t *ret_n) {
    size_t most = rows_count(st->pool_rows) + st->q.include.in_count;
    st->creators = arena_alloc(a, (most + 1) * sizeof *st->creators);
    size_t n = decode(st->pool_rows, a, st, st->creators);
    n += decode_included(st, a, st->creators + n);
    *ret_n = one_account_each(st->creators, n);
    st->bigs = arena_alloc(a, (rows_count(st->big_rows) + 1) * sizeof *st->bigs);
    st->big_count = one_account_each(st->bigs, decode(st->big_rows, a, st, st->bigs));
}

static void make_candidates(struct plan_state *st, struct arena *a, size_t n) {
    struct plan_candidate *out = arena_alloc(a, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const struct plan_creator *c = &st->creators[i];
        out[i] = plan_candidate_of(st, c, a);
        out[i].include = c->place != INT64_MIN;
    }
    st->candidates = out;
}

static enum plan_goal goal_of(const char *goal) {
    static const char *const names[] = {
        [PLAN_REACH] = "net_reach", [PLAN_ENGAGEMENT] = "engaged_people", [PLAN_CONVERSIONS] = "conversions"};
    const char *maximises = match_goal_by_name(goal)->plan_maximises;
    enum plan_goal g = PLAN_REACH;
    while (g + 1 < PLAN_GOALS && strcmp(names[g], maximises) != 0)
        g++;
    return g;
}

static void solve(struct plan_state *st, struct arena *a, size_t n) {
    const struct plan_query *q = &st->q;
    st->problem = (struct plan_problem){.segments = st->segments,
                                        .n_segments = st->problem.n_segments,
                                        .candidates = st->candidates,
                                        .n = n,
                                        .goal = goal_of(q->match.goal),
                                        .budget_usd = (double)q->budget_usd,
                                        .handling_usd = (double)q->handling_usd,
                                        .min_creators = (size_t)q->min_creators,
                                        .max_creators = (size_t)q->max_creators};
    plan_solve_now(st, a);
}

enum err plan_job(struct request *req) {
    struct plan_state *st = plan_state_of(req);
    size_t n;
    enum err e = check_named(req, st);
    if (e)
        return e;
    read_creators(st, req->arena, &n);
    plan_segments_of(st, n);
    make_candidates(st, req->arena, n);
    solve(st, req->arena, n);
    return ERR_OK;
}
