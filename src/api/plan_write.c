/* The answer of /plan. Invariant: every key is there; what does not apply is null. As CSV and NDJSON it is
 * the creators of a plan that was found, the outcome in a header. */
#include "plan.h"

#include "plan_assume.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_FIRST = 5 };

static const char *const outcome_names[] = {
    [PLAN_FOUND] = "found", [PLAN_TOO_DEAR] = "too_dear", [PLAN_TOO_FEW] = "too_few"};
static const char *const maximises_words[] = {
    [PLAN_REACH] = "people reached", [PLAN_ENGAGEMENT] = "people who engage", [PLAN_CONVERSIONS] = "orders"};

static const struct match_row *item_of(const struct plan_state *st, int64_t account_id) {
    for (size_t i = 0; i < st->item_count; i++)
        if (st->items[i].account_id == account_id)
            return &st->items[i];
    return NULL;
}

static void name_row(const struct plan_state *st, int64_t account_id, struct plan_row *row) {
    const struct match_row *item = item_of(st, account_id);
    if (!item)
        return; /* erased meanwhile */
    row->name = item->name;
    row->platform = item->platform;
    row->username = item->username;
    row->url = item->url;
    row->country = item->country;
    row->why = item->reasons;
    row->cautions = item->cautions;
}

static struct plan_row row_of(const struct plan_state *st, const struct plan_creator *c) {
    return (struct plan_row){.creator_id = c->creator_id,
                             .followers = c->followers,
                             .score = match_score_tenths((int)c->score) / 10.0,
                             .included = c->place != INT64_MIN,
                             .deliverable = st->q.deliverable,
                             .posts = (int64_t)plan_posts(&st->q),
                             .price_low_usd = c->price.low_usd,
                             .price_usd = c->price.mid_usd,
                             .price_high_usd = c->price.high_usd,
                             .price_source = c->price_source,
                             .quoted = c->price.sd_ln == 0};
}

/* The members as they are shown, in the order of choice. */
static struct plan_row *rows_of(struct request *req) {
    struct plan_state *st = plan_state_of(req);
    struct plan_row *rows = arena_alloc(req->arena, (st->plan.n + 1) * sizeof *rows);
    for (size_t i = 0; i < st->plan.n; i++) {
        const struct plan_member *m = &st->plan.members[i];
        const struct plan_creator *c = &st->creators[m->candidate];
        struct plan_side alone = plan_side_of(&st->problem, &m->candidate, 1, req->arena);
        rows[i] = row_of(st, c);
        rows[i].rank = (int64_t)i + 1;
        rows[i].cost_usd = m->cost_usd;
        rows[i].reach = alone.gross_reach;
        rows[i].wanted_reach = alone.net_reach;
        rows[i].engaged = alone.engaged;
        rows[i].gain = st->gains[i];
        rows[i].conversion_rate = c->conversion_rate;
        rows[i].orders_reported = c->orders;
        name_row(st, c->account_id, &rows[i]);
    }
    return rows;
}

static struct list list_of(const struct plan_row *rows, size_t n) {
    return (struct list){plan_fields, plan_field_count, rows, n, sizeof *rows, NULL};
}

static void write_target(const struct match_ranking *r, struct json *w) {
    json_key(w, "audience_target");
    if (!r->target_count) {
        json_null(w);
        return;
    }
    json_object(w);
    for (size_t i = 0; i < r->target_count; i++)
        json_kf64(w, r->target[i].country, r->target[i].share, 6);
    json_object_end(w);
}

