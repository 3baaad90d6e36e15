/* Why: five files speak of the same creators, and each is generated alone; so a creator is a function of seed
 * and index. Invariant: every creator draws the same random numbers in the same order whatever comes out, so
 * that a change of one table moves little else; no expression draws twice, C leaves the order of operands
 * open. */
#include "ingest/sandbox_person.h"

#include <string.h>

#define LN_10K        Q16(9.210340371976184)
#define LN_MEDIAN     Q16(9.104979856318357) /* ln 9,000 */
#define FOLLOWERS_MIN 150
#define FOLLOWERS_MAX 5000000
#define DAY_S         86400

/* Shares of what is not observed, per mille of creators (all of them several percent, as in real imports). */
static const struct gap {
    enum sandbox_missing what;
    uint32_t permille;
} GAPS[] = {
    {MISSING_NAME, 30},      {MISSING_BIO, 45},         {MISSING_LINK, 450},       {MISSING_PICTURE, 60},
    {MISSING_CATEGORY, 400}, {MISSING_COUNTRY, 70},     {MISSING_CITY, 500},       {MISSING_LANGUAGE, 60},
    {MISSING_VERIFIED, 100}, {MISSING_FOLLOWING, 55},   {MISSING_POSTS_TOTAL, 40}, {MISSING_TOTALS, 150},
    {MISSING_CREATED, 300},  {MISSING_ACCOUNT_ID, 120}, {MISSING_POSTS, 35},       {MISSING_LIKES, 40},
    {MISSING_VIEWS, 60},     {MISSING_SPONSORED, 100},
};

#define CAST_MAY_MISS                                                                                        \
    (MISSING_LINK | MISSING_CATEGORY | MISSING_CITY | MISSING_CREATED | MISSING_ACCOUNT_ID | MISSING_TOTALS)

static const struct wrong {
    enum sandbox_fraud what;
    uint32_t permille;
} FRAUDS[] = {
    {FRAUD_BOUGHT, 30}, {FRAUD_POD, 15}, {FRAUD_UNIFORM, 12}, {FRAUD_FOLLOW, 20}, {FRAUD_BOOST, 13}};

/* Spreads of creators, b2: tau of engagement; of views per follower so that both together stay below the
 * measured spread per follower (TikTok 1.3, YouTube 1.4). */
static const struct {
    uint32_t permille; /* of creators */
    int64_t tau;
    int64_t views_tau;
    int64_t following; /* ln of the median number followed */
} PLATFORM[RANK_PLATFORM_COUNT] = {
    [RANK_INSTAGRAM] = {450, Q16(0.60), Q16(0.50), Q16(6.5)},
    [RANK_TIKTOK] = {350, Q16(0.43), Q16(0.90), Q16(5.6)},
    [RANK_YOUTUBE] = {200, Q16(0.80), Q16(1.10), Q16(4.0)},
};

static int64_t limit(int64_t x, int64_t low, int64_t high) {
    return x < low ? low : x > high ? high : x;
}

bool sandbox_person_has(const struct sandbox_person *p, enum sandbox_missing missing) {
    return !(p->missing & (uint32_t)missing);
}

static void draw_place(const struct sandbox_words *w, struct sandbox_rng *r, const struct sandbox_cast *cast,
                       struct sandbox_person *p) {
    uint32_t at = sandbox_below(r, 1000);
    p->platform = RANK_INSTAGRAM;
    while (p->platform + 1 < RANK_PLATFORM_COUNT && at >= PLATFORM[p->platform].permille) {
        at -= PLATFORM[p->platform].permille;
        p->platform++;
    }
    uint32_t place = sandbox_pick_weighted(r, w->place_weights, w->place_count);
    p->place = &w->places[cast ? cast->place : place];
    bool english = sandbox_chance(r, 150);
    p->written = english && !cast ? LANGUAGE_EN : p->place->written;
    p->given = sandbox_pick(r, w->names[p->place->written][NAMES_GIVEN]);
    p->family = sandbox_pick(r, w->names[p->place->written][NAMES_FAMILY]);
}

