/* The words of the sandbox world, read from the tables under sql/sample/ that the binary carries. Lists are
 * separated by ';', lines that begin with '#' are comments, the first other line names the columns.
 *
 * niches.tsv     niche, trade, neighbours: in Zipf order, the most common first
 * phrases.tsv    niche, language, roles, things, hashtags, bios: what its creators say; missing ones are
 * English templates.tsv  language, kind, text: sentences with {slots} places.tsv     country, weight,
 * language, written, cities: `written` is the language of texts names.tsv      kind (given, family, handle),
 * language, names trades.tsv     trade, category, brands cast.tsv       niches, count, min_followers,
 * max_followers, place: the first creators, for examples and demos */
#ifndef NICHED_INGEST_SANDBOX_WORDS_H
#define NICHED_INGEST_SANDBOX_WORDS_H

#include "base/err.h"
#include "base/macros.h"
#include "ingest/sandbox_random.h"

#include <stddef.h>
#include <stdint.h>

#define SANDBOX_NICHES_MAX 3 /* of one creator */

/* Languages that there are sentences for. */
enum sandbox_language { LANGUAGE_EN, LANGUAGE_DE, LANGUAGE_ES, LANGUAGE_FR, LANGUAGE_PT, LANGUAGE_COUNT };

enum sandbox_template {
    TEMPLATE_BIO,      /* a whole profile text */
    TEMPLATE_EXTRA,    /* a line that may follow it */
    TEMPLATE_CAPTION,  /* about the niche */
    TEMPLATE_CLOSER,   /* a sentence that may follow it */
    TEMPLATE_OFFTOPIC, /* about nothing in particular */
    TEMPLATE_GIVEAWAY,
    TEMPLATE_AD,  /* label of a paid post */
    TEMPLATE_DAY, /* names of days and seasons, for the slot {day} */
    TEMPLATE_COUNT
};

enum sandbox_names { NAMES_GIVEN, NAMES_FAMILY, NAMES_HANDLE, NAMES_COUNT };

/* Borrowed bytes, not NUL-terminated. */
struct sandbox_text {
    const char *s;
    size_t n;
};

struct sandbox_list {
    const struct sandbox_text *items;
    uint32_t n;
};

struct sandbox_phrases {
    struct sandbox_list roles;
    struct sandbox_list things;
    struct sandbox_list hashtags;
    struct sandbox_list bios;
};

struct sandbox_niche {
    struct sandbox_text slug;
    uint32_t trade;
    const uint16_t *neighbours;
    uint32_t neighbour_count;
    struct sandbox_phrases say[LANGUAGE_COUNT]; /* roles, things and hashtags never empty */
};

struct sandbox_place {
    struct sandbox_text country;
    struct sandbox_text language; /* what the profile says */
    enum sandbox_language written;
    struct sandbox_list cities;
};

struct sandbox_trade {
    struct sandbox_text slug;
    struct sandbox_text category;
    struct sandbox_list brands;
};

struct sandbox_cast {
    uint16_t niches[SANDBOX_NICHES_MAX];
    uint32_t niche_count;
    int64_t count;
    int64_t min_followers;
    int64_t max_followers;
    uint32_t place;
};

struct sandbox_words {
    struct sandbox_niche *niches;
    uint64_t *niche_weights; /* running sums */
    uint32_t niche_count;
    struct sandbox_place *places;
    uint64_t *place_weights; /* running sums */
    uint32_t place_count;
    struct sandbox_trade *trades;
    uint32_t trade_count;
    struct sandbox_cast *cast;
    uint32_t cast_count;
    struct sandbox_list templates[LANGUAGE_COUNT][TEMPLATE_COUNT]; /* none empty */
    struct sandbox_list names[LANGUAGE_COUNT][NAMES_COUNT];        /* none empty */
    struct sandbox_text *pool;                                     /* what the lists point into */
    size_t pool_used;
    size_t pool_size;
    uint16_t *neighbour_pool;
};

/* Reads the tables. ERR_INTERNAL with file and line in *f (may be NULL) if one is missing or broken. The
 * caller frees. */
NODISCARD enum err sandbox_words_new(struct fault *f, struct sandbox_words **ret_words);
/* Accepts NULL. */
void sandbox_words_free(struct sandbox_words *w);
/* For CLEANUP(sandbox_words_free_at). */
void sandbox_words_free_at(struct sandbox_words **w);
/* One of a list, all alike; empty text for an empty list. */
struct sandbox_text sandbox_pick(struct sandbox_rng *r, struct sandbox_list list);
/* An index into `n` >= 1 running sums, by weight. */
uint32_t sandbox_pick_weighted(struct sandbox_rng *r, const uint64_t *sums, uint32_t n);

#endif
