/* GET /creators/{id}/similar. Steps: the creator's account with the most followers; candidates that share two
 * of its three strongest niches, nearest in size first, beside those whose audience sample shares a bucket;
 * the best of both by niches and size get their audiences read; the best of these are shown. Invariant:
 * neither the creator's own accounts nor a creator twice. The answer is tagged by its bytes: no version
 * counts samples of audiences. */
#include "similar.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_ROWS = 150, AUDIENCE_ROWS = 100, SPARE = 50, OWN_MAX = 8 };

#define AT(member) offsetof(struct similar_query, member)

const struct param similar_params[] = {
    {"platform", PARAM_LIST, AT(platform), 0, 0, NULL, "instagram,tiktok,youtube", false, PARAM_IN_ID,
     "m.platform", "platforms, comma between; -tiktok leaves one out"},
    {"country", PARAM_LIST, AT(country), 0, 0, NULL, "AA", false, PARAM_IN, "m.country",
     "ISO countries: US,GB; -US"},
    {"min_followers", PARAM_INT, AT(min_followers), 0, 1e9, NULL, NULL, false, PARAM_GE, "m.followers",
     "followers at least"},
    {"max_followers", PARAM_INT, AT(max_followers), 0, 1e9, NULL, NULL, false, PARAM_LE, "m.followers",
     "followers at most"},
    {"niche", PARAM_TEXT, AT(niche), 1, 200, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "a niche that they must make, in any spelling"},
    {"limit", PARAM_INT, AT(limit), 1, 100, "20", NULL, false, PARAM_NO_FILTER, NULL, "items at most"},
    LIST_PARAMS(struct similar_query, list),
};
const size_t similar_param_count = COUNT_OF(similar_params);

enum err similar_id(struct request *req, const char **ret_id) {
    const char *id = req->segments[0];
    size_t n = strlen(id);
    *ret_id = id;
    if (n <= 18 && strspn(id, "0123456789") == n)
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID, "a creator's id is a number, got \"%.100s\"", id);
    return fault_param(&req->fault, "id", id, "1 to 18 digits");
}

/* The numbers of an array as PostgreSQL writes it, at most `room`. */
static size_t read_numbers(const char *text, long *out, size_t room) {
    size_t n = 0;
    while (text && n < room && (*text == '{' || *text == ',') && text[1] != '}') {
        char *end;
        out[n++] = strtol(text + 1, &end, 10);
        text = end;
    }
    return n;
}

void similar_niches(const char *ids, const char *shares, struct lookalike_niches *ret) {
    long niche[LOOKALIKE_NICHES] = {0};
    long share[LOOKALIKE_NICHES] = {0};
    size_t n = read_numbers(ids, niche, LOOKALIKE_NICHES);
    ret->count = read_numbers(shares, share, n);
    for (size_t i = 0; i < ret->count; i++) {
        ret->niche[i] = (int32_t)niche[i];
        ret->weight[i] = (double)share[i] / 10000.0;
    }
}

static void weigh(struct lookalike_niches *v, const struct similar_state *st, const struct snapshot *s) {
    for (size_t i = 0; i < v->count; i++) {
        int at = taxonomy_by_id(s->taxonomy, v->niche[i]);
        v->weight[i] *= at < 0 ? 0.0 : st->idf[at];
    }
}

/* The better first; of equals the one with the lower account id. */
static int by_score(const void *a, const void *b) {
    const struct similar_candidate *x = a;
    const struct similar_candidate *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->account_id > y->account_id) - (x->account_id < y->account_id);
}

/* The same account together, the one that must be kept first. */
static int by_account(const void *a, const void *b) {
    const struct similar_candidate *x = a;
    const struct similar_candidate *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    return y->kept - x->kept;
}

static void measure(struct similar_candidate *c, const struct similar_seed *seed) {
    c->part[LIKE_NICHES] = lookalike_cosine(&seed->niches, &c->niches);
    c->part[LIKE_SIZE] = lookalike_size((double)seed->followers, (double)c->followers);
    c->part[LIKE_AUDIENCE] = c->part[LIKE_MIX] = c->audience_error = NAN;
    /* a person's hashes on two platforms differ */
    if (seed->audience.sampled && c->audience.sampled && seed->platform_id == c->platform_id) {
        struct sketch_estimate j = sketch_jaccard(&seed->audience.sketch, &c->audience.sketch);
        c->part[LIKE_AUDIENCE] = j.value;
        c->audience_error = j.error;
    }
    c->part[LIKE_MIX] =
        lookalike_mix(seed->audience.keys, seed->audience.shares, seed->audience.share_count,
                      c->audience.keys, c->audience.shares, c->audience.share_count, &c->mix_dimensions);
    c->score = lookalike_score(c->part, c->weight);
}

