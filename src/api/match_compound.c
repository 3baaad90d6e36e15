/* A compound without a niche of its own ("vegan, comedy"), scored on the fly from what is stored of its
 * parts, by the function that scores the rows that are kept of it (rank/compound.h). Where rows are kept,
 * they give the order, and what is shown comes from here all the same: the bytes are equal by construction.
 *
 * Bound: without kept rows at most COMPOUND_MAX candidates are scored, those whose weakest part ranks best;
 * of those that match in part always, those whose best part does. The confidence that statements count by is
 * that of the same candidates, then of those that the filters keep out. */
#include "match_honest.h"
#include "match_why_not.h"

#include "rank/compound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMPOUND_MAX = 1000 };

struct candidate {
    int64_t creator_id, account_id, niche_id, conf, niche_posts;
    double sd, rel_sd, rel_prior_sd, ln[MATCH_STORED];
    double n, k_posts, bio_weight, cpe_usual_usd;
    double theta, sigma, tau, sample_n;
    const char *country;
    struct text_list listed, focus, profiles, shares;
    int8_t siblings;
};

#define READ(type, member, column) FIELD(type, struct candidate, member, NULL, NULL, column, 0)

static const struct field candidate_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, niche_id, "niche_id"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_I64, niche_posts, "niche_posts"),
    READ(FIELD_F64, sd, "sd"),
    READ(FIELD_F64, rel_sd, "rel_sd"),
    READ(FIELD_F64, rel_prior_sd, "rel_prior_sd"),
    MATCH_LN_FIELDS(struct candidate),
    READ(FIELD_F64, n, "n"),
    READ(FIELD_F64, k_posts, "k_posts"),
    READ(FIELD_F64, bio_weight, "bio_weight"),
    READ(FIELD_F64, cpe_usual_usd, "cpe_usual_usd"),
    READ(FIELD_F64, theta, "engagement_theta"),
    READ(FIELD_F64, sigma, "engagement_sigma"),
    READ(FIELD_F64, tau, "engagement_tau"),
    READ(FIELD_F64, sample_n, "sample_n"),
    READ(FIELD_TEXT, country, "country"),
    READ(FIELD_TEXTS, listed, "listed"),
    READ(FIELD_TEXTS, focus, "focus"),
    READ(FIELD_TEXTS, profiles, "profiles"),
    READ(FIELD_TEXTS, shares, "shares"),
    READ(FIELD_BOOL, siblings, "siblings"),
};

static double number_or(const struct text_list *l, size_t i, double fallback) {
    return i < l->count && l->items[i] ? strtod(l->items[i], NULL) : fallback;
}

/* Fills the parts and what of them list the account, as bits. */
static uint32_t parts_of(const struct candidate *c, const struct match_state *st, const struct snapshot *s,
                         struct compound_part parts[COMPOUND_PARTS_MAX]) {
    uint32_t bits = 0;
    for (size_t i = 0; i < st->niche_count; i++) {
        int at = taxonomy_by_id(s->taxonomy, st->niche_ids[i]);
        parts[i] = (struct compound_part){
            .listed = number_or(&c->listed, i, 0) > 0,
            .focus = number_or(&c->focus, i, NAN),
            .profile = number_or(&c->profiles, i, 0),
            .base_rate = at < 0 ? 0 : taxonomy_base_rate(s->taxonomy, (size_t)at),
        };
        bits |= (uint32_t)parts[i].listed << i;
    }
    return bits;
}

static struct match_pick pick_of(const struct candidate *c, const struct match_state *st,
                                 const struct snapshot *s) {
    struct compound_part parts[COMPOUND_PARTS_MAX];
    struct compound_in in = {.parts = parts,
                             .n_parts = st->niche_count,
                             .n = c->n,
                             .k_posts = c->k_posts,
                             .bio_weight = c->bio_weight,
                             .conf = (int)c->conf,
                             .sd = c->sd,
                             .rel_sd = c->rel_sd,
                             .rel_prior_sd = c->rel_prior_sd};
    memcpy(in.ln, c->ln, sizeof in.ln);
    struct match_pick p = {.creator_id = c->creator_id,
                           .account_id = c->account_id,
                           .niche_id = (int32_t)c->niche_id,
                           .parts = parts_of(c, st, s, parts),
                           .siblings = c->siblings == 1,
                           .compound = true,
                           .niche_posts = c->niche_posts,
                           .cpe_usual_usd = c->cpe_usual_usd};
    struct compound scored;
    compound_score(&in, &scored);
    p.conf = scored.conf;
    p.stored_score = scored.score;
    p.sd = (double)scored.sd;
    p.focus = scored.focus;
    p.k = scored.k;
    p.profile = scored.profile;
    p.kind = relevance_kind_name(scored.kind);
    memcpy(p.ln, scored.ln, sizeof scored.ln);
    struct match_anew anew = {c->theta, c->sigma, c->tau, c->country, c->shares, c->sample_n};
    match_weigh(&st->ranking, &anew, &p);
    return p;
}

