/* Why: posts are the bulk of a batch; they are decoded here, texts left where the answer has them. Invariant:
 * nothing depends on the order of the rows of an answer beyond the order within an account, and
 * score_account() sorts that. */
#include "store.h"

#include "base/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum post_column {
    P_KEY = 1,
    P_POSTED,
    P_OBSERVED,
    P_CAPTION,
    P_HASHTAGS,
    P_SPONSORED,
    P_DISCLOSED,
    P_GIVEAWAY,
    P_BRAND,
    P_FOLLOWERS,
    P_LIKES,
    P_COMMENTS,
    P_SHARES,
    P_VIEWS
};

void rows_by_account(const struct batch *b, const struct rows *r, size_t **ret_first, size_t **ret_rows) {
    size_t n = rows_count(r);
    size_t *first = arena_alloc(b->mem, (b->n + 2) * sizeof *first);
    size_t *rows = arena_alloc(b->mem, (n + 1) * sizeof *rows);
    for (size_t i = 0; i < n; i++)
        first[rows_i64(r, i, 0) + 1]++;
    for (size_t i = 1; i < b->n + 2; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < n; i++)
        rows[first[rows_i64(r, i, 0)]++] = i;
    /* now first[i] is where account i (1-based) ends, which is where account i + 1 begins */
    *ret_first = first;
    *ret_rows = rows;
}

static double count_of(const struct rows *r, size_t row, int col) {
    int64_t v = rows_i64(r, row, col);
    return v == FIELD_NULL_I64 ? NAN : (double)v;
}

static int8_t flag_of(const struct rows *r, size_t row, int col) {
    return rows_text(r, row, col) ? rows_bool(r, row, col) : FIELD_NULL_BOOL;
}

/* The elements of an array literal with blanks between; quotes and backslashes are no letters and become
 * blanks too. */
static const char *tokens_of(const struct rows *r, size_t row, int col, struct arena *a, size_t *ret_len) {
    const char *s = rows_text(r, row, col);
    size_t n = rows_len(r, row, col);
    if (!s || n <= 2)
        return NULL;
    char *out = arena_strndup(a, s + 1, n - 2);
    for (size_t i = 0; i < n - 2; i++)
        if (out[i] == ',' || out[i] == '"' || out[i] == '\\')
            out[i] = ' ';
    *ret_len = n - 2;
    return out;
}

static struct score_post post_of(const struct rows *r, size_t row, struct arena *a) {
    struct score_post p = {
        .key = rows_text(r, row, P_KEY),
        .posted_us = rows_i64(r, row, P_POSTED),
        .observed_us = rows_i64(r, row, P_OBSERVED),
        .caption = rows_text(r, row, P_CAPTION),
        .caption_len = rows_len(r, row, P_CAPTION),
        .brand_id = rows_text(r, row, P_BRAND) ? rows_i64(r, row, P_BRAND) : 0,
        .sponsored = flag_of(r, row, P_SPONSORED),
        .disclosed = flag_of(r, row, P_DISCLOSED),
        .giveaway = rows_bool(r, row, P_GIVEAWAY),
        .followers_at = count_of(r, row, P_FOLLOWERS),
        .likes = count_of(r, row, P_LIKES),
        .comments = count_of(r, row, P_COMMENTS),
        .shares = count_of(r, row, P_SHARES),
        .views = count_of(r, row, P_VIEWS),
        .comments_sampled = NAN,
        .distinct_texts = NAN,
        .distinct_authors = NAN,
        .recurring_authors = NAN,
        .creator_replies = NAN,
    };
    p.hashtags = tokens_of(r, row, P_HASHTAGS, a, &p.hashtags_len);
    return p;
}

static struct score_post *post_by_key(struct score_post *posts, size_t n, const char *key) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(posts[i].key, key) == 0)
            return &posts[i];
    return NULL;
}

