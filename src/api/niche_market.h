/* Inside api only: the market of a niche: who makes it, who pays for it, whether small is better there. */
#ifndef NICHED_API_NICHE_MARKET_H
#define NICHED_API_NICHE_MARKET_H

#include "api/api.h"
#include "base/json.h"

enum { NICHE_SUPPLY_BINS = 9 };

/* One market, by niche_market_fields[]; what was not measured is null. */
struct niche_market {
    const char *as_of;
    struct text_list supply, engagement_quartiles, price_quartiles;
    int64_t creators, below_1000, nano, micro, larger;
    double engagement_p25, engagement_p50, engagement_p75;
    int64_t engagement_accounts;
    double price_p25, price_p50, price_p75;
    int64_t price_accounts, months, brands, paid_posts, all_creators, all_paid_posts;
    double posts_per_creator, creators_per_brand, crowding, ratio, low, high;
    const char *crowding_text, *thesis, *method;
    int64_t small_n, large_n;
    int8_t holds;
};

/* Nothing measured. */
struct niche_market niche_market_none(void);
/* Takes the answer of niche_market. */
void niche_market_take(const struct rows *rows, struct arena *a, struct niche_market *ret_market);
/* Takes the answer of niche_sizes. */
void niche_market_sizes(const struct rows *rows, struct arena *a, struct niche_market *ret_market);
/* Writes "market": {...} into an open object. */
void niche_market_write(const struct niche_market *m, struct json *w);

#endif
