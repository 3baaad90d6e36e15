/* Why: results become rows of four temporary tables, and the store is brought to them by statements that
 * touch only what differs. Invariants: the order of the fields below is the order of the column lists; a
 * rescoring without a change writes no row of the store but the list's. */
#include "store.h"

#include "base/fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RHYTHM_POSTS = 2 }; /* from which posts a week are known */

enum write_table { T_BATCH, T_ACCOUNT, T_NICHE, T_MATCH };

static const struct {
    int fields;
    const char *copy;
} tables[WRITE_TABLES] = {
    [T_BATCH] = {5, "copy pg_temp.score_batch (world, creator_id, account_id, direct_ids, match_ids) "
                    "from stdin (format binary)"},
    [T_ACCOUNT] =
        {47, "copy pg_temp.score_account (creator_id, account_id, world, model_version, due_at, posts, "
             "last_post_at, niche_ids, post_weights, bio_weight, engagement, engagement_basis, "
             "engagement_rate, engagement_usual, engagement_theta, engagement_sigma, engagement_n, "
             "engagement_shrink, engagement_post_sd, engagement_typical, engagement_tau, authenticity, "
             "audience_credibility, conversation, signal_phi, signal_measured, price_usd, price_source, "
             "loyalty, brands, brands_repeated, rival_brands, consistency, returning_audience, freshness, "
             "gap_days, posts_per_week, words, city_key, name, bio, picture_url, "
             "platform, username, url, observed_at, signal_unusual) from stdin (format binary)"},
    [T_NICHE] = {10,
                 "copy pg_temp.score_niche (creator_id, account_id, niche_id, k, n, focus, posts, post_mask, "
                 "profile, words) from stdin (format binary)"},
    [T_MATCH] =
        {34, "copy pg_temp.score_match (creator_id, account_id, niche_id, world, related, kind, score, conf, "
             "sd, followers, platform, country, language, price_usd, l_rel, l_eng, l_auth, l_aff, l_loy, "
             "l_fresh, focus, cpe_usual_usd, rel_sd, rel_prior_sd, engagement_rate, posts_per_week, "
             "sponsored_share, last_post_day, price_known, has_contact, verified, siblings, posts, profile) "
             "from stdin (format binary)"},
};

void write_begin(struct write *w) {
    for (size_t i = 0; i < WRITE_TABLES; i++) {
        copy_begin(&w->table[i]);
        w->rows[i] = 0;
    }
}

void write_done(struct write *w) {
    for (size_t i = 0; i < WRITE_TABLES; i++)
        buf_free(&w->table[i]);
}

static void put_batch(struct buf *out, const struct score_context *ctx, const struct account_evidence *ev,
                      const struct account_result *r) {
    int32_t ids[SCORE_MATCH_MAX + SCORE_COMPOUNDS_MAX + SCORE_DIRECT_MAX];
    copy_row(out, tables[T_BATCH].fields);
    copy_i16(out, ev->world);
    copy_i64(out, ev->creator_id);
    copy_i64(out, ev->account_id);
    for (size_t i = 0; i < r->direct_count; i++)
        ids[i] = taxonomy_id(ctx->tax, r->direct[i].niche);
    copy_i32s(out, ids, r->direct_count);
    for (size_t i = 0; i < r->match_count; i++)
        ids[i] = taxonomy_id(ctx->tax, r->match[i].niche);
    for (size_t i = 0; i < r->compound_count; i++)
        ids[r->match_count + i] = r->compound[i].compound_id;
    copy_i32s(out, ids, r->match_count + r->compound_count);
}

static void put_engagement(struct buf *out, const struct account_quality *q) {
    copy_f64(out, q->engagement);
    copy_text(out, q->engagement_basis);
    copy_f64(out, q->engagement_rate);
    copy_f64(out, q->engagement_usual);
    copy_f64(out, q->engagement_theta);
    copy_f64(out, q->engagement_sigma);
    copy_f64(out, q->engagement_n);
    copy_f64(out, q->engagement_shrink);
    copy_f64(out, q->engagement_post_sd);
    copy_f64(out, q->engagement_typical);
    copy_f64(out, q->engagement_tau);
}

