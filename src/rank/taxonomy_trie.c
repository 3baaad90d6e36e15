/* Splitting glued hashtags. The trie holds what a hashtag may be made of; the split is a shortest path over
 * the letters. Invariant: the trie is in breadth-first order, so the children of a node are neighbours and a
 * step is a short scan. */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <stdlib.h>
#include <string.h>

/* Words that go with any niche and say nothing about it, folded. */
/* clang-format off */
static const char *const fillers[] = {
    "the", "my", "your", "our", "this", "that", "and", "for", "with", "from", "of", "in", "on", "to", "at",
    "by", "is", "am", "are", "be", "me", "im", "we", "you", "all", "every", "more", "best", "top", "new",
    "good", "great", "happy", "real", "true", "pure", "just", "only", "simply", "easy", "quick", "simple",
    "daily", "weekly", "everyday", "day", "days", "night", "morning", "week", "weekend", "month", "year",
    "today", "time", "times", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "life", "lives", "living", "lifestyle", "love", "loves", "loving", "lover", "lovers", "addict", "addicts",
    "addicted", "addiction", "obsessed", "fan", "fans", "freak", "freaks", "junkie", "junkies", "nerd", "nerds",
    "geek", "geeks", "rat", "rats", "queen", "king", "boss", "babe", "babes", "girl", "girls", "boy", "boys",
    "guy", "guys", "man", "men", "woman", "women", "lady", "ladies", "gal", "gals", "bro", "bros", "people",
    "person", "family", "fam", "squad", "team", "crew", "gang", "club", "tribe", "community", "nation", "world",
    "worldwide", "planet", "global", "online", "official", "page", "blog", "blogs", "blogger", "bloggers",
    "blogging", "vlog", "vlogs", "vlogger", "influencer", "influencers", "creator", "creators", "ugc",
    "content", "media", "journey", "journal", "diary", "diaries", "story", "stories", "moments", "memories",
    "goals", "goal", "inspiration", "inspo", "inspired", "inspire", "motivation", "motivated", "motivational",
    "mindset", "tips", "tip", "tricks", "hacks", "hack", "ideas", "idea", "advice", "help", "guide", "howto",
    "101", "challenge", "transformation", "routine", "vibes", "vibe", "mood", "feels", "passion", "dream",
    "dreams", "fun", "cool", "cute", "beautiful", "awesome", "amazing", "insta", "instagram", "ig", "gram",
    "tok", "tiktok", "tube", "youtube", "reels", "reel", "shorts", "video", "videos", "pic", "pics", "photo",
    "photos", "picoftheday", "photooftheday", "oftheday", "post", "posts", "shop", "store", "usa", "uk", "eu",
    "us", "international", "support", "style", "stuff", "things", "vida", "amor", "amo", "mi", "mis", "tu",
    "el", "la", "los", "las", "de", "del", "con", "para", "por", "un", "una", "mundo", "dia", "diaria",
    "diario", "chica", "chicas", "mujer", "mujeres", "hombre", "amante", "amantes", "consejos", "motivacion",
    "inspiracion", "oficial", "estilo", "estilodevida", "siempre", "feliz", "vie", "ma", "mon", "mes", "le",
    "les", "des", "du", "et", "pour", "avec", "en", "au", "amour", "jour", "fille", "femme", "monde",
    "passionne", "passionnee", "conseils", "astuces", "officiel", "quotidien", "france", "francais",
    "francaise", "leben", "liebe", "mein", "meine", "der", "die", "das", "und", "fur", "mit", "taglich",
    "alltag", "madchen", "frau", "frauen", "welt", "zeit", "tipps", "offiziell", "deutschland", "deutsch",
    "vita", "amore", "mio", "mia", "il", "lo", "gli", "di", "della", "per", "giorno", "ragazza", "donna",
    "donne", "tempo", "consigli", "ufficiale", "italia", "italiano", "italiana", "espana", "espanol", "mexico",
    "latino", "latina", "meu", "minha", "os", "as", "da", "do", "com", "menina", "mulher", "dicas", "motivacao",
    "brasil", "brasileira", "leven", "liefde", "mijn", "het", "een", "voor", "met", "dag", "nederland", "ilove",
    "iam", "ya",
};
/* clang-format on */

enum { SPLIT_BYTES = 60, PART_COST = 64 };

#define SPLIT_WEIGHT 0.6f

struct item {
    const char *s;
    size_t n;
    int32_t alias; /* -1: a filler */
};

static int by_bytes(const void *x, const void *y) {
    const struct item *a = x;
    const struct item *b = y;
    int c = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
    return c ? c : (a->n > b->n) - (a->n < b->n);
}

