/* What one creator of a plan is: a table of data. */
#include "plan.h"

#define PLAN(type, member, group, json) FIELD(type, struct plan_row, member, group, json, NULL, 0)
#define PLAN_F(member, group, json, decimals)                                                                \
    FIELD(FIELD_F64, struct plan_row, member, group, json, NULL, decimals)

const struct field plan_fields[] = {
    PLAN(FIELD_I64, rank, NULL, "rank"),
    PLAN(FIELD_ID, creator_id, "creator", "id"),
    PLAN(FIELD_TEXT, name, "creator", "name"),
    PLAN(FIELD_TEXT, platform, "creator", "platform"),
    PLAN(FIELD_TEXT, username, "creator", "username"),
    PLAN(FIELD_TEXT, url, "creator", "url"),
    PLAN(FIELD_TEXT, country, "creator", "country"),
    PLAN(FIELD_I64, followers, "creator", "followers"),
    PLAN_F(score, NULL, "score", 1),
    PLAN(FIELD_BOOL, included, NULL, "included"),
    PLAN(FIELD_TEXT, deliverable, NULL, "deliverable"),
    PLAN(FIELD_I64, posts, NULL, "posts"),
    PLAN_F(price_low_usd, "price_usd", "low", 0),
    PLAN_F(price_usd, "price_usd", "mid", 0),
    PLAN_F(price_high_usd, "price_usd", "high", 0),
    PLAN(FIELD_TEXT, price_source, "price_usd", "source"),
    PLAN_F(cost_usd, NULL, "cost_usd", 0),
    PLAN_F(reach, NULL, "reach", 0),
    PLAN_F(wanted_reach, NULL, "wanted_reach", 0),
    PLAN_F(engaged, NULL, "engaged", 0),
    PLAN_F(conversion_rate, NULL, "conversion_rate", 5),
    PLAN_F(orders_reported, NULL, "orders_reported", 0),
    PLAN_F(gain, NULL, "gain", 1),
    PLAN(FIELD_TEXTS, why, NULL, "why"),
    PLAN(FIELD_TEXTS, cautions, NULL, "cautions"),
};
const size_t plan_field_count = COUNT_OF(plan_fields);
