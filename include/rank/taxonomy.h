/* The taxonomy of niches: a DAG with intersection nodes, the words people use for them, what a text says
 * about them and what a query means. Built once from plain arrays, then read-only and shareable between
 * threads.
 *
 * A niche is known by its dense index 0..n-1 (the order given at build), its id and its slug. */
#ifndef NICHED_RANK_TAXONOMY_H
#define NICHED_RANK_TAXONOMY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TAX_NICHES_MAX = 4096,
    TAX_SLUG_MAX = 63,    /* bytes */
    TAX_ALIAS_BYTES = 64, /* bytes of a folded alias */
    TAX_ALIAS_WORDS = 6,  /* words of an alias */
    TAX_HITS_MAX = 512,   /* niches a text can hit */
    TAX_WORDS_MAX = 64,   /* matched words kept for showing */
    TAX_SURFACE_MAX = 48, /* bytes of a matched word, with its NUL */
    TAX_ASKED_MAX = 200,  /* bytes of a query */
    TAX_RESOLVED_MAX = 8, /* niches in a query */
    TAX_SUGGESTIONS_MAX = 4,
};

/* ---- building ---- */

/* `line` is the line in the file the record was read from, 0 when it comes from elsewhere; it is named in
 * faults. `iab_id` and `lang` are carried for the importer only; NULL or empty when unknown. */
struct tax_niche_in {
    int32_t id;
    const char *slug;  /* [a-z0-9]+(-[a-z0-9]+)*, at most TAX_SLUG_MAX bytes */
    const char *label; /* for people; not empty */
    double base_rate;  /* share of posts about it, 0..1 */
    bool generic;      /* love, photooftheday: says nothing about a creator */
    const char *iab_id;
    int line;
};

struct tax_edge_in {
    int32_t child_id;
    int32_t parent_id;
    int line;
};

struct tax_alias_in {
    const char *
        alias; /* any spelling; folded at build to 1..TAX_ALIAS_WORDS words of TAX_ALIAS_BYTES bytes in all */
    int32_t niche_id;
    double weight;     /* how surely the word means the niche, above 0 to 1 */
    bool hashtag_only; /* counts as #tag, not as a word of a sentence */
    const char *lang;
    int line;
};

struct tax_in {
    const struct tax_niche_in *niches;
    size_t niche_count;
    const struct tax_edge_in *edges;
    size_t edge_count;
    const struct tax_alias_in *aliases;
    size_t alias_count;
    const char *const *generic_tags; /* hashtags that mean nothing (fyp, instagood), with or without '#' */
    size_t generic_count;
};

struct taxonomy;

/* Builds a taxonomy; copies all it needs. Besides the aliases given, a niche's slug with blanks for '-' is an
 * alias of weight 1 (an explicit line for the same niche replaces that weight), and so is its label when
 * nobody else has it. Several lines for the same folded alias and niche merge to the greatest weight, and to
 * a word if one is a word. ERR_DATA_INVALID: a slug, id, rate or weight out of bounds or given twice, an edge
 * or alias of an unknown niche, a cycle, an alias of two niches (also when they only read the same glued:
 * "work out" and "workout"), an alias of one ASCII letter, a generic hashtag that is an alias of a niche not
 * generic. The fault names file line and value. */
NODISCARD enum err taxonomy_new(const struct tax_in *in, struct fault *f, struct taxonomy **ret_tax);
/* Accepts NULL. */
void taxonomy_free(struct taxonomy *tax);
/* For CLEANUP(taxonomy_free_at). */
void taxonomy_free_at(struct taxonomy **tax);

/* ---- files ---- */

/* Reads niches.tsv: header "slug label parents iab_id base_rate generic", tab between; parents are slugs with
 * commas between, anywhere in the file; generic is t or f. Ids are 1, 2, ... in file order. Fills in->niches
 * and in->edges, in the arena. ERR_DATA_FORMAT: header, number of columns, unreadable value, not UTF-8;
 * ERR_DATA_INVALID: out of range, unknown parent. Slugs given twice, cycles and the like are left to
 * taxonomy_new, which knows the lines. */
NODISCARD enum err taxonomy_tsv_niches(struct arena *a, const char *text, size_t len, struct fault *f,
                                       struct tax_in *ret_in);
/* Reads aliases.tsv: header "alias niche lang kind weight"; kind is word or hashtag. Needs in->niches; fills
 * in->aliases. ERR_DATA_INVALID also for an unknown niche and for the same alias, niche, lang and kind twice.
 */