static bool is_ascii(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

static bool may_be_part(const struct tax_alias *a) {
    size_t least = is_ascii(a->compact, a->compact_len) ? 3 : 6;
    return a->weight >= SPLIT_WEIGHT && a->compact_len >= least;
}

static size_t items_of(const struct taxonomy *tax, const struct tax_in *in, struct arena *scratch,
                       struct item **ret_items) {
    const struct lexicon *lex = &tax->lex;
    struct item *items =
        arena_alloc(scratch, (lex->alias_count + in->generic_count + COUNT_OF(fillers)) * sizeof *items);
    size_t n = 0;
    for (size_t i = 0; i < lex->alias_count; i++)
        if (may_be_part(&lex->alias[i]))
            items[n++] = (struct item){lex->alias[i].compact, lex->alias[i].compact_len, (int32_t)i};
    for (size_t i = 0; i < COUNT_OF(fillers); i++)
        items[n++] = (struct item){fillers[i], strlen(fillers[i]), -1};
    for (size_t i = 0; i < in->generic_count; i++) {
        char tag[256];
        size_t k = text_compact(in->generic_tags[i], strlen(in->generic_tags[i]), tag, sizeof tag);
        if (k >= 3)
            items[n++] = (struct item){arena_strndup(scratch, tag, k), k, -1};
    }
    qsort(items, n, sizeof *items, by_bytes);
    *ret_items = items;
    return n;
}

struct range {
    uint32_t from, to, depth;
};

/* Takes the items that end at node k, or the only one below it; returns where the others begin. */
static size_t terminal(const struct lexicon *lex, struct lex_trie *t, uint32_t k, const struct item *items,
                       struct range r) {
    size_t i = r.from;
    if (r.depth > 0 && r.to - r.from == 1 && items[i].alias >= 0 && items[i].n > r.depth) {
        t->first[k] |= TRIE_TAIL;
        t->alias[k] = items[i].alias;
        return r.to;
    }
    for (; i < r.to && items[i].n == r.depth; i++) {
        int32_t a = items[i].alias;
        t->first[k] |= a < 0 ? TRIE_FILLER : TRIE_ALIAS;
        if (a >= 0 && (t->alias[k] < 0 || lex->alias[a].weight > lex->alias[t->alias[k]].weight))
            t->alias[k] = a;
    }
    return i;
}

/* A trie while it grows, with the items below each node. */
struct growing {
    struct lex_trie t;
    struct range *range;
    uint32_t count, room;
};

static void growing_free(struct growing *g) {
    free(g->t.first);
    free(g->t.byte);
    free(g->t.alias);
    free(g->range);
}

static void *more_of(void *old, size_t n, size_t size) {
    void *p = reallocarray(old, n, size);
    if (!p)
        abort();
    return p;
}

static void node_add(struct growing *g, uint8_t byte, struct range r) {
    if (g->count + 1 >= g->room) {
        g->room = g->room ? g->room * 2 : 4096;
        g->t.first = more_of(g->t.first, g->room, sizeof *g->t.first);
        g->t.byte = more_of(g->t.byte, g->room, sizeof *g->t.byte);
        g->t.alias = more_of(g->t.alias, g->room, sizeof *g->t.alias);
        g->range = more_of(g->range, g->room, sizeof *g->range);
    }
    g->t.byte[g->count] = byte;
    g->t.alias[g->count] = -1;
    g->range[g->count++] = r;
}

/* A copy at its final size, with the way into the root. */
static struct lex_trie trie_pack(struct arena *a, const struct growing *g) {
    const struct lex_trie *wide = &g->t;
    struct lex_trie t = {.first = arena_alloc(a, (g->count + 1) * sizeof *t.first),
                         .byte = arena_alloc(a, g->count),
                         .alias = arena_alloc(a, g->count * sizeof *t.alias)};
    memcpy(t.first, wide->first, (g->count + 1) * sizeof *t.first);
    memcpy(t.byte, wide->byte, g->count);
    memcpy(t.alias, wide->alias, g->count * sizeof *t.alias);
    for (uint32_t c = t.first[0] & TRIE_NODE; c < (t.first[1] & TRIE_NODE); c++)
        t.root[t.byte[c]] = c;
    return t;
}

void tax_trie_build(struct taxonomy *tax, const struct tax_in *in, struct arena *scratch) {
    struct item *items;
    CLEANUP(growing_free) struct growing g = {0};
    node_add(&g, 0, (struct range){0, (uint32_t)items_of(tax, in, scratch, &items), 0});
    for (uint32_t k = 0; k < g.count; k++) {
        struct range r = g.range[k];
        g.t.first[k] = g.count;
        size_t i = terminal(&tax->lex, &g.t, k, items, r);
        while (i < r.to) {
            size_t from = i;
            while (i < r.to && items[i].s[r.depth] == items[from].s[r.depth])
                i++;
            node_add(&g, (uint8_t)items[from].s[r.depth],
                     (struct range){(uint32_t)from, (uint32_t)i, r.depth + 1});
        }
    }
    g.t.first[g.count] = g.count;
    tax->lex.trie = trie_pack(tax->mem, &g);
}

/* A way to have covered the letters up to here: its cost and its last part. */
struct cell {
    uint16_t cost; /* 0xFFFF: none */
    uint8_t from;
    int32_t alias; /* -1: filler */
};

static void relax(struct cell *cell, size_t from, size_t to, int32_t alias, unsigned extra) {
    unsigned cost = cell[from].cost + PART_COST + extra;
    if (cost < cell[to].cost)
        cell[to] = (struct cell){(uint16_t)cost, (uint8_t)from, alias};
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static uint32_t child(const struct lex_trie *t, uint32_t k, unsigned char byte) {
    uint32_t end = t->first[k + 1] & TRIE_NODE;
    for (uint32_t c = t->first[k] & TRIE_NODE; c < end && t->byte[c] <= byte; c++)
        if (t->byte[c] == byte)
            return c;
    return 0;
}

/* The alias that covers s[i..j). */
static void cover(struct cell *cell, const char *s, size_t n, size_t i, size_t j, int32_t alias) {
    relax(cell, i, j, alias, 0);
    if (j - i >= 4 && j < n && s[j] == 's')
        relax(cell, i, j + 1, alias, 1);
}

/* The only alias that goes on as s[i..j) does, if the rest of it is there too. */
static void cover_tail(const struct lexicon *lex, struct cell *cell, const char *s, size_t n, size_t i,
                       size_t j, int32_t alias) {
    const struct tax_alias *a = &lex->alias[alias];
    size_t end = i + a->compact_len;
    if (end <= n && memcmp(s + j, a->compact + (j - i), end - j) == 0)
        cover(cell, s, n, i, end, alias);
}

/* Everything that may begin at s[i]. An alias of four letters or more may take a plural s. */
static void extend(const struct lexicon *lex, const char *s, size_t n, size_t i, struct cell *cell) {
    size_t digits = i;
    while (digits < n && is_digit(s[digits]))
        digits++;
    if (digits > i && (i == 0 || !is_digit(s[i - 1])))
        relax(cell, i, digits, -1, (unsigned)(digits - i));
    const struct lex_trie *t = &lex->trie;
    uint32_t k = t->root[(unsigned char)s[i]];
    for (size_t j = i + 1; k; j++) {
        uint32_t ends = t->first[k];
        if (ends & TRIE_TAIL)
            cover_tail(lex, cell, s, n, i, j, t->alias[k]);
        if (ends & TRIE_ALIAS)
            cover(cell, s, n, i, j, t->alias[k]);
        if (ends & TRIE_FILLER)
            relax(cell, i, j, -1, (unsigned)(j - i));
        k = j < n ? child(t, k, (unsigned char)s[j]) : 0;
    }
}

/* Whether a split is likelier chance than meaning (carmen, cartoon, carpet): no alias is longer than three
 * letters, and some other part is that short too; "the" and "my" in front excepted. */
static bool is_chance(const char *s, size_t n, const struct cell *cell) {
    size_t longest = 0;
    size_t shorts = 0;
    for (size_t j = n; j > 0; j = cell[j].from) {
        size_t len = j - cell[j].from;
        bool article = j == len && (memcmp(s, "my", 2) == 0 || memcmp(s, "the", 3) == 0);
        shorts += len <= 3 && !article && !is_digit(s[j - 1]);
        if (cell[j].alias >= 0 && len > longest)
            longest = len;
    }
    return longest <= 3 && shorts >= 2;
}

size_t lex_split(const struct lexicon *lex, const char *s, size_t n, int *ret_alias, size_t max) {
    struct cell cell[SPLIT_BYTES + 1];
    if (n < 4 || n > SPLIT_BYTES)
        return 0;
    memset(cell, 0xFF, sizeof *cell * (n + 1));
    cell[0].cost = 0;
    for (size_t i = 0; i < n; i++)
        if (cell[i].cost != 0xFFFF)
            extend(lex, s, n, i, cell);
    if (cell[n].cost == 0xFFFF)
        return 0;
    int found[SPLIT_BYTES];
    size_t count = 0;
    if (is_chance(s, n, cell))
        return 0;
    for (size_t j = n; j > 0; j = cell[j].from)
        if (cell[j].alias >= 0)
            found[count++] = cell[j].alias;
    for (size_t i = 0; i < count && i < max; i++)
        ret_alias[i] = found[count - 1 - i];
    return count < max ? count : max;
}
