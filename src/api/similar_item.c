/* What /creators/{id}/similar says of each lookalike: its traits in numbers, and in words made from them. */
#include "similar.h"

#include "rank/numeric.h"

#include <math.h>
#include <string.h>

enum { REASONS_MAX = 4, SHARED_SHOWN = 8, SHARED_SAID = 3 };

#define ITEM(type, member, group, json, column)                                                              \
    FIELD(type, struct similar_item, member, group, json, column, 0)

const struct field similar_fields[] = {
    ITEM(FIELD_I64, rank, NULL, "rank", NULL),
    FIELD(FIELD_F64, struct similar_item, similarity, NULL, "similarity", NULL, 4),
    ITEM(FIELD_ID, creator_id, "creator", "id", "creator_id"),
    ITEM(FIELD_TEXT, name, "creator", "name", "name"),
    ITEM(FIELD_TEXT, bio, "creator", "bio", "bio"),
    ITEM(FIELD_BOOL, has_contact, "creator", "has_contact", "has_contact"),
    ITEM(FIELD_TEXT, picture_url, "creator", "picture_url", "picture_url"),
    ITEM(FIELD_TEXT, platform, "creator", "platform", "platform"),
    ITEM(FIELD_TEXT, username, "creator", "username", "username"),
    ITEM(FIELD_TEXT, url, "creator", "url", "url"),
    ITEM(FIELD_TEXT, country, "creator", "country", "country"),
    ITEM(FIELD_TEXT, language, "creator", "language", "language"),
    ITEM(FIELD_TEXTS, also_on, "creator", "also_on", "also_on"),
    ITEM(FIELD_I64, followers, NULL, "followers", "followers"),
    ITEM(FIELD_TEXTS, niches, NULL, "niches", NULL),
    ITEM(FIELD_TEXTS, not_measured, NULL, "not_measured", NULL),
    ITEM(FIELD_TEXTS, reasons, NULL, "reasons", NULL),
};
const size_t similar_field_count = COUNT_OF(similar_fields);

static const char *const part_names[LIKE_PARTS] = {[LIKE_NICHES] = "niches",
                                                   [LIKE_AUDIENCE] = "audience",
                                                   [LIKE_SIZE] = "size",
                                                   [LIKE_MIX] = "audience_mix"};

/* The niches of both as indices of the taxonomy, those that make the cosine first; returns how many. */
static size_t shared_niches(const struct lookalike_niches *a, const struct lookalike_niches *b,
                            const struct snapshot *s, size_t ret[SHARED_SHOWN]) {
    double weight[SHARED_SHOWN];
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++) {
            double product = a->weight[i] * b->weight[j];
            int index = taxonomy_by_id(s->taxonomy, a->niche[i]);
            if (a->niche[i] != b->niche[j] || index < 0 || product <= 0)
                continue;
            size_t at = n;
            while (at && weight[at - 1] < product)
                at--;
            if (at == SHARED_SHOWN)
                continue;
            size_t moved = n - at - (n == SHARED_SHOWN);
            memmove(weight + at + 1, weight + at, moved * sizeof *weight);
            memmove(ret + at + 1, ret + at, moved * sizeof *ret);
            weight[at] = product;
            ret[at] = (size_t)index;
            n += n < SHARED_SHOWN;
        }
    return n;
}

static void say(struct similar_item *item, const char *text) {
    item->reasons.items[item->reasons.count++] = text;
}

static void say_niches(struct similar_item *item, const struct similar_state *st, const struct snapshot *s,
                       struct arena *a) {
    size_t shared[SHARED_SHOWN];
    size_t n = rank_at_most(shared_niches(&st->seed.niches, &item->of->niches, s, shared), SHARED_SAID);
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = arena_printf(a, "%s%s%s", text,
                            !i           ? ""
                            : i + 1 == n ? " and "
                                         : ", ",
                            taxonomy_label(s->taxonomy, shared[i]));
    if (n)
        say(item, arena_printf(a, "both make %s", text));
}

static void say_audience(struct similar_item *item, struct arena *a) {
    const struct similar_candidate *c = item->of;
    double share = c->part[LIKE_AUDIENCE];
    if (share > 0 && c->audience_error > 0)
        say(item,
            arena_printf(
                a, "about %.0f %% of the people who engage with either engage with both (give or take %.0f)",
                100 * share, 100 * share * c->audience_error));
    else if (share > 0)
        say(item,
            arena_printf(a, "%.0f %% of the people who engage with either engage with both", 100 * share));
}

static void say_size(struct similar_item *item, const struct similar_state *st, struct arena *a) {
    if (isnan(item->of->part[LIKE_SIZE]))
        return;
    double ratio = (double)item->followers / (double)st->seed.followers;
    say(item, item->of->part[LIKE_SIZE] >= 0.9 ? "about as many followers"
                                               : arena_printf(a, "%.2fx the followers", ratio));
}

