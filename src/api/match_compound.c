/* A compound without a niche of its own ("vegan, comedy"), ranked on the fly. A post in all parts counts for
 * the compound directly, the profile does by the product of its parts; affordability compares with the first
 * part's usual cost, its base rate is the product of theirs (independence, an assumption).
 *
 * Bound: at most COMPOUND_MAX candidates are scored, those whose weakest part ranks best. */
#include "match_why_not.h"

#include "rank/engagement.h"
#include "rank/relevance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMPOUND_MAX = 1000 };

struct candidate {
    int64_t creator_id, account_id, conf, niche_posts;
    double sd, rel_sd, rel_prior_sd, ln[MATCH_STORED];
    double n, k_profile, k_posts;
    double theta, sigma, tau;
    struct text_list focus;
};

#define READ(type, member, column) FIELD(type, struct candidate, member, NULL, NULL, column, 0)

static const struct field candidate_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_I64, niche_posts, "niche_posts"),
    READ(FIELD_F64, sd, "sd"),
    READ(FIELD_F64, rel_sd, "rel_sd"),
    READ(FIELD_F64, rel_prior_sd, "rel_prior_sd"),
    MATCH_LN_FIELDS(struct candidate),
    READ(FIELD_F64, n, "n"),
    READ(FIELD_F64, k_profile, "k_profile"),
    READ(FIELD_F64, k_posts, "k_posts"),
    READ(FIELD_F64, theta, "engagement_theta"),
    READ(FIELD_F64, sigma, "engagement_sigma"),
    READ(FIELD_F64, tau, "engagement_tau"),
    READ(FIELD_TEXTS, focus, "focus"),
};

static double ratio(double sd, double prior_sd) {
    return fmin(1, sd * sd / (prior_sd * prior_sd));
}

static void relevance_of(const struct candidate *c, double base_rate, struct relevance *ret) {
    struct relevance_parent parents[TAX_RESOLVED_MAX];
    size_t n = c->focus.count < TAX_RESOLVED_MAX ? c->focus.count : TAX_RESOLVED_MAX;
    for (size_t i = 0; i < n; i++)
        parents[i] = (struct relevance_parent){strtod(c->focus.items[i], NULL), true};
    struct relevance_input in = {.own = {c->k_posts + c->k_profile, c->n, base_rate},
                                 .intersection = true,
                                 .parents = parents,
                                 .n_parents = n};
    relevance_score(&in, ret);
}

/* The first part's relevance is replaced by the compound's, in score, spread and confidence alike. */
static struct match_pick pick_of(const struct candidate *c, double base_rate,
                                 const struct match_ranking *ranking) {
    struct relevance rel;
    relevance_of(c, base_rate, &rel);
    double w = match_default_weights()[MATCH_RELEVANCE];
    double rest = fmax(0, c->sd * c->sd - w * w * c->rel_sd * c->rel_sd);
    double known = (double)c->conf / MATCH_SCALE + w * ratio(c->rel_sd, c->rel_prior_sd);
    struct match_pick p = {
        .creator_id = c->creator_id,
        .account_id = c->account_id,
        .conf = match_quantise(known - w * ratio(rel.estimate.sd_ln, rel.estimate.prior_sd_ln)),
        .compound = true,
        .sd = sqrt(rest + w * w * rel.estimate.sd_ln * rel.estimate.sd_ln),
        .focus = rel.own.focus,
        .k = c->k_posts + c->k_profile,
        .profile = c->k_profile,
        .niche_posts = c->niche_posts,
        .kind = relevance_kind_name(rel.kind)};
    memcpy(p.ln, c->ln, sizeof c->ln);
    p.ln[MATCH_RELEVANCE] = rank_ln(rel.estimate.value);
    struct match_anew anew = {.theta = c->theta, .sigma = c->sigma, .tau = c->tau, .sample_n = NAN};
    match_weigh(ranking, &anew, &p);
    return p;
}

static double joint_base_rate(const struct snapshot *s, const struct match_state *st) {
    double rates[TAX_RESOLVED_MAX];
    for (size_t i = 0; i < st->niche_count; i++) {
        int at = taxonomy_by_id(s->taxonomy, st->niche_ids[i]);
        rates[i] = at < 0 ? 0.001 : taxonomy_base_rate(s->taxonomy, (size_t)at);
    }
    return relevance_joint_base_rate(rates, st->niche_count);
}

static enum err candidate_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    double base_rate = joint_base_rate(s, st);
    struct match_picks *picks = arena_alloc(req->arena, sizeof *picks);
    *picks = match_picks_new(req->arena, (size_t)st->q.limit + 1);
    struct match_pick *all = arena_alloc(req->arena, rows_count(rows) * sizeof *all + 1);
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct candidate c;
        rows_decode(rows, i, candidate_fields, COUNT_OF(candidate_fields), req->arena, &c);
        all[i] = pick_of(&c, base_rate, &st->ranking);
        match_picks_add(picks, &all[i], &st->after);
    }
    match_why_not_place(st, all, rows_count(rows));
    return match_picks_show(req, picks);
}

enum err match_compound_ask(struct request *req) {
    const struct match_state *st = req->state;
    if (st->ranking.target_count) {
        request_fail(req, ERR_PARAM_INVALID,
                     "audience_target cannot be combined with a compound that has no niche of its own");
        return fault_param(&req->fault, "audience_target", st->q.audience_target.text, "a single niche");
    }
    const char *ids = "";
    for (size_t i = 0; i < st->niche_count; i++)
        ids = arena_printf(req->arena, "%s%s%d", ids, i ? "," : "", st->niche_ids[i]);
    const char *own[] = {
        arena_printf(req->arena, "%d", st->world),
        arena_printf(req->arena, "{%s}", ids),
        arena_printf(req->arena, "%zu", st->niche_count),
        arena_printf(req->arena, "%d", COMPOUND_MAX),
    };
    return match_ask_filtered(req, "match_compound", COUNT_OF(own), own, candidate_rows);
}
