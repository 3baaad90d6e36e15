/* Niches spelled like a text, for "did you mean". Invariant: the order is total (similarity, base rate,
 * index). */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHARED_WORD = 4,
    ERRORS_MAX = 16
};                    /* letters of a word that two texts share; what text_distance() counts */
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

/* The distinct trigrams of a text as it is folded. */
static size_t trigrams_of(const char *text, size_t len, uint32_t trigrams[TEXT_TRIGRAMS_MAX]) {
    char folded[TEXT_COMPARE_MAX + 1];
    return text_trigrams(folded, text_words(text, len, folded, sizeof folded), trigrams);
}

/* Scores niches by their aliases that begin with a folded text, as in struct tax_found, with the first of the
 * best; returns how many niches. */
static size_t score_openings(const struct lexicon *lex, const char *s, size_t n, float *score,
                             uint32_t *alias) {
    size_t count, found = 0;
    const struct lex_opening *o = lex_openings(lex, s, n, &count);
    for (size_t i = 0; i < count; i++) {
        float is = o[i].len == n ? 3.0f : o[i].implicit ? 2.0f : 1.5f;
        float *best = &score[o[i].niche];
        if (is < *best || (is == *best && o[i].alias > alias[o[i].niche]))
            continue;
        found += *best == 0;
        *best = is;
        alias[o[i].niche] = o[i].alias;
    }
    return found;
}

size_t taxonomy_search(const struct taxonomy *tax, const char *text, size_t len,
                       struct tax_found *ret_found) {
    const struct lexicon *lex = &tax->lex;
    char folded[TEXT_COMPARE_MAX + 1];
    uint32_t trigrams[TEXT_TRIGRAMS_MAX];
    size_t n = text_words(text, len, folded, sizeof folded);
    float score[TAX_NICHES_MAX];
    uint32_t alias[TAX_NICHES_MAX] = {0};
    memset(score, 0, tax->count * sizeof *score);
    size_t found = n > 0 ? score_openings(lex, folded, n, score, alias) : ENOUGH;
    if (found < ENOUGH)
        lex_likenesses(lex, trigrams, trigrams_of(text, len, trigrams), score, alias);
    found = 0;
    for (size_t i = 0; i < tax->count; i++)
        if (score[i] >= (float)LEAST_SIMILARITY)
            ret_found[found++] = (struct tax_found){
                (uint16_t)i, score[i], lex->alias[alias[i]].implicit ? NULL : lex->alias[alias[i]].text};
    return found;
}

/* What somebody wrote, folded: with blanks between its words, and without. */
struct written {
    char words[TEXT_COMPARE_MAX + 1], glued[TEXT_COMPARE_MAX + 1];
    size_t glued_len;
};

static void write_down(const char *text, size_t len, struct written *ret) {
    size_t n = text_words(text, len, ret->words, sizeof ret->words);
    ret->words[n] = '\0';
    ret->glued_len = 0;
    for (size_t i = 0; i < n; i++)
        if (ret->words[i] != ' ')
            ret->glued[ret->glued_len++] = ret->words[i];
}

/* Whether a word of at least four letters stands in both. */
static bool shares_word(const struct tax_alias *a, const struct written *t) {
    for (const char *word = t->words; *word; word += strspn(word, " ")) {
        size_t n = strcspn(word, " ");
        for (const char *at = a->text; n >= SHARED_WORD && *at; at += strspn(at, " ")) {
            size_t m = strcspn(at, " ");
            if (m == n && memcmp(at, word, n) == 0)
                return true;
            at += m;
        }
        word += n;
    }
    return false;
}

/* Trigrams alone also find what nobody meant, by an ending that both have. One letter in three may be wrong.
 */
static bool is_plausible(const struct tax_alias *a, const struct written *t) {
    size_t longer = a->compact_len > t->glued_len ? a->compact_len : t->glued_len;
    int errors = longer / 3 < ERRORS_MAX ? (int)(longer / 3) : ERRORS_MAX;
    return text_distance(t->glued, t->glued_len, a->compact, a->compact_len, errors) <= errors ||
           shares_word(a, t);
}

size_t taxonomy_suggest(const struct taxonomy *tax, const char *text, size_t len, size_t max,
                        uint16_t *ret_niches) {
    uint32_t trigrams[TEXT_TRIGRAMS_MAX];
    struct written written;
    write_down(text, len, &written);
    float score[TAX_NICHES_MAX];
    uint32_t alias[TAX_NICHES_MAX];
    memset(score, 0, tax->count * sizeof *score);
    lex_likenesses(&tax->lex, trigrams, trigrams_of(text, len, trigrams), score, alias);
    bool plausible[TAX_NICHES_MAX] = {false};
    for (size_t k = 0; k < tax->lex.alias_count; k++) {
        uint16_t niche = tax->lex.sketch[k].niche;
        if (score[niche] >= (float)LEAST_SIMILARITY && !plausible[niche])
            plausible[niche] = is_plausible(&tax->lex.alias[k], &written);
    }
    size_t found = 0;
    for (size_t i = 0; i < tax->count && max > 0; i++)
        if (plausible[i])
            found = insert(tax, score, i, ret_niches, found, max);
    return found;
}
