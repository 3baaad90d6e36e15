/* GET /overlap: pairs and total. Two accounts with samples of one platform are compared by these, all others
 * by the segment model; the answer says which, and for a sample how far it may be off. Invariant: for two
 * creators the total is the pair. The answer is tagged by its bytes: no version counts samples. */
#include "overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct param overlap_params[] = {
    {"creators", PARAM_TEXT, offsetof(struct overlap_query, creators), 1, 2000, NULL, "list", true,
     PARAM_NO_FILTER, NULL, "2 to 20 ids or platform/@handles, comma between: 17,tiktok/@ann"},
    {"world", PARAM_CHOICE, offsetof(struct overlap_query, world), 0, 0, NULL, "live,sandbox", false,
     PARAM_NO_FILTER, NULL, "where to look for names; by default live once there are real creators"},
    LIST_PARAMS(struct overlap_query, list),
};
const size_t overlap_param_count = COUNT_OF(overlap_params);

#define CREATOR(type, member, json, decimals)                                                                \
    FIELD(type, struct overlap_creator, member, NULL, json, NULL, decimals)
const struct field overlap_creator_fields[] = {
    CREATOR(FIELD_ID, creator_id, "id", 0),
    CREATOR(FIELD_TEXT, platform, "platform", 0),
    CREATOR(FIELD_TEXT, username, "username", 0),
    CREATOR(FIELD_I64, followers, "followers", 0),
    CREATOR(FIELD_BOOL, sampled, "sampled", 0),
    CREATOR(FIELD_F64, engagers, "engagers", 0),
    CREATOR(FIELD_F64, engagers_error, "engagers_error", 4),
};
const size_t overlap_creator_field_count = COUNT_OF(overlap_creator_fields);

#define PAIR(type, member, json, decimals) FIELD(type, struct overlap_row, member, NULL, json, NULL, decimals)
const struct field overlap_pair_fields[] = {
    PAIR(FIELD_ID, a, "a", 0),
    PAIR(FIELD_TEXT, platform_a, "platform_a", 0),
    PAIR(FIELD_TEXT, username_a, "username_a", 0),
    PAIR(FIELD_ID, b, "b", 0),
    PAIR(FIELD_TEXT, platform_b, "platform_b", 0),
    PAIR(FIELD_TEXT, username_b, "username_b", 0),
    PAIR(FIELD_TEXT, method, "method", 0),
    PAIR(FIELD_TEXT, basis, "basis", 0),
    PAIR(FIELD_F64, people_a, "people_a", 0),
    PAIR(FIELD_F64, people_b, "people_b", 0),
    PAIR(FIELD_F64, shared, "shared", 0),
    PAIR(FIELD_F64, jaccard, "jaccard", 4),
    PAIR(FIELD_F64, error, "error", 4),
    PAIR(FIELD_F64, share_of_a, "share_of_a", 4),
    PAIR(FIELD_F64, share_of_b, "share_of_b", 4),
    PAIR(FIELD_F64, population, "population", 0),
};
const size_t overlap_pair_field_count = COUNT_OF(overlap_pair_fields);

#define TOTAL(type, member, json, decimals)                                                                  \
    FIELD(type, struct overlap_sum, member, NULL, json, NULL, decimals)
const struct field overlap_total_fields[] = {
    TOTAL(FIELD_TEXT, method, "method", 0),
    TOTAL(FIELD_TEXT, basis, "basis", 0),
    TOTAL(FIELD_F64, summed, "people_summed", 0),
    TOTAL(FIELD_F64, unique, "people_unique", 0),
    TOTAL(FIELD_F64, duplicated, "duplicated_share", 4),
    TOTAL(FIELD_F64, error, "error", 4),
    TOTAL(FIELD_F64, reach, "unique_reach", 0),
};
const size_t overlap_total_field_count = COUNT_OF(overlap_total_fields);

static void write_creators(const struct overlap_state *st, struct json *w) {
    json_key(w, "creators");
    json_array(w);
    for (size_t i = 0; i < st->n; i++) {
        json_object(w);
        fields_json(overlap_creator_fields, overlap_creator_field_count, &st->creators[i], w);
        json_object_end(w);
    }
    json_array_end(w);
}

static enum err write_answer(struct request *req, struct overlap_state *st, const struct snapshot *s) {
    int world = st->creators[0].world;
    struct list pairs = {overlap_pair_fields, overlap_pair_field_count, st->pairs,
                         st->pair_count,      sizeof st->pairs[0],      NULL};
    api_list_headers(req, api_world_name(world), s->model_version[world]);
    if (req->format != LIST_JSON)
        return list_reply(req, &pairs);
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "query");
    json_object(&w);
    json_key(&w, "creators");
    json_array(&w);
    for (size_t i = 0; i < st->n; i++)
        json_str(&w, st->asked[i]);
    json_array_end(&w);
    json_object_end(&w);
    write_creators(st, &w);
    json_key(&w, "pairs");
    list_json(req, &pairs, &w);
    json_key(&w, "total");
    json_object(&w);
    fields_json(overlap_total_fields, overlap_total_field_count, &st->total, &w);
    json_object_end(&w);
    json_kstr(&w, "world", api_world_name(world));
    json_kstr(&w, "model_version", s->model_version[world]);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

