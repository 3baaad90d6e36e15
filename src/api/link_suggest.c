/* GET /creators/{id}/accounts/suggestions: accounts that say themselves, by a link in the profile, that they
 * may be the same person's. Invariant: nothing is linked here. */
#include "api/api.h"

#include "base/fields.h"
#include "base/json.h"
#include "tables.h"

enum { SUGGESTIONS_MAX = 50 };

struct suggestion {
    int64_t creator_id, world, followers, shared_by;
    const char *own_account, *reason, *link, *platform, *username, *url, *name;
};

#define LINE(type, member, json) FIELD(type, struct suggestion, member, NULL, json, #member, 0)

const struct field link_suggestion_fields[] = {
    LINE(FIELD_TEXT, own_account, "account"),
    LINE(FIELD_TEXT, reason, "reason"),
    LINE(FIELD_TEXT, link, "link"),
    LINE(FIELD_I64, shared_by, "shared_by"),
    LINE(FIELD_ID, creator_id, "creator_id"),
    LINE(FIELD_TEXT, platform, "platform"),
    LINE(FIELD_TEXT, username, "username"),
    LINE(FIELD_TEXT, url, "url"),
    LINE(FIELD_TEXT, name, "name"),
    LINE(FIELD_I64, followers, "followers"),
    LINE(FIELD_I64, world, NULL),
};
const size_t link_suggestion_field_count = COUNT_OF(link_suggestion_fields);

static enum err suggestion_rows(struct request *req, const struct rows *rows) {
    if (!rows_count(rows))
        return api_creator_missing(req);
    struct suggestion s = {0};
    struct json w = json_to(&req->body);
    json_object(&w);
    json_kstr(&w, "creator_id", req->segments[0]);
    json_key(&w, "items");
    json_array(&w);
    for (size_t i = 0, shown = 0; i < rows_count(rows); i++) {
        rows_decode(rows, i, link_suggestion_fields, link_suggestion_field_count, req->arena, &s);
        if (s.creator_id == FIELD_NULL_I64 || shown == SUGGESTIONS_MAX)
            continue;
        shown++;
        json_object(&w);
        fields_json(link_suggestion_fields, link_suggestion_field_count, &s, &w);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_kstr(&w, "world", api_world_name((int)s.world));
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err api_link_suggestions(struct request *req) {
    uint64_t given;
    char none;
    enum err e = api_creator_id(req);
    if (!e)
        e = api_params(req, &none, &given);
    struct statement stmt = api_statement(req, "link_suggest");
    return e ? e : request_query(req, &stmt, 1, &req->segments[0], suggestion_rows);
}
