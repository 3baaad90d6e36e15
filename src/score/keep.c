/* Why: the rows of a compound are made once, from what is stored of its parts, and from then on follow their
 * accounts in every batch. Invariant: they are made, and go, while no batch runs (score_lock), in one
 * transaction with the row that says so; a compound that is kept has a version, one that is not has none. */
#include "store.h"

#include "rank/compound.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2000 };

/* One compound under way. */
struct making {
    struct db *db;
    const struct taxonomy *tax;
    struct arena *mem;
    const char *id, *world, *parts; /* as the store writes them */
    int32_t part[COMPOUND_PARTS_MAX];
    size_t n_parts;
    double base_rate[COMPOUND_PARTS_MAX];
};

/* Reads {1,2,3}; false when it is none or too long. */
static bool read_parts(const char *text, int32_t part[COMPOUND_PARTS_MAX], size_t *ret_n) {
    size_t n = 0;
    for (const char *c = text; *c == '{' || *c == ','; n++) {
        char *end;
        if (n == COMPOUND_PARTS_MAX)
            return false;
        part[n] = (int32_t)strtol(c + 1, &end, 10);
        c = end;
    }
    *ret_n = n;
    return n >= 2;
}

enum err compounds_read(struct db *db, const struct taxonomy *tax, struct fault *f,
                        struct score_compounds *ret_compounds) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "state_compounds", 0, NULL, f, &r);
    if (e)
        return e;
    ret_compounds->count = 0;
    for (size_t i = 0; i < rows_count(r) && ret_compounds->count < SCORE_COMPOUNDS_MAX; i++) {
        struct score_compound c = {.id = (int32_t)rows_i64(r, i, 0), .world = (int)rows_i64(r, i, 1)};
        int32_t part[COMPOUND_PARTS_MAX];
        bool known = read_parts(rows_text(r, i, 2), part, &c.n_parts);
        for (size_t k = 0; known && k < c.n_parts; k++) {
            int at = taxonomy_by_id(tax, part[k]);
            known = at >= 0;
            c.part[k] = (uint16_t)at;
        }
        if (known)
            ret_compounds->item[ret_compounds->count++] = c;
    }
    return ERR_OK;
}

static double number_or(const struct text_list *l, size_t i, double fallback) {
    return i < l->count && l->items[i] ? strtod(l->items[i], NULL) : fallback;
}

/* Columns of match_joint. */
struct joint {
    int64_t creator_id, account_id, conf;
    double n, k_posts, bio_weight, sd, rel_sd, rel_prior_sd, ln[MATCH_STORED];
    struct text_list focus, profiles;
};

#define READ(type, member, column) FIELD(type, struct joint, member, NULL, NULL, column, 0)

static const struct field joint_fields[] = {
    READ(FIELD_I64, creator_id, "creator_id"),
    READ(FIELD_I64, account_id, "account_id"),
    READ(FIELD_I64, conf, "conf"),
    READ(FIELD_F64, n, "n"),
    READ(FIELD_F64, k_posts, "k_posts"),
    READ(FIELD_F64, bio_weight, "bio_weight"),
    READ(FIELD_F64, sd, "sd"),
    READ(FIELD_F64, rel_sd, "rel_sd"),
    READ(FIELD_F64, rel_prior_sd, "rel_prior_sd"),
    READ(FIELD_F64, ln[MATCH_RELEVANCE], "l_rel"),
    READ(FIELD_F64, ln[MATCH_ENGAGEMENT], "l_eng"),
    READ(FIELD_F64, ln[MATCH_AUTHENTICITY], "l_auth"),
    READ(FIELD_F64, ln[MATCH_AFFORDABILITY], "l_aff"),
    READ(FIELD_F64, ln[MATCH_LOYALTY], "l_loy"),
    READ(FIELD_F64, ln[MATCH_FRESHNESS], "l_fresh"),
    READ(FIELD_TEXTS, focus, "focus"),
    READ(FIELD_TEXTS, profiles, "profiles"),
};