/* The compound's own confidence; of what matches in part, the statement looked at the part's. */
static bool is_sure(const struct match_state *st, const struct match_pick *p) {
    return isnan(st->q.min_confidence) || st->related_phase ||
           (double)p->conf / MATCH_SCALE >= st->q.min_confidence;
}

/* Whether no other account of the creator comes before it. */
static bool is_best_account(const struct match_picks *all, const struct match_pick *p) {
    for (size_t i = 0; p->siblings && i < all->count; i++)
        if (all->at[i].creator_id == p->creator_id && match_pick_ahead(&all->at[i], p))
            return false;
    return true;
}

static enum err joint_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    struct match_picks *picks = arena_alloc(req->arena, sizeof *picks);
    *picks = match_phase_picks(st, req->arena);
    struct match_picks all = match_picks_new(req->arena, rows_count(rows) + 1);
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct candidate c;
        rows_decode(rows, i, candidate_fields, COUNT_OF(candidate_fields), req->arena, &c);
        struct match_pick p = pick_of(&c, st, s);
        if (is_sure(st, &p))
            all.at[all.count++] = p;
    }
    for (size_t i = 0; i < all.count; i++)
        if (is_best_account(&all, &all.at[i]))
            match_picks_add(picks, &all.at[i], &st->after);
    return match_phase_done(req, picks);
}

static enum err joint_ask(struct request *req, const char *creators, const char *accounts,
                          request_next *next) {
    const struct match_state *st = req->state;
    const char *params[] = {creators, accounts, match_niche_array(st, req->arena),
                            match_target_countries(&st->ranking, req->arena)};
    struct statement stmt = api_statement(req, "match_joint");
    return request_query(req, &stmt, COUNT_OF(params), params, next);
}

enum err match_joint_ask(struct request *req, const char *creators, const char *accounts) {
    return joint_ask(req, creators, accounts, joint_rows);
}

/* Scores the accounts that were read. */
static enum err score_all(struct request *req, const struct rows *rows, request_next *next) {
    CLEANUP(buf_free) struct buf creators = {0};
    CLEANUP(buf_free) struct buf accounts = {0};
    buf_putc(&creators, '{');
    buf_putc(&accounts, '{');
    for (size_t i = 0; i < rows_count(rows); i++) {
        buf_printf(&creators, "%s%lld", i ? "," : "", (long long)rows_i64(rows, i, 0));
        buf_printf(&accounts, "%s%lld", i ? "," : "", (long long)rows_i64(rows, i, 1));
    }
    return joint_ask(req, arena_printf(req->arena, "%s}", creators.data),
                     arena_printf(req->arena, "%s}", accounts.data), next);
}

static enum err candidate_rows(struct request *req, const struct rows *rows) {
    return score_all(req, rows, joint_rows);
}

/* Asks for a compound's accounts; min_confidence is not for the rows of its parts. */
static enum err ask_parts(struct request *req, const char *query, request_next *next) {
    struct match_state *st = req->state;
    const char *own[] = {
        arena_printf(req->arena, "%d", st->world),
        match_niche_array(st, req->arena),
        arena_printf(req->arena, "%zu", st->niche_count),
        arena_printf(req->arena, "%d", COMPOUND_MAX),
    };
    double min_confidence = st->q.min_confidence;
    if (!st->related_phase)
        st->q.min_confidence = NAN;
    enum err e = match_ask_filtered(req, query, COUNT_OF(own), own, next);
    st->q.min_confidence = min_confidence;
    return e;
}

enum err match_compound_ask(struct request *req) {
    const struct match_state *st = req->state;
    return ask_parts(req, st->related_phase ? "match_compound_related" : "match_compound", candidate_rows);
}

/* ---- how sure it is of each, for statements that count */

static enum err sure_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    CLEANUP(buf_free) struct buf sure = {0};
    buf_putc(&sure, '{');
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct candidate c;
        rows_decode(rows, i, candidate_fields, COUNT_OF(candidate_fields), req->arena, &c);
        struct match_pick p = pick_of(&c, st, s);
        buf_printf(&sure, "%s\"%lld\":%lld", i ? "," : "", (long long)p.account_id, (long long)p.conf);
    }
    st->sure = arena_printf(req->arena, "%s}", sure.data);
    return match_go(req);
}

static enum err sure_candidates(struct request *req, const struct rows *rows) {
    return score_all(req, rows, sure_rows);
}

/* Whether something counts by min_confidence what has no row to look it up in. */
static bool needs_sure(const struct match_state *st) {
    bool counts = !st->q.cursor.text || st->q.why_not.text || st->q.facets.in_count ||
                  strcmp(st->q.count, "exact") == 0;
    return counts && match_is_compound(st) && !st->kept_id && !st->sure && !isnan(st->q.min_confidence);
}

enum err match_go(struct request *req) {
    const struct match_state *st = req->state;
    if (needs_sure(st))
        return ask_parts(req, "match_compound_sure", sure_candidates);
    return st->q.why_not.text ? match_why_not_ask(req) : match_list(req);
}
