/* Looking words up: exact, and by their light inflection. Invariant: nothing is written; candidates live on
 * the stack. */
#include "rank/taxonomy_parts.h"

#include <string.h>

static uint64_t load(const char *s, size_t n) {
    uint64_t w = 0;
    memcpy(&w, s, n);
    return w;
}

uint32_t lex_hash(const char *s, size_t n) {
    const uint64_t k = 0x9E3779B97F4A7C15u;
    uint64_t h = n * k;
    for (; n > 8; n -= 8, s += 8) {
        h = (h ^ load(s, 8)) * k;
        h ^= h >> 29;
    }
    uint64_t last = n == 8 ? load(s, 8) : n >= 4 ? load(s, 4) | load(s + n - 4, 4) << 32 : load(s, n);
    h = (h ^ last) * k;
    h ^= h >> 32;
    return (uint32_t)h | 1;
}

uint32_t lex_letters(const char *s, size_t n) {
    uint32_t set = 0;
    for (size_t i = 0; i < n; i++)
        set |= (uint32_t)1 << ((unsigned char)s[i] % 32);
    return set;
}

void lex_expect(const struct lexicon *lex, uint32_t hash) {
    __builtin_prefetch(&lex->slot[hash >> 1 & lex->mask]);
}

const struct lex_entry *lex_find(const struct lexicon *lex, const char *s, size_t n) {
    return lex_find_hashed(lex, lex_hash(s, n), s, n);
}

const struct lex_entry *lex_find_hashed(const struct lexicon *lex, uint32_t hash, const char *s, size_t n) {
    for (uint32_t i = hash >> 1 & lex->mask; lex->slot[i]; i = (i + 1) & lex->mask) {
        if ((lex->slot[i] ^ hash) > SLOT_ENTRY)
            continue;
        const struct lex_entry *e = &lex->entry[(lex->slot[i] & SLOT_ENTRY) - 1];
        if (e->len == n && memcmp(lex->pool + e->at, s, n) == 0)
            return e;
    }
    return NULL;
}

/* Words that look inflected and mean something else: "for bookings", "stockings". */
static const char fakes[][10] = {"better",    "booking",  "bookings",  "booker",  "stocking",
                                 "stockings", "housing",  "marketing", "listing", "listings",
                                 "meeting",   "meetings", "charter",   "during"};

static bool is_fake(const char *s, size_t n) {
    for (size_t i = 0; i < COUNT_OF(fakes); i++)
        if (fakes[i][0] == s[0] && strlen(fakes[i]) == n && memcmp(fakes[i], s, n) == 0)
            return true;
    return false;
}

/* An inflected text under examination: `stem` bytes of it, the last word beginning at `head`. */
struct stem {
    const struct lexicon *lex;
    const char *s;
    size_t head;
};

/* The alias of s[0..n) followed by `tail`, if its last word has `least` bytes or more; else -1. What is only
 * a hashtag does not inflect: "fitting" is no #fit. */
static int stem_find(const struct stem *t, size_t n, const char *tail, size_t least) {
    char buf[TAX_ALIAS_BYTES + 8];
    size_t k = strlen(tail);
    if (n + k < t->head + least || n + k > TAX_ALIAS_BYTES)
        return -1;
    memcpy(buf, t->s, n);
    memcpy(buf + n, tail, k + 1);
    const struct lex_entry *e = lex_find(t->lex, buf, n + k);
    return e && e->alias >= 0 && !t->lex->meaning[e->alias].hashtag_only ? e->alias : -1;
}

/* n: bytes before "ing". baking: bake; cooking: cook; running: run. */
static int stem_ing(const struct stem *t, size_t n) {
    if (n < t->head + 3)
        return -1;
    int a = stem_find(t, n, "", 4);
    if (a < 0)
        a = stem_find(t, n, "e", 4);
    if (a < 0 && t->s[n - 1] == t->s[n - 2])
        a = stem_find(t, n - 1, "", 3);
    return a;
}

/* n: bytes before "er". hiker: hiking; runner: running; dancer: dance; gardener: garden. */
static int stem_er(const struct stem *t, size_t n) {
    if (n < t->head + 3)
        return -1;
    int a = stem_find(t, n, "ing", 6);
    if (a < 0)
        a = stem_find(t, n, "e", 4);
    if (a < 0)
        a = stem_find(t, n, "", 5);
    return a;
}

static bool ends(const char *s, size_t n, const char *tail) {
    size_t k = strlen(tail);
    return n > k && memcmp(s + n - k, tail, k) == 0;
}

static int stem_s(const struct stem *t, size_t n) {
    const char *s = t->s;
    if (ends(s, n, "ss") || ends(s, n, "us") || ends(s, n, "is"))
        return -1;
    int a = stem_find(t, n - 1, "", 3);
    if (a < 0 && ends(s, n, "ies"))
        a = stem_find(t, n - 3, "y", 3);
    if (a < 0 && ends(s, n, "es"))
        a = stem_find(t, n - 2, "", 3);
    if (a < 0 && ends(s, n, "ers"))
        a = stem_er(t, n - 3);
    if (a < 0 && ends(s, n, "ings"))
        a = stem_ing(t, n - 4);
    return a;
}

int lex_inflected(const struct lexicon *lex, const char *s, size_t n) {
    if (n > TAX_ALIAS_BYTES + 6)
        return -1;
    struct stem t = {lex, s, n};
    while (t.head > 0 && s[t.head - 1] != ' ')
        t.head--;
    if (n - t.head < 4 || is_fake(s + t.head, n - t.head))
        return -1;
    if (s[n - 1] == 's')
        return stem_s(&t, n);
    if (s[n - 1] == 'g' && ends(s, n, "ing"))
        return stem_ing(&t, n - 3);
    if (s[n - 1] == 'r' && ends(s, n, "er"))
        return stem_er(&t, n - 2);
    if (s[n - 1] == 'n' && ends(s, n, "en")) {
        int a = stem_find(&t, n - 1, "", 4);
        return a >= 0 ? a : stem_find(&t, n - 2, "", 4);
    }
    return -1;
}
