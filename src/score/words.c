/* Why: a claim about a niche is shown with the words it rests on. Invariants: a post counts once for a word,
 * whether it is in the caption, the hashtags or both; the order of words does not depend on the order in
 * which they were found beyond what LEXIS_MAX keeps. */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *s, uint32_t seed) {
    uint32_t h = UINT32_C(2166136261) ^ seed;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT32_C(16777619);
    return h;
}

static struct lexis_word *find(struct lexis *lexis, uint32_t hash, uint16_t niche, uint8_t where,
                               const char *text) {
    for (size_t i = 0; i < lexis->count; i++) {
        struct lexis_word *w = &lexis->word[i];
        if (w->hash == hash && w->niche == niche && w->where == where && strcmp(w->text, text) == 0)
            return w;
    }
    return NULL;
}

void lexis_take(struct lexis *lexis, const struct tax_hits *hits, uint8_t text) {
    for (size_t i = 0; i < hits->word_count; i++) {
        const struct tax_word *in = &hits->word[i];
        bool tag = in->text[0] == '#';
        uint8_t where = tag && in->where == TAX_CAPTION ? TAX_HASHTAG : in->where;
        const char *bare = in->text + (tag && where == TAX_HASHTAG);
        uint32_t hash = hash_of(bare, ((uint32_t)in->niche << 8) ^ where);
        struct lexis_word *w = find(lexis, hash, in->niche, where, bare);
        if (!w && lexis->count < LEXIS_MAX) {
            w = &lexis->word[lexis->count++];
            *w = (struct lexis_word){
                .hash = hash, .niche = in->niche, .where = where, .last = text, .count = 1};
            snprintf(w->text, sizeof w->text, "%s", bare);
        } else if (w && w->last != text) {
            w->last = text;
            w->count++;
        }
    }
}

/* A word as proof of a niche: `far` is 0 for its own and those below, 1 for the parents' of an intersection.
 */
struct proof {
    const struct lexis_word *word;
    int far;
};

static int by_strength(const void *a, const void *b) {
    const struct proof *x = a;
    const struct proof *y = b;
    if (x->far != y->far)
        return x->far - y->far;
    if (x->word->count != y->word->count)
        return x->word->count > y->word->count ? -1 : 1;
    if (x->word->where != y->word->where)
        return x->word->where < y->word->where ? -1 : 1;
    int c = strcmp(x->word->text, y->word->text);
    return c ? c : (int)x->word->niche - (int)y->word->niche;
}

static bool is_at_or_below(const struct taxonomy *tax, size_t niche, size_t word) {
    return niche == word || taxonomy_is_above(tax, niche, word);
}

/* How a word proves a niche: 0 by itself, 1 by a parent, -1 not. */
static int proves(const struct taxonomy *tax, uint16_t niche, const struct lexis_word *w) {
    if (is_at_or_below(tax, niche, w->niche))
        return 0;
    if (!taxonomy_is_intersection(tax, niche))
        return -1;
    struct tax_list parents = taxonomy_parents(tax, niche);
    for (size_t i = 0; i < parents.count; i++)
        if (is_at_or_below(tax, parents.at[i], w->niche))
            return 1;
    return -1;
}

static bool same_word(const struct lexis_word *a, const struct lexis_word *b) {
    return a->where == b->where && strcmp(a->text, b->text) == 0;
}

void lexis_prove(const struct lexis *lexis, const struct taxonomy *tax, uint16_t niche,
                 struct score_direct *d) {
    struct proof proof[LEXIS_MAX] = {0};
    size_t n = 0;
    for (size_t i = 0; i < lexis->count; i++) {
        int far = proves(tax, niche, &lexis->word[i]);
        if (far >= 0)
            proof[n++] = (struct proof){&lexis->word[i], far};
    }
    qsort(proof, n, sizeof *proof, by_strength);
    d->word_count = 0;
    for (size_t i = 0; i < n && d->word_count < SCORE_WORDS_MAX; i++) {
        const struct lexis_word *w = proof[i].word;
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || same_word(proof[j].word, w);
        if (again)
            continue;
        const char *where = taxonomy_where_name((enum tax_where)w->where);
        char *out = d->words[d->word_count++];
        if (w->count > 1)
            snprintf(out, SCORE_WORD_BYTES, "%s: %s x%u", where, w->text, w->count);
        else
            snprintf(out, SCORE_WORD_BYTES, "%s: %s", where, w->text);
    }
}