static void write_query(const struct plan_state *st, const struct snapshot *s, struct json *w) {
    const struct plan_query *q = &st->q;
    json_key(w, "query");
    json_object(w);
    match_niche_json(&st->match, s, w);
    params_json(match_params, match_param_count, &st->match.q, w);
    json_kstr(w, "caution", q->match.caution);
    json_kstr(w, "goal", q->match.goal);
    json_kstr(w, "maximises", match_goal_by_name(q->match.goal)->plan_maximises);
    json_ki64(w, "budget_usd", q->budget_usd);
    json_ki64(w, "handling_usd", q->handling_usd);
    json_kstr(w, "deliverable", q->deliverable);
    json_ki64(w, "posts_per_creator", q->posts_per_creator);
    json_ki64(w, "months", q->months);
    json_ki64(w, "min_creators", q->min_creators);
    json_ki64(w, "max_creators", q->max_creators);
    json_ki64(w, "min_score", q->min_score);
    json_key(w, "include");
    json_array(w);
    for (size_t i = 0; i < q->include.in_count; i++)
        json_str(w, q->include.in[i]);
    json_array_end(w);
    write_target(&st->match.ranking, w);
    json_object_end(w);
}

static const char *message(struct request *req) {
    const struct plan_state *st = plan_state_of(req);
    long long budget = (long long)st->q.budget_usd;
    switch (st->plan.outcome) {
    case PLAN_TOO_DEAR:
        return arena_printf(req->arena,
                            "$%lld does not buy a plan: the cheapest there is costs $%.0f, %zu creator%s",
                            budget, ceil(st->plan.cost_usd), st->plan.n, st->plan.n == 1 ? "" : "s");
    case PLAN_TOO_FEW:
        return arena_printf(req->arena, "%zu creators pass niche, filters and min_score, the plan needs %lld",
                            st->plan.pool, (long long)st->q.min_creators);
    case PLAN_TOO_MANY: /* refused before */
    case PLAN_FOUND:
        break;
    }
    return NULL;
}

static void write_range(const char *key, double low, double mid, double high, struct json *w) {
    json_key(w, key);
    json_object(w);
    json_kf64(w, "low", low, 0);
    json_kf64(w, "mid", mid, 0);
    json_kf64(w, "high", high, 0);
    json_object_end(w);
}

static int by_spread(const void *a, const void *b) {
    const struct plan_row *x = a, *y = b;
    double dx = x->price_high_usd - x->price_low_usd, dy = y->price_high_usd - y->price_low_usd;
    return dx != dy ? (dx > dy ? -1 : 1) : (x->rank > y->rank) - (x->rank < y->rank);
}

