/* When a kept answer is still the one that would be given. Invariants: nothing is known while the snapshot,
 * by which a request is understood, is of another taxonomy or model than the newest versions; a day ends
 * everywhere at the same moment. */
#include "kept.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>

static bool fits(const struct api *api) {
    const struct snapshot *s = api->snapshot;
    const char *model = api->versions->model;
    return version_find(api->versions, VERSION_TAXONOMY, 0) == s->taxonomy_version &&
           strcmp(*model ? model : "none", s->model_version[0]) == 0;
}

uint64_t api_answers_epoch(void *app, int64_t mono_us) {
    struct api *api = app;
    struct versions *v = api->shared->versions;
    if (!v || !api->snapshot || mono_us >= api->day_ends_us)
        return 0;
    const struct version_table *before = api->versions;
    if (!versions_see(v, mono_us, &api->versions))
        return 0;
    if (api->versions == before && !api->changed)
        return api->fits ? api->epoch : 0;
    api->changed = false;
    api->epoch++;
    api->fits = fits(api);
    return api->fits ? api->epoch : 0;
}

/* What is in an entity tag. */
static uint64_t version_at(const struct snapshot *s, const struct kept_basis *basis, int64_t sum,
                           int64_t now_us) {
    int64_t numbers[] = {sum, s->taxonomy_version, now_us / CLOCK_DAY, basis->world, basis->workspace};
    return hash_text(hash_bytes(HASH_START, numbers, sizeof numbers), s->model_version[basis->world]);
}

uint64_t kept_version_of(const struct api *api, const struct snapshot *s, const struct kept_basis *basis,
                         int64_t sum) {
    return version_at(s, basis, sum, api_now_us(api, s, basis->world));
}

static int64_t sum_of(const struct version_table *t, const struct kept_basis *basis) {
    int64_t sum = 0;
    for (int32_t i = 0; i < basis->n; i++)
        sum += version_find(t, basis->world, basis->id[i]);
    if (basis->compound)
        sum += version_find(t, basis->world, basis->compound);
    if (basis->workspace)
        sum += version_find(t, VERSION_WORKSPACE, basis->workspace);
    return sum;
}

/* Whether the same niches and rows would be read. */
static bool stands(const struct api *api, const struct kept_basis *basis) {
    const struct snapshot *s = api->snapshot;
    if (!basis->world_asked && basis->world != s->default_world)
        return false;
    if (basis->parts &&
        snapshot_compound_id(s, basis->world, basis->id, (size_t)basis->parts) != basis->compound)
        return false;
    return !basis->compound || version_find(api->versions, basis->world, basis->compound);
}

uint64_t kept_version(struct api *api, const struct kept_basis *basis) {
    return stands(api, basis) ? kept_version_of(api, api->snapshot, basis, sum_of(api->versions, basis)) : 0;
}

/* The day may have ended since: then the version is of the one before, where the clock goes. */
bool api_answers_last(void *app, const void *of, uint64_t version, int64_t mono_us, int64_t *ret_read_us) {
    struct api *api = app;
    const struct kept_basis *basis = of;
    const struct version_table *before = api->versions;
    int64_t read_us = 0;
    if (!api->shared->versions || !api->snapshot ||
        !versions_last(api->shared->versions, &api->versions, &read_us))
        return false;
    api->changed |= api->versions != before;
    if (!fits(api) || !stands(api, basis))
        return false;
    int64_t sum = sum_of(api->versions, basis), now_us = api_now_us(api, api->snapshot, basis->world);
    bool last = version_at(api->snapshot, basis, sum, now_us) == version ||
                version_at(api->snapshot, basis, sum, now_us - (mono_us - read_us)) == version;
    if (last)
        *ret_read_us = read_us;
    return last;
}

uint64_t api_standby_needs(void *app, int64_t mono_us) {
    struct api *api = app;
    uint64_t position = versions_position(api->shared->versions, mono_us);
    bool before = api->snapshot && api->snapshot->position > position;
    return before ? api->snapshot->position : position;
}

uint64_t api_answers_version(void *app, const void *basis) {
    return kept_version(app, basis);
}

uint64_t kept_version_read(struct api *api, const struct snapshot *s, const struct kept_basis *basis,
                           int64_t sum) {
    if (api_answers_epoch(api, clock_mono_us()) && sum > sum_of(api->versions, basis))
        versions_changed(api->shared->versions);
    return kept_version_of(api, s, basis, sum);
}
