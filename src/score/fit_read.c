/* Why: a fit looks at many accounts but keeps only numbers of them. Invariants: memory is bounded by the
 * sample, which is the same at each run; what counts and by what it is divided is decided by the scorer's own
 * functions. */
#include "fit_own.h"

#include "base/fields.h"
#include "work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 500, SAMPLE = 20000 };

/* What the reading of batches needs. */
struct reader {
    struct db *db;
    struct platform_map platforms;
    const char *masks; /* by platform and has_posts, an array literal */
    struct account_work *work;
    struct fit_sets *sets;
};

void fit_sets_free(struct fit_sets *s) {
    for (int p = 0; p < RANK_PLATFORM_COUNT; p++)
        for (int b = 0; b < RANK_BASIS_COUNT; b++) {
            free(s->set[p][b].accounts);
            free(s->set[p][b].posts);
        }
}

/* Items with room for `want` of them; NULL, and all as before, when memory is out. */
static void *grow(void *items, size_t size, size_t want, size_t *room) {
    if (want <= *room)
        return items;
    size_t more = *room ? 2 * *room : 1024;
    while (more < want)
        more *= 2;
    void *grown = realloc(items, more * size);
    if (grown)
        *room = more;
    return grown;
}

static bool make_room(struct fit_set *set, size_t posts) {
    void *a = grow(set->accounts, sizeof *set->accounts, set->n + 1, &set->room);
    set->accounts = a ? a : set->accounts;
    void *p = grow(set->posts, sizeof *set->posts, set->n_posts + posts, &set->room_posts);
    set->posts = p ? p : set->posts;
    return a && p;
}

static bool add(struct fit_set *set, double followers, const struct engagement_post *posts, size_t n) {
    if (!make_room(set, n))
        return false;
    struct fit_account a = {.followers = followers, .first = (uint32_t)set->n_posts};
    for (size_t i = 0; i < n; i++) {
        const struct engagement_post *p = &posts[i];
        if (p->flags || !(p->engagements >= 0.0) || !(p->denominator > 0.0))
            continue;
        set->posts[set->n_posts++] =
            (struct fit_post){(float)p->engagements, (float)p->denominator, (float)p->age_days};
        a.n_posts++;
    }
    if (a.n_posts > 0)
        set->accounts[set->n++] = a;
    return true;
}

/* An account goes to every basis that it can tell about. */
static bool take(struct reader *r, const struct account_evidence *ev) {
    struct engagement_post posts[SCORE_POSTS_MAX];
    struct fit_set *sets = r->sets->set[ev->platform];
    work_begin(ev, r->work);
    double followers = r->work->followers;
    if (ev->n_posts == 0) {
        struct engagement_post mean = engagement_totals(ev, r->work);
        return add(&sets[RANK_BASIS_TOTALS], followers, &mean, 1);
    }
    engagement_posts(ev, r->work, RANK_BASIS_FOLLOWERS, posts);
    if (!add(&sets[RANK_BASIS_FOLLOWERS], followers, posts, r->work->n_posts))
        return false;
    if (engagement_basis(ev, r->work) != RANK_BASIS_VIEWS)
        return true;
    engagement_posts(ev, r->work, RANK_BASIS_VIEWS, posts);
    return add(&sets[RANK_BASIS_VIEWS], followers, posts, r->work->n_posts);
}

static double count_of(const struct rows *r, size_t row, int col) {
    int64_t v = rows_i64(r, row, col);
    return v == FIELD_NULL_I64 ? NAN : (double)v;
}

static struct account_evidence evidence_of(const struct rows *r, size_t row, enum rank_platform platform) {
    return (struct account_evidence){
        .creator_id = rows_i64(r, row, 0),
        .account_id = rows_i64(r, row, 1),
        .platform = platform,
        .followers = count_of(r, row, 3),
        .following = NAN,
        .posts_total = count_of(r, row, 4),
        .likes_total = count_of(r, row, 5),
        .views_total = count_of(r, row, 6),
    };
}

static struct score_post post_of(const struct rows *r, size_t row) {
    return (struct score_post){
        .key = rows_text(r, row, 1),
        .posted_us = rows_i64(r, row, 2),
        .observed_us = rows_i64(r, row, 3),
        .giveaway = rows_bool(r, row, 4),
        .followers_at = count_of(r, row, 5),
        .likes = count_of(r, row, 6),
        .comments = count_of(r, row, 7),
        .shares = count_of(r, row, 8),
        .views = count_of(r, row, 9),
    };
}

static void take_posts(struct batch *b, const struct rows *r) {
    size_t *first, *rows;
    rows_by_account(b, r, &first, &rows);
    struct score_post *all = arena_alloc(b->mem, (rows_count(r) + 1) * sizeof *all);
    for (size_t i = 0; i < rows_count(r); i++)
        all[i] = post_of(r, rows[i]);
    for (size_t i = 0; i < b->n; i++) {
        b->ev[i].posts = all + first[i];
        b->ev[i].n_posts = first[i + 1] - first[i];
    }
}

