/* PUT, PATCH and DELETE of /creators/{platform}/{username}, and POST of what hangs on it: what each of them
 * is. Invariants: a write goes through the importer's own merge, in one transaction (write_round.c); nothing
 * of it is written when anything of it is wrong; what was written marks its accounts for scoring. */
#include "writes.h"

#include "authority.h"
#include "base/clock.h"
#include "http/body.h"
#include "ingest/import.h"
#include "own.h"
#include "tables.h"

#include <string.h>

enum { OBJECT_BYTES = 65536, ROWS_BYTES = 2 * 1024 * 1024 };

#define AT(member) offsetof(struct write_query, member)
#define WORLD_PARAM                                                                                          \
    {                                                                                                        \
        "world", PARAM_CHOICE, AT(world), 0, 0, "live", "live,sandbox", false, PARAM_NO_FILTER, NULL,        \
            "the world to write to"                                                                          \
    }

const struct param write_params[] = {WORLD_PARAM};
const size_t write_param_count = COUNT_OF(write_params);
const struct param write_rows_params[] = {
    WORLD_PARAM,
    {"source", PARAM_TEXT, AT(source), 1, 200, "api", NULL, false, PARAM_NO_FILTER, NULL,
     "where the numbers are from"},
    {"partial", PARAM_BOOL, AT(partial), 0, 0, "false", NULL, false, PARAM_NO_FILTER, NULL,
     "true: write the rows that are right and tell the others"},
};
const size_t write_rows_param_count = COUNT_OF(write_rows_params);

static const size_t none = 0;
const struct route_body write_body = {OBJECT_BYTES, NULL, &none, NULL};
const struct route_body write_patch_body = {OBJECT_BYTES, NULL, &none, "application/merge-patch+json"};
const struct route_body write_rows_body = {ROWS_BYTES, NULL, &none, NULL};

enum err write_refused(struct request *req, int64_t number, const struct import_summary *s) {
    struct write_state *st = req->state;
    const struct import_part *part = &st->part;
    const char *reason = NULL;
    for (size_t i = 0; i < s->problems.count; i++) {
        const struct problem *p = &s->problems.items[i];
        const struct json_value *v = p->line >> IMPORT_PART_BITS == number ? st->rows : NULL;
        int64_t line = p->line & (((int64_t)1 << IMPORT_PART_BITS) - 1);
        while (v && (int64_t)v->index + 1 != line)
            v = v->next;
        if (v)
            body_fault(req, v, "%s", p->reason);
        reason = v && !reason ? p->reason : reason;
    }
    st->refused += (size_t)part->refused;
    if (s->erased)
        return request_fail(req, ERR_CREATOR_ERASED, "%s/%s asked to be forgotten", st->platform,
                            st->username);
    if (st->q.partial == 1 && part->rows > part->refused + part->duplicates)
        return ERR_OK;
    return request_fail(req, ERR_DATA_INVALID, "%s%s", reason ? reason : "a row was refused",
                        part->refused > 1 ? "; errors has more" : "");
}

/* Usernames keep the case in which the store has them. */
static void set_username(struct write_state *st) {
    if (!st->account.username || strcasecmp(st->account.username, st->username) != 0)
        return;
    for (size_t i = 1; i < st->n_records; i++) {
        struct record_field *fields = (struct record_field *)(uintptr_t)st->records[i].fields;
        fields[st->username_at] = (struct record_field){st->account.username, strlen(st->account.username)};
    }
}

static enum err clear_fields(struct request *req) {
    struct write_state *st = req->state;
    char now[32];
    clock_format(st->now_us, now);
    buf_puts(&st->cleared, st->cleared.len ? "}" : "{}");
    const char *params[] = {st->account.creator_id, st->account.account_id, st->cleared.data,
                            st->source ? st->source : "api", st->observed ? st->observed : now};
    return db_query(st->db, "write_clear", COUNT_OF(params), params, &req->fault, NULL);
}

/* An observation that is older than what is stored would change nothing. */
static enum err check_newer(struct request *req) {
    struct write_state *st = req->state;
    int64_t observed = st->now_us;
    char stored[32];
    if (st->observed && !clock_parse(st->observed, strlen(st->observed), &observed))
        return request_fail(req, ERR_INTERNAL, "observed_at \"%.60s\" cannot be read back", st->observed);
    if (!st->observed && st->account.observed_us > st->now_us)
        st->now_us = st->account.observed_us;
    else if (st->account.creator_id && observed < st->account.observed_us) {
        clock_format(st->account.observed_us, stored);
        return request_fail(req, ERR_CREATOR_NEWER,
                            "the stored profile was seen at %s, later than observed_at %s", stored,
                            st->observed);
    }
    return ERR_OK;
}

