/* Niches spelled like a text, for "did you mean". Invariant: the order is total (similarity, base rate,
 * index). */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SIMILARITY 0.3

enum { ENOUGH = 10 }; /* niches that begin with a text: typing errors are not looked for then */

struct nearest {
    int distance;
    int niche; /* -1: none yet */
    bool tie;
};

static void nearer(struct nearest *b, int distance, int niche) {
    if (distance > b->distance)
        return;
    if (distance < b->distance || b->niche < 0)
        *b = (struct nearest){distance, niche, false};
    else if (niche != b->niche)
        b->tie = true;
}

/* Whether an alias cannot be within `max` errors of a glued text, by length and letters alone. An error adds
 * one letter and takes away one at most; outside ASCII a letter is up to four bytes. */
static bool is_far(const struct lex_sketch *a, size_t n, uint32_t letters, bool ascii, int max) {
    int per_error = a->ascii && ascii ? 1 : 4;
    int spread = abs((int)n - a->compact_len);
    return spread > per_error * max || __builtin_popcount(a->letters & ~letters) > per_error * max ||
           __builtin_popcount(letters & ~a->letters) > per_error * max || a->compact_len < 3;
}

int lex_nearest(const struct lexicon *lex, const char *s, size_t n) {
    size_t count = text_length(s, n);
    if (count < 4)
        return -1;
    struct nearest best = {count < 8 ? 1 : 2, -1, false};
    uint32_t letters = lex_letters(s, n);
    for (size_t k = 0; k < lex->alias_count; k++) {
        const struct lex_sketch *a = &lex->sketch[k];
        if (is_far(a, n, letters, count == n, best.distance))
            continue;
        int d = text_distance(s, n, lex->alias[k].compact, a->compact_len, best.distance);
        nearer(&best, d, a->niche);
    }
    return best.tie ? -1 : best.niche;
}

/* A text to compare with aliases. */
struct probe {
    uint64_t signature;
    size_t count;
    uint32_t trigrams[TEXT_TRIGRAMS_MAX];
};

static struct probe probe_of(const char *text, size_t len) {
    struct probe p = {0};
    char folded[TEXT_COMPARE_MAX + 1];
    p.count = text_trigrams(folded, text_words(text, len, folded, sizeof folded), p.trigrams);
    p.signature = lex_signature(p.trigrams, p.count);
    return p;
}

/* Whether an alias shares too few trigrams by count and signature alone: shared <= common bits + its own
 * collisions. */
static bool is_unlike(const struct lex_sketch *a, const struct probe *p) {
    double most = __builtin_popcountll(a->signature & p->signature) + a->collisions;
    double fewer = p->count < a->trigrams ? (double)p->count : a->trigrams;
    most = most < fewer ? most : fewer;
    return most < LEAST_SIMILARITY * ((double)p->count + a->trigrams - most);
}

static bool is_before(const struct taxonomy *tax, const float *score, size_t a, size_t b) {
    if (score[a] != score[b])
        return score[a] > score[b];
    if (tax->niche[a].base_rate != tax->niche[b].base_rate)
        return tax->niche[a].base_rate > tax->niche[b].base_rate;
    return a < b;
}

/* Puts niche i into the sorted list of at most `max`; returns the new length. */
static size_t insert(const struct taxonomy *tax, const float *score, size_t i, uint16_t *list, size_t count,
                     size_t max) {
    size_t at = count;
    while (at > 0 && is_before(tax, score, i, list[at - 1]))
        at--;
    if (at == max)
        return count;
    size_t kept = count < max ? count : max - 1;
    memmove(list + at + 1, list + at, (kept - at) * sizeof *list);
    list[at] = (uint16_t)i;
    return kept + 1;
}

uint64_t lex_head(const char *s, size_t n) {
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof head; i++)
        head = head << 8 | (i < n ? (unsigned char)s[i] : 0);
    return head;
}

/* Text to be found at the beginning of aliases. */
struct opening {
    const char *text;
    size_t len;
    uint64_t head, mask;
    bool typos; /* also what is merely like it */
    struct probe probe;
};

/* How like an alias is to what was typed, as in struct tax_found, where `best` is not to be had. */
static float likeness_of(const struct lexicon *lex, size_t k, const struct opening *o, float best) {
    const struct lex_sketch *s = &lex->sketch[k];
    if ((s->head & o->mask) == o->head && lex->alias[k].len >= o->len &&
        memcmp(lex->alias[k].text, o->text, o->len) == 0)
        return lex->alias[k].len == o->len ? 3.0f : lex->alias[k].implicit ? 2.0f : 1.5f;
    if (!o->typos || best >= 1.0f || is_unlike(s, &o->probe))
        return 0;
    return (float)text_trigrams_similarity(o->probe.trigrams, o->probe.count, lex->alias[k].trigrams,
                                           s->trigrams);
}

/* Raises the scores of niches, with the alias that did it; returns how many rose from nothing. */
static size_t score_all(const struct lexicon *lex, const struct opening *o, float *score, uint32_t *alias) {
    size_t found = 0;
    for (size_t k = 0; k < lex->alias_count; k++) {
        uint16_t niche = lex->sketch[k].niche;
        float s = likeness_of(lex, k, o, score[niche]);
        if (s <= score[niche])
            continue;
        found += score[niche] == 0;
        score[niche] = s;
        alias[niche] = (uint32_t)k;
    }
    return found;
}

size_t taxonomy_search(const struct taxonomy *tax, const char *text, size_t len,
                       struct tax_found *ret_found) {
    const struct lexicon *lex = &tax->lex;
    char folded[TEXT_COMPARE_MAX + 1];
    size_t n = text_words(text, len, folded, sizeof folded);
    size_t bytes = n < sizeof(uint64_t) ? n : sizeof(uint64_t);
    struct opening o = {.text = folded,
                        .len = n,
                        .mask = bytes ? ~UINT64_C(0) << 8 * (sizeof(uint64_t) - bytes) : 0,
                        .probe = probe_of(text, len)};
    o.head = lex_head(folded, n) & o.mask;
    float score[TAX_NICHES_MAX];
    uint32_t alias[TAX_NICHES_MAX] = {0};
    memset(score, 0, tax->count * sizeof *score);
    size_t found = n > 0 ? score_all(lex, &o, score, alias) : ENOUGH;
    o.typos = true;
    if (found < ENOUGH)
        score_all(lex, &o, score, alias);
    found = 0;
    for (size_t i = 0; i < tax->count; i++)
        if (score[i] >= (float)LEAST_SIMILARITY)
            ret_found[found++] = (struct tax_found){
                (uint16_t)i, score[i], lex->alias[alias[i]].implicit ? NULL : lex->alias[alias[i]].text};
    return found;
}

size_t taxonomy_suggest(const struct taxonomy *tax, const char *text, size_t len, size_t max,
                        uint16_t *ret_niches) {
    const struct lexicon *lex = &tax->lex;
    struct probe p = probe_of(text, len);
    float score[TAX_NICHES_MAX];
    memset(score, 0, tax->count * sizeof *score);
    for (size_t k = 0; k < lex->alias_count; k++) {
        const struct lex_sketch *a = &lex->sketch[k];
        if (is_unlike(a, &p))
            continue;
        float s = (float)text_trigrams_similarity(p.trigrams, p.count, lex->alias[k].trigrams, a->trigrams);
        if (s > score[a->niche])
            score[a->niche] = s;
    }
    size_t found = 0;
    for (size_t i = 0; i < tax->count && max > 0; i++)
        if (score[i] >= (float)LEAST_SIMILARITY)
            found = insert(tax, score, i, ret_niches, found, max);
    return found;
}