NODISCARD enum err taxonomy_tsv_aliases(struct arena *a, const char *text, size_t len, struct fault *f,
                                        struct tax_in *ret_in);
/* Reads generic.tsv: header "hashtag". Fills in->generic_tags. Faults as above. */
NODISCARD enum err taxonomy_tsv_generic(struct arena *a, const char *text, size_t len, struct fault *f,
                                        struct tax_in *ret_in);

/* ---- looking around ---- */

/* Niche indices, ascending; points into the taxonomy. */
struct tax_list {
    const uint16_t *at;
    size_t count;
};

/* The number of niches. */
size_t taxonomy_count(const struct taxonomy *tax);
/* The index of an id, or -1. */
int taxonomy_by_id(const struct taxonomy *tax, int32_t id);
/* The index of a slug of `len` bytes, exactly so written, or -1. */
int taxonomy_by_slug(const struct taxonomy *tax, const char *slug, size_t len);
/* The id of niche i < count. */
int32_t taxonomy_id(const struct taxonomy *tax, size_t i);
/* The slug of niche i < count. */
const char *taxonomy_slug(const struct taxonomy *tax, size_t i);
/* The label of niche i < count. */
const char *taxonomy_label(const struct taxonomy *tax, size_t i);
/* The base rate of niche i < count, 0..1. */
double taxonomy_base_rate(const struct taxonomy *tax, size_t i);
/* Whether niche i < count is generic. */
bool taxonomy_is_generic(const struct taxonomy *tax, size_t i);
/* Whether niche i < count has two parents or more. */
bool taxonomy_is_intersection(const struct taxonomy *tax, size_t i);
/* Whether niche i < count is an intersection named after its parents: some alias of it has, for each parent,
 * words that mean that parent (or a niche below it and below no other parent). vegan-fitness under vegan and
 * fitness is; yoga under fitness and wellness is an intersection but no compound: fitness and wellness
 * together do not make yoga. */
bool taxonomy_is_compound(const struct taxonomy *tax, size_t i);
/* Direct parents of niche i < count. */
struct tax_list taxonomy_parents(const struct taxonomy *tax, size_t i);
/* Direct children of niche i < count. */
struct tax_list taxonomy_children(const struct taxonomy *tax, size_t i);
/* Niches that share a parent with niche i < count, itself left out. */
struct tax_list taxonomy_siblings(const struct taxonomy *tax, size_t i);
/* All niches above niche i < count, itself left out. */
struct tax_list taxonomy_ancestors(const struct taxonomy *tax, size_t i);
/* All niches below niche i < count, itself left out. */
struct tax_list taxonomy_descendants(const struct taxonomy *tax, size_t i);
/* Whether `above` is a proper ancestor of `below` (both < count); one bit test. */
bool taxonomy_is_above(const struct taxonomy *tax, size_t above, size_t below);

/* ---- what a text says ---- */

enum tax_where { TAX_NAME, TAX_BIO, TAX_USERNAME, TAX_CAPTION, TAX_HASHTAG, TAX_CATEGORY, TAX_WHERE_COUNT };

/* How a niche came to be among the hits, best first. */
enum tax_how_hit { TAX_DIRECT, TAX_BY_ALL_PARENTS, TAX_BY_DESCENDANT };

struct tax_hit {
    uint16_t niche;
    uint8_t how; /* enum tax_how_hit */
    float p;     /* greatest weight of evidence, above 0 to 1 */
};

struct tax_word {
    uint16_t niche;
    uint8_t where;              /* enum tax_where */
    char text[TAX_SURFACE_MAX]; /* as folded: "plant based", "#veganfitness"; cut at a code point */
};

/* Zero it once with `= {0}` or taxonomy_hits_clear; then use it for any number of texts. About 16 KiB. */
struct tax_hits {
    size_t count;
    struct tax_hit hit[TAX_HITS_MAX];
    size_t word_count;
    struct tax_word word[TAX_WORDS_MAX];
    uint16_t slot[TAX_NICHES_MAX]; /* private: where a niche is in hit[], if hit[slot] says so */
};

/* The stable word for a place: name, bio, username, caption, hashtag, category. */
const char *taxonomy_where_name(enum tax_where where);
/* Empties the hits. Constant time. */
void taxonomy_hits_clear(struct tax_hits *hits);
/* The p of a niche among the hits, 0 when it is not. */
double taxonomy_hits_p(const struct tax_hits *hits, size_t niche);

