/* What the taxonomy is made of; for src/rank/taxonomy*.c and nobody else. */
#ifndef NICHED_RANK_TAXONOMY_PARTS_H
#define NICHED_RANK_TAXONOMY_PARTS_H

#include "rank/taxonomy.h"

/* ---- the lexicon: which words mean which niche ---- */

struct tax_alias {
    const char *text;    /* folded: words with single blanks between */
    const char *compact; /* letters and digits of it; empty for an emoji */
    uint8_t len, compact_len, words;
    bool hashtag_only, implicit;
    uint16_t niche;
    float weight;
    int line;
};

/* The part of an alias that matching reads. */
struct lex_meaning {
    float weight;
    uint16_t niche;
    bool hashtag_only;
};

/* The part of an alias that a scan over all of them reads: spelling, suggestions, words in any order. */
struct lex_sketch {
    uint64_t bag;     /* sum of the hashes of its words: equal for any order */
    uint32_t letters; /* bit set of the letters in compact */
    uint16_t niche;
    uint8_t compact_len, words, trigrams;
    bool ascii;
};

/* An alias in the order of folded texts: those that begin with a text lie together. */
struct lex_opening {
    uint32_t alias;
    uint16_t niche;
    uint8_t len;
    bool implicit;
};

/* Least trigram similarity of what is suggested. */
#define LEAST_SIMILARITY 0.3

enum { LEX_GENERIC = 1, LEX_GLUED = 2 };

/* A line of the open-addressing table, keyed by folded text: an alias (also glued), the first word of a
 * longer alias, a generic hashtag, or several of these at once. */
struct lex_entry {
    uint32_t at;   /* offset of the text in pool, where a NUL ends it */
    int32_t alias; /* -1: none */
    uint8_t len;
    uint8_t span;  /* most words of an alias that begins with this word; 0: none does */
    uint8_t flags; /* LEX_GENERIC; LEX_GLUED: the alias is written with blanks */
};

/* Byte trie of what a glued hashtag may be made of, in breadth-first order: the children of node k are the
 * nodes from first[k] to before first[k + 1], by ascending byte. Node 0 is the root. The upper bits of
 * first[] say what ends there. A node below which one alias alone goes on has no children: its letters are
 * compared. */
struct lex_trie {
    uint32_t *first;
    uint8_t *byte;
    int32_t *alias;     /* where TRIE_ALIAS or TRIE_TAIL is set */
    uint32_t root[256]; /* child of the root by byte; 0: none */
};

#define TRIE_ALIAS  0x80000000u
#define TRIE_FILLER 0x40000000u
#define TRIE_TAIL   0x20000000u
#define TRIE_NODE   0x1FFFFFFFu

/* A place of the table: the upper bits of the hash, so that looking up an unknown word touches nothing else,
 * and one more than the number of the entry. */
#define SLOT_ENTRY 0x001FFFFFu

struct lexicon {
    struct tax_alias *alias;
    struct lex_meaning *meaning; /* by alias */
    struct lex_sketch *sketch;   /* by alias */
    size_t alias_count;
    struct lex_opening *opening;
    uint32_t
        *trigram; /* ascending; the aliases that have trigram[i] are told from posting[posting_from[i]] */
    uint32_t *posting_from; /* to before posting[posting_from[i + 1]]: ascending, of each what it is more than
                               the */
    uint8_t
        *posting; /* one before (the first: than -1), 7 bits a byte, the lowest first, the last below 128 */
    size_t trigram_count;
    uint32_t *slot; /* by hash, mask + 1 of them; 0: empty */
    struct lex_entry *entry;
    uint32_t mask, entry_count;
    char *pool;
    uint32_t pool_len;
    struct lex_trie trie;
};

struct tax_niche {
    int32_t id;
    const char *slug, *label;
    double base_rate;
    bool generic, compound;
};

