/* The arithmetic of a score: for every component its value, weight and the points it costs, with the evidence
 * it was computed from. The points lost sum exactly to 100 - score in the printed digits. */
#include "match_honest.h"
#include "match_pick.h"
#include "tables.h"

#include "rank/authenticity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct explain {
    const struct match_row *r;
    const struct match_state *st;
    const struct snapshot *s;
    struct json *w;
};

static void explain_relevance(struct explain *x) {
    const struct match_row *r = x->r;
    json_kf64(x->w, "focus", r->focus, 3);
    json_kf64(x->w, "posts_weighted", r->k, 2);
    json_kf64(x->w, "all_posts_weighted", r->n, 2);
    json_key(x->w, "posts");
    if (r->niche_posts == FIELD_NULL_I64)
        json_i64(x->w, 0);
    else
        json_i64(x->w, r->niche_posts);
    json_key(x->w, "words");
    json_array(x->w);
    for (size_t i = 0; i < r->words.count; i++)
        json_str(x->w, r->words.items[i]);
    json_array_end(x->w);
}

/* The benchmark that was compared with; that of followers where nothing was measured. */
static enum rank_basis basis_of(const struct match_row *r) {
    for (int b = 0; b < RANK_BASIS_COUNT; b++)
        if (strcmp(rank_basis_name((enum rank_basis)b), r->engagement_basis) == 0)
            return (enum rank_basis)b;
    return RANK_BASIS_FOLLOWERS;
}

static void explain_engagement(struct explain *x) {
    const struct match_row *r = x->r;
    json_kstr(x->w, "basis", r->engagement_basis);
    json_kf64(x->w, "rate", r->engagement_rate, 4);
    json_kf64(x->w, "benchmark", r->engagement_usual, 4);
    json_kf64(x->w, "ratio", r->engagement_vs_peers, 2);
    json_kf64(x->w, "posts_effective", r->engagement_n, 2);
    json_kf64(x->w, "shrinkage", r->shrink, 3);
    json_kf64(x->w, "theta", r->theta, 3);
    json_kf64(x->w, "sigma", r->sigma, 3);
    json_kf64(x->w, "risk_z", x->st->ranking.z, 2);
    enum rank_platform platform = RANK_INSTAGRAM;
    if (!rank_platform_by_name(r->platform, &platform))
        abort();
    const struct benchmark_note *note = &x->s->benchmarks[x->st->world][platform][basis_of(r)];
    json_kstr(x->w, "benchmark_source", note->source);
    json_kstr(x->w, "benchmark_date", note->date);
    json_ki64(x->w, "benchmark_accounts", note->accounts);
}

static void explain_authenticity(struct explain *x) {
    const struct match_row *r = x->r;
    json_kf64(x->w, "audience_credibility", r->audience_credibility, 3);
    json_kf64(x->w, "conversation", r->conversation, 3);
    json_key(x->w, "signals");
    json_array(x->w);
    for (int i = 0; i < AUTH_SIGNAL_COUNT && (size_t)i < r->signal_phi.count; i++) {
        if (!(r->signal_measured >> i & 1))
            continue;
        const struct authenticity_info *info = authenticity_info((enum authenticity_signal)i);
        json_object(x->w);
        json_kstr(x->w, "name", info->name);
        json_kf64(x->w, "odds_factor", exp(info->weight * strtod(r->signal_phi.items[i], NULL)), 2);
        json_object_end(x->w);
    }
    json_array_end(x->w);
}

static void explain_affordability(struct explain *x) {
    const struct match_row *r = x->r;
    json_kf64(x->w, "price_usd", r->rated_price_usd, 0);
    json_kstr(x->w, "price_source", r->rated_price_source);
    json_kf64(x->w, "engagements_per_post", r->typical, 0);
    json_kf64(x->w, "cost_per_engagement_usd", r->rated_price_usd / r->typical, 3);
    json_kf64(x->w, "usual_cost_per_engagement_usd", r->cpe_usual_usd, 3);
}

static void explain_loyalty(struct explain *x) {
    json_ki64(x->w, "brands", x->r->brands);
    json_ki64(x->w, "repeat_brands", x->r->brands_repeated);
}

static void explain_freshness(struct explain *x) {
    json_kf64(x->w, "expected_gap_days", x->r->gap_days, 1);
    json_kf64(x->w, "posts_per_week", x->r->posts_per_week, 2);
}

static void explain_audience(struct explain *x) {
    json_key(x->w, "target");
    json_object(x->w);
    for (size_t i = 0; i < x->st->ranking.target_count; i++)
        json_kf64(x->w, x->st->ranking.target[i].country, x->st->ranking.target[i].share, 6);
    json_object_end(x->w);
}

