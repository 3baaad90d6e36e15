/* POST /requests and GET /requests/{id}: what a creator asks for about themselves, without a key. Invariants:
 * whether the store knows an account changes nothing in an answer; the secret that looks a request up is kept
 * only as a hash; open requests are bounded by account and by address. */
#include "api/api.h"

#include "audit.h"
#include "base/clock.h"
#include "base/fields.h"
#include "http/body.h"
#include "rank/benchmark.h"
#include "store/db.h"
#include "tables.h"

#include <string.h>

enum { CODE_LETTERS = 10, BODY_BYTES = 8192, TOKEN_BYTES = 16, TOKEN_TEXT = 32, LAPSES_S = 3600 };

struct request_body {
    const char *platform, *kind, *world;
    struct param_text username, message, contact;
};

#define AT(member) offsetof(struct request_body, member)

const struct param request_members[] = {
    {"platform", PARAM_CHOICE, AT(platform), 0, 0, NULL, "instagram,tiktok,youtube", true, PARAM_NO_FILTER,
     NULL, "the platform of the account"},
    {"username", PARAM_TEXT, AT(username), 1, 100, NULL, NULL, true, PARAM_NO_FILTER, NULL,
     "its handle, with or without @"},
    {"kind", PARAM_CHOICE, AT(kind), 0, 0, NULL, "access,correction,erasure,appeal", true, PARAM_NO_FILTER,
     NULL, "what you ask for"},
    {"message", PARAM_TEXT, AT(message), 1, 2000, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "what is wrong and what would be right"},
    {"contact", PARAM_TEXT, AT(contact), 3, 254, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     "an e-mail address to answer to"},
    {"world", PARAM_CHOICE, AT(world), 0, 0, NULL, "live,sandbox", false, PARAM_NO_FILTER, NULL,
     "live, or the made-up one"},
};
const size_t request_member_count = COUNT_OF(request_members);
const struct route_body request_body = {BODY_BYTES, request_members, &request_member_count, NULL};

struct request_query {
    struct param_text token;
};

const struct param request_params[] = {
    {"token", PARAM_TEXT, offsetof(struct request_query, token), 16, 64, NULL, NULL, true, PARAM_NO_FILTER,
     NULL, "the secret that the request was answered with"},
};
const size_t request_param_count = COUNT_OF(request_params);

/* A request, by request_fields[]. */
struct creator_request {
    int64_t id, created_us, until_us, verified_us, handled_us;
    const char *kind, *world, *platform, *username, *state, *code, *answer;
};

#define LINE(type, member, json, column) FIELD(type, struct creator_request, member, NULL, json, column, 0)

const struct field request_fields[] = {
    LINE(FIELD_ID, id, "id", "request_id"),
    LINE(FIELD_TEXT, kind, "kind", "kind"),
    LINE(FIELD_TEXT, state, "state", "state"),
    LINE(FIELD_TEXT, platform, "platform", "platform"),
    LINE(FIELD_TEXT, username, "username", "username"),
    LINE(FIELD_TEXT, code, "code", "code"),
    LINE(FIELD_TIME, created_us, "created_at", "created_us"),
    LINE(FIELD_TIME, until_us, "good_until", "until_us"),
    LINE(FIELD_TIME, verified_us, "verified_at", "verified_us"),
    LINE(FIELD_TIME, handled_us, "handled_at", "handled_us"),
    LINE(FIELD_TEXT, answer, "answer", "answer"),
    LINE(FIELD_TEXT, world, "world", "world"),
};
const size_t request_field_count = COUNT_OF(request_fields);

struct request_state {
    const char *params[10];
    char token[TOKEN_TEXT];
    struct creator_request made;
};

/* '\x...' of a hash under a purpose. */
static const char *hash_text_of(struct request *req, const struct crypto_secret *secret, const char *purpose,
                                const char *text) {
    unsigned char tag[CRYPTO_TAG_BYTES];
    crypto_tag(secret, purpose, text, strlen(text), tag);
    const char *hex = "\\x";
    for (size_t i = 0; i < sizeof tag; i++)
        hex = arena_printf(req->arena, "%s%02x", hex, tag[i]);
    return hex;
}

/* A token is random enough to need no key, and must outlive a restart. */
static const char *token_hash(struct request *req, const char *token) {
    static const struct crypto_secret none = {{0}};
    return hash_text_of(req, &none, "request token", token);
}

/* niched- and letters that nobody mistakes for others. */
static const char *make_code(struct request *req) {
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
    char code[CODE_LETTERS + 1] = "";
    uint64_t random = crypto_random();
    for (int i = 0; i < CODE_LETTERS; i++, random /= sizeof letters - 1)
        code[i] = letters[random % (sizeof letters - 1)];
    return arena_printf(req->arena, "niched-%s", code);
}

/* The key of a username as the importer has it; NULL if it is none. */
static const char *username_key(struct request *req, struct param_text given) {
    char *key = arena_strdup(req->arena, given.text + (given.text[0] == '@'));
    for (char *c = key; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7F || *c == '@' || *c == '/')
            return NULL;
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    }
    return *key ? key : NULL;
}

static bool is_address(const char *text) {
    const char *at = strchr(text, '@');
    return at && at > text && !strchr(at + 1, '@') && strchr(at + 1, '.') &&
           strcspn(text, " \t\r\n<>,;") == strlen(text);
}