static bool has_niche(const struct sandbox_person *p, uint32_t niche) {
    for (uint32_t i = 0; i < p->niche_count; i++) {
        if (p->niches[i] == niche)
            return true;
    }
    return false;
}

/* One to three niches; three of four further ones are neighbours of the first. */
static void draw_niches(const struct sandbox_words *w, struct sandbox_rng *r, const struct sandbox_cast *cast,
                        struct sandbox_person *p) {
    uint32_t wanted = 1;
    wanted += sandbox_chance(r, 700);
    wanted += sandbox_chance(r, 350);
    uint32_t drawn[SANDBOX_NICHES_MAX];
    drawn[0] = sandbox_pick_weighted(r, w->niche_weights, w->niche_count);
    const struct sandbox_niche *first = &w->niches[drawn[0]];
    for (uint32_t i = 1; i < SANDBOX_NICHES_MAX; i++) {
        uint32_t near = first->neighbours[sandbox_below(r, first->neighbour_count)];
        uint32_t any = sandbox_pick_weighted(r, w->niche_weights, w->niche_count);
        drawn[i] = sandbox_chance(r, 750) ? near : any;
    }
    wanted = cast ? cast->niche_count : wanted;
    for (uint32_t i = 0; i < wanted && i < SANDBOX_NICHES_MAX; i++) {
        uint32_t niche = cast ? cast->niches[i] : drawn[i];
        if (!has_niche(p, niche))
            p->niches[p->niche_count++] = (uint16_t)niche;
    }
    uint32_t main_share = (uint32_t)sandbox_between(r, 450, 850);
    uint32_t idle = (uint32_t)sandbox_between(r, 0, 250);
    uint32_t left = 1000 - idle;
    for (uint32_t i = 0; i < p->niche_count; i++) {
        bool last = i + 1 == p->niche_count;
        uint32_t share = last ? left : left * main_share / 1000;
        left -= share;
        p->shares[i] = (i ? p->shares[i - 1] : 0) + share;
    }
}

/* Log-normal; a niche moves the median by up to a third either way. */
static void draw_size(const struct sandbox_words *w, struct sandbox_rng *r, const struct sandbox_cast *cast,
                      struct sandbox_person *p) {
    struct sandbox_text slug = w->niches[p->niches[0]].slug;
    uint64_t hash = slug.n;
    for (size_t i = 0; i < slug.n; i++)
        hash = sandbox_mix(hash + (unsigned char)slug.s[i]);
    int64_t shift = (int64_t)(hash % (uint64_t)Q16(0.6)) - Q16(0.3);
    int64_t ln = sandbox_gauss(r, LN_MEDIAN + shift, Q16(1.5));
    int64_t place = sandbox_below(r, 65536);
    if (cast) {
        int64_t low = sandbox_ln((uint64_t)cast->min_followers);
        ln = low + sandbox_mul(sandbox_ln((uint64_t)cast->max_followers) - low, place);
    }
    p->followers = limit(sandbox_exp(ln) >> 16, FOLLOWERS_MIN, FOLLOWERS_MAX);
    p->ln_real = sandbox_ln((uint64_t)p->followers);
}

static void draw_habits(struct sandbox_rng *r, struct sandbox_person *p) {
    int64_t life = sandbox_between(r, 420, 3900);
    int64_t newcomer = sandbox_between(r, 40, 200);
    p->life_days = sandbox_chance(r, 50) && !p->cast ? newcomer : life;
    int64_t gap_days = limit(sandbox_exp(sandbox_gauss(r, Q16(1.25), Q16(0.7))), Q16(0.2), Q16(45));
    p->gap_s = (gap_days * DAY_S) >> 16;
    int64_t silent = sandbox_between(r, 45, 300) * DAY_S;
    p->silent_s = sandbox_chance(r, 60) && !p->cast ? silent : 0;
    p->rhythm = (enum sandbox_shape)sandbox_below(r, SHAPE_COUNT);
    p->growth = limit(sandbox_gauss(r, Q16(0.22), Q16(0.28)), Q16(-0.3), Q16(1.2));
    p->verified = sandbox_chance(r, p->followers > 100000 ? 350 : 15);
    p->disclosing = sandbox_chance(r, 750);
    p->engagement = sandbox_gauss(r, 0, PLATFORM[p->platform].tau);
    p->views = sandbox_gauss(r, 0, PLATFORM[p->platform].views_tau);
    p->comments = sandbox_gauss(r, Q16(-3.912), Q16(0.5)); /* ln 0.02, sd with that of posts .7 (b3) */
    p->spread_permille = sandbox_between(r, 700, 1300);
    int64_t following = sandbox_exp(sandbox_gauss(r, PLATFORM[p->platform].following, Q16(0.8))) >> 16;
    p->following = limit(following, 3, 7500);
}