/* REL_COMPOUNDS: the compounds whose first parent this is. */
enum tax_relation {
    REL_PARENTS,
    REL_CHILDREN,
    REL_SIBLINGS,
    REL_ANCESTORS,
    REL_DESCENDANTS,
    REL_COMPOUNDS,
    REL_COUNT
};

struct taxonomy {
    struct arena *mem;
    size_t count;
    struct tax_niche *niche;
    uint16_t *by_id, *by_slug; /* indices in order of id, of slug */
    struct tax_list *rel[REL_COUNT];
    uint64_t *above; /* bit matrix: row = niche, bit = ancestor */
    size_t above_row;
    struct lexicon lex;
};

/* "aliases.tsv line 7: ", or "" for line 0. */
struct tax_place {
    char text[48];
};
/* Where a record comes from, as the beginning of a fault; `file` has at most 20 bytes. */
struct tax_place tax_place(const char *file, int line);

/* Builds niches, edges and relations of *tax. Errors of taxonomy_new. */
NODISCARD enum err tax_graph_build(struct taxonomy *tax, const struct tax_in *in, struct fault *f);
/* Builds the lexicon of *tax, whose niches are there. Errors of taxonomy_new. */
NODISCARD enum err tax_lex_build(struct taxonomy *tax, const struct tax_in *in, struct fault *f);
/* Marks the compounds, once the lexicon is there. */
void tax_compounds_mark(struct taxonomy *tax);
/* Builds the trie over the aliases and the built-in and generic fillers; `scratch` may go afterwards. */
void tax_trie_build(struct taxonomy *tax, const struct tax_in *in, struct arena *scratch);

/* Raises a niche's p and betters its `how`, adding it while there is room; returns whether anything changed.
 */
bool tax_hit_add(struct tax_hits *hits, size_t niche, float p, enum tax_how_hit how);

/* The hash of a text, never 0. */
uint32_t lex_hash(const char *s, size_t n);
/* Builds opening, trigram and posting, and counts the trigrams of the sketches, once those are there;
 * `scratch` may go afterwards. */
void tax_index_build(struct taxonomy *tax, struct arena *scratch);
/* The aliases that begin with a folded text of n > 0 bytes. */
const struct lex_opening *lex_openings(const struct lexicon *lex, const char *s, size_t n, size_t *ret_count);
/* Raises io_score[niche] to the trigram similarity of its likest alias, with io_alias[niche], the first of
 * equals. `trigrams` are distinct; similarities below LEAST_SIMILARITY may be left out. */
void lex_likenesses(const struct lexicon *lex, const uint32_t *trigrams, size_t n, float *io_score,
                    uint32_t *io_alias);
/* The bit set of the bytes of a text, modulo 32. */
uint32_t lex_letters(const char *s, size_t n);
/* The entry of a folded text, or NULL. */
const struct lex_entry *lex_find(const struct lexicon *lex, const char *s, size_t n);
/* The same when the text's lex_hash is at hand. */
const struct lex_entry *lex_find_hashed(const struct lexicon *lex, uint32_t hash, const char *s, size_t n);
/* Tells the processor that the entry of this hash will be looked up soon. */
void lex_expect(const struct lexicon *lex, uint32_t hash);
/* The alias whose light inflection a folded text is (its last word inflected), or -1. */
int lex_inflected(const struct lexicon *lex, const char *s, size_t n);
/* The only niche with a glued alias nearest to the glued text s within the errors its length allows (1 for 4
 * to 7 letters, 2 from 8), or -1; also when two niches are equally near. */
int lex_nearest(const struct lexicon *lex, const char *s, size_t n);
/* Splits a glued text into aliases, fillers and digits with nothing left over; fewest parts, then fewest
 * letters in fillers. Writes the aliases in order, at most `max`, and returns how many; 0 when it does not
 * split. */
size_t lex_split(const struct lexicon *lex, const char *s, size_t n, int *ret_alias, size_t max);

#endif