static void take_snapshots(struct batch *b, const struct rows *r) {
    size_t *first, *rows;
    rows_by_account(b, r, &first, &rows);
    struct signal_snapshot *all = arena_alloc(b->mem, (rows_count(r) + 1) * sizeof *all);
    for (size_t i = 0; i < rows_count(r); i++)
        all[i] = (struct signal_snapshot){count_of(r, rows[i], 1), count_of(r, rows[i], 2)};
    for (size_t i = 0; i < b->n; i++) {
        b->ev[i].snapshots = all + first[i];
        b->ev[i].n_snapshots = first[i + 1] - first[i];
    }
}

/* Posts and snapshots of the accounts of a page, and what they tell. */
static enum err take_page(struct reader *r, struct batch *b, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *posts = NULL;
    CLEANUP(rows_free_at) struct rows *snapshots = NULL;
    struct account_at *at = arena_alloc(b->mem, (b->n + 1) * sizeof *at);
    for (size_t i = 0; i < b->n; i++)
        at[i] = (struct account_at){b->ev[i].creator_id, b->ev[i].account_id};
    struct id_arrays ids = ids_of(at, b->n, b->mem);
    const char *params[] = {ids.creators, ids.accounts};
    enum err e = db_query(r->db, "fit_posts", 2, params, f, &posts);
    if (!e)
        e = db_query(r->db, "fit_snapshots", 2, params, f, &snapshots);
    if (e)
        return e;
    take_posts(b, posts);
    take_snapshots(b, snapshots);
    for (size_t i = 0; i < b->n; i++)
        if (!take(r, &b->ev[i]))
            return fault_set(f, ERR_NO_MEMORY, "no memory for the accounts of a fit");
    return ERR_OK;
}

/* One page behind *io_at; *ret_n accounts were in it. */
static enum err read_page(struct reader *r, struct batch *b, struct account_at *io_at, struct fault *f,
                          size_t *ret_n) {
    arena_reset(b->mem);
    *b = (struct batch){.mem = b->mem};
    char text[5][24];
    const long long values[] = {io_at->creator_id, io_at->account_id, FIT_FOLLOWERS_MIN, FIT_FOLLOWERS_MAX,
                                PAGE};
    const char *params[6] = {[5] = r->masks};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        snprintf(text[i], sizeof text[i], "%lld", values[i]);
        params[i] = text[i];
    }
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(r->db, "fit_accounts", COUNT_OF(params), params, f, &rows);
    if (e)
        return e;
    size_t n = rows_count(rows);
    *ret_n = n;
    if (n == 0)
        return ERR_OK;
    b->ev = arena_alloc(b->mem, n * sizeof *b->ev);
    for (size_t i = 0; i < n; i++) {
        int64_t id = rows_i64(rows, i, 2);
        if (id >= 0 && id < PLATFORM_IDS_MAX && r->platforms.rank[id] >= 0)
            b->ev[b->n++] = evidence_of(rows, i, (enum rank_platform)r->platforms.rank[id]);
    }
    *io_at = (struct account_at){rows_i64(rows, n - 1, 0), rows_i64(rows, n - 1, 1)};
    return take_page(r, b, f);
}

/* The masks that leave about SAMPLE accounts of each stratum, by platform id and has_posts. */
static enum err masks_read(struct db *db, struct fault *f, struct buf *out) {
    char low[24], high[24];
    snprintf(low, sizeof low, "%d", FIT_FOLLOWERS_MIN);
    snprintf(high, sizeof high, "%d", FIT_FOLLOWERS_MAX);
    const char *params[] = {low, high};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    int64_t mask[2 * PLATFORM_IDS_MAX] = {0};
    enum err e = db_query(db, "fit_strata", 2, params, f, &rows);
    if (e)
        return e;
    for (size_t i = 0; i < rows_count(rows); i++) {
        int64_t id = rows_i64(rows, i, 0);
        int64_t n = rows_i64(rows, i, 2);
        int64_t parts = 1;
        while (n / parts > SAMPLE)
            parts *= 2;
        if (id >= 0 && id < PLATFORM_IDS_MAX)
            mask[2 * id + rows_bool(rows, i, 1)] = parts - 1;
    }
    for (size_t i = 0; i < COUNT_OF(mask); i++)
        buf_printf(out, "%c%lld", i ? ',' : '{', (long long)mask[i]);
    buf_putc(out, '}');
    return ERR_OK;
}

static enum err read_all(struct reader *r, struct fault *f) {
    struct batch b;
    struct account_at at = {INT64_MIN, INT64_MIN};
    enum err e = batch_init(&b, f);
    for (size_t n = 1; !e && n > 0;)
        e = read_page(r, &b, &at, f, &n);
    batch_done(&b);
    return e;
}

enum err fit_sets_read(struct db *db, struct fault *f, struct fit_sets *ret_sets) {
    struct buf masks = {0};
    struct reader r = {.db = db, .sets = ret_sets, .work = calloc(1, sizeof *r.work)};
    enum err e = r.work ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory for a fit");
    if (!e)
        e = platforms_read(db, f, &r.platforms);
    if (!e)
        e = masks_read(db, f, &masks);
    r.masks = masks.data;
    if (!e)
        e = read_all(&r, f);
    buf_free(&masks);
    free(r.work);
    return e;
}
