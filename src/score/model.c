/* Why: the model is rows; here they become the context that accounts are scored against. Invariant: a row
 * about a niche or platform that this program does not know is passed over, never guessed at. */
#include "store.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

static enum err take_state(const char *key, const char *value, struct fault *f, struct store_state *s) {
    if (strcmp(key, "taxonomy") == 0) {
        s->taxonomy_version = strtoll(value, NULL, 10);
    } else if (strcmp(key, "model") == 0) {
        if (strlen(value) >= sizeof s->model_version)
            return fault_set(f, ERR_DATA_INVALID,
                             "model_version must be shorter than %zu bytes, got \"%.80s\"",
                             sizeof s->model_version, value);
        memcpy(s->model_version, value, strlen(value) + 1);
    }
    return ERR_OK;
}

enum err state_read(struct db *db, struct fault *f, struct store_state *ret_state) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "score_state", 0, NULL, f, &r);
    if (e)
        return e;
    struct store_state s = {0};
    for (size_t i = 0; i < rows_count(r) && !e; i++) {
        const char *key = rows_text(r, i, 0);
        const char *value = rows_text(r, i, 1);
        if (strncmp(key, "clock ", 6) != 0) {
            e = take_state(key, value, f, &s);
            continue;
        }
        int world = atoi(key + 6);
        if (world < 0 || world >= SCORE_WORLDS_MAX)
            return fault_set(f, ERR_DATA_INVALID, "world must be 0 to %d, got \"%s\"", SCORE_WORLDS_MAX - 1,
                             key + 6);
        s.world[world] = true;
        s.clock_us[world] = value ? strtoll(value, NULL, 10) : FIELD_NULL_I64;
    }
    if (!e)
        *ret_state = s;
    return e;
}

enum err platforms_read(struct db *db, struct fault *f, struct platform_map *ret_map) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "score_platforms", 0, NULL, f, &r);
    if (e)
        return e;
    memset(ret_map->rank, -1, sizeof ret_map->rank);
    for (size_t i = 0; i < rows_count(r); i++) {
        int64_t id = rows_i64(r, i, 0);
        enum rank_platform platform;
        if (id >= 0 && id < PLATFORM_IDS_MAX && rank_platform_by_name(rows_text(r, i, 1), &platform))
            ret_map->rank[id] = (int8_t)platform;
    }
    return ERR_OK;
}

static bool basis_by_name(const char *name, enum rank_basis *ret) {
    for (int b = 0; b < RANK_BASIS_COUNT; b++)
        if (strcmp(rank_basis_name((enum rank_basis)b), name) == 0) {
            *ret = (enum rank_basis)b;
            return true;
        }
    return false;
}

static enum err read_benchmarks(struct db *db, struct arena *a, struct fault *f, struct score_model *m) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "score_benchmarks", 0, NULL, f, &r);
    if (e)
        return e;
    struct benchmark *all = arena_alloc(a, (rows_count(r) + 1) * sizeof *all);
    m->benchmarks = all;
    for (size_t i = 0; i < rows_count(r); i++) {
        enum rank_platform platform;
        enum rank_basis basis;
        if (!rank_platform_by_name(rows_text(r, i, 0), &platform) ||
            !basis_by_name(rows_text(r, i, 1), &basis))
            continue;
        struct benchmark *b = &all[m->n_benchmarks++];
        *b = benchmark_seed(platform, basis);
        b->alpha = rows_f64(r, i, 2);
        b->beta = rows_f64(r, i, 3);
        b->tau = rows_f64(r, i, 4);
        b->s = rows_f64(r, i, 5);
        b->n_accounts = (int)rows_i64(r, i, 6);
    }
    return ERR_OK;
}

static enum err read_fits(struct db *db, struct arena *a, struct fault *f, struct score_model *m) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "score_fits", 0, NULL, f, &r);
    if (e)
        return e;
    struct score_fit *all = arena_alloc(a, (rows_count(r) + 1) * sizeof *all);
    m->fits = all;
    m->n_fits = rows_count(r);
    for (size_t i = 0; i < m->n_fits; i++)
        all[i] = (struct score_fit){(int32_t)rows_i64(r, i, 0), rows_f64(r, i, 1), rows_f64(r, i, 2)};
    return ERR_OK;
}

static enum err read_relations(struct db *db, struct arena *a, struct fault *f, struct score_model *m) {
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "score_relations", 0, NULL, f, &r);
    if (e)
        return e;
    struct score_relation *all = arena_alloc(a, (rows_count(r) + 1) * sizeof *all);
    m->relations = all;
    m->n_relations = rows_count(r);
    for (size_t i = 0; i < m->n_relations; i++)
        all[i] = (struct score_relation){(int32_t)rows_i64(r, i, 0), (int32_t)rows_i64(r, i, 1),
                                         rows_f64(r, i, 2), rows_i64(r, i, 3)};
    return ERR_OK;
}

enum err context_read(struct db *db, const struct taxonomy *tax, const struct store_state *state,
                      struct fault *f, struct score_context **ret_context) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 14);
    if (!a)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the model");
    struct score_model model = {.version = state->model_version[0] ? state->model_version : NULL};
    enum err e = read_benchmarks(db, a, f, &model);
    if (!e)
        e = read_fits(db, a, f, &model);
    if (!e)
        e = read_relations(db, a, f, &model);
    return e ? e : score_context_new(tax, &model, f, ret_context);
}
