/* What handlers share. Invariant: a handler that goes on after an answer of the store takes the snapshot anew
 * and finds niches in it by id: the loop may have changed it meanwhile. */
#include "api/api.h"

#include "base/clock.h"
#include "base/embed.h"

#include <stdlib.h>
#include <string.h>

void *api_loop_open(void *shared, struct pipe *pipe) {
    struct api *api = calloc(1, sizeof *api);
    if (!api)
        abort();
    api->shared = shared;
    api->pipe = pipe;
    api->memos = match_memos_new();
    if (!api->memos)
        abort();
    return api;
}

void api_loop_close(void *app) {
    struct api *api = app;
    snapshot_give(api->snapshot);
    keyring_give(api->keys);
    match_memos_free(api->memos);
    version_table_give(api->versions);
    free(api);
}

void api_loop_tick(void *app, int64_t mono_ms) {
    (void)mono_ms;
    struct api *api = app;
    struct snapshot *newest = keeper_take(api->shared->keeper);
    int64_t day_ends_us = clock_mono_us() + CLOCK_DAY - clock_now_us() % CLOCK_DAY;
    int64_t jump_us = day_ends_us - api->day_ends_us; /* a new day, or a clock that was set */
    api->changed |= newest != api->snapshot || jump_us < -CLOCK_S || jump_us > CLOCK_S;
    snapshot_give(api->snapshot);
    api->snapshot = newest;
    struct keyring *keys = keeper_keys(api->shared->keeper);
    keyring_give(api->keys);
    api->keys = keys;
    api->day_ends_us = day_ends_us;
}

enum err api_snapshot(struct request *req, const struct snapshot **ret_snapshot) {
    struct api *api = req->app;
    if (!api->snapshot)
        api_loop_tick(api, 0);
    if (!api->snapshot) {
        request_fail(req, ERR_STORE_UNAVAILABLE, "the database was not read yet");
        req->fault.retry_after_s = 1;
        return ERR_STORE_UNAVAILABLE;
    }
    *ret_snapshot = api->snapshot;
    return ERR_OK;
}

int64_t api_now_us(const struct api *api, const struct snapshot *s, int world) {
    if (api->shared->settings->now_us)
        return api->shared->settings->now_us;
    return s->clock_us[world] ? s->clock_us[world] : clock_now_us();
}

int api_world(const struct snapshot *s, const char *asked) {
    return asked ? strcmp(asked, "sandbox") == 0 : s->default_world;
}

const char *api_world_name(int world) {
    return world ? "sandbox" : "live";
}

enum err api_params(struct request *req, void *ret_query, uint64_t *ret_given) {
    struct param table[PARAM_MAX];
    size_t n = route_params(req->route, table);
    return params_parse(table, n, req->args, req->n_args, req->arena, &req->fault, ret_query, ret_given);
}

void api_list_headers(struct request *req, const char *world, const char *model_version) {
    request_header(req, "X-World", world);
    if (model_version)
        request_header(req, "X-Model-Version", arena_strdup(req->arena, model_version));
}

struct statement api_statement(struct request *req, const char *query) {
    const struct embedded *sql = embed_find(arena_printf(req->arena, "sql/queries/%s.sql", query));
    if (!sql)
        abort();
    return (struct statement){.name = query, .sql = sql->data};
}
