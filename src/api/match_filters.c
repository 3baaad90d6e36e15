/* What filters mean together. Invariant: after the check every filter that is echoed is applied. */
#include "match.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t min_followers, max_followers;
} tiers[] = {{"nano", 1000, 9999}, {"micro", 10000, 100000}};

/* Lines that contradict each other when the first is above the second. */
#define AT(member) offsetof(struct match_query, member)
static const struct {
    const char *low, *high;
    size_t low_at, high_at;
} ranges[] = {
    {"min_engagement_rate", "max_engagement_rate", AT(min_engagement_rate), AT(max_engagement_rate)},
    {"min_price_usd", "max_price_usd", AT(min_price_usd), AT(max_price_usd)},
};

/* Whether the caller sent the parameter. */
static bool was_given(uint64_t given, const char *name) {
    for (size_t i = 0; i < match_param_count; i++)
        if (strcmp(match_params[i].name, name) == 0)
            return given >> i & 1;
    return false;
}

static enum err refuse(struct request *req, const char *param, const char *detail) {
    request_fail(req, ERR_PARAM_INVALID, "%s", detail);
    return fault_param(&req->fault, param, NULL, NULL);
}

static enum err check_tier(struct request *req, uint64_t given, struct match_query *q) {
    if (!q->tier)
        return ERR_OK;
    if (was_given(given, "min_followers") || was_given(given, "max_followers")) {
        request_fail(req, ERR_PARAM_INVALID,
                     "tier sets min_followers and max_followers: give it or them, not both");
        return fault_param(&req->fault, "tier", q->tier, "left out beside min_followers and max_followers");
    }
    for (size_t i = 0; i < COUNT_OF(tiers); i++)
        if (strcmp(tiers[i].name, q->tier) == 0) {
            q->min_followers = tiers[i].min_followers;
            q->max_followers = tiers[i].max_followers;
        }
    return ERR_OK;
}

static enum err check_ranges(struct request *req, const struct match_query *q) {
    if (q->min_followers > q->max_followers) {
        request_fail(req, ERR_PARAM_INVALID, "min_followers (%lld) must not exceed max_followers (%lld)",
                     (long long)q->min_followers, (long long)q->max_followers);
        return fault_param(&req->fault, "min_followers", NULL, "at most max_followers");
    }
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        double low, high;
        memcpy(&low, (const char *)q + ranges[i].low_at, sizeof low);
        memcpy(&high, (const char *)q + ranges[i].high_at, sizeof high);
        if (!(low > high))
            continue;
        request_fail(req, ERR_PARAM_INVALID, "%s (%g) must not exceed %s (%g)", ranges[i].low, low,
                     ranges[i].high, high);
        return fault_param(&req->fault, ranges[i].low, NULL,
                           arena_printf(req->arena, "at most %s", ranges[i].high));
    }
    return ERR_OK;
}

/* Parameters that say nothing without another. */
static enum err check_pairs(struct request *req, uint64_t given, const struct match_query *q) {
    bool country = was_given(given, "audience_country"), share = !isnan(q->min_audience_share);
    if (country && !share)
        return refuse(req, "audience_country",
                      "audience_country needs min_audience_share, such as min_audience_share=30pct");
    if (share && !country)
        return refuse(req, "min_audience_share",
                      "min_audience_share needs audience_country, such as audience_country=US");
    bool grows = !isnan(q->min_follower_growth) || strcmp(q->sort_by, "follower_growth") == 0;
    if (was_given(given, "growth_days") && !grows)
        return refuse(req, "growth_days", "growth_days needs min_follower_growth or sort_by=follower_growth");
    return ERR_OK;
}

enum err match_filters_check(struct request *req, uint64_t given, struct match_query *q) {
    if (q->cursor.text && !isnan(q->diversify)) {
        request_fail(req, ERR_PARAM_INVALID, "diversify orders one page and takes no cursor");
        return fault_param(&req->fault, "cursor", q->cursor.text, "none with diversify");
    }
    enum err e = check_tier(req, given, q);
    if (!e)
        e = check_ranges(req, q);
    return e ? e : check_pairs(req, given, q);
}
