/* Why: the files beside posts: profiles, follower history, prices, work with brands.
 * Invariant: they agree: the last snapshot is the profile's followers, fees and prices follow one prior (b4),
 * brands of paid posts are those of collaborations. */
#include "ingest/sandbox_rows.h"
#include "ingest/sandbox_text.h"

#include <string.h>

#define DAY_S        INT64_C(86400)
#define HISTORY_DAYS 90
#define JUMPS_MAX    3

static int64_t posts_total(const struct sandbox_person *p, int64_t days_ago) {
    int64_t active_s = (p->life_days - days_ago) * DAY_S - p->silent_s;
    int64_t pace = 850 + (int64_t)(sandbox_mix((uint64_t)p->index) % 300);
    return active_s > 0 ? 3 + active_s / p->gap_s * pace / 1000 : 3;
}

static void put_text(struct sandbox_pen *pen, bool known, struct sandbox_text s) {
    if (known)
        sandbox_cell_text(pen->out, s.s, s.n);
    buf_putc(pen->out, ',');
}

static void put_number(struct sandbox_pen *pen, bool known, int64_t x) {
    sandbox_cell_number(pen->out, known ? x : SANDBOX_NONE);
    buf_putc(pen->out, ',');
}

static void put_scratch(struct sandbox_pen *pen, bool known) {
    if (known)
        sandbox_cell_scratch(pen);
    pen->scratch->len = 0;
    buf_putc(pen->out, ',');
}

/* Given name alone, with the family name, or the given name and what she does. */
static void put_name(struct sandbox_pen *pen, const struct sandbox_person *p) {
    struct sandbox_scene scene = {pen->words, p, p->niches[0], sandbox_mix((uint64_t)p->index)};
    static const struct sandbox_text with_topic = {"{name} | {topic}", 16};
    uint64_t form = scene.turn % 10;
    if (form < 3) {
        sandbox_say(pen->scratch, with_topic, &scene);
    } else {
        sandbox_put(pen->scratch, p->given);
        buf_puts(pen->scratch, form < 8 ? " " : "");
        sandbox_put(pen->scratch, form < 8 ? p->family : (struct sandbox_text){"", 0});
    }
    put_scratch(pen, sandbox_person_has(p, MISSING_NAME));
}

static void put_addresses(struct sandbox_pen *pen, const struct sandbox_person *p) {
    buf_puts(pen->scratch, "https://");
    sandbox_host(pen->scratch, p);
    buf_puts(pen->scratch, "/links");
    put_scratch(pen, sandbox_person_has(p, MISSING_LINK));
    buf_puts(pen->scratch, "https://pictures.example.invalid/");
    sandbox_cell_number(pen->scratch, (int64_t)p->account_id);
    buf_puts(pen->scratch, ".jpg");
    put_scratch(pen, sandbox_person_has(p, MISSING_PICTURE));
}

void sandbox_row_creator(struct sandbox_pen *pen, const struct sandbox_person *p) {
    const struct sandbox_trade *trade = &pen->words->trades[pen->words->niches[p->niches[0]].trade];
    bool totals = sandbox_person_has(p, MISSING_TOTALS);
    sandbox_cell_account(pen->out, p);
    put_number(pen, sandbox_person_has(p, MISSING_ACCOUNT_ID), (int64_t)p->account_id);
    put_name(pen, p);
    sandbox_bio(pen->scratch, pen->words, p);
    put_scratch(pen, sandbox_person_has(p, MISSING_BIO));
    put_addresses(pen, p);
    put_text(pen, sandbox_person_has(p, MISSING_CATEGORY), trade->category);
    put_text(pen, sandbox_person_has(p, MISSING_COUNTRY), p->place->country);
    struct sandbox_text city = p->place->cities.items[(uint64_t)p->index % p->place->cities.n];
    put_text(pen, sandbox_person_has(p, MISSING_CITY) && sandbox_person_has(p, MISSING_COUNTRY), city);
    struct sandbox_text english = {"en", 2};
    put_text(pen, sandbox_person_has(p, MISSING_LANGUAGE),
             p->written == p->place->written ? p->place->language : english);
    if (sandbox_person_has(p, MISSING_VERIFIED))
        buf_puts(pen->out, p->verified ? "true" : "false");
    buf_putc(pen->out, ',');
    put_number(pen, true, p->followers);
    put_number(pen, sandbox_person_has(p, MISSING_FOLLOWING), p->following);
    int64_t posts = posts_total(p, 0);
    put_number(pen, sandbox_person_has(p, MISSING_POSTS_TOTAL), posts);
    put_number(pen, totals && p->platform == RANK_TIKTOK, posts * sandbox_usual_engagements(p));
    put_number(pen, totals && p->platform == RANK_YOUTUBE, posts * sandbox_usual_views(p));
    if (sandbox_person_has(p, MISSING_CREATED))
        sandbox_cell_time(pen->out, SANDBOX_CLOCK_S - p->life_days * DAY_S +
                                        (int64_t)(sandbox_mix((uint64_t)p->index) % DAY_S));
    buf_putc(pen->out, '\n');
}