static struct compound score_joint(const struct making *m, const struct joint *j) {
    struct compound_part parts[COMPOUND_PARTS_MAX];
    for (size_t i = 0; i < m->n_parts; i++)
        parts[i] = (struct compound_part){true, number_or(&j->focus, i, NAN), number_or(&j->profiles, i, 0),
                                          m->base_rate[i]};
    struct compound_in in = {.parts = parts,
                             .n_parts = m->n_parts,
                             .n = j->n,
                             .k_posts = j->k_posts,
                             .bio_weight = j->bio_weight,
                             .conf = (int)j->conf,
                             .sd = j->sd,
                             .rel_sd = j->rel_sd,
                             .rel_prior_sd = j->rel_prior_sd};
    memcpy(in.ln, j->ln, sizeof in.ln);
    struct compound c;
    compound_score(&in, &c);
    return c;
}

enum { V_CREATOR, V_ACCOUNT, V_KIND, V_SCORE, V_CONF, V_SD, V_REL, V_FOCUS, V_REL_SD, V_PRIOR_SD, V_COUNT };

static void put(struct buf *value, bool first, double v) {
    buf_printf(value, "%c%.17g", first ? '{' : ',', v);
}

static void put_row(struct buf value[V_COUNT], bool first, const struct joint *j, const struct compound *c) {
    char sep = first ? '{' : ',';
    buf_printf(&value[V_CREATOR], "%c%lld", sep, (long long)j->creator_id);
    buf_printf(&value[V_ACCOUNT], "%c%lld", sep, (long long)j->account_id);
    buf_printf(&value[V_KIND], "%c%s", sep, relevance_kind_name(c->kind));
    buf_printf(&value[V_SCORE], "%c%d", sep, c->score);
    buf_printf(&value[V_CONF], "%c%d", sep, c->conf);
    put(&value[V_SD], first, (double)c->sd);
    put(&value[V_REL], first, c->ln[MATCH_RELEVANCE]);
    put(&value[V_FOCUS], first, c->focus);
    put(&value[V_REL_SD], first, c->rel_sd);
    put(&value[V_PRIOR_SD], first, c->rel_prior_sd);
}

/* The rows of one chunk, by way of the temporary table. */
static enum err store_chunk(const struct making *m, const struct rows *r, struct buf value[V_COUNT],
                            struct fault *f) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 20);
    if (!a)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a compound");
    for (size_t i = 0; i < rows_count(r); i++) {
        struct joint j;
        rows_decode(r, i, joint_fields, COUNT_OF(joint_fields), a, &j);
        struct compound c = score_joint(m, &j);
        put_row(value, i == 0, &j, &c);
    }
    const char *params[1 + V_COUNT] = {m->id};
    for (size_t v = 0; v < V_COUNT; v++) {
        buf_puts(&value[v], rows_count(r) ? "}" : "{}");
        params[1 + v] = value[v].data;
    }
    char part[16];
    snprintf(part, sizeof part, "%d", m->part[0]);
    const char *copied[] = {params[1 + V_CREATOR], params[1 + V_ACCOUNT], part};
    enum err e = db_query(m->db, "compound_copy", 3, copied, f, NULL);
    if (!e)
        e = db_query(m->db, "compound_change", 1 + V_COUNT, params, f, NULL);
    return e ? e : db_query(m->db, "compound_store", 0, NULL, f, NULL);
}

static enum err make_chunk(const struct making *m, const struct rows *members, size_t from, struct fault *f) {
    size_t n = rows_count(members) - from < CHUNK ? rows_count(members) - from : CHUNK;
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 16);
    struct account_at *at = a ? arena_alloc(a, n * sizeof *at) : NULL;
    if (!at)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a compound");
    for (size_t i = 0; i < n; i++)
        at[i] = (struct account_at){rows_i64(members, from + i, 0), rows_i64(members, from + i, 1)};
    struct id_arrays ids = ids_of(at, n, a);
    const char *params[] = {ids.creators, ids.accounts, m->parts, NULL};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(m->db, "match_joint", 4, params, f, &r);
    struct buf value[V_COUNT] = {0};
    if (!e)
        e = store_chunk(m, r, value, f);
    for (size_t v = 0; v < V_COUNT; v++)
        buf_free(&value[v]);
    return e;
}