/* Off the loop, with a connection of its own: the loops' are for reading. */
static enum err open_request(struct request *req) {
    struct request_state *st = req->state;
    struct writer *writer = ((const struct api *)req->app)->shared->writer;
    struct db *db = NULL;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = writer_begin(writer, req->caller.workspace, &req->fault, &db);
    if (!e)
        e = db_query(db, "request_open", COUNT_OF(st->params), st->params, &req->fault, &rows);
    if (!e && rows_text(rows, 0, 0)) {
        struct audit audit = {req, arena_printf(req->arena, "request:%s", rows_text(rows, 0, 0)), 201};
        e = audit_write(db, &audit, 1, &req->fault);
    }
    if (db)
        e = writer_end(writer, db, e, &req->fault);
    if (e)
        return e;
    st->made.id = rows_i64(rows, 0, 0);
    st->made.until_us = rows_i64(rows, 0, 3);
    if (st->made.id != FIELD_NULL_I64)
        return ERR_OK;
    request_fail(req, ERR_LIMIT_RATE, "%s requests are open already %s: wait until they are handled",
                 st->params[9],
                 rows_i64(rows, 0, 1) >= rows_i64(rows, 0, 2) ? "for this account" : "from this address");
    req->fault.retry_after_s = LAPSES_S;
    return ERR_LIMIT_RATE;
}

static enum err write_made(struct request *req, const struct rows *rows) {
    (void)rows;
    const struct request_state *st = req->state;
    struct json w = json_to(&req->body);
    const char *id = arena_printf(req->arena, "%lld", (long long)st->made.id);
    char until[32];
    clock_format(st->made.until_us, until);
    json_object(&w);
    json_kstr(&w, "id", id);
    json_kstr(&w, "token", st->token);
    json_kstr(&w, "code", st->params[4]);
    json_kstr(&w, "state", "pending");
    json_kstr(&w, "good_until", until);
    json_kstr(&w, "next",
              arena_printf(req->arena,
                           "put %s into the bio of the account: whoever can do that owns it. It may go once "
                           "the state is verified; "
                           "look at it with GET /requests/%s?token=",
                           st->params[4], id));
    json_object_end(&w);
    request_header(req, "Location", arena_printf(req->arena, "/requests/%s", id));
    return request_reply(req, 201, "application/json");
}

/* Reads the body and checks what the table does not. */
static enum err read_body(struct request *req, struct request_body *b, const char **ret_key) {
    const struct json_value *object;
    struct body_given given;
    enum err e = body_object(req, &object);
    if (e)
        return e;
    body_read(req, object, request_members, request_member_count, b, &given);
    *ret_key = b->username.text ? username_key(req, b->username) : NULL;
    if (b->username.text && !*ret_key)
        body_fault(req, json_member(object, "username"),
                   "username must be a handle without blanks, got \"%.100s\"", b->username.text);
    if (b->contact.text && !is_address(b->contact.text))
        body_fault(req, json_member(object, "contact"), "contact must be one e-mail address, got \"%.100s\"",
                   b->contact.text);
    return body_checked(req);
}

enum err api_request_open(struct request *req) {
    const struct api *api = req->app;
    struct request_state *st = arena_alloc(req->arena, sizeof *st);
    struct request_body b = {0};
    const struct snapshot *s;
    const char *key = NULL;
    uint64_t given;
    req->state = st;
    enum err e = api_params(req, NULL, &given);
    if (!e)
        e = read_body(req, &b, &key);
    if (!e)
        e = api_snapshot(req, &s);
    enum rank_platform platform = RANK_INSTAGRAM;
    if (!e && !rank_platform_by_name(b.platform, &platform))
        e = request_fail(req, ERR_INTERNAL, "platform %s has no number", b.platform);
    if (e)
        return e;
    uint64_t random[TOKEN_BYTES / sizeof(uint64_t)] = {crypto_random(), crypto_random()};
    crypto_base64(random, sizeof random, st->token);
    const char *params[COUNT_OF(st->params)] = {
        api_world(s, b.world) ? "1" : "0",
        arena_printf(req->arena, "%d", (int)platform + 1),
        key,
        b.kind,
        make_code(req),
        token_hash(req, st->token),
        hash_text_of(req, &api->shared->secrets.at[0], "request address", request_address(req)),
        b.message.text,
        b.contact.text,
        arena_printf(req->arena, "%lld", (long long)api->shared->settings->open_requests),
    };
    memcpy(st->params, params, sizeof params);
    return request_work(req, open_request, write_made);
}

static enum err request_row(struct request *req, const struct rows *rows) {
    if (!rows_count(rows))
        return request_fail(req, ERR_REQUEST_UNKNOWN, "there is no request \"%.20s\" with this token",
                            req->segments[0]);
    struct creator_request row = {0};
    struct json w = json_to(&req->body);
    rows_decode(rows, 0, request_fields, request_field_count, req->arena, &row);
    json_object(&w);
    fields_json(request_fields, request_field_count, &row, &w);
    json_object_end(&w);
    return request_reply(req, 200, "application/json");
}

enum err api_request(struct request *req) {
    struct request_query q;
    uint64_t given;
    const char *id = req->segments[0];
    enum err e = api_params(req, &q, &given);
    if (e)
        return e;
    if (strlen(id) > 18 || strspn(id, "0123456789") != strlen(id)) {
        request_fail(req, ERR_PARAM_INVALID, "a request's id is a number, got \"%.100s\"", id);
        return fault_param(&req->fault, "id", id, "1 to 18 digits");
    }
    const char *params[] = {id, token_hash(req, q.token.text)};
    struct statement stmt = api_statement(req, "request_one");
    return request_query(req, &stmt, COUNT_OF(params), params, request_row);
}
