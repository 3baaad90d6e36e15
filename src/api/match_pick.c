/* Picks: weighing rows anew, keeping the best, showing them. Invariant: picks are sorted by the total order
 * at all times. */
#include "match_why_not.h"

#include "rank/audience_fit.h"
#include "rank/engagement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Share of an audience that lives in the creator's own country, and in any other, where nothing is known. [A]
 */
#define USUAL_AWAY_SHARE 0.05

struct match_picks match_picks_new(struct arena *a, size_t cap) {
    return (struct match_picks){.at = arena_alloc(a, cap * sizeof(struct match_pick)), .cap = cap};
}

bool match_pick_ahead(const struct match_pick *a, const struct match_pick *b) {
    if (a->score != b->score)
        return a->score > b->score;
    return a->conf != b->conf ? a->conf > b->conf : a->account_id > b->account_id;
}

static bool behind(const struct match_pick *p, const struct match_place *place) {
    if (p->score != place->score)
        return p->score < place->score;
    return p->conf != place->conf ? p->conf < place->conf : p->account_id < place->account_id;
}

void match_picks_add(struct match_picks *picks, const struct match_pick *pick,
                     const struct match_place *after) {
    if (picks->watch)
        match_watch_see(picks->watch, pick);
    if (!behind(pick, after))
        return;
    size_t at = picks->count;
    while (at > 0 && match_pick_ahead(pick, &picks->at[at - 1]))
        at--;
    if (at == picks->cap)
        return;
    picks->count += picks->count < picks->cap;
    memmove(&picks->at[at + 1], &picks->at[at], (picks->count - at - 1) * sizeof *picks->at);
    picks->at[at] = *pick;
}

static double fit_of(const struct match_ranking *r, const struct match_anew *anew, bool *ret_known) {
    struct audience_bucket buckets[MATCH_TARGETS_MAX];
    for (size_t i = 0; i < r->target_count; i++) {
        bool known = i < anew->shares.count && anew->shares.items[i];
        bool home = anew->country && strcmp(anew->country, r->target[i].country) == 0;
        buckets[i] = (struct audience_bucket){.share = known ? strtod(anew->shares.items[i], NULL) : NAN,
                                              .usual = home ? USUAL_HOME_SHARE : USUAL_AWAY_SHARE,
                                              .target = r->target[i].share};
    }
    struct estimate fit;
    audience_fit_score(buckets, r->target_count, anew->sample_n, &fit);
    *ret_known = fit.measured;
    return fit.value;
}

void match_weigh(const struct match_ranking *r, const struct match_anew *anew, struct match_pick *pick) {
    if (r->z != ENGAGEMENT_DEFAULTS.z && anew->tau > 0)
        pick->ln[MATCH_ENGAGEMENT] = rank_ln(engagement_value(anew->theta, anew->sigma, anew->tau, r->z));
    if (r->target_count)
        pick->ln[MATCH_AUDIENCE_FIT] = rank_ln(fit_of(r, anew, &pick->audience_known));
    pick->score = match_quantise(match_value(pick->ln, r->weights));
}

const struct match_pick *match_pick_of(const struct match_state *st, int64_t account_id) {
    for (size_t i = 0; st->picks && i < st->picks->count; i++)
        if (st->picks->at[i].account_id == account_id)
            return &st->picks->at[i];
    return NULL;
}

void match_pick_take(struct match_row *row, const struct match_pick *p) {
    row->sort_key = p->sort_key;
    row->score = p->score;
    row->conf = p->conf;
    memcpy(row->ln, p->ln, sizeof row->ln);
    row->audience_known = p->audience_known;
    row->parts = p->parts;
    if (!p->compound)
        return;
    row->stored_score = p->stored_score;
    row->sd = p->sd;
    row->kind = p->kind;
    row->focus = p->focus;
    row->k = p->k;
    row->profile = p->profile;
    row->niche_posts = p->niche_posts;
}

static enum err item_rows(struct request *req, const struct rows *rows) {
    struct match_state *st = req->state;
    enum err e = match_take_rows(req, rows);
    if (e)
        return e;
    for (size_t i = 0; i < st->row_count; i++)
        match_pick_take(&st->rows[i], match_pick_of(st, st->rows[i].account_id));
    /* a creator erased since the picking shortens the page, not the list */
    st->has_more = st->picks->count > (size_t)st->q.limit && st->row_count > 0;
    return match_write_when_done(req);
}

struct match_pick_ids match_picks_ids(struct request *req, const struct match_picks *picks) {
    CLEANUP(buf_free) struct buf creators = {0};
    CLEANUP(buf_free) struct buf accounts = {0};
    CLEANUP(buf_free) struct buf niches = {0};
    for (size_t i = 0; i < picks->count; i++) {
        buf_printf(&creators, "%s%lld", i ? "," : "", (long long)picks->at[i].creator_id);
        buf_printf(&accounts, "%s%lld", i ? "," : "", (long long)picks->at[i].account_id);
        buf_printf(&niches, "%s%d", i ? "," : "", picks->at[i].niche_id);
    }
    return (struct match_pick_ids){arena_printf(req->arena, "{%s}", picks->count ? creators.data : ""),
                                   arena_printf(req->arena, "{%s}", picks->count ? accounts.data : ""),
                                   arena_printf(req->arena, "{%s}", picks->count ? niches.data : "")};
}

enum err match_picks_show(struct request *req, struct match_picks *picks) {
    struct match_state *st = req->state;
    st->picks = picks;
    struct match_pick_ids ids = match_picks_ids(req, picks);
    const char *params[] = {ids.creators, ids.accounts, ids.niches};
    struct statement stmt = api_statement(req, "match_items");
    stmt.binary = true;
    return request_query(req, &stmt, COUNT_OF(params), params, item_rows);
}
