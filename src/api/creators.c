/* GET /creators/{id} and GET /creators/{platform}/{username}: a creator's accounts with scores, niches,
 * history and the provenance of every number. */
#include "api/api.h"

#include "base/fields.h"
#include "base/json.h"
#include "base/text.h"
#include "http/list.h"
#include "rank/match_score.h"
#include "record.h"
#include "tables.h"
#include "writes.h"

#include <string.h>

struct creator_query {
    const char *world;
    bool full;
    struct list_choice list;
};

struct account_row {
    int64_t creator_id, account_id, world;
    const char *display_name, *platform, *username, *url, *name, *bio, *bio_link, *picture_url, *category,
        *country, *city, *language, *source, *model_version, *engagement_basis, *price_source, *scoring;
    int8_t is_brand, verified, has_contact;
    const char *tag;
    int64_t followers, following, posts_total, likes_total, views_total, observed_us, posts, last_post_us,
        brands, brands_repeated;
    double engagement, engagement_rate, engagement_usual, engagement_n, authenticity, audience_credibility,
        conversation, price_usd, loyalty, freshness, posts_per_week;
};

#define TEXT(member, json)  FIELD(FIELD_TEXT, struct account_row, member, NULL, json, json, 0)
#define COUNT(member, json) FIELD(FIELD_I64, struct account_row, member, NULL, json, json, 0)
#define FLAG(member, json)  FIELD(FIELD_BOOL, struct account_row, member, NULL, json, json, 0)
#define SCORE_F(member, decimals)                                                                            \
    FIELD(FIELD_F64, struct account_row, member, "score", #member, #member, decimals)
#define SCORE(type, member, json, column) FIELD(type, struct account_row, member, "score", json, column, 0)
#define HIDDEN(type, member, column)      FIELD(type, struct account_row, member, NULL, NULL, column, 0)

const struct field creator_account_fields[] = {
    TEXT(platform, "platform"),
    TEXT(username, "username"),
    TEXT(url, "url"),
    TEXT(name, "name"),
    TEXT(bio, "bio"),
    TEXT(bio_link, "bio_link"),
    TEXT(picture_url, "picture_url"),
    TEXT(category, "category"),
    TEXT(country, "country"),
    TEXT(city, "city"),
    TEXT(language, "language"),
    FLAG(verified, "verified"),
    FLAG(has_contact, "has_contact"),
    COUNT(followers, "followers"),
    COUNT(following, "following"),
    COUNT(posts_total, "posts_total"),
    COUNT(likes_total, "likes_total"),
    COUNT(views_total, "views_total"),
    TEXT(source, "source"),
    FIELD(FIELD_TIME, struct account_row, observed_us, NULL, "observed_at", "observed_us", 0),
    TEXT(scoring, "scoring"),
    SCORE(FIELD_TEXT, model_version, "model_version", "model_version"),
    SCORE(FIELD_I64, posts, "recent_posts", "posts"),
    SCORE(FIELD_TIME, last_post_us, "last_post_at", "last_post_us"),
    SCORE_F(engagement, 3),
    SCORE(FIELD_TEXT, engagement_basis, "engagement_rate_basis", "engagement_basis"),
    SCORE_F(engagement_rate, 4),
    SCORE_F(engagement_usual, 4),
    FIELD(FIELD_F64, struct account_row, engagement_n, "score", "engagement_posts_effective", "engagement_n",
          2),
    SCORE_F(authenticity, 3),
    SCORE_F(audience_credibility, 3),
    SCORE_F(conversation, 3),
    SCORE_F(price_usd, 0),
    SCORE(FIELD_TEXT, price_source, "price_source", "price_source"),
    SCORE_F(loyalty, 3),
    SCORE(FIELD_I64, brands, "brands", "brands"),
    SCORE(FIELD_I64, brands_repeated, "repeat_brands", "brands_repeated"),
    SCORE_F(freshness, 3),
    SCORE_F(posts_per_week, 2),
    HIDDEN(FIELD_I64, creator_id, "creator_id"),
    HIDDEN(FIELD_I64, account_id, "account_id"),
    HIDDEN(FIELD_I64, world, "world"),
    HIDDEN(FIELD_TEXT, display_name, "display_name"),
    HIDDEN(FIELD_BOOL, is_brand, "is_brand"),
    HIDDEN(FIELD_TEXT, tag, "tag"),
};
const size_t creator_account_field_count = COUNT_OF(creator_account_fields);

struct niche_row {
    int64_t account_id, score, conf, posts;
    const char *niche, *kind;
    double points, confidence, focus;
    struct text_list words;
};

const struct field creator_niche_fields[] = {
    FIELD(FIELD_I64, struct niche_row, account_id, NULL, NULL, "account_id", 0),
    FIELD(FIELD_TEXT, struct niche_row, niche, NULL, "niche", "niche", 0),
    FIELD(FIELD_TEXT, struct niche_row, kind, NULL, "match", "kind", 0),
    FIELD(FIELD_F64, struct niche_row, points, NULL, "score", NULL, 1),
    FIELD(FIELD_F64, struct niche_row, confidence, NULL, "confidence", NULL, 2),
    FIELD(FIELD_F64, struct niche_row, focus, NULL, "focus", "focus", 3),
    FIELD(FIELD_I64, struct niche_row, posts, NULL, "posts", "posts", 0),
    FIELD(FIELD_TEXTS, struct niche_row, words, NULL, "words", "words", 0),
    FIELD(FIELD_I64, struct niche_row, score, NULL, NULL, "score", 0),
    FIELD(FIELD_I64, struct niche_row, conf, NULL, NULL, "conf", 0),
};
const size_t creator_niche_field_count = COUNT_OF(creator_niche_fields);

struct history_row {
    int64_t account_id, followers;
    const char *day, *source;
};

const struct field creator_history_fields[] = {
    FIELD(FIELD_I64, struct history_row, account_id, NULL, NULL, "account_id", 0),
    FIELD(FIELD_TEXT, struct history_row, day, NULL, "day", "day", 0),
    FIELD(FIELD_I64, struct history_row, followers, NULL, "followers", "followers", 0),
    FIELD(FIELD_TEXT, struct history_row, source, NULL, "source", "source", 0),
};
const size_t creator_history_field_count = COUNT_OF(creator_history_fields);

struct engagement_row {
    int64_t account_id, posts, observed_us;
    const char *month;
    double likes, comments, views, rate;
    struct text_list sources;
};

#define MONTH_F(member, json, decimals)                                                                      \
    FIELD(FIELD_F64, struct engagement_row, member, NULL, json, #member, decimals)

const struct field creator_engagement_fields[] = {
    FIELD(FIELD_I64, struct engagement_row, account_id, NULL, NULL, "account_id", 0),
    FIELD(FIELD_TEXT, struct engagement_row, month, NULL, "month", "month", 0),
    FIELD(FIELD_I64, struct engagement_row, posts, NULL, "posts", "posts", 0),
    MONTH_F(likes, "likes", 1),
    MONTH_F(comments, "comments", 1),
    MONTH_F(views, "views", 1),
    MONTH_F(rate, "engagement_rate", 4),
    FIELD(FIELD_TEXTS, struct engagement_row, sources, NULL, "sources", "sources", 0),
    FIELD(FIELD_TIME, struct engagement_row, observed_us, NULL, "observed_at", "observed_us", 0),
};
const size_t creator_engagement_field_count = COUNT_OF(creator_engagement_fields);

struct source_row {
    int64_t account_id, rows;
    const char *what, *source, *newest;
};

const struct field creator_source_fields[] = {
    FIELD(FIELD_I64, struct source_row, account_id, NULL, NULL, "account_id", 0),
    FIELD(FIELD_TEXT, struct source_row, what, NULL, "what", "what", 0),
    FIELD(FIELD_TEXT, struct source_row, source, NULL, "source", "source", 0),
    FIELD(FIELD_I64, struct source_row, rows, NULL, "rows", "rows", 0),
    FIELD(FIELD_TEXT, struct source_row, newest, NULL, "newest", "newest", 0),
};
const size_t creator_source_field_count = COUNT_OF(creator_source_fields);

static void finish_niche(void *row) {
    struct niche_row *n = row;
    n->points = match_score_tenths((int)n->score) / 10.0;
    n->confidence = (double)n->conf / MATCH_SCALE;
}

/* Lists that hang on an account; their rows begin with its id. Their flags in fields= are behind those of the
 * table, in this order. */
enum { NICHES, FOLLOWERS, ENGAGEMENT, SOURCES, LISTS };
static const char list_keys[] = "niches follower_history engagement_history sources";

static const struct creator_list {
    const char *key, *statement;
    const struct field *fields;
    size_t n, size;
    void (*finish)(void *row); /* NULL: nothing is computed */
} lists[LISTS] = {
    [NICHES] = {"niches", "creator_niches", creator_niche_fields, COUNT_OF(creator_niche_fields),
                sizeof(struct niche_row), finish_niche},
    [FOLLOWERS] = {"follower_history", "creator_history", creator_history_fields,
                   COUNT_OF(creator_history_fields), sizeof(struct history_row), NULL},
    [ENGAGEMENT] = {"engagement_history", "creator_engagement", creator_engagement_fields,
                    COUNT_OF(creator_engagement_fields), sizeof(struct engagement_row), NULL},
    [SOURCES] = {"sources", "creator_sources", creator_source_fields, COUNT_OF(creator_source_fields),
                 sizeof(struct source_row), NULL},
};

struct creator_state {
    struct creator_query q;
    int status;
    bool by_id; /* the address has an id, not a name */
    struct account_row *accounts;
    size_t account_count;
    char *rows[LISTS];
    size_t counts[LISTS];
};

const struct param creator_params[] = {
    {"world", PARAM_CHOICE, offsetof(struct creator_query, world), 0, 0, NULL, "live,sandbox", false,
     PARAM_NO_FILTER, NULL, "where to look for the name; by default live once there are real creators"},
    {"full", PARAM_BOOL, offsetof(struct creator_query, full), 0, 0, "false", NULL, false, PARAM_NO_FILTER,
     NULL, "all that is stored, with a key of scope admin"},
    FIELDS_PARAM(struct creator_query, list),
};
const size_t creator_param_count = COUNT_OF(creator_params);

static void write_list(const struct creator_state *st, size_t which, int64_t account_id, struct json *w) {
    const struct creator_list *l = &lists[which];
    json_key(w, l->key);
    json_array(w);
    for (size_t i = 0; i < st->counts[which]; i++) {
        void *row = st->rows[which] + i * l->size;
        if (*(const int64_t *)row != account_id)
            continue;
        if (l->finish)
            l->finish(row);
        json_object(w);
        fields_json(l->fields, l->n, row, w);
        json_object_end(w);
    }
    json_array_end(w);
}

static enum err write_creator(struct request *req) {
    const struct creator_state *st = req->state;
    const struct account_row *first = &st->accounts[0];
    struct json w = json_to(&req->body);
    json_object(&w);
    json_key(&w, "id");
    json_id(&w, first->creator_id);
    json_kstr(&w, "name", first->display_name ? first->display_name : first->name);
    json_key(&w, "is_brand");
    if (first->is_brand == FIELD_NULL_BOOL)
        json_null(&w);
    else
        json_bool(&w, first->is_brand != 0);
    json_key(&w, "accounts");
    json_array(&w);
    for (size_t i = 0; i < st->account_count; i++) {
        json_object(&w);
        fields_json_of(creator_account_fields, creator_account_field_count, req->chosen, &st->accounts[i],
                       &w);
        for (size_t k = 0; k < LISTS; k++)
            if (!req->chosen || req->chosen[creator_account_field_count + k])
                write_list(st, k, st->accounts[i].account_id, &w);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_kstr(&w, "world", api_world_name((int)first->world));
    json_object_end(&w);
    req->etag_front = first->tag;
    if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0)
        request_header(req, "ETag", arena_printf(req->arena, "W/\"%s.0\"", first->tag));
    return request_reply(req, st->status, "application/json");
}

/* Decodes all rows into an array in the arena. */
static void *decode_all(struct request *req, const struct rows *rows, const struct field *fields, size_t n,
                        size_t size) {
    char *out = arena_alloc(req->arena, rows_count(rows) * size + 1);
    for (size_t i = 0; i < rows_count(rows); i++)
        rows_decode(rows, i, fields, n, req->arena, out + i * size);
    return out;
}

static enum err take_list(struct request *req, const struct rows *rows, size_t which) {
    struct creator_state *st = req->state;
    st->rows[which] = decode_all(req, rows, lists[which].fields, lists[which].n, lists[which].size);
    st->counts[which] = rows_count(rows);
    return req->waiting ? ERR_OK : write_creator(req);
}

static enum err niche_rows(struct request *req, const struct rows *rows) {
    return take_list(req, rows, NICHES);
}

static enum err follower_rows(struct request *req, const struct rows *rows) {
    return take_list(req, rows, FOLLOWERS);
}

static enum err engagement_rows(struct request *req, const struct rows *rows) {
    return take_list(req, rows, ENGAGEMENT);
}

static enum err source_rows(struct request *req, const struct rows *rows) {
    return take_list(req, rows, SOURCES);
}

static enum err moved_rows(struct request *req, const struct rows *rows) {
    const char *id = req->segments[0];
    if (!rows_count(rows))
        return request_fail(req, ERR_CREATOR_UNKNOWN, "there is no creator \"%.100s\"", id);
    request_fail(req, ERR_CREATOR_UNKNOWN, "creator %.18s is an account of creator %s now", id,
                 rows_text(rows, 0, 0));
    fault_hint(&req->fault, rows_text(rows, 0, 0));
    return ERR_CREATOR_UNKNOWN;
}

enum err api_creator_missing(struct request *req) {
    struct statement stmt = api_statement(req, "creator_moved");
    return request_query(req, &stmt, 1, &req->segments[0], moved_rows);
}

static enum err account_rows(struct request *req, const struct rows *rows) {
    struct creator_state *st = req->state;
    if (!rows_count(rows) && st->by_id)
        return api_creator_missing(req);
    if (!rows_count(rows))
        return request_fail(req, ERR_CREATOR_UNKNOWN, "there is no creator \"%.100s/%.100s\"",
                            req->segments[0], req->segments[1]);
    st->accounts =
        decode_all(req, rows, creator_account_fields, creator_account_field_count, sizeof *st->accounts);
    st->account_count = rows_count(rows);
    const char *id = arena_printf(req->arena, "%lld", (long long)st->accounts[0].creator_id);
    request_next *const take[LISTS] = {niche_rows, follower_rows, engagement_rows, source_rows};
    enum err e = ERR_OK;
    for (size_t i = 0; i < LISTS && !e; i++) {
        struct statement stmt = api_statement(req, lists[i].statement);
        e = request_query(req, &stmt, 1, &id, take[i]);
    }
    return e;
}

/* Asks for the accounts of a creator by id, or by name with the id NULL. */
static enum err ask_accounts(struct request *req, const char *id, const char *platform, const char *handle) {
    struct creator_state *st = arena_alloc(req->arena, sizeof *st);
    const struct snapshot *s;
    uint64_t given;
    req->state = st;
    st->status = 200;
    st->by_id = id != NULL;
    enum err e = api_params(req, &st->q, &given);
    if (!e && st->q.full && st->q.list.fields.text)
        e = request_fail(req, ERR_PARAM_INVALID,
                         "fields does not go with full=true, which gives all there is");
    if (!e && st->q.list.fields.text)
        e = fields_choose(creator_account_fields, creator_account_field_count, list_keys,
                          st->q.list.fields.text, req->arena, &req->fault, &req->chosen);
    if (!e)
        e = api_snapshot(req, &s);
    if (e)
        return e;
    const char *params[] = {id, api_world(s, st->q.world) ? "1" : "0", platform, handle};
    if (st->q.full)
        return api_record(req, params);
    struct statement stmt = api_statement(req, "creator_accounts");
    return request_query(req, &stmt, COUNT_OF(params), params, account_rows);
}

enum err api_creator_show(struct request *req, const char *id, int status) {
    struct creator_state *st = arena_alloc(req->arena, sizeof *st);
    const char *params[] = {id, NULL, NULL, NULL};
    struct statement stmt = api_statement(req, "creator_accounts");
    req->state = st;
    st->status = status;
    return request_query(req, &stmt, COUNT_OF(params), params, account_rows);
}

enum err api_creator_id(struct request *req) {
    const char *id = req->segments[0];
    size_t n = strlen(id);
    if (n <= 18 && strspn(id, "0123456789") == n)
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID,
                 "a creator's id is a number, got \"%.100s\"; a name goes after its platform: "
                 "/creators/tiktok/name",
                 id);
    return fault_param(&req->fault, "id", id, "1 to 18 digits");
}

enum err api_creator(struct request *req) {
    enum err e = api_creator_id(req);
    return e ? e : ask_accounts(req, req->segments[0], NULL, NULL);
}

enum err api_creator_by_name(struct request *req) {
    const char *name = req->segments[1];
    char *handle = arena_strdup(req->arena, name + (name[0] == '@'));
    for (char *c = handle; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    return ask_accounts(req, NULL, req->segments[0], handle);
}