void similar_item_finish(struct similar_item *item, const struct similar_state *st, const struct snapshot *s,
                         struct arena *a) {
    const struct similar_candidate *c = item->of;
    item->similarity = c->score;
    item->niches.items = arena_alloc(a, LOOKALIKE_NICHES * sizeof *item->niches.items);
    item->not_measured.items = arena_alloc(a, LIKE_PARTS * sizeof *item->not_measured.items);
    item->reasons.items = arena_alloc(a, REASONS_MAX * sizeof *item->reasons.items);
    for (size_t i = 0; i < c->niches.count && item->niches.count < 8; i++) {
        int at = taxonomy_by_id(s->taxonomy, c->niches.niche[i]);
        if (at >= 0)
            item->niches.items[item->niches.count++] = taxonomy_slug(s->taxonomy, (size_t)at);
    }
    for (size_t i = 0; i < LIKE_PARTS; i++)
        if (isnan(c->part[i]))
            item->not_measured.items[item->not_measured.count++] = part_names[i];
    say_niches(item, st, s, a);
    say_audience(item, a);
    say_size(item, st, a);
    if (c->part[LIKE_MIX] >= 0.7)
        say(item, arena_printf(a, "%.0f %% of the audience is spread alike", 100 * c->part[LIKE_MIX]));
}

static void write_shared(const struct similar_item *item, const struct similar_state *st,
                         const struct snapshot *s, struct json *w) {
    size_t shared[SHARED_SHOWN];
    size_t n = shared_niches(&st->seed.niches, &item->of->niches, s, shared);
    json_key(w, "shared");
    json_array(w);
    for (size_t i = 0; i < n; i++)
        json_str(w, taxonomy_slug(s->taxonomy, shared[i]));
    json_array_end(w);
}

void similar_traits(const struct similar_item *item, const struct similar_state *st, const struct snapshot *s,
                    struct json *w) {
    const struct similar_candidate *c = item->of;
    json_key(w, "traits");
    json_object(w);
    for (size_t i = 0; i < LIKE_PARTS; i++) {
        bool known = !isnan(c->part[i]);
        json_key(w, part_names[i]);
        json_object(w);
        json_kf64(w, "value", c->part[i], 4);
        json_kf64(w, "weight", c->weight[i], 4);
        json_kf64(w, "contribution", known ? c->part[i] * c->weight[i] : 0, 4);
        if (i == LIKE_NICHES)
            write_shared(item, st, s, w);
        else if (i == LIKE_AUDIENCE)
            json_kf64(w, "error", c->audience_error, 4);
        else if (i == LIKE_SIZE)
            json_kf64(w, "followers_ratio",
                      known ? (double)item->followers / (double)st->seed.followers : NAN, 3);
        else
            json_ki64(w, "dimensions", (int64_t)c->mix_dimensions);
        json_object_end(w);
    }
    json_object_end(w);
}

static void write_query(const struct similar_state *st, const struct snapshot *s, struct json *w) {
    int niche = st->niche_id ? taxonomy_by_id(s->taxonomy, st->niche_id) : -1;
    json_key(w, "query");
    json_object(w);
    params_json(similar_params, similar_param_count, &st->q, w);
    json_kstr(w, "niche", niche < 0 ? NULL : taxonomy_slug(s->taxonomy, (size_t)niche));
    json_ki64(w, "limit", st->q.limit);
    json_object_end(w);
}

static void write_seed(const struct similar_seed *seed, struct json *w) {
    json_key(w, "creator");
    json_object(w);
    json_key(w, "id");
    json_id(w, seed->creator_id);
    json_kstr(w, "platform", seed->platform);
    json_kstr(w, "username", seed->username);
    json_key(w, "followers");
    if (seed->followers == FIELD_NULL_I64)
        json_null(w);
    else
        json_i64(w, seed->followers);
    json_object_end(w);
}

/* The traits, where they are not left out. */
static void write_more(struct request *req, const void *row, struct json *w) {
    const struct snapshot *s;
    bool wanted = !req->chosen || req->chosen[similar_field_count];
    if (wanted && !api_snapshot(req, &s))
        similar_traits(row, req->state, s, w);
}

enum err similar_write(struct request *req) {
    const struct similar_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    struct list items = {similar_fields, similar_field_count, st->items,
                         st->item_count, sizeof *st->items,   write_more};
    api_list_headers(req, api_world_name(st->seed.world), s->model_version[st->seed.world]);
    buf_reserve(&req->body, 1024 + 1200 * st->item_count);
    if (req->format != LIST_JSON)
        return list_reply(req, &items);
    struct json w = json_to(&req->body);
    json_object(&w);
    write_query(st, s, &w);
    write_seed(&st->seed, &w);
    json_key(&w, "items");
    list_json(req, &items, &w);
    json_ki64(&w, "considered", (int64_t)st->considered);
    json_kbool(&w, "nearest_only", st->nearest_only);
    json_kstr(&w, "world", api_world_name(st->seed.world));
    json_kstr(&w, "model_version", s->model_version[st->seed.world]);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}
