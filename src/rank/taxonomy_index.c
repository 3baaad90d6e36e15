/* Why: what a person types is compared with those aliases alone that begin with it or share a trigram with
 * it. Invariant: postings are ascending by alias, so that of equals the first alias counts. */
#include "rank/taxonomy_parts.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 12, DIGITS = 1 << DIGIT_BITS, WINDOW = 1 << 16 };

struct posting {
    uint32_t trigram, alias;
};

static int by_text(const void *x, const void *y, void *user) {
    const struct tax_alias *all = user;
    const struct tax_alias *a = &all[((const struct lex_opening *)x)->alias];
    const struct tax_alias *b = &all[((const struct lex_opening *)y)->alias];
    int c = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
    return c ? c : a->len - b->len;
}

static void openings_build(struct lexicon *lex, struct arena *mem) {
    lex->opening = arena_alloc(mem, (lex->alias_count + 1) * sizeof *lex->opening);
    for (uint32_t k = 0; k < lex->alias_count; k++)
        lex->opening[k] =
            (struct lex_opening){k, lex->alias[k].niche, lex->alias[k].len, lex->alias[k].implicit};
    qsort_r(lex->opening, lex->alias_count, sizeof *lex->opening, by_text, lex->alias);
}

/* One stable pass by the digit that begins at bit `shift`. */
static void sort_pass(const struct posting *from, size_t n, unsigned shift, struct posting *to) {
    uint32_t at[DIGITS + 1] = {0};
    for (size_t i = 0; i < n; i++)
        at[(from[i].trigram >> shift & (DIGITS - 1)) + 1]++;
    for (size_t d = 0; d < DIGITS; d++)
        at[d + 1] += at[d];
    for (size_t i = 0; i < n; i++)
        to[at[from[i].trigram >> shift & (DIGITS - 1)]++] = from[i];
}

static void postings_pack(struct lexicon *lex, const struct posting *p, size_t n, struct arena *mem) {
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++)
        distinct += i == 0 || p[i].trigram != p[i - 1].trigram;
    lex->trigram = arena_alloc(mem, (distinct + 1) * sizeof *lex->trigram);
    lex->posting_from = arena_alloc(mem, (distinct + 1) * sizeof *lex->posting_from);
    lex->posting = arena_alloc(mem, (n + 1) * sizeof *lex->posting);
    lex->trigram_count = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || p[i].trigram != p[i - 1].trigram) {
            lex->trigram[lex->trigram_count] = p[i].trigram;
            lex->posting_from[lex->trigram_count++] = (uint32_t)i;
        }
        lex->posting[i] = p[i].alias;
    }
    lex->posting_from[lex->trigram_count] = (uint32_t)n;
}

void tax_index_build(struct taxonomy *tax, struct arena *scratch) {
    struct lexicon *lex = &tax->lex;
    size_t n = 0;
    for (size_t k = 0; k < lex->alias_count; k++)
        n += lex->alias[k].len + 1u; /* more than it has */
    struct posting *all = arena_alloc(scratch, (n + 1) * sizeof *all);
    struct posting *half = arena_alloc(scratch, (n + 1) * sizeof *half);
    n = 0;
    for (uint32_t k = 0; k < lex->alias_count; k++) {
        uint32_t trigrams[TEXT_TRIGRAMS_MAX];
        size_t count = text_trigrams(lex->alias[k].text, lex->alias[k].len, trigrams);
        lex->sketch[k].trigrams = (uint8_t)count;
        for (size_t i = 0; i < count; i++)
            all[n++] = (struct posting){trigrams[i], k};
    }
    sort_pass(all, n, 0, half);
    sort_pass(half, n, DIGIT_BITS, all);
    postings_pack(lex, all, n, tax->mem);
    openings_build(lex, tax->mem);
}

static int compare_opening(const struct lexicon *lex, const struct lex_opening *o, const char *s, size_t n) {
    int c = memcmp(lex->alias[o->alias].text, s, o->len < n ? o->len : n);
    return c ? c : o->len < n ? -1 : 0;
}

const struct lex_opening *lex_openings(const struct lexicon *lex, const char *s, size_t n,
                                       size_t *ret_count) {
    size_t lo = 0;
    size_t hi = lex->alias_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (compare_opening(lex, &lex->opening[mid], s, n) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    size_t first = lo;
    hi = lex->alias_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (compare_opening(lex, &lex->opening[mid], s, n) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *ret_count = lo - first;
    return lex->opening + first;
}

/* What is left of the postings of a trigram. */
struct cursor {
    const uint32_t *at, *end;
};

static struct cursor cursor_of(const struct lexicon *lex, uint32_t trigram) {
    size_t lo = 0;
    size_t hi = lex->trigram_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (lex->trigram[mid] < trigram)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == lex->trigram_count || lex->trigram[lo] != trigram)
        return (struct cursor){0};
    return (struct cursor){lex->posting + lex->posting_from[lo], lex->posting + lex->posting_from[lo + 1]};
}

void lex_likenesses(const struct lexicon *lex, const uint32_t *trigrams, size_t n, float *io_score,
                    uint32_t *io_alias) {
    struct cursor cursor[TEXT_TRIGRAMS_MAX];
    uint8_t shared[WINDOW];
    for (size_t i = 0; i < n; i++)
        cursor[i] = cursor_of(lex, trigrams[i]);
    for (size_t from = 0; from < lex->alias_count; from += WINDOW) {
        size_t room = lex->alias_count - from < WINDOW ? lex->alias_count - from : WINDOW;
        memset(shared, 0, room);
        for (size_t i = 0; i < n; i++)
            for (; cursor[i].at < cursor[i].end && *cursor[i].at < from + room; cursor[i].at++)
                shared[*cursor[i].at - from]++;
        for (size_t j = 0; j < room; j++) {
            if ((double)shared[j] < LEAST_SIMILARITY * (double)n || shared[j] == 0)
                continue;
            const struct lex_sketch *a = &lex->sketch[from + j];
            float s = (float)((double)shared[j] / (double)(n + a->trigrams - shared[j]));
            if (s <= io_score[a->niche])
                continue;
            io_score[a->niche] = s;
            io_alias[a->niche] = (uint32_t)(from + j);
        }
    }
}