static enum err make_rows(const struct making *m, struct fault *f) {
    char count[8];
    snprintf(count, sizeof count, "%zu", m->n_parts);
    const char *params[] = {m->world, m->parts, count};
    CLEANUP(rows_free_at) struct rows *members = NULL;
    enum err e = db_query(m->db, "compound_members", 3, params, f, &members);
    for (size_t i = 0; !e && i < rows_count(members); i += CHUNK)
        e = make_chunk(m, members, i, f);
    if (e)
        return e;
    char n[24];
    snprintf(n, sizeof n, "%zu", rows_count(members));
    const char *kept[] = {m->id, m->world, n};
    return db_query(m->db, "compound_keep", 3, kept, f, NULL);
}

static enum err drop(struct db *db, const char *id, const char *world, struct fault *f) {
    const char *params[] = {id, world};
    return db_query(db, "compound_drop", 2, params, f, NULL);
}

static enum err drop_excess(struct db *db, size_t most, struct fault *f) {
    char text[24];
    snprintf(text, sizeof text, "%zu", most);
    const char *params[] = {text};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "compound_excess", 1, params, f, &r);
    for (size_t i = 0; !e && i < rows_count(r); i++)
        e = drop(db, rows_text(r, i, 0), rows_text(r, i, 1), f);
    return e;
}

/* One that the taxonomy no longer knows is dropped instead. */
static enum err make(struct db *db, const struct taxonomy *tax, const struct rows *r, struct fault *f) {
    struct making m = {.db = db,
                       .tax = tax,
                       .id = rows_text(r, 0, 0),
                       .world = rows_text(r, 0, 1),
                       .parts = rows_text(r, 0, 2)};
    bool known = read_parts(m.parts, m.part, &m.n_parts);
    for (size_t i = 0; known && i < m.n_parts; i++) {
        int at = taxonomy_by_id(tax, m.part[i]);
        known = at >= 0;
        m.base_rate[i] = known ? taxonomy_base_rate(tax, (size_t)at) : 0;
    }
    return known ? make_rows(&m, f) : drop(db, m.id, m.world, f);
}

static enum err keep_next(struct db *db, const struct taxonomy *tax, int64_t version, size_t most,
                          struct fault *f, bool *ret_made) {
    static const char *const alone[] = {"t"};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    struct store_state state;
    enum err e = db_query(db, "score_lock", 1, alone, f, NULL);
    if (!e)
        e = state_read(db, f, &state);
    if (!e && state.taxonomy_version != version)
        return ERR_OK; /* it changed while we waited for the lock */
    if (!e)
        e = db_query(db, "compound_next", 0, NULL, f, &r);
    bool any = !e && rows_count(r) > 0;
    if (any)
        e = make(db, tax, r, f);
    if (!e)
        e = drop_excess(db, most, f);
    if (!e)
        *ret_made = any;
    return e;
}

enum err compounds_keep(struct db *db, const struct taxonomy *tax, int64_t version, size_t most,
                        struct fault *f, bool *ret_made) {
    CLEANUP(rows_free_at) struct rows *waiting = NULL;
    enum err e = db_query(db, "compound_next", 0, NULL, f, &waiting);
    if (e || rows_count(waiting) == 0)
        return e;
    e = db_run(db, "begin; set local enable_hashjoin = on", f, NULL);
    if (!e)
        e = keep_next(db, tax, version, most, f, ret_made);
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (!e)
        return ERR_OK;
    db_rollback(db);
    /* one that cannot be made is not tried for ever, nor may it keep accounts from being scored */
    bool own = db_alive(db) && e != ERR_STORE_UNAVAILABLE && e != ERR_NO_MEMORY && e != ERR_STORE_CONFLICT;
    return own ? drop(db, rows_text(waiting, 0, 0), rows_text(waiting, 0, 1), f) : e;
}
