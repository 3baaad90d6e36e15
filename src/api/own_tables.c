/* The lists of a workspace's rows: tables of data. Filters name their column; their SQL is made from the
 * line. */
#include "own.h"
#include "tables.h"

#define AT(member) offsetof(struct own_query, member)
#define CREATOR_PARAM                                                                                        \
    {                                                                                                        \
        "creator", PARAM_WORDS, AT(creator), 1, 60, NULL, "handles", false, PARAM_HOLDS,                     \
            "c.creator_id in (select w::bigint from unnest({}::text[]) w where w !~ '^@' union all"          \
            " select k.creator_id from unnest({}::text[]) w cross join platform p join account_key k"        \
            " on k.world = {world}::smallint and k.platform = p.platform and k.kind = 'username'"            \
            " and k.key = lower(substr(w, 2)) where w ~ '^@')",                                              \
            "creators: ids or @handles, up to 50"                                                            \
    }
#define PLATFORM_PARAM                                                                                       \
    {                                                                                                        \
        "platform", PARAM_LIST, AT(platform), 0, 0, NULL, "instagram,tiktok,youtube", false, PARAM_IN_ID,    \
            "a.platform", "platforms, comma between; -tiktok leaves one out"                                 \
    }
#define BRAND_PARAM                                                                                          \
    {                                                                                                        \
        "brand", PARAM_WORDS, AT(brand), 1, 60, NULL, "names", false, PARAM_HOLDS,                           \
            "b.brand_key in (select regexp_replace(normalize(lower(n), NFKD), '[^[:alnum:]]+', '', 'g')"     \
            " from unnest({}::text[]) n)",                                                                   \
            "brands, by name in any case"                                                                    \
    }
#define PAGE_PARAMS                                                                                           \
    {"world",                                                                                                 \
     PARAM_CHOICE,                                                                                            \
     AT(world),                                                                                               \
     0,                                                                                                       \
     0,                                                                                                       \
     NULL,                                                                                                    \
     "live,sandbox",                                                                                          \
     false,                                                                                                   \
     PARAM_NO_FILTER,                                                                                         \
     NULL,                                                                                                    \
     "about real creators or the made-up ones; by default live once there are any"},                          \
        {"limit", PARAM_INT, AT(limit), 1, 100, "20", NULL, false, PARAM_NO_FILTER, NULL, "items in a page"}, \
        {"cursor",                                                                                            \
         PARAM_TEXT,                                                                                          \
         AT(cursor),                                                                                          \
         1,                                                                                                   \
         200,                                                                                                 \
         NULL,                                                                                                \
         NULL,                                                                                                \
         false,                                                                                               \
         PARAM_NO_FILTER,                                                                                     \
         NULL,                                                                                                \
         "next_cursor of the page before"},                                                                   \
        LIST_PARAMS(struct own_query, list)

const struct param price_params[] = {
    CREATOR_PARAM,
    PLATFORM_PARAM,
    {"deliverable", PARAM_LIST, AT(deliverable), 0, 0, NULL, "post,story,reel,video", false, PARAM_IN,
     "p.deliverable", "what is bought: post, story, reel, video"},
    {"source", PARAM_LIST, AT(source), 0, 0, NULL, "quote,rate_card,history", false, PARAM_IN, "p.source",
     "quote, rate_card or history"},
    PAGE_PARAMS,
};
const size_t price_param_count = COUNT_OF(price_params);

const struct param collaboration_params[] = {
    CREATOR_PARAM,
    PLATFORM_PARAM,
    BRAND_PARAM,
    {"compensation", PARAM_LIST, AT(compensation), 0, 0, NULL, "paid,gifted,affiliate", false, PARAM_IN,
     "k.compensation", "paid, gifted or affiliate"},
    PAGE_PARAMS,
};
const size_t collaboration_param_count = COUNT_OF(collaboration_params);