/* Followers by day, [0] today, going back: growth with its noise, and a jump or more where followers were
 * bought. */
static void draw_history(struct sandbox_rng *r, const struct sandbox_person *p,
                         int64_t ret_day[HISTORY_DAYS + 1]) {
    int64_t jump_day[JUMPS_MAX];
    int64_t jump[JUMPS_MAX];
    for (size_t i = 0; i < JUMPS_MAX; i++) {
        jump_day[i] = sandbox_between(r, 1, HISTORY_DAYS - 5);
        jump[i] = sandbox_between(r, 60, 300);
    }
    size_t jumps = p->fraud == FRAUD_BOUGHT ? 1 + sandbox_below(r, JUMPS_MAX) : 0;
    int64_t restless = sandbox_between(r, Q16(0.0003), Q16(0.0012));
    ret_day[0] = p->followers;
    for (int64_t k = 1; k <= HISTORY_DAYS; k++) {
        int64_t rate = sandbox_gauss(r, p->growth / 365, restless);
        int64_t before = ret_day[k - 1] - sandbox_round(r, ret_day[k - 1] * rate);
        for (size_t i = 0; i < jumps && i < JUMPS_MAX; i++)
            before = jump_day[i] == k ? before * 1000 / (1000 + jump[i]) : before;
        ret_day[k] = before < 1 ? 1 : before;
    }
}

void sandbox_rows_snapshots(struct sandbox_pen *pen, const struct sandbox_person *p) {
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_SNAPSHOTS);
    if (!sandbox_chance(&r, pen->history_permille))
        return;
    int64_t step = sandbox_chance(&r, 300) ? 1 : 7;
    int64_t day[HISTORY_DAYS + 1];
    draw_history(&r, p, day);
    int64_t last = p->life_days - 1 < HISTORY_DAYS ? p->life_days - 1 : HISTORY_DAYS;
    for (int64_t k = (last - 1) / step * step + 1; k >= 1; k -= step) {
        sandbox_cell_account(pen->out, p);
        sandbox_cell_day(pen->out, SANDBOX_CLOCK_S - k * DAY_S);
        buf_putc(pen->out, ',');
        put_number(pen, true, day[k - 1]);
        put_number(pen, sandbox_person_has(p, MISSING_FOLLOWING), p->following);
        sandbox_cell_number(pen->out,
                            sandbox_person_has(p, MISSING_POSTS_TOTAL) ? posts_total(p, k) : SANDBOX_NONE);
        buf_putc(pen->out, '\n');
    }
}

/* As people quote: in fives, tens, fifties. */
static int64_t round_price(int64_t usd) {
    int64_t step = usd < 200 ? 5 : usd < 1000 ? 10 : 50;
    int64_t rounded = (usd + step / 2) / step * step;
    return rounded < 5 ? 5 : rounded;
}

static const struct deliverable {
    const char *name;
    uint32_t permille; /* of those with prices quote it too */
    int64_t times;     /* price of a post, per mille */
} DELIVERABLES[] = {{"post", 1000, 1000}, {"story", 350, 400}, {"reel", 300, 1300}, {"video", 200, 1800}};

void sandbox_rows_prices(struct sandbox_pen *pen, const struct sandbox_person *p) {
    static const char *const sources[] = {"quote", "rate_card", "history"};
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_PRICES);
    if (!sandbox_chance(&r, p->cast ? 450 : 250))
        return;
    int64_t usd = sandbox_exp(sandbox_gauss(&r, sandbox_person_ln_price(p), Q16(0.6))) >> 16;
    const char *source = sources[sandbox_below(&r, COUNT_OF(sources))];
    int64_t days = sandbox_between(&r, 3, 400);
    for (size_t i = 0; i < COUNT_OF(DELIVERABLES); i++) {
        if (!sandbox_chance(&r, DELIVERABLES[i].permille))
            continue;
        sandbox_cell_account(pen->out, p);
        buf_puts(pen->out, DELIVERABLES[i].name);
        buf_putc(pen->out, ',');
        put_number(pen, true, round_price(usd * DELIVERABLES[i].times / 1000));
        buf_puts(pen->out, source);
        buf_putc(pen->out, ',');
        sandbox_cell_day(pen->out, SANDBOX_CLOCK_S - days * DAY_S);
        buf_putc(pen->out, '\n');
    }
}