/* Comment counts to their posts. A post that came between the two answers has none yet. */
static void take_comments(struct batch *b, const struct rows *r, struct score_post *posts,
                          const size_t *first) {
    for (size_t i = 0; i < rows_count(r); i++) {
        size_t at = (size_t)rows_i64(r, i, 0) - 1;
        struct score_post *p = post_by_key(posts + first[at], b->ev[at].n_posts, rows_text(r, i, 1));
        if (!p)
            continue;
        p->comments_sampled = count_of(r, i, 2);
        p->distinct_texts = count_of(r, i, 3);
        p->distinct_authors = count_of(r, i, 4);
        p->recurring_authors = count_of(r, i, 5);
        p->creator_replies = count_of(r, i, 6);
    }
}

enum err batch_read_posts(struct batch *b, struct db *db, struct id_arrays ids, struct fault *f) {
    const char *params[] = {ids.creators, ids.accounts};
    enum err e = db_query(db, "score_posts", 2, params, f, &b->answers[POSTS_ANSWER]);
    if (!e)
        e = db_query(db, "score_comments", 2, params, f, &b->answers[COMMENTS_ANSWER]);
    if (e)
        return e;
    const struct rows *r = b->answers[POSTS_ANSWER];
    size_t *first, *rows;
    rows_by_account(b, r, &first, &rows);
    struct score_post *posts = arena_alloc(b->mem, (rows_count(r) + 1) * sizeof *posts);
    for (size_t i = 0; i < rows_count(r); i++)
        posts[i] = post_of(r, rows[i], b->mem);
    for (size_t i = 0; i < b->n; i++) {
        b->ev[i].posts = posts + first[i];
        b->ev[i].n_posts = first[i + 1] - first[i];
    }
    b->posts = posts;
    b->n_posts = rows_count(r);
    take_comments(b, b->answers[COMMENTS_ANSWER], posts, first);
    return ERR_OK;
}

static int by_id(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The brands of a batch, ascending, each once. */
static size_t brands_of(const struct batch *b, int64_t *out) {
    size_t n = 0;
    for (size_t i = 0; i < b->n_posts; i++)
        if (b->posts[i].brand_id)
            out[n++] = b->posts[i].brand_id;
    for (size_t i = 0; i < b->n_bookings; i++)
        out[n++] = b->bookings[i].brand_id;
    qsort(out, n, sizeof *out, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || out[i] != out[i - 1])
            out[kept++] = out[i];
    return kept;
}

/* The trade of a brand; 0 if it is not known. */
static int32_t trade_of(const int64_t *brands, const int32_t *trades, size_t n, int64_t brand) {
    const int64_t *at = n ? bsearch(&brand, brands, n, sizeof *brands, by_id) : NULL;
    return at ? trades[at - brands] : 0;
}

enum err batch_read_trades(struct batch *b, struct db *db, struct fault *f) {
    int64_t *brands = arena_alloc(b->mem, (b->n_posts + b->n_bookings + 1) * sizeof *brands);
    size_t n = brands_of(b, brands);
    if (n == 0)
        return ERR_OK;
    struct buf ids = {0};
    for (size_t i = 0; i < n; i++)
        buf_printf(&ids, "%c%lld", i ? ',' : '{', (long long)brands[i]);
    buf_putc(&ids, '}');
    const char *params[] = {ids.data};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "score_trades", 1, params, f, &r);
    buf_free(&ids);
    if (e)
        return e;
    int32_t *trades = arena_alloc(b->mem, n * sizeof *trades);
    for (size_t i = 0; i < rows_count(r); i++) {
        int64_t id = rows_i64(r, i, 0);
        const int64_t *at = bsearch(&id, brands, n, sizeof *brands, by_id);
        if (at)
            trades[at - brands] = (int32_t)rows_i64(r, i, 1);
    }
    for (size_t i = 0; i < b->n_posts; i++)
        b->posts[i].trade = trade_of(brands, trades, n, b->posts[i].brand_id);
    for (size_t i = 0; i < b->n_bookings; i++)
        b->bookings[i].trade = trade_of(brands, trades, n, b->bookings[i].brand_id);
    return ERR_OK;
}