/* A profile that does not say when it was seen was seen at the time that check_newer() settled. */
static void set_observed(struct request *req) {
    struct write_state *st = req->state;
    const struct kind *kind = kind_find(st->way->kind);
    struct record_field *fields = (struct record_field *)(uintptr_t)st->records[1].fields;
    char *now = arena_alloc(req->arena, 32);
    clock_format(st->now_us, now);
    if (!st->observed)
        fields[kind_field(kind, "observed_at") - kind->fields] = (struct record_field){now, strlen(now)};
}

enum err write_profile(struct request *req) {
    const struct write_state *st = req->state;
    enum err e = check_newer(req);
    set_username(req->state);
    set_observed(req);
    return e || !st->account.creator_id ? e : clear_fields(req);
}

enum err write_profile_after(struct request *req) {
    struct write_state *st = req->state;
    st->status = st->account.creator_id ? 200 : 201;
    return st->account.creator_id
               ? db_query(st->db, "write_name", 1, &st->account.creator_id, &req->fault, NULL)
               : ERR_OK;
}

enum err write_erase(struct request *req) {
    struct write_state *st = req->state;
    const struct api_shared *shared = ((const struct api *)req->app)->shared;
    bool known;
    int64_t keys;
    if (!shared->secrets.lasting)
        return request_fail(
            req, ERR_AUTH_FORBIDDEN,
            "an erasure needs NICHED_SECRET_FILE: without it an import would bring the creator back");
    st->status = 204;
    return erase_creator(st->db, &shared->secrets, &st->who, NULL, &req->fault, &known, &keys);
}

static void write_faults(const struct request *req, struct json *w) {
    json_key(w, "errors");
    json_array(w);
    for (const struct body_fault *b = req->body_faults; b; b = b->next) {
        json_object(w);
        json_kstr(w, "pointer", b->pointer);
        json_kstr(w, "detail", b->detail);
        json_object_end(w);
    }
    json_array_end(w);
}

enum err write_rows(struct request *req) {
    set_username(req->state);
    return ERR_OK;
}

enum err write_rows_after(struct request *req) {
    struct write_state *st = req->state;
    const struct import_part *part = &st->part;
    int64_t accepted = part->rows - part->refused - part->duplicates;
    CLEANUP(buf_free) struct buf out = {0};
    struct json w = json_to(&out);
    json_object(&w);
    json_ki64(&w, "accepted", accepted);
    json_ki64(&w, "created", part->created);
    json_ki64(&w, "updated", part->updated);
    json_ki64(&w, "unchanged", accepted - part->created - part->updated);
    json_ki64(&w, "duplicates", part->duplicates);
    json_ki64(&w, "refused", (int64_t)st->refused);
    write_faults(req, &w);
    json_object_end(&w);
    st->answer = arena_strdup(req->arena, out.data);
    st->status = 200;
    return ERR_OK;
}

#define ROWS_TAKEN " platform username platform_account_id "
#define PROFILE    write_read_object, write_profile, write_profile_after
#define ROWS       write_read_rows, write_rows, write_rows_after
#define NO_BODY(f) NULL, f, NULL
static const struct write_way ways[] = {
    {"creator_put", "creators", " platform username ", PROFILE, true, true, false, false},
    {"creator_patch", "creators", ROWS_TAKEN, PROFILE, false, true, false, false},
    {"creator_delete", NULL, "", NO_BODY(write_erase), false, false, false, false},
    {"creator_posts", "posts", ROWS_TAKEN, ROWS, false, false, false, true},
    {"creator_snapshots", "snapshots", ROWS_TAKEN, ROWS, false, false, false, true},
    {"creator_prices", "prices", ROWS_TAKEN, ROWS, false, false, false, true},
    {"creator_collaborations", "collaborations", ROWS_TAKEN, ROWS, false, false, false, true},
    {"prices_add", "prices", "", ROWS, false, false, true, false},
    {"collaborations_add", "collaborations", " category ", ROWS, false, false, true, false},
    {"conversions_add", "conversions", "", ROWS, false, false, true, false},
    {"price_delete", NULL, "", NO_BODY(own_drop), false, false, true, false},
    {"collaboration_delete", NULL, "", NO_BODY(own_drop), false, false, true, false},
    {"conversion_delete", NULL, "", NO_BODY(own_drop), false, false, true, false},
};

const struct write_way *write_way_of(const char *route) {
    for (size_t i = 0; i < COUNT_OF(ways); i++)
        if (strcmp(ways[i].route, route) == 0)
            return &ways[i];
    return NULL;
}

/* There is no such account: erased, or not known. */
static enum err check_absent(struct request *req) {
    const struct write_state *st = req->state;
    const struct api_shared *shared = ((const struct api *)req->app)->shared;
    bool erased = false;
    enum err e = erase_remembers(st->db, &shared->secrets, &st->who, false, &req->fault, &erased);
    if (e)
        return e;
    if (erased)
        return request_fail(req, ERR_CREATOR_ERASED,
                            "%s/%s asked to be forgotten: the operator can lift that with niched erased lift",
                            st->platform, st->username);
    if (!st->way->makes)
        return request_fail(req, ERR_CREATOR_UNKNOWN,
                            "there is no creator \"%s/%s\" in the %s world: PUT it first", st->platform,
                            st->username, api_world_name(st->who.world));
    return ERR_OK;
}

