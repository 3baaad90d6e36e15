/* A compound without a niche of its own ("vegan, comedy"), ranked on the fly. A post in all parts counts for
 * the compound directly, the profile does by the product of its parts; affordability compares with the first
 * part's usual cost, its base rate is the product of theirs (independence, an assumption).
 *
 * Bound: at most COMPOUND_MAX candidates are scored, those whose weakest part ranks best. */
#include "match.h"

#include "rank/relevance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMPOUND_MAX = 1000 };

struct candidate {
    int64_t creator_id, account_id, score, conf, niche_posts;
    double sd, rel_sd, rel_prior_sd, ln[MATCH_STORED];
    double n, k_profile, k_posts;
    struct text_list focus;
    const char *kind;
    struct relevance_share own;
};

#define READ(type, member, column) FIELD(type, struct candidate, member, NULL, NULL, column, 0)

static const struct field candidate_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, score, "score"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_I64, niche_posts, "niche_posts"),
    READ(FIELD_F64, sd, "sd"),
    READ(FIELD_F64, rel_sd, "rel_sd"),
    READ(FIELD_F64, rel_prior_sd, "rel_prior_sd"),
    READ(FIELD_F64, ln[MATCH_RELEVANCE], "l_rel"),
    READ(FIELD_F64, ln[MATCH_ENGAGEMENT], "l_eng"),
    READ(FIELD_F64, ln[MATCH_AUTHENTICITY], "l_auth"),
    READ(FIELD_F64, ln[MATCH_AFFORDABILITY], "l_aff"),
    READ(FIELD_F64, ln[MATCH_LOYALTY], "l_loy"),
    READ(FIELD_F64, ln[MATCH_FRESHNESS], "l_fresh"),
    READ(FIELD_F64, n, "n"),
    READ(FIELD_F64, k_profile, "k_profile"),
    READ(FIELD_F64, k_posts, "k_posts"),
    READ(FIELD_TEXTS, focus, "focus"),
};

struct compound {
    struct candidate *at;
    size_t count;
    double base_rate;
};

static double ratio(double sd, double prior_sd) {
    return fmin(1, sd * sd / (prior_sd * prior_sd));
}

/* Replaces the first part's relevance by the compound's, in score, spread and confidence alike. */
static void rescore(struct candidate *c, double base_rate, const double weights[MATCH_COMPONENTS]) {
    struct relevance_parent parents[TAX_RESOLVED_MAX];
    for (size_t i = 0; i < c->focus.count && i < TAX_RESOLVED_MAX; i++)
        parents[i] = (struct relevance_parent){strtod(c->focus.items[i], NULL), true};
    struct relevance_input in = {.own = {c->k_posts + c->k_profile, c->n, base_rate},
                                 .intersection = true,
                                 .parents = parents,
                                 .n_parents = c->focus.count};
    struct relevance rel;
    relevance_score(&in, &rel);
    double ln[MATCH_COMPONENTS] = {0}, w = weights[MATCH_RELEVANCE];
    memcpy(ln, c->ln, sizeof c->ln);
    ln[MATCH_RELEVANCE] = c->ln[MATCH_RELEVANCE] = rank_ln(rel.estimate.value);
    double rest = fmax(0, c->sd * c->sd - w * w * c->rel_sd * c->rel_sd);
    double known = (double)c->conf / MATCH_SCALE + w * ratio(c->rel_sd, c->rel_prior_sd);
    c->sd = sqrt(rest + w * w * rel.estimate.sd_ln * rel.estimate.sd_ln);
    c->conf = match_quantise(known - w * ratio(rel.estimate.sd_ln, rel.estimate.prior_sd_ln));
    c->score = match_quantise(match_value(ln, weights));
    c->kind = relevance_kind_name(rel.kind);
    c->own = rel.own;
}

static int by_rank(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->conf != y->conf)
        return x->conf > y->conf ? -1 : 1;
    return x->account_id > y->account_id ? -1 : x->account_id < y->account_id;
}

static bool behind(const struct candidate *c, const struct match_place *p) {
    if (c->score != p->score)
        return c->score < p->score;
    return c->conf != p->conf ? c->conf < p->conf : c->account_id < p->account_id;
}

/* What the items statement read of the first part is replaced by what holds for the compound. */
static void take(struct match_row *row, const struct candidate *c) {
    row->score = c->score;
    row->conf = c->conf;
    row->sd = c->sd;
    row->kind = c->kind;
    row->ln[MATCH_RELEVANCE] = c->ln[MATCH_RELEVANCE];
    row->focus = c->own.focus;
    row->k = c->k_posts + c->k_profile;
    row->niche_posts = c->niche_posts;
    row->profile = c->k_profile;
}

static enum err item_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    enum err e = match_take_rows(req, rows);
    if (e)
        return e;
    for (size_t i = 0; i < st->row_count; i++)
        for (size_t k = 0; k < st->compound->count; k++)
            if (st->compound->at[k].account_id == st->rows[i].account_id)
                take(&st->rows[i], &st->compound->at[k]);
    return match_write(req);
}

/* The rows of the page, in order. */
static enum err ask_items(struct request *req, const struct compound *c) {
    const struct match_state *st = req->state;
    struct buf creators = {0}, accounts = {0};
    for (size_t i = 0; i < c->count; i++) {
        buf_printf(&creators, "%c%lld", i ? ',' : '{', (long long)c->at[i].creator_id);
        buf_printf(&accounts, "%c%lld", i ? ',' : '{', (long long)c->at[i].account_id);
    }
    buf_puts(&creators, c->count ? "}" : "{}");
    buf_puts(&accounts, c->count ? "}" : "{}");
    const char *params[] = {creators.data, accounts.data, arena_printf(req->arena, "%d", st->niche_ids[0])};
    struct statement stmt = api_statement(req, "match_items");
    enum err e = request_query(req, &stmt, COUNT_OF(params), params, item_rows);
    buf_free(&creators);
    buf_free(&accounts);
    return e;
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
    double weights[MATCH_COMPONENTS];
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    if (!match_weights(NULL, false, weights))
        return request_fail(req, ERR_INTERNAL, "the default weights are broken");
    struct compound *c = st->compound = arena_alloc(req->arena, sizeof *c);
    c->base_rate = joint_base_rate(s, st);
    c->at = arena_alloc(req->arena, rows_count(rows) * sizeof *c->at + 1);
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct candidate *x = &c->at[c->count];
        rows_decode(rows, i, candidate_fields, COUNT_OF(candidate_fields), req->arena, x);
        rescore(x, c->base_rate, weights);
        c->count += behind(x, &st->after);
    }
    qsort(c->at, c->count, sizeof *c->at, by_rank);
    if (c->count > (size_t)st->q.limit + 1)
        c->count = (size_t)st->q.limit + 1;
    return ask_items(req, c);
}

enum err match_compound_ask(struct request *req) {
    const struct match_state *st = req->state;
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