/* By enum match_component. */
static void (*const evidence[MATCH_COMPONENTS])(struct explain *) = {
    [MATCH_RELEVANCE] = explain_relevance,       [MATCH_ENGAGEMENT] = explain_engagement,
    [MATCH_AUTHENTICITY] = explain_authenticity, [MATCH_AFFORDABILITY] = explain_affordability,
    [MATCH_LOYALTY] = explain_loyalty,           [MATCH_FRESHNESS] = explain_freshness,
    [MATCH_AUDIENCE_FIT] = explain_audience,
};

static bool signal_missing(const struct match_row *r, int i) {
    return !(r->signal_measured >> i & 1);
}

/* What the component would have been computed from and was not known. */
static void write_missing(const struct explain *x, int c) {
    const struct match_row *r = x->r;
    bool none = r->posts == 0;
    json_key(x->w, "missing");
    json_array(x->w);
    if (none && (c == MATCH_RELEVANCE || c == MATCH_ENGAGEMENT || c == MATCH_FRESHNESS))
        json_str(x->w, "posts");
    for (int i = 0; c == MATCH_AUTHENTICITY && i < AUTH_SIGNAL_COUNT; i++)
        if (signal_missing(r, i))
            json_str(x->w, authenticity_info((enum authenticity_signal)i)->name);
    if (c == MATCH_AFFORDABILITY && strcmp(r->rated_price_source, "prior") == 0)
        json_str(x->w, "price");
    if (c == MATCH_LOYALTY && r->brands == 0)
        json_str(x->w, "collaborations");
    if (c == MATCH_AUDIENCE_FIT && !r->audience_known)
        json_str(x->w, "audience");
    json_array_end(x->w);
}

static void component(struct explain *x, int c, double weight, int lost_tenths, bool full) {
    json_key(x->w, match_component_name((enum match_component)c));
    json_object(x->w);
    json_kf64(x->w, "value", exp(x->r->ln[c]), 3);
    json_kf64(x->w, "weight", weight, 4);
    json_kf64(x->w, "points_lost", lost_tenths / 10.0, 1);
    if (full) {
        json_key(x->w, "log_contribution");
        json_f64_exact(x->w, weight * x->r->ln[c]);
    }
    evidence[c](x);
    write_missing(x, c);
    json_object_end(x->w);
}

/* Whose row a creator is shown by. */
static int32_t niche_of(const struct match_state *st, const struct match_row *row) {
    const struct match_pick *pick = match_pick_of(st, row->account_id);
    return pick ? pick->niche_id : st->niche_ids[0];
}

static enum err explain_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct match_row *row = &st->rows[rows_i64(rows, i, 0) - 1];
        rows_decode(rows, i, match_explain_fields, match_explain_field_count, req->arena, row);
        const struct match_pick *pick = match_pick_of(st, row->account_id);
        if (pick)
            match_pick_take(row, pick);
    }
    return match_write_when_done(req);
}

enum err match_explain_ask(struct request *req) {
    const struct match_state *st = req->state;
    if (strcmp(st->q.explain, "false") == 0 || !st->row_count)
        return ERR_OK;
    struct match_picks shown = {.at = arena_alloc(req->arena, st->row_count * sizeof *shown.at),
                                .count = st->row_count};
    for (size_t i = 0; i < st->row_count; i++)
        shown.at[i] = (struct match_pick){.creator_id = st->rows[i].creator_id,
                                          .account_id = st->rows[i].account_id,
                                          .niche_id = niche_of(st, &st->rows[i])};
    struct match_pick_ids ids = match_picks_ids(req, &shown);
    const char *params[] = {ids.creators, ids.accounts, ids.niches};
    struct statement stmt = api_statement(req, "match_explain");
    return request_query(req, &stmt, COUNT_OF(params), params, explain_rows);
}

void match_explain(const struct match_row *row, bool full, const struct match_state *st,
                   const struct snapshot *s, struct json *w) {
    struct explain x = {row, st, s, w};
    const double *weights = st->ranking.weights;
    int lost[MATCH_COMPONENTS];
    match_points_lost(row->ln, weights, (int)row->score, lost);
    double spread = exp(1.2816 * row->sd), centre = (double)row->stored_score / (MATCH_SCALE / 100.0);
    json_key(w, "explanation");
    json_object(w);
    json_key(w, "interval80");
    json_array(w);
    json_f64(w, centre / spread, 1);
    json_f64(w, fmin(100, centre * spread), 1);
    json_array_end(w);
    if (full) {
        json_key(w, "ln_score");
        json_f64_exact(w, log(match_value(row->ln, weights)));
    }
    json_key(w, "components");
    json_object(w);
    for (int c = 0; c < MATCH_STORED + (st->ranking.target_count > 0); c++)
        component(&x, c, weights[c], lost[c], full);
    json_object_end(w);
    json_object_end(w);
}