const struct param conversion_params[] = {
    CREATOR_PARAM,
    PLATFORM_PARAM,
    BRAND_PARAM,
    {"collaboration", PARAM_INT, AT(collaboration), 1, 9e15, NULL, NULL, false, PARAM_EQ,
     "r.collaboration_id", "id of a collaboration"},
    PAGE_PARAMS,
};
const size_t conversion_param_count = COUNT_OF(conversion_params);

#define OWN(type, member, group, json, column) FIELD(type, struct own_row, member, group, json, column, 0)
#define USD(member, json)                      FIELD(FIELD_F64, struct own_row, member, NULL, json, json, 2)
#define OF_CREATOR                                                                                           \
    OWN(FIELD_ID, id, NULL, "id", "id"), OWN(FIELD_ID, creator_id, "creator", "id", "creator_id"),           \
        OWN(FIELD_TEXT, name, "creator", "name", "name"),                                                    \
        OWN(FIELD_TEXT, platform, "creator", "platform", "platform"),                                        \
        OWN(FIELD_TEXT, username, "creator", "username", "username"),                                        \
        OWN(FIELD_TEXT, url, "creator", "url", "url")

const struct field price_fields[] = {
    OF_CREATOR,
    OWN(FIELD_TEXT, deliverable, NULL, "deliverable", "deliverable"),
    USD(amount_usd, "amount_usd"),
    USD(amount, "amount"),
    OWN(FIELD_TEXT, currency, NULL, "currency", "currency"),
    OWN(FIELD_TEXT, rate_day, NULL, "rate_day", "rate_day"),
    OWN(FIELD_TEXT, source, NULL, "source", "source"),
    OWN(FIELD_TEXT, valid_from, NULL, "valid_from", "valid_from"),
};
const size_t price_field_count = COUNT_OF(price_fields);

const struct field collaboration_fields[] = {
    OF_CREATOR,
    OWN(FIELD_TEXT, brand, NULL, "brand", "brand"),
    OWN(FIELD_TEXT, category, NULL, "category", "category"),
    OWN(FIELD_TEXT, started_on, NULL, "started_on", "started_on"),
    OWN(FIELD_TEXT, ended_on, NULL, "ended_on", "ended_on"),
    OWN(FIELD_I64, posts, NULL, "posts", "posts"),
    OWN(FIELD_TEXT, compensation, NULL, "compensation", "compensation"),
    USD(fee_usd, "fee_usd"),
    USD(amount, "fee"),
    OWN(FIELD_TEXT, currency, NULL, "currency", "currency"),
    OWN(FIELD_TEXT, rate_day, NULL, "rate_day", "rate_day"),
    OWN(FIELD_BOOL, labelled, NULL, "labelled", "labelled"),
    OWN(FIELD_BOOL, exclusive, NULL, "exclusive", "exclusive"),
    OWN(FIELD_TEXT, source, NULL, "source", "source"),
};
const size_t collaboration_field_count = COUNT_OF(collaboration_fields);

const struct field conversion_fields[] = {
    OF_CREATOR,
    OWN(FIELD_ID, collaboration_id, NULL, "collaboration_id", "collaboration_id"),
    OWN(FIELD_TEXT, brand, NULL, "brand", "brand"),
    OWN(FIELD_I64, orders, NULL, "orders", "orders"),
    OWN(FIELD_I64, clicks, NULL, "clicks", "clicks"),
    USD(revenue_usd, "revenue_usd"),
    USD(amount, "revenue"),
    OWN(FIELD_TEXT, currency, NULL, "currency", "currency"),
    OWN(FIELD_TEXT, rate_day, NULL, "rate_day", "rate_day"),
    OWN(FIELD_I64, window_days, NULL, "window_days", "window_days"),
    OWN(FIELD_TIME, reported_us, NULL, "reported_at", "reported_us"),
    OWN(FIELD_TEXT, source, NULL, "source", "source"),
};
const size_t conversion_field_count = COUNT_OF(conversion_fields);