/* Ids as array literals, for statements that take accounts in pairs. */
static void id_arrays(const struct similar_candidate *c, size_t n, struct arena *a, const char *ret[2]) {
    struct buf creators = {0}, accounts = {0};
    for (size_t i = 0; i < n; i++) {
        buf_printf(&creators, "%c%lld", i ? ',' : '{', (long long)c[i].creator_id);
        buf_printf(&accounts, "%c%lld", i ? ',' : '{', (long long)c[i].account_id);
    }
    ret[0] = n ? arena_printf(a, "%s}", creators.data) : "{}";
    ret[1] = n ? arena_printf(a, "%s}", accounts.data) : "{}";
    buf_free(&creators);
    buf_free(&accounts);
}

/* Who is shown: the best account of each creator, at most the limit. */
static void choose(struct similar_state *st) {
    size_t kept = 0;
    qsort(st->found, st->found_count, sizeof *st->found, by_score);
    for (size_t i = 0; i < st->found_count && kept < (size_t)st->q.limit; i++) {
        bool again = false;
        for (size_t k = 0; k < kept; k++)
            again |= st->found[k].creator_id == st->found[i].creator_id;
        if (!again)
            st->found[kept++] = st->found[i];
    }
    st->found_count = kept;
}

static enum err item_rows(struct request *req, const struct rows *rows) {
    struct similar_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    st->items = arena_alloc(req->arena, rows_count(rows) * sizeof *st->items + 1);
    for (size_t i = 0, at = 0; i < rows_count(rows); i++) {
        struct similar_item *item = &st->items[st->item_count++];
        rows_decode(rows, i, similar_fields, similar_field_count, req->arena, item);
        while (st->found[at].creator_id != item->creator_id)
            at++;
        item->of = &st->found[at];
        item->rank = (int64_t)i + 1;
        similar_item_finish(item, st, s, req->arena);
    }
    return similar_write(req);
}

static enum err audience_rows(struct request *req, const struct rows *rows) {
    struct similar_state *st = req->state;
    for (size_t i = 0; i < rows_count(rows); i++)
        audience_read(rows, i, 1, 2, 3, req->arena, &st->found[rows_i64(rows, i, 0) - 1].audience);
    for (size_t i = 0; i < st->found_count; i++)
        measure(&st->found[i], &st->seed);
    choose(st);
    const char *ids[2];
    id_arrays(st->found, st->found_count, req->arena, ids);
    struct statement items = api_statement(req, "similar_items");
    return request_query(req, &items, COUNT_OF(ids), ids, item_rows);
}

/* All candidates are here: those worth it get their audiences read. Whoever shares an audience bucket is
 * among them; of the others an audience could change little (a Jaccard index of .05 stays unseen one time in
 * five). */
static enum err read_audiences(struct request *req) {
    struct similar_state *st = req->state;
    const struct snapshot *s;
    size_t n = 0;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    weigh(&st->seed.niches, st, s);
    if (st->found_count)
        qsort(st->found, st->found_count, sizeof *st->found, by_account);
    for (size_t i = 0; i < st->found_count; i++)
        if (!n || st->found[n - 1].account_id != st->found[i].account_id)
            st->found[n++] = st->found[i];
    st->considered = n;
    for (size_t i = 0; i < n; i++) {
        weigh(&st->found[i].niches, st, s);
        measure(&st->found[i], &st->seed);
    }
    if (n)
        qsort(st->found, n, sizeof *st->found, by_score);
    size_t most = 2 * (size_t)st->q.limit + SPARE;
    st->found_count = 0;
    for (size_t i = 0; i < n; i++)
        if (i < most || st->found[i].kept)
            st->found[st->found_count++] = st->found[i];
    const char *ids[2];
    id_arrays(st->found, st->found_count, req->arena, ids);
    struct statement audiences = api_statement(req, "similar_audiences");
    return request_query(req, &audiences, COUNT_OF(ids), ids, audience_rows);
}

