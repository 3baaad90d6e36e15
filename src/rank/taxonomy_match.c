/* What a text says about niches. One pass over the folded tokens, everything on the stack.
 * Invariants: each token is evidence once (the longest alias it is part of); hits are a sparse set,
 * hit[slot[n]].niche == n says that niche n is in it, so that clearing is one store. */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <string.h>

enum { FOLDED_MAX = 8192, TOKENS_MAX = 2048, SPLIT_PARTS_MAX = 8 };

struct token {
    uint32_t hash;
    uint16_t at, len;
    bool tag;
};

struct scan {
    const struct lexicon *lex;
    struct tax_hits *hits;
    enum tax_where where;
    size_t count;
    struct token token[TOKENS_MAX];
    char text[FOLDED_MAX];
};

struct found {
    int alias; /* -1: none */
    size_t words;
};

/* Words that take back the word behind them, and words that may stand between; folded. */
static const char negators[][10] = {"not",  "no",  "non",   "ex",  "former", "formerly", "anti", "nicht",
                                    "kein", "pas", "keine", "nao", "niet",   "geen",     "ni",   "keinen"};
static const char lights[][8] = {"a",    "an", "the", "any", "really", "very", "so",  "longer",
                                 "more", "un", "una", "uma", "um",     "uno",  "une", "ein",
                                 "eine", "el", "la",  "le",  "de",     "into"};

static const char *const where_names[TAX_WHERE_COUNT] = {
    [TAX_NAME] = "name",       [TAX_BIO] = "bio",         [TAX_USERNAME] = "username",
    [TAX_CAPTION] = "caption", [TAX_HASHTAG] = "hashtag", [TAX_CATEGORY] = "category",
};

/* How much a word counts by its place, as a factor on its weight: a declared category and a username are
 * often not what the account is about (of 10 real fitness accounts named so, 4 were not). [A] */
static const float where_weight[TAX_WHERE_COUNT] = {
    [TAX_NAME] = 1,    [TAX_BIO] = 1,     [TAX_USERNAME] = 0.5f,
    [TAX_CAPTION] = 1, [TAX_HASHTAG] = 1, [TAX_CATEGORY] = 0.5f,
};

const char *taxonomy_where_name(enum tax_where where) {
    return where_names[where];
}

void taxonomy_hits_clear(struct tax_hits *hits) {
    hits->count = 0;
    hits->word_count = 0;
}

static struct tax_hit *hit_of(struct tax_hits *hits, size_t niche) {
    size_t slot = hits->slot[niche];
    return slot < hits->count && hits->hit[slot].niche == niche ? &hits->hit[slot] : NULL;
}

double taxonomy_hits_p(const struct tax_hits *hits, size_t niche) {
    size_t slot = hits->slot[niche];
    return slot < hits->count && hits->hit[slot].niche == niche ? (double)hits->hit[slot].p : 0;
}

bool tax_hit_add(struct tax_hits *hits, size_t niche, float p, enum tax_how_hit how) {
    struct tax_hit *h = hit_of(hits, niche);
    if (!h && hits->count == TAX_HITS_MAX)
        return false;
    if (!h) {
        hits->slot[niche] = (uint16_t)hits->count;
        hits->hit[hits->count++] = (struct tax_hit){(uint16_t)niche, (uint8_t)how, p};
        return true;
    }
    bool changed = p > h->p || how < h->how;
    h->p = p > h->p ? p : h->p;
    h->how = how < h->how ? (uint8_t)how : h->how;
    return changed;
}

