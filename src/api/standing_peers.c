/* Peers. They are counted exactly at request time, over at most 1,000 neighbours in size, by one index range
 * a list; no table of quantiles has to be there first. Invariants: fewer than 50 peers give no percentile;
 * how the group was widened is said; what is compared is what is stored, to the last bit. */
#include "standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of standing_peers and standing_platform. */
enum { PLACE, COMPONENT, PEERS, MIN_FOLLOWERS, MAX_FOLLOWERS, BELOW, EQUAL, QUARTILES };
enum { WIDENED_MAX = STANDING_LISTS_MAX + 2 };

/* Asks for peers in lists first to first + n of the niche and its parents. */
static enum err ask(struct request *req, const char *query, size_t first, size_t n, request_next *next);

/* The own values as they are stored, as a PostgreSQL array; what was not measured is null. */
static const char *own_values(const struct standing_state *st, struct arena *a) {
    const struct standing *is = &st->is;
    const char *text = "{";
    for (int c = 0; c < STANDING_MEASURES; c++) {
        double v = c < MATCH_STORED      ? (is->measured[c] ? is->ln[c] : NAN)
                   : c == STANDING_SCORE ? (double)is->score
                                         : is->theta / is->tau;
        bool known = c == STANDING_THETA ? is->measured[MATCH_ENGAGEMENT] : !isnan(v);
        const char *comma = c ? "," : "";
        text =
            known ? arena_printf(a, "%s%s%.17g", text, comma, v) : arena_printf(a, "%s%sNULL", text, comma);
    }
    return arena_printf(a, "%s}", text);
}

static bool enough(const struct standing_group *g) {
    return (double)g->peers >= STANDING_DEFAULTS.peers_min;
}

/* The groups of the lists from `first` on. */
static void take_groups(struct standing_state *st, size_t first, const struct rows *rows, struct arena *a) {
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct standing_group *g = &st->groups[first + (size_t)rows_i64(rows, i, PLACE) - 1];
        int64_t c = rows_i64(rows, i, COMPONENT);
        struct text_list q = rows_list(rows, i, QUARTILES, a);
        g->peers = rows_i64(rows, i, PEERS);
        g->min_followers = rows_i64(rows, i, MIN_FOLLOWERS);
        g->max_followers = rows_i64(rows, i, MAX_FOLLOWERS);
        g->below[c] = rows_i64(rows, i, BELOW);
        g->equal[c] = rows_i64(rows, i, EQUAL);
        for (size_t k = 0; k < q.count; k++)
            g->quartiles[c][k] = strtod(q.items[k], NULL);
    }
}

/* "12 in vegan-fitness of DE" */
static void note_few(struct request *req, const struct standing_group *g, const char *where) {
    struct standing_state *st = req->state;
    struct text_list *l = &st->is.widened;
    if (!l->items)
        l->items = arena_alloc(req->arena, WIDENED_MAX * sizeof *l->items);
    l->items[l->count++] =
        arena_printf(req->arena, "%lld in %s%s%s: fewer than %.0f", (long long)g->peers, where,
                     st->country ? " of " : "", st->country ? st->country : "", STANDING_DEFAULTS.peers_min);
}

static void choose(struct standing_state *st, const struct standing_group *g, const char *scope,
                   const char *niche) {
    st->chosen = g;
    st->is.scope = scope;
    st->is.peers_niche = niche;
    st->is.peers_country = st->country;
    st->is.peers = g->peers;
    st->is.min_followers = g->min_followers;
    st->is.max_followers = g->max_followers;
}

static enum err write_when_done(struct request *req) {
    return req->waiting ? ERR_OK : standing_write(req);
}

static enum err platform_rows(struct request *req, const struct rows *rows) {
    struct standing_state *st = req->state;
    struct standing_group *g = &st->groups[st->list_count];
    take_groups(st, st->list_count, rows, req->arena);
    if (enough(g)) {
        choose(st, g, "platform", NULL);
        return write_when_done(req);
    }
    note_few(req, g, st->is.platform);
    st->is.peers = g->peers;
    st->is.why = arena_printf(req->arena,
                              "only %lld scored accounts of %s are near this size: a percentile needs %.0f",
                              (long long)g->peers, st->is.platform, STANDING_DEFAULTS.peers_min);
    return write_when_done(req);
}

/* The parent with the most peers, the first of equals; NULL where none has enough. */
static const struct standing_group *best_parent(const struct standing_state *st) {
    const struct standing_group *best = NULL;
    for (size_t i = 1; i < st->list_count; i++)
        if (enough(&st->groups[i]) && (!best || st->groups[i].peers > best->peers))
            best = &st->groups[i];
    return best;
}

static const char *slug_of(const struct snapshot *s, int32_t niche_id) {
    int at = taxonomy_by_id(s->taxonomy, niche_id);
    return at < 0 ? "a retired niche" : taxonomy_slug(s->taxonomy, (size_t)at);
}

static enum err parent_rows(struct request *req, const struct rows *rows) {
    struct standing_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    take_groups(st, 1, rows, req->arena);
    const struct standing_group *parent = best_parent(st);
    if (parent) {
        choose(st, parent, "parent", slug_of(s, st->niche_ids[parent - st->groups]));
        return write_when_done(req);
    }
    for (size_t i = 1; i < st->list_count; i++)
        note_few(req, &st->groups[i], slug_of(s, st->niche_ids[i]));
    return ask(req, "standing_platform", 0, 0, platform_rows);
}

static enum err list_rows(struct request *req, const struct rows *rows) {
    struct standing_state *st = req->state;
    memset(st->groups, 0, sizeof st->groups);
    take_groups(st, 0, rows, req->arena);
    if (enough(&st->groups[0])) {
        choose(st, &st->groups[0], "niche", st->is.niche);
        return write_when_done(req);
    }
    note_few(req, &st->groups[0], st->is.niche);
    if (st->country) {
        st->country = NULL;
        return ask(req, "standing_peers", 0, 1, list_rows);
    }
    return st->list_count > 1 ? ask(req, "standing_peers", 1, st->list_count - 1, parent_rows)
                              : ask(req, "standing_platform", 0, 0, platform_rows);
}

static enum err ask(struct request *req, const char *query, size_t first, size_t n, request_next *next) {
    const struct standing_state *st = req->state;
    struct arena *a = req->arena;
    int64_t low, high;
    standing_band(st->is.followers, &low, &high);
    const char *lists = "{";
    for (size_t i = first; i < first + n; i++)
        lists = arena_printf(a, "%s%s%d", lists, i > first ? "," : "", st->niche_ids[i]);
    bool stored = st->is.account_id != FIELD_NULL_I64;
    const char *params[] = {
        arena_printf(a, "%d", st->world),
        arena_printf(a, "%s}", lists),
        arena_printf(a, "%d", (int)st->platform + 1),
        arena_printf(a, "%lld", (long long)st->is.followers),
        arena_printf(a, "%lld", (long long)low),
        arena_printf(a, "%lld", (long long)high),
        arena_printf(a, "%lld", stored ? (long long)st->is.account_id : 0LL),
        own_values(st, a),
        st->country,
        arena_printf(a, "%.0f", STANDING_DEFAULTS.peers_side),
    };
    struct statement stmt = api_statement(req, query);
    return request_query(req, &stmt, COUNT_OF(params), params, next);
}

enum err standing_ask_peers(struct request *req) {
    return ask(req, "standing_peers", 0, 1, list_rows);
}
