/* Why: what a person types is compared with those aliases alone that begin with it or share a trigram with
 * it. Invariant: postings are ascending by alias, so that of equals the first alias counts. */
#include "rank/taxonomy_parts.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW = 1 << 16, BYTE_MORE = 0x80 };

/* What is known of a trigram while postings are counted, then written. */
struct counted {
    uint32_t trigram;
    uint32_t bytes; /* of its postings; 0: the place is empty */
    uint32_t next;  /* one more than the alias told last */
    uint32_t at;    /* where the next posting goes */
};

struct counts {
    struct counted *all; /* mask + 1 of them, at most half in use */
    uint32_t mask, used;
    struct arena *scratch;
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

static struct counted *place_of(const struct counts *c, uint32_t trigram) {
    uint32_t i = (trigram * 0x9E3779B1u >> 7) & c->mask;
    while (c->all[i].bytes && c->all[i].trigram != trigram)
        i = (i + 1) & c->mask;
    return &c->all[i];
}

static void counts_grow(struct counts *c) {
    struct counts more = {.mask = c->mask ? c->mask * 2 + 1 : 0xFFF, .used = c->used, .scratch = c->scratch};
    more.all = arena_alloc(c->scratch, (more.mask + 1u) * sizeof *more.all);
    for (uint32_t i = 0; c->all && i <= c->mask; i++)
        if (c->all[i].bytes)
            *place_of(&more, c->all[i].trigram) = c->all[i];
    *c = more;
}

static uint32_t bytes_of(uint32_t v) {
    uint32_t n = 1;
    while (v >>= 7)
        n++;
    return n;
}

static void count_alias(struct counts *c, const uint32_t *trigrams, size_t n, uint32_t alias) {
    for (size_t i = 0; i < n; i++) {
        if (c->used * 2 >= c->mask)
            counts_grow(c);
        struct counted *t = place_of(c, trigrams[i]);
        c->used += !t->bytes;
        t->trigram = trigrams[i];
        t->bytes += bytes_of(alias + 1 - t->next);
        t->next = alias + 1;
    }
}

static int by_trigram(const void *x, const void *y) {
    uint32_t a = (*(struct counted *const *)x)->trigram, b = (*(struct counted *const *)y)->trigram;
    return (a > b) - (a < b);
}

/* Gives each trigram its place. */
static void postings_lay_out(struct lexicon *lex, struct counts *c, struct arena *mem) {
    struct counted **order = arena_alloc(c->scratch, (c->used + 1) * sizeof(struct counted *));
    size_t n = 0;
    for (uint32_t i = 0; i <= c->mask; i++)
        if (c->all[i].bytes)
            order[n++] = &c->all[i];
    qsort(order, n, sizeof(struct counted *), by_trigram);
    lex->trigram = arena_alloc(mem, (n + 1) * sizeof *lex->trigram);
    lex->posting_from = arena_alloc(mem, (n + 1) * sizeof *lex->posting_from);
    lex->trigram_count = n;
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++) {
        lex->trigram[i] = order[i]->trigram;
        lex->posting_from[i] = order[i]->at = at;
        order[i]->next = 0;
        at += order[i]->bytes;
    }
    lex->posting_from[n] = at;
    lex->posting = arena_alloc(mem, at + 1);
}

static void write_alias(struct lexicon *lex, const struct counts *c, const uint32_t *trigrams, size_t n,
                        uint32_t alias) {
    for (size_t i = 0; i < n; i++) {
        struct counted *t = place_of(c, trigrams[i]);
        uint32_t v = alias + 1 - t->next;
        for (; v >= BYTE_MORE; v >>= 7)
            lex->posting[t->at++] = (uint8_t)(v | BYTE_MORE);
        lex->posting[t->at++] = (uint8_t)v;
        t->next = alias + 1;
    }
}

void tax_index_build(struct taxonomy *tax, struct arena *scratch) {
    struct lexicon *lex = &tax->lex;
    struct counts c = {.scratch = scratch};
    uint32_t trigrams[TEXT_TRIGRAMS_MAX];
    counts_grow(&c);
    for (uint32_t k = 0; k < lex->alias_count; k++) {
        size_t n = text_trigrams(lex->alias[k].text, lex->alias[k].len, trigrams);
        lex->sketch[k].trigrams = (uint8_t)n;
        count_alias(&c, trigrams, n, k);
    }
    postings_lay_out(lex, &c, tax->mem);
    for (uint32_t k = 0; k < lex->alias_count; k++)
        write_alias(lex, &c, trigrams, text_trigrams(lex->alias[k].text, lex->alias[k].len, trigrams), k);
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
    const uint8_t *at, *end;
    uint32_t alias; /* UINT32_MAX: none is left */
};

static void cursor_next(struct cursor *c) {
    if (c->at == c->end) {
        c->alias = UINT32_MAX;
        return;
    }
    uint32_t v = *c->at & (BYTE_MORE - 1);
    for (unsigned shift = 7; *c->at++ & BYTE_MORE; shift += 7)
        v |= (uint32_t)(*c->at & (BYTE_MORE - 1)) << shift;
    c->alias += v;
}

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
    struct cursor c = {.alias = UINT32_MAX}; /* one before the first */
    if (lo < lex->trigram_count && lex->trigram[lo] == trigram)
        c = (struct cursor){lex->posting + lex->posting_from[lo], lex->posting + lex->posting_from[lo + 1],
                            UINT32_MAX};
    cursor_next(&c);
    return c;
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
            for (; cursor[i].alias < from + room; cursor_next(&cursor[i]))
                shared[cursor[i].alias - from]++;
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