static void word_add(struct tax_hits *hits, uint16_t niche, enum tax_where where, bool tag, const char *s,
                     size_t n) {
    if (hits->word_count == TAX_WORDS_MAX)
        return;
    struct tax_word w = {.niche = niche, .where = (uint8_t)where};
    size_t room = sizeof w.text - 1 - tag;
    size_t len = n < room ? n : room;
    while (len < n && len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    w.text[0] = '#';
    memcpy(w.text + tag, s, len);
    for (size_t i = 0; i < hits->word_count; i++)
        if (hits->word[i].niche == niche && strcmp(hits->word[i].text, w.text) == 0)
            return;
    hits->word[hits->word_count++] = w;
}

static void evidence(struct scan *sc, int alias, bool tag, const char *s, size_t n) {
    const struct lex_meaning *a = &sc->lex->meaning[alias];
    tax_hit_add(sc->hits, a->niche, a->weight * where_weight[sc->where], TAX_DIRECT);
    word_add(sc->hits, a->niche, sc->where, tag, s, n);
}

static bool is_one_of(const struct scan *sc, size_t i, const char *words, size_t size, size_t count) {
    const char *s = sc->text + sc->token[i].at;
    size_t n = sc->token[i].len;
    for (size_t k = 0; k < count; k++)
        // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): tokens lie in the text
        if (words[k * size] == s[0] && strlen(words + k * size) == n && memcmp(words + k * size, s, n) == 0)
            return true;
    return false;
}

/* Whether the tokens up to i (inclusive) end in a negation: "not", or "isn t" of "isn't". */
static bool ends_in_not(const struct scan *sc, size_t i) {
    struct token t = sc->token[i];
    if (t.len == 1 && sc->text[t.at] == 't' && i > 0) {
        struct token before = sc->token[i - 1];
        return before.len >= 3 && sc->text[before.at + before.len - 1u] == 'n';
    }
    return is_one_of(sc, i, negators[0], sizeof negators[0], COUNT_OF(negators));
}

static bool is_negated(const struct scan *sc, size_t i) {
    if (i == 0)
        return false;
    if (ends_in_not(sc, i - 1))
        return true;
    return i > 1 && is_one_of(sc, i - 1, lights[0], sizeof lights[0], COUNT_OF(lights)) &&
           ends_in_not(sc, i - 2);
}

static int as_word(const struct scan *sc, int alias) {
    return alias >= 0 && !sc->lex->meaning[alias].hashtag_only ? alias : -1;
}

/* The longest alias of up to `max` words that begins at token i. */
static struct found longest_at(const struct scan *sc, size_t i, size_t max) {
    const struct token *t = &sc->token[i];
    const char *s = sc->text + t->at;
    const struct lex_entry *one = lex_find_hashed(sc->lex, t->hash, s, t->len);
    size_t k = one && one->span > 1 ? one->span : 1;
    k = k < max ? k : max;
    while (i + k > sc->count)
        k--;
    for (; k > 1; k--) {
        size_t n = (size_t)(t[k - 1].at + t[k - 1].len - t->at);
        const struct lex_entry *e = lex_find(sc->lex, s, n);
        int alias = e && e->alias >= 0 ? e->alias : lex_inflected(sc->lex, s, n);
        if (as_word(sc, alias) >= 0)
            return (struct found){alias, k};
    }
    int alias = one && one->alias >= 0 ? one->alias : lex_inflected(sc->lex, s, t->len);
    return (struct found){as_word(sc, alias), 1};
}

/* The alias to take at token i: the longest, cut short where a longer one begins inside it. */
static struct found best_at(const struct scan *sc, size_t i) {
    struct found best = longest_at(sc, i, TAX_ALIAS_WORDS);
    for (size_t m = 1; best.alias >= 0 && m < best.words; m++)
        if (longest_at(sc, i + m, TAX_ALIAS_WORDS).words > best.words)
            return longest_at(sc, i, m);
    return best;
}

static void match_tag(struct scan *sc, struct token t) {
    const char *s = sc->text + t.at;
    size_t n = t.len;
    const struct lex_entry *e = lex_find_hashed(sc->lex, t.hash, s, n);
    if (e && (e->flags & LEX_GENERIC))
        return;
    int parts[SPLIT_PARTS_MAX];
    size_t count = 1;
    parts[0] = e && e->alias >= 0 ? e->alias : lex_inflected(sc->lex, s, n);
    if (parts[0] < 0)
        count = lex_split(sc->lex, s, n, parts, SPLIT_PARTS_MAX);
    for (size_t i = 0; i < count; i++)
        evidence(sc, parts[i], t.tag, s, n);
}

/* Takes what begins at token i and returns how many tokens that was. */
static size_t match_token(struct scan *sc, size_t i) {
    struct token t = sc->token[i];
    const char *s = sc->text + t.at;
    if (t.tag) {
        if (!is_negated(sc, i))
            match_tag(sc, t);
        return 1;
    }
    struct found found = best_at(sc, i);
    if (found.alias < 0 && sc->where == TAX_USERNAME)
        match_tag(sc, t);
    if (found.alias < 0)
        return 1;
    const struct token *last = &sc->token[i + found.words - 1];
    if (!is_negated(sc, i))
        evidence(sc, found.alias, false, s, (size_t)(last->at + last->len - t.at));
    return found.words;
}

/* Hashtags one by one, glued: pieces between blanks, commas and '#'. */
static size_t fold_tags(const char *s, size_t n, char *out, size_t cap) {
    size_t len = 0;
    for (size_t i = 0; i < n && len + 2 < cap; i++) {
        size_t from = i;
        while (i < n && (unsigned char)s[i] > ' ' && s[i] != ',' && s[i] != '#')
            i++;
        size_t glued = text_compact(s + from, i - from, out + len + 1, cap - len - 1);
        out[len] = '#';
        len += glued ? glued + 1 : 0;
        if (glued && len + 1 < cap)
            out[len++] = ' ';
    }
    return len;
}

static size_t fold_for(enum tax_where where, const char *s, size_t n, char *out, size_t cap) {
    switch (where) {
    case TAX_HASHTAG:
        return fold_tags(s, n, out, cap);
    case TAX_USERNAME:
    case TAX_CATEGORY:
        return text_words(s, n, out, cap);
    default:
        return text_fold(s, n, out, cap);
    }
}

static void tokenize(struct scan *sc, size_t len) {
    sc->count = 0;
    for (size_t i = 0; i < len && sc->count < TOKENS_MAX; i++) {
        bool tag = sc->text[i] == '#';
        size_t from = i + tag;
        const char *end = memchr(sc->text + i, ' ', len - i);
        i = end ? (size_t)(end - sc->text) : len;
        if (i == from)
            continue;
        uint32_t hash = lex_hash(sc->text + from, i - from);
        lex_expect(sc->lex, hash);
        sc->token[sc->count++] = (struct token){hash, (uint16_t)from, (uint16_t)(i - from), tag};
    }
}

void taxonomy_match(const struct taxonomy *tax, const char *text, size_t len, enum tax_where where,
                    struct tax_hits *io_hits) {
    struct scan sc;
    sc.lex = &tax->lex;
    sc.hits = io_hits;
    sc.where = where;
    tokenize(&sc, fold_for(where, text, len, sc.text, sizeof sc.text));
    for (size_t i = 0; i < sc.count;)
        i += match_token(&sc, i);
}