static void take_candidates(struct request *req, const struct rows *rows, bool kept) {
    struct similar_state *st = req->state;
    for (size_t i = 0; i < rows_count(rows) && st->found_count < st->room; i++) {
        struct similar_candidate *c = &st->found[st->found_count++];
        *c = (struct similar_candidate){.creator_id = rows_i64(rows, i, 0),
                                        .account_id = rows_i64(rows, i, 1),
                                        .followers = rows_i64(rows, i, 2),
                                        .platform_id = (int)rows_i64(rows, i, 5),
                                        .kept = kept};
        similar_niches(rows_text(rows, i, 3), rows_text(rows, i, 4), &c->niches);
    }
}

static enum err near_rows(struct request *req, const struct rows *rows) {
    struct similar_state *st = req->state;
    take_candidates(req, rows, false);
    st->nearest_only = rows_count(rows) > 0 && rows_bool(rows, 0, 6);
    return req->waiting ? ERR_OK : read_audiences(req);
}

static enum err bucket_rows(struct request *req, const struct rows *rows) {
    take_candidates(req, rows, true);
    return req->waiting ? ERR_OK : read_audiences(req);
}

void similar_idf(const struct rows *counts, const struct snapshot *s, double *ret_idf) {
    double most = 0;
    for (size_t i = 0; i < rows_count(counts); i++)
        most = fmax(most, rows_f64(counts, i, 1));
    for (size_t i = 0; i < taxonomy_count(s->taxonomy); i++)
        ret_idf[i] = lookalike_idf(0, most);
    for (size_t i = 0; i < rows_count(counts); i++) {
        int at = taxonomy_by_id(s->taxonomy, (int32_t)rows_i64(counts, i, 0));
        if (at >= 0)
            ret_idf[at] = lookalike_idf(rows_f64(counts, i, 1), most);
    }
}

static enum err count_rows(struct request *req, const struct rows *rows) {
    struct similar_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    similar_idf(rows, s, st->idf);
    return req->waiting ? ERR_OK : read_audiences(req);
}

/* Sends a statement with the filters in each of its places. */
static enum err ask_filtered(struct request *req, const char *query, size_t n, const char *const *own,
                             request_next *next) {
    static const char mark[] = "/*filters*/";
    const struct similar_state *st = req->state;
    struct statement file = api_statement(req, query);
    static const struct param_named none[] = {{0}};
    struct params_where where =
        params_where(similar_params, similar_param_count, &st->q, n + 1, none, req->arena);
    const char *sql = "", *from = file.sql;
    for (const char *at; (at = strstr(from, mark)) != NULL; from = at + strlen(mark))
        sql = arena_printf(req->arena, "%s%.*s%s", sql, (int)(at - from), from, where.sql);
    sql = arena_printf(req->arena, "%s%s", sql, from);
    struct statement filtered = {
        .name = arena_printf(req->arena, "%s_%016llx", query, (unsigned long long)hash_text(HASH_START, sql)),
        .sql = sql};
    const char *params[OWN_MAX + PARAM_VALUES_MAX];
    memcpy(params, own, n * sizeof *params);
    memcpy(params + n, where.values, where.count * sizeof *params);
    return request_query(req, &filtered, n + where.count, params, next);
}

static enum err ask_candidates(struct request *req) {
    struct similar_state *st = req->state;
    const struct similar_seed *seed = &st->seed;
    struct arena *a = req->arena;
    const char *world = arena_printf(a, "%d", seed->world);
    const char *self = arena_printf(a, "%lld", (long long)seed->creator_id);
    const char *niche = st->niche_id ? arena_printf(a, "%d", st->niche_id) : NULL;
    int64_t followers = seed->followers == FIELD_NULL_I64 ? 0 : seed->followers;
    const char *near[] = {world,
                          seed->pairs_a ? seed->pairs_a : "{}",
                          seed->pairs_b ? seed->pairs_b : "{}",
                          arena_printf(a, "%lld", (long long)followers),
                          arena_printf(a, "%d", NEAR_ROWS),
                          self,
                          niche};
    const char *shared[] = {world, seed->buckets, self, arena_printf(a, "%d", AUDIENCE_ROWS), niche};
    st->room = 6 * NEAR_ROWS + AUDIENCE_ROWS;
    st->found = arena_alloc(a, st->room * sizeof *st->found);
    struct statement counts = api_statement(req, "similar_counts");
    enum err e = request_query(req, &counts, 1, &world, count_rows);
    if (!e)
        e = ask_filtered(req, "similar_near", COUNT_OF(near), near, near_rows);
    if (!e && seed->audience.sampled)
        e = ask_filtered(req, "similar_audience", COUNT_OF(shared), shared, bucket_rows);
    return e;
}

