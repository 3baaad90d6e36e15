/* Why: a batch's evidence in a handful of statements, each one index range an account. Invariants: what is
 * read is bounded by the batch (64 posts, 200 snapshots, 192 collaborations an account); texts stay in the
 * answers, which live as long as the batch. */
#include "store.h"

#include "base/clock.h"
#include "base/fields.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum take_column {
    T_CREATOR,
    T_ACCOUNT,
    T_WORLD,
    T_PLATFORM,
    T_OPTED_OUT,
    T_USERNAME,
    T_NAME,
    T_BIO,
    T_CATEGORY,
    T_COUNTRY,
    T_CITY,
    T_LANGUAGE,
    T_FOLLOWERS,
    T_FOLLOWING,
    T_POSTS,
    T_LIKES,
    T_VIEWS,
    T_DISPLAY_NAME,
    T_PICTURE,
    T_CONTACT,
    T_VERIFIED,
    T_OBSERVED,
    T_SIBLINGS,
    T_SLUG,
    T_URL
};

static void forget(struct batch *b) {
    for (size_t i = 0; i < BATCH_ANSWERS; i++) {
        rows_free(b->answers[i]);
        b->answers[i] = NULL;
    }
    arena_reset(b->mem);
    *b = (struct batch){.mem = b->mem};
}

enum err batch_init(struct batch *b, struct fault *f) {
    *b = (struct batch){.mem = arena_new(1 << 20)};
    return b->mem ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory for a batch");
}

void batch_done(struct batch *b) {
    if (b->mem)
        forget(b);
    arena_free(b->mem);
    b->mem = NULL;
}

struct id_arrays ids_of(const struct account_at *at, size_t n, struct arena *a) {
    struct buf creators = {0}, accounts = {0};
    buf_putc(&creators, '{');
    buf_putc(&accounts, '{');
    for (size_t i = 0; i < n; i++) {
        buf_printf(&creators, i ? ",%lld" : "%lld", (long long)at[i].creator_id);
        buf_printf(&accounts, i ? ",%lld" : "%lld", (long long)at[i].account_id);
    }
    buf_putc(&creators, '}');
    buf_putc(&accounts, '}');
    struct id_arrays ids = {arena_strdup(a, creators.data), arena_strdup(a, accounts.data)};
    buf_free(&creators);
    buf_free(&accounts);
    return ids;
}

static double count_of(const struct rows *r, size_t row, int col) {
    int64_t v = rows_i64(r, row, col);
    return v == FIELD_NULL_I64 ? NAN : (double)v;
}

static int8_t flag_of(const struct rows *r, size_t row, int col) {
    return rows_text(r, row, col) ? rows_bool(r, row, col) : -1;
}

static struct account_evidence evidence_of(const struct rows *r, size_t row, enum rank_platform platform) {
    return (struct account_evidence){
        .creator_id = rows_i64(r, row, T_CREATOR),
        .account_id = rows_i64(r, row, T_ACCOUNT),
        .world = (int)rows_i64(r, row, T_WORLD),
        .platform_id = (int)rows_i64(r, row, T_PLATFORM),
        .platform = platform,
        .opted_out = rows_bool(r, row, T_OPTED_OUT),
        .username = rows_text(r, row, T_USERNAME),
        .display_name = rows_text(r, row, T_DISPLAY_NAME),
        .name = rows_text(r, row, T_NAME),
        .bio = rows_text(r, row, T_BIO),
        .slug = rows_text(r, row, T_SLUG),
        .url = rows_text(r, row, T_URL),
        .picture_url = rows_text(r, row, T_PICTURE),
        .category = rows_text(r, row, T_CATEGORY),
        .country = rows_text(r, row, T_COUNTRY),
        .city = rows_text(r, row, T_CITY),
        .language = rows_text(r, row, T_LANGUAGE),
        .has_contact = flag_of(r, row, T_CONTACT),
        .verified = flag_of(r, row, T_VERIFIED),
        .observed_us = rows_i64(r, row, T_OBSERVED),
        .siblings = rows_bool(r, row, T_SIBLINGS),
        .followers = count_of(r, row, T_FOLLOWERS),
        .following = count_of(r, row, T_FOLLOWING),
        .posts_total = count_of(r, row, T_POSTS),
        .likes_total = count_of(r, row, T_LIKES),
        .views_total = count_of(r, row, T_VIEWS),
        .sample_n = NAN,
        .sample_flagged = NAN,
        .sample_mass = NAN,
        .price_usd = NAN,
        .next_price_day = SCORE_NO_DAY,
    };
}

