/* "Should I become one?": supply by size, demand of the last 12 months, how crowded it is, what is usual, and
 * the thesis that small creators engage more put to the test. Invariant: a number of too few accounts is null
 * and says why. */
#include "niche_market.h"

#include "rank/standing.h"
#include "tables.h"

#include <math.h>
#include <stdlib.h>

enum { QUARTILES_MIN = 5, STRATA_MAX = 16, MONTHS = 12 };

#define SHOW(type, member, group, json) FIELD(type, struct niche_market, member, group, json, NULL, 0)
#define SHOW_F(member, group, json, decimals)                                                                \
    FIELD(FIELD_F64, struct niche_market, member, group, json, NULL, decimals)
#define READ(type, member, column) FIELD(type, struct niche_market, member, NULL, NULL, column, 0)

const struct field niche_market_fields[] = {
    FIELD(FIELD_TEXT, struct niche_market, as_of, NULL, "as_of", "as_of", 0),
    SHOW(FIELD_I64, below_1000, "tiers", "below_1000"),
    SHOW(FIELD_I64, nano, "tiers", "nano"),
    SHOW(FIELD_I64, micro, "tiers", "micro"),
    SHOW(FIELD_I64, larger, "tiers", "larger"),
    SHOW_F(engagement_p25, "engagement_vs_usual", "p25", 2),
    SHOW_F(engagement_p50, "engagement_vs_usual", "p50", 2),
    SHOW_F(engagement_p75, "engagement_vs_usual", "p75", 2),
    FIELD(FIELD_I64, struct niche_market, engagement_accounts, "engagement_vs_usual", "creators",
          "engagement_accounts", 0),
    SHOW_F(price_p25, "price_usd", "p25", 0),
    SHOW_F(price_p50, "price_usd", "p50", 0),
    SHOW_F(price_p75, "price_usd", "p75", 0),
    FIELD(FIELD_I64, struct niche_market, price_accounts, "price_usd", "creators", "price_accounts", 0),
    SHOW(FIELD_I64, months, "demand", "months"),
    FIELD(FIELD_I64, struct niche_market, brands, "demand", "brands", "brands", 0),
    FIELD(FIELD_I64, struct niche_market, paid_posts, "demand", "paid_posts", "paid_posts", 0),
    SHOW_F(posts_per_creator, "demand", "paid_posts_per_creator", 2),
    SHOW_F(creators_per_brand, "demand", "creators_per_brand", 1),
    SHOW_F(crowding, "crowding", "value", 2),
    SHOW(FIELD_TEXT, crowding_text, "crowding", "text"),
    SHOW_F(ratio, "small_against_large", "ratio", 2),
    SHOW_F(low, "small_against_large", "low95", 2),
    SHOW_F(high, "small_against_large", "high95", 2),
    SHOW(FIELD_I64, small_n, "small_against_large", "small_creators"),
    SHOW(FIELD_I64, large_n, "small_against_large", "large_creators"),
    SHOW(FIELD_BOOL, holds, "small_against_large", "holds"),
    SHOW(FIELD_TEXT, thesis, "small_against_large", "text"),
    SHOW(FIELD_TEXT, method, "small_against_large", "method"),
    READ(FIELD_TEXTS, supply, "supply"),
    READ(FIELD_TEXTS, engagement_quartiles, "engagement_quartiles"),
    READ(FIELD_TEXTS, price_quartiles, "price_quartiles"),
    READ(FIELD_I64, all_creators, "all_creators"),
    READ(FIELD_I64, all_paid_posts, "all_paid_posts"),
};
const size_t niche_market_field_count = COUNT_OF(niche_market_fields);

/* As niche_market.supply has them. */
static const struct {
    int64_t least, most; /* followers; FIELD_NULL_I64: without end */
    const char *tier;
} bins[NICHE_SUPPLY_BINS] = {
    {0, 999, "below_1000"},   {1000, 1999, "nano"},        {2000, 4999, "nano"},
    {5000, 9999, "nano"},     {10000, 19999, "micro"},     {20000, 49999, "micro"},
    {50000, 100000, "micro"}, {100001, 1000000, "larger"}, {1000001, FIELD_NULL_I64, "larger"},
};

static const char method[] =
    "ratio of geometric mean engagement rates, 1,000 to 100,000 followers over more than "
    "100,000, within each platform and denominator, pooled by inverse variance; "
    "log-normal 95 % interval";

struct niche_market niche_market_none(void) {
    struct niche_market m;
    for (size_t i = 0; i < niche_market_field_count; i++)
        field_set_null(&niche_market_fields[i], &m);
    m.creators = FIELD_NULL_I64;
    m.months = MONTHS;
    m.method = method;
    m.crowding_text = "not measured yet";
    m.thesis = "not measured yet";
    return m;
}