static void put_rest(struct buf *out, const struct account_quality *q) {
    copy_f64(out, q->authenticity);
    copy_f64(out, q->audience_credibility);
    copy_f64(out, q->conversation);
    copy_f64s(out, q->signal_phi, AUTH_SIGNAL_COUNT);
    copy_i32(out, q->signal_measured);
    copy_f64(out, q->price_usd);
    copy_text(out, q->price_source);
    copy_f64(out, q->loyalty);
    copy_i32(out, q->brands);
    copy_i32(out, q->brands_repeated);
    copy_bool(out, q->rival_brands);
    copy_f64(out, q->consistency);
    copy_f64(out, q->returning_audience);
    copy_f64(out, q->freshness);
    copy_f64(out, q->gap_days);
    copy_f64(out, q->posts_per_week);
    copy_text(out, q->has_words ? q->words : NULL);
    copy_text(out, *q->city_key ? q->city_key : NULL);
}

static void put_shown(struct buf *out, const struct account_evidence *ev, const struct account_quality *q) {
    copy_text(out, ev->display_name ? ev->display_name : ev->name);
    copy_text(out, ev->bio);
    copy_text(out, ev->picture_url);
    copy_text(out, ev->slug);
    copy_text(out, ev->username);
    copy_text(out, ev->url);
    copy_time(out, ev->observed_us);
    copy_i32(out, q->signal_unusual);
}

static void put_account(struct buf *out, const struct score_context *ctx, const struct account_evidence *ev,
                        const struct account_result *r) {
    const struct account_quality *q = &r->quality;
    int32_t ids[SCORE_TOP_NICHES];
    size_t n = 0;
    for (size_t i = 0; i < r->direct_count && n < SCORE_TOP_NICHES; i++)
        if (r->direct[i].evidence)
            ids[n++] = taxonomy_id(ctx->tax, r->direct[i].niche);
    copy_row(out, tables[T_ACCOUNT].fields);
    copy_i64(out, ev->creator_id);
    copy_i64(out, ev->account_id);
    copy_i16(out, ev->world);
    copy_text(out, ctx->model_version);
    copy_time(out, q->due_us);
    copy_i32(out, (int64_t)q->posts);
    copy_time(out, q->last_post_us);
    copy_i32s(out, ids, n);
    copy_f32s(out, q->post_weights, q->posts);
    copy_f64(out, q->bio_weight);
    put_engagement(out, q);
    put_rest(out, q);
    put_shown(out, ev, q);
}

static void put_niches(struct buf *out, const struct score_context *ctx, const struct account_evidence *ev,
                       const struct account_result *r) {
    for (size_t i = 0; i < r->direct_count; i++) {
        const struct score_direct *d = &r->direct[i];
        copy_row(out, tables[T_NICHE].fields);
        copy_i64(out, ev->creator_id);
        copy_i64(out, ev->account_id);
        copy_i32(out, taxonomy_id(ctx->tax, d->niche));
        copy_f64(out, d->k);
        copy_f64(out, d->n);
        copy_f64(out, d->focus);
        copy_i16(out, d->posts);
        copy_i64(out, (int64_t)d->post_mask);
        copy_f64(out, d->profile);
        size_t mark = copy_texts(out, d->word_count);
        for (size_t j = 0; j < d->word_count; j++)
            copy_text(out, d->words[j]);
        copy_texts_end(out, mark);
    }
}

/* What filters look at, in the order of the columns. */
static void put_filtered(struct buf *out, const struct account_evidence *ev,
                         const struct account_quality *q) {
    copy_f32(out, (float)q->engagement_rate);
    copy_f32(out, q->posts < RHYTHM_POSTS ? NAN : (float)q->posts_per_week);
    copy_f32(out, (float)q->sponsored_share);
    copy_day(out, q->last_post_us);
    copy_bool(out, strcmp(q->price_source, "prior") != 0);
    copy_flag(out, ev->has_contact);
    copy_flag(out, ev->verified);
    copy_bool(out, ev->siblings);
}

/* What direct evidence there is for the niche of a ranked row. */
static void put_direct(struct buf *out, const struct account_result *r, const struct score_match *m) {
    const struct score_direct *found = NULL;
    for (size_t i = 0; i < r->direct_count && !m->compound_id && !found; i++)
        if (r->direct[i].niche == m->niche)
            found = &r->direct[i];
    if (!found) {
        copy_null(out);
        copy_null(out);
        return;
    }
    copy_i16(out, found->posts);
    copy_f64(out, found->profile);
}