/* Adds what one text says: for each niche the greatest weight of its aliases found, and the words (each niche
 * and text once, TAX_WORDS_MAX in all). `text` is raw bytes; the first 8 KiB after folding count. No
 * allocation; thread-safe with own hits. In a username or a declared category a word has half its weight.
 * Words: the longest alias wins over those it overlaps; light inflection (s, es, ies, en, ing, er) only where
 * the exact form is no alias; nothing right behind "not, no, non, ex, former, ..." or behind one and an
 * article ("not a vegan"). Hashtags (in any text; every token when `where` is TAX_HASHTAG): generic ones are
 * ignored; the glued alias, else split into aliases (weight >= .6, 3 letters or more, two of three letters
 * not alone), fillers ("life", "daily", 2024) and nothing else. A token of a username is tried as a word,
 * then as a hashtag. */
void taxonomy_match(const struct taxonomy *tax, const char *text, size_t len, enum tax_where where,
                    struct tax_hits *io_hits);

/* Closes the hits of one text (or of one post: its caption and tags together) upwards and over intersections;
 * idempotent. An ancestor gets the greatest p below it. An intersection whose parents all have evidence gets
 * the product of theirs (two independent statements), where evidence for a parent is that of the parent or of
 * a niche below it that is below no other parent of that intersection: yoga alone says nothing about pilates
 * though both are fitness and wellness. */
void taxonomy_close(const struct taxonomy *tax, struct tax_hits *io_hits);

/* ---- what a query means ---- */

enum tax_how { TAX_HOW_SLUG, TAX_HOW_ALIAS, TAX_HOW_COMPOUND, TAX_HOW_SPELLING };

struct tax_resolution {
    enum tax_how how;
    size_t niche_count; /* 1..TAX_RESOLVED_MAX; several: a compound without a niche of its own */
    uint16_t niche[TAX_RESOLVED_MAX];
    size_t part_count; /* the niches as asked, implied ones too, before parents became their compound: what
                          niche_mode=any takes */
    uint16_t part[TAX_RESOLVED_MAX];
    size_t excluded_count;
    uint16_t excluded[TAX_RESOLVED_MAX];
};

/* The stable word: slug, alias, compound, spelling. */
const char *taxonomy_how_name(enum tax_how how);

/* Says which niches a person means.
 * slug: the very slug. alias: the whole is a slug, label, alias or hashtag in any case, accents, order of
 * words, glued, with blanks, '-', '_' or '#', or inflected. compound: every group of words is one (longest
 * first; a glued group may split), "and"-like words and "influencers", "creators" left out; implied ancestors
 * are dropped; the exact parents of one intersection are that intersection (of several: the one whose slug is
 * made of theirs, else none). spelling: the same with words of one (4 to 7 letters) or two (from 8) typing
 * errors that point at one niche only. A word with '-' in front at the start, behind a blank or a separator
 * is left out of the list and put in excluded. ERR_PARAM_INVALID: empty, longer than TAX_ASKED_MAX bytes, not
 * UTF-8, too many words or niches, nothing but exclusions, an excluded niche that is asked for (or implied).
 * ERR_NICHE_UNKNOWN: some word means nothing; the fault hints up to four slugs, most similar first, then by
 * base rate. *ret is untouched on failure. */
NODISCARD enum err taxonomy_resolve(const struct taxonomy *tax, const char *asked, size_t len,
                                    struct fault *f, struct tax_resolution *ret);

/* A niche that a text may be the beginning of. likeness: 3 it is an alias or the slug itself, 2 the slug or
 * 1.5 an alias begins with it, else the trigram similarity of the likest alias, .3 to 1. */
struct tax_found {
    uint16_t niche;
    float likeness;
    const char *alias; /* folded, of the taxonomy's life; NULL: the slug */
};

/* What a person who is typing `text` may mean: every niche at most once, in the order of the taxonomy, into
 * ret_found, which has room for all. Case, accents and punctuation do not count. What is merely like it is
 * looked for where fewer than ten niches begin with it. Returns how many. */
size_t taxonomy_search(const struct taxonomy *tax, const char *text, size_t len, struct tax_found *ret_found);

/* Slugs like `text`, for suggestions: indices of up to `max` (<= 16) niches with trigram similarity >= .3 of
 * slug, label or an alias that shares a word of four letters or is written alike but for a third of its
 * letters, most similar first, then by base rate, then by index. Returns how many. */
size_t taxonomy_suggest(const struct taxonomy *tax, const char *text, size_t len, size_t max,
                        uint16_t *ret_niches);

#endif