static int64_t supply_of(const struct niche_market *m, size_t first, size_t last) {
    int64_t n = 0;
    for (size_t i = first; i <= last && i < m->supply.count; i++)
        n += strtoll(m->supply.items[i], NULL, 10);
    return n;
}

static void quartiles(const struct text_list *q, int64_t n, double *ret_25, double *ret_50, double *ret_75) {
    if (n < QUARTILES_MIN || q->count < 3)
        return;
    *ret_25 = strtod(q->items[0], NULL);
    *ret_50 = strtod(q->items[1], NULL);
    *ret_75 = strtod(q->items[2], NULL);
}

static const char *say_crowding(const struct niche_market *m, struct arena *a) {
    if (isnan(m->crowding))
        return arena_printf(a, "not known: %lld paid posts of the last 12 months, %.0f are needed",
                            (long long)m->paid_posts, STANDING_DEFAULTS.demand_min);
    if (m->crowding > 1.0)
        return arena_printf(a, "more crowded than usual: %.2f times as many creators share a paid post",
                            m->crowding);
    return arena_printf(a, "less crowded than usual: %.2f times as many creators share a paid post",
                        m->crowding);
}

void niche_market_take(const struct rows *rows, struct arena *a, struct niche_market *m) {
    if (!rows_count(rows))
        return;
    rows_decode(rows, 0, niche_market_fields, niche_market_field_count, a, m);
    m->creators = supply_of(m, 0, NICHE_SUPPLY_BINS - 1);
    m->below_1000 = supply_of(m, 0, 0);
    m->nano = supply_of(m, 1, 3);
    m->micro = supply_of(m, 4, 6);
    m->larger = supply_of(m, 7, 8);
    quartiles(&m->engagement_quartiles, m->engagement_accounts, &m->engagement_p25, &m->engagement_p50,
              &m->engagement_p75);
    quartiles(&m->price_quartiles, m->price_accounts, &m->price_p25, &m->price_p50, &m->price_p75);
    double creators = (double)m->creators;
    m->posts_per_creator = m->creators ? (double)m->paid_posts / creators : NAN;
    m->creators_per_brand = m->brands ? creators / (double)m->brands : NAN;
    m->crowding = standing_crowding(m->creators, m->paid_posts, m->all_creators, m->all_paid_posts);
    m->crowding_text = say_crowding(m, a);
}

static const char *say_sizes(const struct standing_sizes *s, struct arena *a) {
    if (!s->decided)
        return arena_printf(a,
                            "too few to tell: %lld small and %lld larger creators that can be compared, %.0f "
                            "of each are needed",
                            (long long)s->small_n, (long long)s->large_n, STANDING_DEFAULTS.compare_min);
    const char *says = s->holds      ? "small creators engage more here"
                       : s->high < 1 ? "it does not hold here: larger creators engage more"
                                     : "it does not hold here: the difference may be none";
    return arena_printf(a, "%s; small over large is %.2f, 95 %% interval %.2f to %.2f", says, s->ratio,
                        s->low, s->high);
}

void niche_market_sizes(const struct rows *rows, struct arena *a, struct niche_market *m) {
    struct standing_stratum strata[STRATA_MAX];
    size_t n = rows_count(rows) < STRATA_MAX ? rows_count(rows) : STRATA_MAX;
    for (size_t i = 0; i < n; i++)
        strata[i] =
            (struct standing_stratum){rows_i64(rows, i, 0), rows_f64(rows, i, 1), rows_f64(rows, i, 2),
                                      rows_i64(rows, i, 3), rows_f64(rows, i, 4), rows_f64(rows, i, 5)};
    struct standing_sizes s;
    standing_compare(strata, n, &s);
    m->ratio = s.ratio;
    m->low = s.low;
    m->high = s.high;
    m->small_n = s.small_n;
    m->large_n = s.large_n;
    m->holds = s.decided ? (int8_t)s.holds : FIELD_NULL_BOOL;
    m->thesis = say_sizes(&s, a);
}

static void write_supply(const struct niche_market *m, struct json *w) {
    json_key(w, "supply");
    json_array(w);
    for (size_t i = 0; i < NICHE_SUPPLY_BINS; i++) {
        json_object(w);
        json_kstr(w, "tier", bins[i].tier);
        json_ki64(w, "min_followers", bins[i].least);
        json_key(w, "max_followers");
        if (bins[i].most == FIELD_NULL_I64)
            json_null(w);
        else
            json_i64(w, bins[i].most);
        json_key(w, "creators");
        if (m->as_of)
            json_i64(w, supply_of(m, i, i));
        else
            json_null(w);
        json_object_end(w);
    }
    json_array_end(w);
}

void niche_market_write(const struct niche_market *m, struct json *w) {
    json_key(w, "market");
    json_object(w);
    write_supply(m, w);
    fields_json(niche_market_fields, niche_market_field_count, m, w);
    json_object_end(w);
}