static void put_matches(struct buf *out, const struct score_context *ctx, const struct account_evidence *ev,
                        const struct account_result *r, const struct score_match *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct score_match *m = &rows[i];
        copy_row(out, tables[T_MATCH].fields);
        copy_i64(out, ev->creator_id);
        copy_i64(out, ev->account_id);
        copy_i32(out, m->compound_id ? m->compound_id : taxonomy_id(ctx->tax, m->niche));
        copy_i16(out, ev->world);
        copy_bool(out, m->kind == RELEVANCE_RELATED);
        copy_text(out, relevance_kind_name(m->kind));
        copy_i32(out, m->score);
        copy_i32(out, m->conf);
        copy_f32(out, m->sd);
        copy_i64(out, (int64_t)r->quality.followers);
        copy_i16(out, ev->platform_id);
        copy_text(out, ev->country);
        copy_text(out, ev->language);
        copy_f64(out, r->quality.price_usd);
        for (size_t c = 0; c < MATCH_STORED; c++)
            copy_f64(out, m->ln[c]);
        copy_f64(out, m->focus);
        copy_f64(out, m->cpe_usual_usd);
        copy_f64(out, m->rel_sd);
        copy_f64(out, m->rel_prior_sd);
        put_filtered(out, ev, &r->quality);
        put_direct(out, r, m);
    }
}

void write_account(struct write *w, const struct score_context *ctx, const struct account_evidence *ev,
                   const struct account_result *r) {
    put_batch(&w->table[T_BATCH], ctx, ev, r);
    put_account(&w->table[T_ACCOUNT], ctx, ev, r);
    put_niches(&w->table[T_NICHE], ctx, ev, r);
    put_matches(&w->table[T_MATCH], ctx, ev, r, r->match, r->match_count);
    put_matches(&w->table[T_MATCH], ctx, ev, r, r->compound, r->compound_count);
    w->rows[T_BATCH]++;
    w->rows[T_ACCOUNT]++;
    w->rows[T_NICHE] += r->direct_count;
    w->rows[T_MATCH] += r->match_count + r->compound_count;
}

static enum err copy_table(struct db *db, const char *sql, struct buf *rows, struct fault *f) {
    copy_end(rows);
    enum err e = db_copy_begin(db, sql, f);
    if (e)
        return e;
    e = db_copy_put(db, rows->data, rows->len, f);
    return e ? e : db_copy_end(db, f, NULL);
}

/* The statements in their order; each sees what those before it did. */
static enum err apply(const struct write *w, struct db *db, const struct batch *b, const char *clocks,
                      struct fault *f) {
    static const struct {
        const char *statement;
        enum write_table table;
        int n_params;
    } steps[] = {{"score_put_niches", T_NICHE, 1},
                 {"score_put_lookalikes", T_NICHE, 1},
                 {"score_put_matches", T_MATCH, 2},
                 {"score_put_accounts", T_ACCOUNT, 1}};
    enum err e = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(steps) && !e; i++) {
        char rows[24];
        snprintf(rows, sizeof rows, "%zu", w->rows[steps[i].table]);
        const char *params[] = {rows, clocks};
        e = db_query(db, steps[i].statement, steps[i].n_params, params, f, NULL);
    }
    if (e || b->n_gone == 0)
        return e;
    struct id_arrays gone = ids_of(b->gone, b->n_gone, b->mem);
    const char *params[] = {gone.creators, gone.accounts};
    return db_query(db, "score_gone", 2, params, f, NULL);
}

enum err write_store(struct write *w, struct db *db, const struct batch *b,
                     const int64_t now_us[SCORE_WORLDS_MAX], struct fault *f, size_t *ret_changed) {
    const char *clocks = "";
    for (int i = 0; i < SCORE_WORLDS_MAX; i++)
        clocks = arena_printf(b->mem, "%s%s%lld", clocks, i ? "," : "", (long long)now_us[i]);
    clocks = arena_printf(b->mem, "{%s}", clocks);
    enum err e = ERR_OK;
    for (size_t i = 0; i < WRITE_TABLES && !e; i++)
        e = copy_table(db, tables[i].copy, &w->table[i], f);
    if (!e)
        e = apply(w, db, b, clocks, f);
    if (e)
        return e;
    struct id_arrays ids = ids_of(b->taken, b->n_taken, b->mem);
    const char *params[] = {ids.creators, ids.accounts};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    e = db_query(db, "score_finish", 2, params, f, &r);
    if (!e)
        *ret_changed = (size_t)rows_i64(r, 0, 0);
    return e;
}