void sandbox_rows_collaborations(struct sandbox_pen *pen, const struct sandbox_person *p) {
    static const char *const compensations[] = {"paid", "gifted", "affiliate"};
    struct sandbox_deal deals[SANDBOX_DEALS_MAX];
    size_t n = sandbox_person_deals(pen->words, p, deals);
    for (size_t i = 0; i < n; i++) {
        const struct sandbox_deal *d = &deals[i];
        sandbox_cell_account(pen->out, p);
        put_text(pen, true, d->brand);
        put_text(pen, true, d->trade->slug);
        sandbox_cell_day(pen->out, SANDBOX_CLOCK_S - d->start_days * DAY_S);
        buf_putc(pen->out, ',');
        if (d->end_days > 0)
            sandbox_cell_day(pen->out, SANDBOX_CLOCK_S - d->end_days * DAY_S);
        buf_putc(pen->out, ',');
        put_number(pen, true, d->posts);
        buf_puts(pen->out, compensations[d->compensation]);
        buf_putc(pen->out, ',');
        put_number(pen, d->fee_usd > 0, d->fee_usd);
        buf_puts(pen->out, d->labelled ? "true\n" : "false\n");
    }
}

void sandbox_rows_engagers(struct sandbox_pen *pen, const struct sandbox_person *p) {
    static const uint32_t people = 600;
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_ENGAGERS);
    if (!sandbox_chance(&r, p->cast ? 500 : pen->audience_permille))
        return;
    uint32_t first = sandbox_below(&r, people);
    int64_t n = sandbox_between(&r, 60, 240) + (p->followers > 20000 ? 200 : 0);
    for (int64_t i = 0; i < n; i++) {
        sandbox_cell_account(pen->out, p);
        buf_puts(pen->out, "fan.");
        sandbox_put(pen->out, pen->words->niches[p->niches[0]].slug);
        buf_putc(pen->out, '.');
        sandbox_cell_number(pen->out, (first + i) % people);
        buf_puts(pen->out, sandbox_chance(&r, 700) ? ",like\n" : ",comment\n");
    }
}

struct audience {
    int64_t people; /* sampled */
    int64_t days;   /* before the clock */
};

static void put_share(struct sandbox_pen *pen, const struct sandbox_person *p, const struct audience *a,
                      const char *dimension, struct sandbox_text bucket, int64_t permille) {
    sandbox_cell_account(pen->out, p);
    buf_printf(pen->out, "%s,", dimension);
    sandbox_put(pen->out, bucket);
    buf_printf(pen->out, ",0.%03d,%lld,", (int)permille, (long long)a->people);
    sandbox_cell_day(pen->out, SANDBOX_CLOCK_S - a->days * DAY_S);
    buf_putc(pen->out, '\n');
}

/* Home, and two other countries with what is left of it; the rest is spread over the world. */
static void put_countries(struct sandbox_pen *pen, struct sandbox_rng *r, const struct sandbox_person *p,
                          const struct audience *a) {
    int64_t home = sandbox_between(r, 350, 850);
    int64_t second = (999 - home) * sandbox_between(r, 300, 600) / 1000;
    int64_t third = (999 - home - second) * sandbox_between(r, 200, 600) / 1000;
    const int64_t shares[] = {second, third};
    struct sandbox_text before = p->place->country;
    put_share(pen, p, a, "country", before, home);
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        struct sandbox_text country = pen->words->places[sandbox_below(r, pen->words->place_count)].country;
        if (shares[i] < 10 || (country.n == before.n && memcmp(country.s, before.s, before.n) == 0) ||
            memcmp(country.s, p->place->country.s, country.n) == 0)
            continue;
        before = country;
        put_share(pen, p, a, "country", country, shares[i]);
    }
}

void sandbox_rows_audience(struct sandbox_pen *pen, const struct sandbox_person *p) {
    static const struct sandbox_text ages[] = {{"18-24", 5}, {"25-34", 5}, {"35-44", 5}};
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_AUDIENCE);
    if (!sandbox_chance(&r, p->cast ? 500 : 4 * pen->audience_permille))
        return;
    struct audience a = {.people = sandbox_between(&r, 200, 2000), .days = sandbox_between(&r, 3, 120)};
    put_countries(pen, &r, p, &a);
    int64_t young = sandbox_between(&r, 150, 600);
    int64_t middle = (1000 - young) * sandbox_between(&r, 400, 800) / 1000;
    const int64_t by_age[] = {young, middle, 1000 - young - middle};
    for (size_t i = 0; i < COUNT_OF(ages); i++)
        put_share(pen, p, &a, "age", ages[i], by_age[i]);
    int64_t women = sandbox_between(&r, 150, 850);
    put_share(pen, p, &a, "gender", (struct sandbox_text){"f", 1}, women);
    put_share(pen, p, &a, "gender", (struct sandbox_text){"m", 1}, 1000 - women);
}