static void draw_gaps(struct sandbox_rng *r, struct sandbox_person *p) {
    for (size_t i = 0; i < COUNT_OF(GAPS); i++) {
        if (sandbox_chance(r, GAPS[i].permille))
            p->missing |= (uint32_t)GAPS[i].what;
    }
    if (p->cast)
        p->missing &= CAST_MAY_MISS;
}

static void draw_fraud(struct sandbox_rng *r, struct sandbox_person *p) {
    uint32_t at = sandbox_below(r, 1000);
    int64_t times = sandbox_gauss(r, Q16(1.3), Q16(0.4)); /* bought followers: about 3.7 of 4.7 */
    bool many = sandbox_chance(r, 500);
    int64_t ratio = sandbox_between(r, 700, 1400);
    size_t i = 0;
    while (i < COUNT_OF(FRAUDS) && at >= FRAUDS[i].permille)
        at -= FRAUDS[i++].permille;
    p->fraud = i < COUNT_OF(FRAUDS) && !p->cast ? FRAUDS[i].what : FRAUD_NONE;
    switch (p->fraud) {
    case FRAUD_BOUGHT:
        p->ln_real = limit(p->ln_real - limit(times, Q16(0.5), Q16(2.5)), Q16(4), p->ln_real);
        break;
    case FRAUD_POD:
        p->comments += many ? Q16(2.3) : Q16(1.8);
        break;
    case FRAUD_UNIFORM:
        p->spread_permille = 120;
        break;
    case FRAUD_FOLLOW:
        p->following = limit(p->followers * ratio / 1000, 100, 7500);
        p->missing &= ~(uint32_t)MISSING_FOLLOWING;
        break;
    case FRAUD_BOOST:
    case FRAUD_NONE:
        break;
    }
}

static size_t put_letters(char *out, size_t at, struct sandbox_text s) {
    for (size_t i = 0; i < s.n && at < 30; i++) {
        char c = s.s[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == '-' && i > 0)
            break;
        if (c >= 'a' && c <= 'z')
            out[at++] = c;
    }
    return at;
}

/* Letters and separators, then the index to base 36 behind the last underscore: unique in a world. */
static void draw_username(const struct sandbox_words *w, struct sandbox_rng *r, struct sandbox_person *p) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    struct sandbox_text handle = sandbox_pick(r, w->names[p->written][NAMES_HANDLE]);
    struct sandbox_text slug = w->niches[p->niches[0]].slug;
    bool by_name = sandbox_chance(r, 750);
    bool by_topic = sandbox_chance(r, 550);
    struct sandbox_text first = by_name ? p->given : handle;
    struct sandbox_text second = by_topic || !by_name ? slug : handle;
    const char *joint = sandbox_chance(r, 400) ? "." : sandbox_chance(r, 500) ? "_" : "";
    size_t at = put_letters(p->username, 0, first);
    for (const char *c = joint; *c && at; c++)
        p->username[at++] = *c;
    at = put_letters(p->username, at, second);
    p->username[at++] = '_';
    char back[16];
    size_t n = 0;
    for (uint64_t i = (uint64_t)p->index; n == 0 || i; i /= 36)
        back[n++] = digits[i % 36];
    while (n)
        p->username[at++] = back[--n];
    p->username[at] = '\0';
}

static const struct sandbox_cast *cast_of(const struct sandbox_words *w, int64_t index) {
    for (uint32_t i = 0; i < w->cast_count; i++) {
        if (index < w->cast[i].count)
            return &w->cast[i];
        index -= w->cast[i].count;
    }
    return NULL;
}