bool write_matches(const char *given, const char *tag) {
    size_t n = tag ? strlen(tag) : 0;
    if (strcmp(given, "*") == 0)
        return tag != NULL;
    for (const char *p = given; n && (p = strchr(p, '"')); p++)
        if (strncmp(p + 1, tag, n) == 0 && p[n + 1] == '.')
            return true;
    return false;
}

enum err write_check_account(struct request *req) {
    const struct write_state *st = req->state;
    if (st->if_match && !write_matches(st->if_match, st->account.tag))
        return request_fail(req, ERR_CREATOR_CHANGED,
                            "If-Match is %.100s, the creator %s: GET it, and write again with its ETag",
                            st->if_match, st->account.tag ? "has another tag" : "is not there");
    if (!st->account.creator_id)
        return check_absent(req);
    if (st->account.opted_out && st->way->kind)
        return request_fail(req, ERR_CREATOR_OPTED_OUT, "%s/%s asked not to be listed: nothing more is kept",
                            st->platform, st->username);
    return ERR_OK;
}

/* On the loop: the answer. */
static enum err write_done(struct request *req, const struct rows *rows) {
    (void)rows;
    const struct write_state *st = req->state;
    if (st->way->own || !st->way->kind) /* it shows at once, all else when it was scored */
        versions_changed(((const struct api *)req->app)->shared->versions);
    else
        versions_wrote(((const struct api *)req->app)->shared->versions);
    if (st->status == 204)
        return request_reply_fixed(req, 204, NULL, "", 0);
    if (st->answer) {
        req->body_faults = NULL;
        buf_puts(&req->body, st->answer);
        return request_reply(req, st->status, "application/json");
    }
    if (!st->account.creator_id)
        return request_fail(req, ERR_CREATOR_ERASED, "the creator \"%s/%s\" was taken away meanwhile",
                            st->platform, st->username);
    if (st->status == 201)
        request_header(req, "Location",
                       arena_printf(req->arena, "/creators/%s?world=%s", st->account.creator_id,
                                    api_world_name(st->who.world)));
    return api_creator_show(req, st->account.creator_id, st->status);
}

enum err write_address(struct request *req, const char *platform, const char *username) {
    struct write_state *st = req->state;
    CLEANUP(buf_free) struct buf name = {0};
    const char *reason = "";
    st->platform = platform;
    st->who.platform = platform_of(st->platform, strlen(st->platform));
    if (!st->who.platform || strcmp(platform_name(st->who.platform), st->platform) != 0) {
        request_fail(req, ERR_PARAM_INVALID, "platform must be instagram, tiktok or youtube, got \"%.60s\"",
                     st->platform);
        return fault_param(&req->fault, "platform", st->platform, "instagram,tiktok,youtube");
    }
    struct value_rule rule = {.type = VALUE_USERNAME};
    struct value_context ctx = {.platform = st->who.platform};
    if (value_read(&rule, &ctx, username, strlen(username), &name, &reason) != VALUE_OK) {
        request_fail(req, ERR_PARAM_INVALID, "username must be a handle such as anna, got \"%.100s\"",
                     username);
        return fault_param(&req->fault, "username", username, "a handle, with or without @");
    }
    st->username = arena_strdup(req->arena, name.data);
    char *key = arena_strdup(req->arena, name.data);
    for (char *c = key; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    st->who.key = key;
    return ERR_OK;
}

enum err api_write(struct request *req) {
    const struct api *api = req->app;
    struct write_state *st = arena_alloc(req->arena, sizeof *st);
    const struct snapshot *s;
    uint64_t given;
    req->state = st;
    st->way = write_way_of(req->route->name);
    st->workspace = st->way->own ? request_workspace(req) : NULL;
    enum err e = api_params(req, &st->q, &given);
    if (!e && !st->way->own)
        e = write_address(req, req->segments[0], req->segments[1]);
    if (!e && st->way->own && !st->way->kind)
        e = api_row_id(req);
    if (!e)
        e = api_snapshot(req, &s);
    if (e)
        return e;
    st->who.world = api_world(s, st->q.world);
    st->now_us = api_now_us(api, s, st->who.world);
    st->if_match = request_given(req, "If-Match");
    st->once_key = request_given(req, "Idempotency-Key");
    bool lone = !st->way->kind || st->way->own;
    uint64_t group = lone ? 0 : (uint64_t)(st->way - ways + 1) * 2 + (uint64_t)st->who.world;
    return request_work_together(req, group, st->way->beside, write_jobs, write_done);
}
