/* GET /standing: where somebody who is not in the store would stand, from a few numbers. What is not given
 * counts by its prior, as it does for accounts of the store, and is listed. The niche is taken at its word,
 * as a profile that names it and nothing else. */
#include "standing.h"

#include "rank/affordability.h"
#include "rank/authenticity.h"
#include "rank/freshness.h"
#include "rank/loyalty.h"
#include "score/context.h"

#include <math.h>
#include <string.h>

struct self_query {
    struct param_text niche;
    struct param_list country;
    const char *platform, *world;
    struct list_choice list;
    int64_t followers;
    double engagement_rate, avg_likes, avg_comments, avg_views, price_usd, posts_per_week;
};

#define AT(member) offsetof(struct self_query, member)
#define AVERAGE(member, what)                                                                                \
    { #member, PARAM_NUMBER, AT(member), 0, 1e9, NULL, NULL, false, PARAM_NO_FILTER, NULL, what }

const struct param standing_self_params[] = {
    {"niche", PARAM_TEXT, AT(niche), 1, 200, NULL, NULL, true, PARAM_NO_FILTER, NULL,
     "the niche you make content for, in any spelling"},
    {"platform", PARAM_CHOICE, AT(platform), 0, 0, NULL, "instagram,tiktok,youtube", true, PARAM_NO_FILTER,
     NULL, "the platform of the account"},
    {"followers", PARAM_INT, AT(followers), 1, 1e9, NULL, NULL, true, PARAM_NO_FILTER, NULL,
     "followers or subscribers"},
    {"engagement_rate", PARAM_RATE, AT(engagement_rate), 0, 10, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "likes and comments (on TikTok shares too) of a usual post over followers: 0.03 or 3pct; instead of "
     "averages"},
    AVERAGE(avg_likes, "likes of a usual post; instead of engagement_rate"),
    AVERAGE(avg_comments, "comments of a usual post, beside avg_likes"),
    AVERAGE(avg_views,
            "views of a usual post, beside avg_likes; on TikTok and YouTube the rate is then per view"),
    {"price_usd", PARAM_NUMBER, AT(price_usd), 1, 1e7, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "what you ask for one post, in USD"},
    {"posts_per_week", PARAM_NUMBER, AT(posts_per_week), 0.01, 200, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "posts a week"},
    {"country", PARAM_LIST, AT(country), 0, 0, NULL, "AA", false, PARAM_NO_FILTER, NULL,
     "compare within one country, where there are enough: US"},
    {"world", PARAM_CHOICE, AT(world), 0, 0, NULL, "live,sandbox", false, PARAM_NO_FILTER, NULL,
     "whom to compare with: real creators or the made-up ones; by default live once there are any"},
    LIST_PARAMS(struct self_query, list),
};
const size_t standing_self_param_count = COUNT_OF(standing_self_params);

/* The numbers that a niche and platform are judged by. */
struct self_model {
    struct benchmark curve[RANK_BASIS_COUNT];
    double base_rates[STANDING_LISTS_MAX];
    double median;
};

static const char combination[] =
    "give engagement_rate alone, or avg_likes with avg_comments and avg_views where they are known";

static enum err check_numbers(struct request *req, const struct self_query *q) {
    bool rate = !isnan(q->engagement_rate), likes = !isnan(q->avg_likes);
    bool beside = !isnan(q->avg_comments) || !isnan(q->avg_views);
    const char *param = isnan(q->avg_comments) ? "avg_views" : "avg_comments";
    if (rate && (likes || beside)) {
        request_fail(req, ERR_PARAM_INVALID, "engagement_rate and averages exclude each other: %s",
                     combination);
        return fault_param(&req->fault, "engagement_rate", NULL, combination);
    }
    if (!rate && !likes) {
        request_fail(req, beside ? ERR_PARAM_INVALID : ERR_PARAM_MISSING, "%s", combination);
        return fault_param(&req->fault, beside ? param : "engagement_rate", NULL, combination);
    }
    if (q->country.in_count > 1 || q->country.out_count) {
        request_fail(req, ERR_PARAM_INVALID, "country must be one country to compare within");
        return fault_param(&req->fault, "country", NULL, "one ISO 3166-1 alpha-2 code");
    }
    return ERR_OK;
}

/* One observation: the average of posts of which nothing else is known. */
static void judge_engagement(struct standing_state *st, const struct self_model *m, struct engagement *ret) {
    const struct self_query *q = st->query;
    double followers = (double)q->followers;
    bool per_view = rank_default_basis(st->platform) == RANK_BASIS_VIEWS && q->avg_views > 0.0;
    double moved = isnan(q->engagement_rate) ? q->avg_likes + (isnan(q->avg_comments) ? 0.0 : q->avg_comments)
                                             : q->engagement_rate * followers;
    struct engagement_post post = {.engagements = moved, .denominator = per_view ? q->avg_views : followers};
    enum rank_basis basis = per_view ? RANK_BASIS_VIEWS : RANK_BASIS_FOLLOWERS;
    engagement_score(&m->curve[basis], followers, &post, 1, &ENGAGEMENT_DEFAULTS, ret);
    struct standing *is = &st->is;
    is->engagement_basis = rank_basis_name(basis);
    is->rate = ret->rate;
    is->usual_rate = ret->benchmark_rate;
    is->ratio = ret->ratio;
    is->posts_effective = ret->n_eff;
    is->theta = ret->theta;
    is->sigma = ret->sigma;
    is->tau = ret->tau;
    is->typical = ret->typical_engagements;
    is->risk_z = ret->z;
}

/* Signals of authenticity that an engagement rate alone gives. */
static struct estimate judge_authenticity(struct standing *is, const struct engagement *e) {
    struct authenticity_input in = authenticity_input_none();
    authenticity_take_engagement(&in, e);
    struct authenticity a;
    authenticity_score(&in, &a);
    is->signal_measured = 0;
    for (int i = 0; i < AUTH_SIGNAL_COUNT; i++)
        is->signal_measured |= a.lines[i].measured ? INT64_C(1) << i : 0;
    return a.estimate;
}

/* A rhythm that is told is one that is kept: the newest post is within the usual gap. */
static struct estimate judge_freshness(double posts_per_week) {
    struct freshness f;
    double gap = 7.0 / posts_per_week;
    freshness_score(&(struct freshness_input){isnan(gap) ? NAN : 0.0, gap, posts_per_week}, &f);
    return f.estimate;
}

static void take_score(struct standing *is, const struct estimate x[MATCH_COMPONENTS]) {
    double weights[MATCH_COMPONENTS];
    struct match_result r;
    if (!match_weights(NULL, false, weights))
        return;
    match_score(x, weights, &r);
    memcpy(is->ln, r.ln, sizeof is->ln);
    is->score = r.score;
    is->points = match_score_tenths(r.score) / 10.0;
    is->low = (double)r.low * 100.0 / MATCH_SCALE;
    is->high = (double)r.high * 100.0 / MATCH_SCALE;
    is->confidence = (double)r.confidence / MATCH_SCALE;
}

static void list_not_measured(struct request *req, struct standing *is, const struct self_query *q) {
    const struct {
        const char *name;
        bool missing;
    } lines[] = {
        {"topical_posts", true},        {"comments", isnan(q->engagement_rate) && isnan(q->avg_comments)},
        {"authenticity_signals", true}, {"price", isnan(q->price_usd)},
        {"collaborations", true},       {"posting_rhythm", isnan(q->posts_per_week)},
    };
    struct text_list *l = &is->not_measured;
    l->items = arena_alloc(req->arena, COUNT_OF(lines) * sizeof *l->items);
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (lines[i].missing)
            l->items[l->count++] = lines[i].name;
}

static void judge(struct request *req, const struct snapshot *s, const struct self_model *m) {
    struct standing_state *st = req->state;
    const struct self_query *q = st->query;
    struct standing *is = &st->is;
    struct engagement e;
    struct affordability a;
    struct loyalty l;
    size_t at = (size_t)taxonomy_by_id(s->taxonomy, st->niche_ids[0]);
    judge_engagement(st, m, &e);
    is->cpe_usual_usd = affordability_reference_cpe(&m->curve[RANK_BASIS_FOLLOWERS], m->median);
    affordability_score(q->price_usd, (double)q->followers, &e, is->cpe_usual_usd, &a);
    loyalty_score(&(struct loyalty_input){.consistency = NAN, .returning = NAN}, &l);
    struct estimate x[MATCH_COMPONENTS] = {
        [MATCH_RELEVANCE] =
            standing_declared(taxonomy_is_intersection(s->taxonomy, at), m->base_rates, st->list_count),
        [MATCH_ENGAGEMENT] = e.estimate,
        [MATCH_AUTHENTICITY] = judge_authenticity(is, &e),
        [MATCH_AFFORDABILITY] = a.estimate,
        [MATCH_LOYALTY] = l.estimate,
        [MATCH_FRESHNESS] = judge_freshness(q->posts_per_week),
    };
    take_score(is, x);
    is->measured[MATCH_ENGAGEMENT] = true;
    is->measured[MATCH_AFFORDABILITY] = !isnan(q->price_usd);
    is->measured[MATCH_FRESHNESS] = !isnan(q->posts_per_week);
    is->posts = 0;
    is->posts_per_week = q->posts_per_week;
    is->brands = 0;
    is->quote_usd = q->price_usd;
    is->price_source = isnan(q->price_usd) ? NULL : "given";
    list_not_measured(req, is, q);
}

/* The seeds, or what the active model has instead. The sandbox keeps the seeds. */
static void take_model(const struct rows *rows, const struct snapshot *s, const struct standing_state *st,
                       struct self_model *ret) {
    for (int b = 0; b < RANK_BASIS_COUNT; b++)
        ret->curve[b] = benchmark_seed(st->platform, (enum rank_basis)b);
    ret->median = SCORE_REFERENCE_FOLLOWERS;
    for (size_t i = 0; i < st->list_count; i++)
        ret->base_rates[i] =
            taxonomy_base_rate(s->taxonomy, (size_t)taxonomy_by_id(s->taxonomy, st->niche_ids[i]));
    for (size_t i = 0; st->world == 0 && i < rows_count(rows); i++) {
        for (int b = 0; rows_text(rows, i, 0) && b < RANK_BASIS_COUNT; b++)
            if (strcmp(rows_text(rows, i, 0), rank_basis_name((enum rank_basis)b)) == 0) {
                ret->curve[b].alpha = rows_f64(rows, i, 2);
                ret->curve[b].beta = rows_f64(rows, i, 3);
                ret->curve[b].tau = rows_f64(rows, i, 4);
                ret->curve[b].s = rows_f64(rows, i, 5);
            }
        for (size_t k = 0; !rows_text(rows, i, 0) && k < st->list_count; k++)
            if (rows_i64(rows, i, 1) == st->niche_ids[k])
                ret->base_rates[k] = rows_f64(rows, i, 6);
        if (!rows_text(rows, i, 0) && rows_i64(rows, i, 1) == st->niche_ids[0])
            ret->median = rows_f64(rows, i, 7);
    }
}

static enum err model_rows(struct request *req, const struct rows *rows) {
    struct self_model m;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    take_model(rows, s, req->state, &m);
    judge(req, s, &m);
    return standing_ask_peers(req);
}

enum err api_standing_self(struct request *req) {
    struct self_query *q = arena_alloc(req->arena, sizeof *q);
    struct standing_state *st = standing_new(req, q);
    const struct snapshot *s;
    uint64_t given;
    enum err e = api_params(req, q, &given);
    if (!e)
        e = list_choose(req, &q->list, standing_component_fields, standing_component_field_count, "");
    if (!e)
        e = check_numbers(req, q);
    if (!e)
        e = api_snapshot(req, &s);
    if (!e)
        e = standing_niche(req, s, q->niche, st);
    if (!e && !rank_platform_by_name(q->platform, &st->platform))
        e = request_fail(req, ERR_INTERNAL, "platform %s has no benchmark", q->platform);
    if (e)
        return e;
    st->world = api_world(s, q->world);
    st->country = q->country.in_count ? q->country.in[0] : NULL;
    st->is.platform = q->platform;
    st->is.followers = q->followers;
    const char *lists = "{";
    for (size_t i = 0; i < st->list_count; i++)
        lists = arena_printf(req->arena, "%s%s%d", lists, i ? "," : "", st->niche_ids[i]);
    const char *params[] = {arena_printf(req->arena, "%d", (int)st->platform + 1),
                            arena_printf(req->arena, "%s}", lists)};
    struct statement stmt = api_statement(req, "standing_model");
    return request_query(req, &stmt, COUNT_OF(params), params, model_rows);
}