/* Whose price is worth asking for: those whose guess is widest, in dollars. */
static void write_ask_first(struct request *req, const struct plan_row *rows, size_t n, struct json *w) {
    struct plan_row *sorted = arena_alloc(req->arena, (n + 1) * sizeof *sorted);
    memcpy(sorted, rows, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_spread);
    json_key(w, "ask_first");
    json_array(w);
    for (size_t i = 0; i < n && i < ASK_FIRST && !sorted[i].quoted; i++) {
        json_object(w);
        json_key(w, "id");
        json_id(w, sorted[i].creator_id);
        json_kstr(w, "username", sorted[i].username);
        json_kf64(w, "low_usd", sorted[i].price_low_usd, 0);
        json_kf64(w, "high_usd", sorted[i].price_high_usd, 0);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_costs(struct request *req, const struct plan_row *rows, size_t n, struct json *w) {
    const struct plan_state *st = plan_state_of(req);
    double low = 0, mid = 0, high = 0, quoted = 0, handling = (double)n * (double)st->q.handling_usd;
    for (size_t i = 0; i < n; i++) {
        low += rows[i].price_low_usd;
        mid += rows[i].price_usd;
        high += rows[i].price_high_usd;
        quoted += rows[i].quoted ? rows[i].price_usd : 0;
    }
    json_key(w, "cost");
    json_object(w);
    write_range("total_usd", low + handling, mid + handling, high + handling, w);
    json_kf64(w, "handling_usd", handling, 0);
    json_kf64(w, "left_usd", n ? (double)st->q.budget_usd - mid - handling : (double)st->q.budget_usd, 0);
    json_key(w, "quoted_share");
    json_f64(w, mid > 0 ? quoted / mid : NAN, 3);
    write_ask_first(req, rows, n, w);
    json_object_end(w);
}

static void write_quantiles(const char *key, const struct plan_quantiles *q, struct json *w) {
    json_key(w, key);
    json_object(w);
    json_kf64(w, "p10", q->p10, 1);
    json_kf64(w, "p50", q->p50, 1);
    json_kf64(w, "p90", q->p90, 1);
    json_object_end(w);
}

static void write_side(const struct plan_side *s, struct json *w) {
    json_kf64(w, "gross_reach", s->gross_reach, 0);
    json_kf64(w, "net_reach", s->net_reach, 0);
    json_kf64(w, "overlap_discount", s->overlap_discount, 4);
    json_kf64(w, "engaged", s->engaged, 0);
    json_kf64(w, "conversions", s->conversions, 1);
    json_kf64(w, "usd_per_engaged", s->usd_per_engaged, 2);
}

/* By what each person is counted once. */
static void write_overlap(const struct plan_state *st, struct json *w) {
    const struct plan_overlap *o = &st->overlap;
    size_t n = st->plan.n, sampled = o->coverage.creators;
    json_kstr(w, "overlap_method", !sampled ? "model" : sampled == n ? "sketch" : "mixed");
    json_key(w, "overlap");
    json_object(w);
    json_ki64(w, "creators_by_sketch", (int64_t)sampled);
    json_ki64(w, "creators_by_model", (int64_t)(n - sampled));
    json_ki64(w, "pairs_by_sketch", (int64_t)o->coverage.pairs);
    json_ki64(w, "pairs_by_model", (int64_t)(n * (n - 1) / 2 - o->coverage.pairs));
    json_kf64(w, "error", st->side.error, 4);
    json_key(w, "left_out");
    json_array(w);
    for (size_t i = 0; i < o->left_out_count; i++)
        json_id(w, o->left_out[i]);
    json_array_end(w);
    json_object_end(w);
}

static void write_expected(const struct plan_state *st, struct json *w) {
    json_key(w, "expected");
    if (st->plan.outcome != PLAN_FOUND) {
        json_null(w);
        return;
    }
    json_object(w);
    write_side(&st->side, w);
    write_overlap(st, w);
    write_quantiles("range", &st->risk.plan, w);
    json_object_end(w);
}

static void write_proof(const struct plan_state *st, struct json *w) {
    json_key(w, "proof");
    json_object(w);
    json_ki64(w, "candidates", (int64_t)(st->plan.pool + st->overlap.left_out_count));
    json_kf64(w, "at_least", st->plan.at_least, 4);
    json_kbool(w, "optimal", st->plan.optimal);
    json_object_end(w);
}

/* A number of people for a sentence. */
static const char *people(struct request *req, double n) {
    return n < 100 ? arena_printf(req->arena, "%.3g", n) : arena_thousands(req->arena, (uint64_t)llround(n));
}

static const char *verdict(struct request *req) {
    const struct plan_state *st = plan_state_of(req);
    const struct plan_big *b = &st->big;
    if (st->plan.outcome != PLAN_FOUND)
        return "there is no plan to compare";
    if (!b->there)
        return "no creator above 100,000 followers costs as little";
    const char *what = maximises_words[st->problem.goal];
    const char *kind = b->stored ? "the best big creator here" : "a big creator at the usual price";
    const char *plan = people(req, b->versus.plan.utility), *big = people(req, b->versus.macro.utility);
    double wins = st->risk.plan_wins;
    const char *sure = ""; /* what is drawn is engagement */
    if (st->problem.goal != PLAN_REACH)
        sure = arena_printf(req->arena, "; %s does more in %.0f %% of the draws",
                            b->versus.macro_wins ? "it" : "the plan",
                            100 * (b->versus.macro_wins ? 1 - wins : wins));
    if (b->versus.macro_wins)
        return arena_printf(req->arena, "the big one wins: %s brings %s %s, the plan %s%s", kind, big, what,
                            plan, sure);
    return arena_printf(req->arena, "the plan wins: %s %s, %s brings %s%s", plan, what, kind, big, sure);
}

static void write_big_creator(const struct plan_state *st, struct json *w) {
    const struct plan_creator *c = &st->big.creator;
    const struct match_row *item = st->big.stored ? item_of(st, c->account_id) : NULL;
    json_kstr(w, "source", st->big.stored ? "store" : "made_up");
    json_key(w, "id");
    if (item)
        json_id(w, c->creator_id);
    else
        json_null(w);
    json_kstr(w, "username", item ? item->username : NULL);
    json_kstr(w, "platform", rank_platform_name((enum rank_platform)(c->platform - 1)));
    json_ki64(w, "followers", c->followers);
    json_kf64(w, "target_share", c->target_share, 3);
    json_key(w, "price_usd");
    json_object(w);
    json_kf64(w, "low", c->price.low_usd, 0);
    json_kf64(w, "mid", c->price.mid_usd, 0);
    json_kf64(w, "high", c->price.high_usd, 0);
    json_kstr(w, "source", c->price_source);
    json_object_end(w);
}

static void write_versus(struct request *req, struct json *w) {
    const struct plan_state *st = plan_state_of(req);
    const struct plan_versus *v = &st->big.versus;
    json_key(w, "big_creator");
    if (!st->big.there || st->plan.outcome != PLAN_FOUND) {
        json_null(w);
    } else {
        json_object(w);
        write_big_creator(st, w);
        write_side(&v->macro, w);
        write_quantiles("range", &st->risk.macro, w);
        json_kbool(w, "wins", v->macro_wins);
        json_kf64(w, "plan_times_big", v->factor, 2);
        json_kf64(w, "plan_wins_share", st->risk.plan_wins, 3);
        json_kf64(w, "break_even_target_share", v->break_even_share, 3);
        json_object_end(w);
    }
    json_kstr(w, "verdict", verdict(req));
}

static void write_cheapest(struct request *req, const struct plan_row *rows, struct json *w) {
    const struct plan_state *st = plan_state_of(req);
    struct list creators = list_of(rows, st->plan.n);
    json_key(w, "cheapest");
    if (st->plan.outcome == PLAN_FOUND || !st->plan.n) {
        json_null(w);
        return;
    }
    json_object(w);
    json_kf64(w, "cost_usd", ceil(st->plan.cost_usd), 0);
    json_key(w, "creators");
    list_json(req, &creators, w);
    json_object_end(w);
}

static void write_audience(const struct plan_state *st, struct json *w) {
    json_key(w, "audience");
    json_array(w);
    for (size_t g = 0; g < st->problem.n_segments; g++) {
        json_object(w);
        json_kstr(w, "country", st->countries[g].code);
        json_kf64(w, "people", st->segments[g].people, 0);
        json_kf64(w, "worth", st->segments[g].value, 3);
        json_kf64(w, "counted_share", st->plan.share_of_segments[g], 4);
        json_object_end(w);
    }
    json_array_end(w);
}

enum err plan_write(struct request *req) {
    const struct plan_state *st = plan_state_of(req);
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    const struct plan_row *rows = rows_of(req);
    size_t n = st->plan.outcome == PLAN_FOUND ? st->plan.n : 0;
    struct list creators = list_of(rows, n);
    api_list_headers(req, api_world_name(st->match.world), s->model_version[st->match.world]);
    request_header(req, "X-Outcome", outcome_names[st->plan.outcome]);
    if (req->format != LIST_JSON)
        return list_reply(req, &creators);
    struct json w = json_to(&req->body);
    json_object(&w);
    write_query(st, s, &w);
    json_kstr(&w, "outcome", outcome_names[st->plan.outcome]);
    json_kstr(&w, "message", message(req));
    json_key(&w, "creators");
    list_json(req, &creators, &w);
    write_costs(req, rows, n, &w);
    write_expected(st, &w);
    write_proof(st, &w);
    write_versus(req, &w);
    plan_cautions_json(req, rows, n, &w);
    write_cheapest(req, rows, &w);
    write_audience(st, &w);
    plan_assumptions_json(st, &w);
    json_kstr(&w, "world", api_world_name(st->match.world));
    json_kstr(&w, "model_version", s->model_version[st->match.world]);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}