void sandbox_person_make(const struct sandbox_words *w, uint64_t seed, int64_t index,
                         struct sandbox_person *ret_person) {
    struct sandbox_rng r = sandbox_rng_of(seed, (uint64_t)index, STREAM_PERSON);
    const struct sandbox_cast *cast = cast_of(w, index);
    *ret_person = (struct sandbox_person){.index = index, .seed = seed, .cast = cast != NULL};
    draw_place(w, &r, cast, ret_person);
    draw_niches(w, &r, cast, ret_person);
    draw_size(w, &r, cast, ret_person);
    draw_habits(&r, ret_person);
    draw_gaps(&r, ret_person);
    draw_fraud(&r, ret_person);
    draw_username(w, &r, ret_person);
    /* an odd multiplier is a bijection of the low 40 bits: ids are unique */
    uint64_t scattered = ((uint64_t)index * UINT64_C(0x9E3779B97F4A7C15)) & ((UINT64_C(1) << 40) - 1);
    ret_person->account_id = UINT64_C(6400000000000) + scattered;
}

int64_t sandbox_person_ln_price(const struct sandbox_person *p) {
    int64_t size = sandbox_ln((uint64_t)p->followers) - LN_10K;
    int64_t bend = size - Q16(2.302585);
    return Q16(4.605170) + sandbox_mul(size, Q16(0.8)) + (bend > 0 ? sandbox_mul(bend, Q16(0.3)) : 0);
}

static int64_t deal_fee(struct sandbox_rng *r, const struct sandbox_person *p, const struct sandbox_deal *d) {
    int64_t usd = sandbox_exp(sandbox_gauss(r, sandbox_person_ln_price(p), Q16(0.5))) >> 16;
    bool known = sandbox_chance(r, 450);
    return known && d->compensation == 0 ? limit(usd / 5 * 5, 15, 2000000) * d->posts : 0;
}

/* Three of four brands fit the trade of the main niche; with each further deal the chance to meet an old
 * brand again. */
size_t sandbox_person_deals(const struct sandbox_words *w, const struct sandbox_person *p,
                            struct sandbox_deal ret_deals[SANDBOX_DEALS_MAX]) {
    struct sandbox_rng r = sandbox_rng_of(p->seed, (uint64_t)p->index, STREAM_DEALS);
    if (!sandbox_chance(&r, p->cast ? 600 : 300))
        return 0;
    size_t count = 1 + sandbox_below(&r, 4);
    count += sandbox_below(&r, 5);
    uint32_t loyal = sandbox_chance(&r, 400) ? 650 : 100;
    bool saturated = sandbox_chance(&r, 80);
    int64_t days = sandbox_between(&r, 60, limit(p->life_days, 61, 720));
    for (size_t i = 0; i < count; i++) {
        struct sandbox_deal *d = &ret_deals[i];
        uint32_t any = sandbox_below(&r, w->trade_count);
        const struct sandbox_trade *trade =
            &w->trades[sandbox_chance(&r, 750) ? w->niches[p->niches[0]].trade : any];
        *d = (struct sandbox_deal){.brand = sandbox_pick(&r, trade->brands), .trade = trade};
        if (sandbox_chance(&r, loyal) && i > 0)
            *d = ret_deals[sandbox_below(&r, (uint32_t)i)];
        int64_t length = saturated ? sandbox_between(&r, 60, 150) : sandbox_between(&r, 3, 40);
        d->start_days = days * (int64_t)(count - i) / (int64_t)count - (int64_t)sandbox_below(&r, 20);
        d->start_days = limit(d->start_days, 2, 720);
        d->end_days = d->start_days - length;
        d->posts = sandbox_between(&r, 1, 4);
        d->compensation = sandbox_chance(&r, 650) ? 0 : sandbox_chance(&r, 600) ? 1 : 2;
        d->fee_usd = deal_fee(&r, p, d);
        d->labelled = sandbox_chance(&r, p->disclosing ? 930 : 300);
    }
    return count;
}