/* Sorts the accounts taken into those that are there and those that are no more. */
static enum err take(struct batch *b, const struct platform_map *platforms, struct fault *f) {
    const struct rows *r = b->answers[TAKE_ANSWER];
    size_t n = rows_count(r);
    b->taken = arena_alloc(b->mem, (n + 1) * sizeof *b->taken);
    b->gone = arena_alloc(b->mem, (n + 1) * sizeof *b->gone);
    b->ev = arena_alloc(b->mem, (n + 1) * sizeof *b->ev);
    for (size_t i = 0; i < n; i++) {
        struct account_at at = {rows_i64(r, i, T_CREATOR), rows_i64(r, i, T_ACCOUNT)};
        b->taken[b->n_taken++] = at;
        if (!rows_text(r, i, T_USERNAME)) {
            b->gone[b->n_gone++] = at;
            continue;
        }
        int64_t world = rows_i64(r, i, T_WORLD);
        int64_t id = rows_i64(r, i, T_PLATFORM);
        if (world < 0 || world >= SCORE_WORLDS_MAX)
            return fault_set(f, ERR_DATA_INVALID, "world of account %lld must be 0 to %d, got %lld",
                             (long long)at.account_id, SCORE_WORLDS_MAX - 1, (long long)world);
        if (id < 0 || id >= PLATFORM_IDS_MAX || platforms->rank[id] < 0)
            return fault_set(f, ERR_DATA_INVALID, "platform of account %lld is unknown to this program: %lld",
                             (long long)at.account_id, (long long)id);
        b->ev[b->n++] = evidence_of(r, i, (enum rank_platform)platforms->rank[id]);
    }
    return ERR_OK;
}

/* Reads an array literal of integers, at most max. */
static size_t numbers_of(const char *s, double *out, size_t max) {
    size_t n = 0;
    while (*s && *s != '}' && n < max) {
        char *end;
        out[n++] = (double)strtoll(s + 1, &end, 10);
        s = end;
    }
    return n;
}

static void take_snapshots(struct batch *b) {
    const struct rows *r = b->answers[SNAPSHOTS_ANSWER];
    for (size_t i = 0; i < rows_count(r); i++) {
        struct account_evidence *ev = &b->ev[rows_i64(r, i, 0) - 1];
        double days[SIGNAL_SNAPSHOTS_MAX], followers[SIGNAL_SNAPSHOTS_MAX];
        size_t n = numbers_of(rows_text(r, i, 1), days, SIGNAL_SNAPSHOTS_MAX);
        size_t m = numbers_of(rows_text(r, i, 2), followers, SIGNAL_SNAPSHOTS_MAX);
        ev->n_snapshots = n < m ? n : m;
        struct signal_snapshot *all = arena_alloc(b->mem, (ev->n_snapshots + 1) * sizeof *all);
        for (size_t j = 0; j < ev->n_snapshots; j++)
            all[j] = (struct signal_snapshot){days[j], followers[j]};
        ev->snapshots = all;
    }
}