/* Columns of similar_seed. */
enum {
    CREATOR,
    ACCOUNT,
    WORLD,
    PLATFORM_ID,
    PLATFORM,
    USERNAME,
    FOLLOWERS,
    NICHE_IDS,
    SHARES,
    PAIRS_A,
    PAIRS_B,
    THETA,
    HASHES,
    BUCKETS,
    MIX
};

static const char *copied(const struct rows *rows, int column, struct arena *a) {
    const char *text = rows_text(rows, 0, column);
    return text ? arena_strdup(a, text) : NULL;
}

static enum err seed_rows(struct request *req, const struct rows *rows) {
    struct similar_state *st = req->state;
    struct arena *a = req->arena;
    if (!rows_count(rows))
        return api_creator_missing(req);
    st->seed = (struct similar_seed){.creator_id = rows_i64(rows, 0, CREATOR),
                                     .account_id = rows_i64(rows, 0, ACCOUNT),
                                     .world = (int)rows_i64(rows, 0, WORLD),
                                     .platform_id = (int)rows_i64(rows, 0, PLATFORM_ID),
                                     .platform = copied(rows, PLATFORM, a),
                                     .username = copied(rows, USERNAME, a),
                                     .followers = FIELD_NULL_I64,
                                     .pairs_a = copied(rows, PAIRS_A, a),
                                     .pairs_b = copied(rows, PAIRS_B, a),
                                     .buckets = copied(rows, BUCKETS, a)};
    if (rows_text(rows, 0, FOLLOWERS))
        st->seed.followers = rows_i64(rows, 0, FOLLOWERS);
    similar_niches(rows_text(rows, 0, NICHE_IDS), rows_text(rows, 0, SHARES), &st->seed.niches);
    audience_read(rows, 0, THETA, HASHES, MIX, a, &st->seed.audience);
    return ask_candidates(req);
}

static enum err read_niche(struct request *req, struct similar_state *st) {
    const struct snapshot *s;
    struct tax_resolution r;
    enum err e = api_snapshot(req, &s);
    if (e || !st->q.niche.text)
        return e;
    e = taxonomy_resolve(s->taxonomy, st->q.niche.text, st->q.niche.len, &req->fault, &r);
    if (!e && (r.niche_count != 1 || r.excluded_count))
        e = request_fail(req, ERR_PARAM_INVALID, "niche must be one niche here, got \"%.100s\"",
                         st->q.niche.text);
    if (e)
        return fault_param(&req->fault, "niche", st->q.niche.text, NULL);
    st->niche_id = taxonomy_id(s->taxonomy, r.niche[0]);
    return ERR_OK;
}

enum err api_similar(struct request *req) {
    struct similar_state *st = arena_alloc(req->arena, sizeof *st);
    const char *id;
    uint64_t given;
    req->state = st;
    enum err e = similar_id(req, &id);
    if (!e)
        e = api_params(req, &st->q, &given);
    if (!e)
        e = list_choose(req, &st->q.list, similar_fields, similar_field_count, "traits");
    if (!e && st->q.min_followers != PARAM_NONE && st->q.max_followers != PARAM_NONE &&
        st->q.min_followers > st->q.max_followers) {
        request_fail(req, ERR_PARAM_INVALID, "min_followers (%lld) must not exceed max_followers (%lld)",
                     (long long)st->q.min_followers, (long long)st->q.max_followers);
        e = fault_param(&req->fault, "min_followers", NULL, "at most max_followers");
    }
    if (!e)
        e = read_niche(req, st);
    struct statement seed = api_statement(req, "similar_seed");
    return e ? e : request_query(req, &seed, 1, &id, seed_rows);
}