static enum err count_rows(struct request *req, const struct rows *rows) {
    struct overlap_state *st = req->state;
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    similar_idf(rows, s, st->idf);
    for (size_t i = 0; i < rows_count(rows); i++) {
        int at = taxonomy_by_id(s->taxonomy, (int32_t)rows_i64(rows, i, 0));
        double creators = rows_f64(rows, i, 1);
        st->most = fmax(st->most, creators);
        if (at >= 0)
            st->listed[at] = creators;
    }
    overlap_measure(st, s, req->arena);
    return write_answer(req, st, s);
}

/* Columns of overlap_creators. */
enum {
    PLACE,
    CREATOR_ID,
    ACCOUNT_ID,
    WORLD,
    PLATFORM_ID,
    PLATFORM,
    USERNAME,
    FOLLOWERS,
    NICHE_IDS,
    SHARES,
    THETA,
    HASHES,
    MIX
};

static void take_creator(const struct rows *rows, size_t i, struct arena *a, struct overlap_creator *c) {
    c->creator_id = rows_i64(rows, i, CREATOR_ID);
    c->account_id = rows_i64(rows, i, ACCOUNT_ID);
    c->world = (int)rows_i64(rows, i, WORLD);
    c->platform_id = (int)rows_i64(rows, i, PLATFORM_ID);
    c->platform = arena_strdup(a, rows_text(rows, i, PLATFORM));
    c->username = arena_strdup(a, rows_text(rows, i, USERNAME));
    c->followers = rows_text(rows, i, FOLLOWERS) ? rows_i64(rows, i, FOLLOWERS) : 0;
    similar_niches(rows_text(rows, i, NICHE_IDS), rows_text(rows, i, SHARES), &c->niches);
    audience_read(rows, i, THETA, HASHES, MIX, a, &c->audience);
    struct sketch_estimate people = {NAN, NAN};
    if (c->audience.sampled)
        people = sketch_people(&c->audience.sketch);
    c->sampled = c->audience.sampled;
    c->engagers = people.value;
    c->engagers_error = people.error;
}

/* Whoever is asked for and not there, by the words of the caller. */
static enum err unknown(struct request *req, const struct overlap_state *st, const struct rows *rows) {
    const char *names = "";
    size_t row = 0;
    for (size_t i = 0; i < st->n; i++) {
        if (row < rows_count(rows) && rows_i64(rows, row, PLACE) == (int64_t)i + 1)
            row++;
        else
            names = arena_printf(req->arena, "%s%s\"%.60s\"", names, *names ? ", " : "", st->asked[i]);
    }
    request_fail(req, ERR_CREATOR_UNKNOWN, "there is no creator %.400s", names);
    return fault_param(&req->fault, "creators", NULL, NULL);
}

static enum err creator_rows(struct request *req, const struct rows *rows) {
    struct overlap_state *st = req->state;
    if (rows_count(rows) < st->n)
        return unknown(req, st, rows);
    for (size_t i = 0; i < st->n; i++) {
        take_creator(rows, i, req->arena, &st->creators[i]);
        enum err e = ERR_OK;
        if (st->creators[i].world != st->creators[0].world)
            e = request_fail(req, ERR_PARAM_INVALID, "\"%.60s\" and \"%.60s\" are not of one world",
                             st->asked[0], st->asked[i]);
        for (size_t j = 0; j < i && !e; j++)
            if (st->creators[j].creator_id == st->creators[i].creator_id)
                e = request_fail(req, ERR_PARAM_INVALID, "\"%.60s\" and \"%.60s\" are the same creator",
                                 st->asked[j], st->asked[i]);
        if (e)
            return fault_param(&req->fault, "creators", st->asked[i], "different creators of one world");
    }
    const char *world = arena_printf(req->arena, "%d", st->creators[0].world);
    struct statement counts = api_statement(req, "similar_counts");
    return request_query(req, &counts, 1, &world, count_rows);
}

enum err api_overlap(struct request *req) {
    struct overlap_state *st = arena_alloc(req->arena, sizeof *st);
    const struct snapshot *s;
    uint64_t given;
    const char *params[4];
    req->state = st;
    enum err e = api_params(req, &st->q, &given);
    if (!e)
        e = list_choose(req, &st->q.list, overlap_pair_fields, overlap_pair_field_count, "");
    if (!e)
        e = api_snapshot(req, &s);
    if (!e)
        e = overlap_list(req, st, params + 1);
    if (e)
        return e;
    params[0] = api_world(s, st->q.world) ? "1" : "0";
    struct statement creators = api_statement(req, "overlap_creators");
    return request_query(req, &creators, COUNT_OF(params), params, creator_rows);
}