static void take_facts(struct batch *b) {
    const struct rows *r = b->answers[FACTS_ANSWER];
    for (size_t i = 0; i < rows_count(r); i++) {
        struct account_evidence *ev = &b->ev[rows_i64(r, i, 0) - 1];
        ev->sample_n = count_of(r, i, 1);
        ev->sample_flagged = count_of(r, i, 2);
        ev->sample_mass = count_of(r, i, 3);
        ev->price_usd = rows_f64(r, i, 4);
        ev->price_source = rows_text(r, i, 5);
        if (rows_text(r, i, 6))
            ev->next_price_day = (int32_t)rows_i64(r, i, 6);
    }
}

static void take_bookings(struct batch *b) {
    const struct rows *r = b->answers[BOOKINGS_ANSWER];
    size_t *first, *rows;
    rows_by_account(b, r, &first, &rows);
    struct score_booking *all = arena_alloc(b->mem, (rows_count(r) + 1) * sizeof *all);
    for (size_t i = 0; i < rows_count(r); i++) {
        size_t row = rows[i];
        all[i] = (struct score_booking){
            .brand_id = rows_i64(r, row, 1),
            .day = (int32_t)rows_i64(r, row, 2),
            .labelled = rows_text(r, row, 3) ? rows_bool(r, row, 3) : FIELD_NULL_BOOL,
        };
    }
    b->bookings = all;
    b->n_bookings = rows_count(r);
    for (size_t i = 0; i < b->n; i++) {
        b->ev[i].bookings = all + first[i];
        b->ev[i].n_bookings = first[i + 1] - first[i];
    }
}

/* What the worlds of the accounts call today, as an array literal of days since 1970. */
static const char *days_of(const struct batch *b, const struct score_context *ctx) {
    struct buf out = {0};
    buf_putc(&out, '{');
    for (size_t i = 0; i < b->n; i++)
        buf_printf(&out, i ? ",%lld" : "%lld", (long long)(ctx->now_us[b->ev[i].world] / CLOCK_DAY));
    buf_putc(&out, '}');
    const char *days = arena_strdup(b->mem, out.data);
    buf_free(&out);
    return days;
}

static enum err take_accounts(struct batch *b, struct db *db, const char *query, struct account_at after,
                              struct account_at upto, size_t limit, struct fault *f) {
    char text[5][24];
    const long long values[5] = {after.creator_id, after.account_id, upto.creator_id, upto.account_id,
                                 (long long)limit};
    const char *params[5];
    for (size_t i = 0; i < 5; i++) {
        snprintf(text[i], sizeof text[i], "%lld", values[i]);
        params[i] = text[i];
    }
    return db_query(db, query, 5, params, f, &b->answers[TAKE_ANSWER]);
}

enum err batch_read(struct batch *b, struct db *db, const char *query, const struct score_context *ctx,
                    const struct platform_map *platforms, struct account_at after, struct account_at upto,
                    size_t limit, struct fault *f) {
    forget(b);
    enum err e = take_accounts(b, db, query, after, upto, limit, f);
    if (!e)
        e = take(b, platforms, f);
    if (e || b->n == 0)
        return e;
    struct account_at *live = arena_alloc(b->mem, b->n * sizeof *live);
    for (size_t i = 0; i < b->n; i++)
        live[i] = (struct account_at){b->ev[i].creator_id, b->ev[i].account_id};
    struct id_arrays ids = ids_of(live, b->n, b->mem);
    const char *params[] = {ids.creators, ids.accounts, days_of(b, ctx)};
    e = batch_read_posts(b, db, ids, f);
    if (!e)
        e = db_query(db, "score_snapshots", 2, params, f, &b->answers[SNAPSHOTS_ANSWER]);
    if (!e)
        e = db_query(db, "score_facts", 3, params, f, &b->answers[FACTS_ANSWER]);
    if (!e)
        e = db_query(db, "score_bookings", 3, params, f, &b->answers[BOOKINGS_ANSWER]);
    if (e)
        return e;
    take_snapshots(b);
    take_facts(b);
    take_bookings(b);
    return batch_read_trades(b, db, f);
}
