/* Builds the lexicon: every alias folded, under its words, glued, and under its first word. Invariant: a
 * folded text, and a glued one, means one niche at most. */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME "aliases.tsv"

enum source { FROM_SLUG, FROM_LINE, FROM_LABEL };

struct draft {
    const char *raw;
    uint16_t niche;
    double weight;
    bool hashtag_only;
    enum source source;
    int line;
};

struct folded {
    char text[256], compact[256];
    size_t len, compact_len, words, first;
};

static struct folded fold_alias(const char *raw) {
    struct folded w = {.words = 1};
    size_t n = strlen(raw);
    w.len = text_words(raw, n, w.text, sizeof w.text);
    w.compact_len = text_compact(raw, n, w.compact, sizeof w.compact);
    for (size_t i = 0; i < w.len; i++)
        w.words += w.text[i] == ' ';
    w.first = strcspn(w.text, " ");
    return w;
}

/* Where the table has a text with this hash, or the empty place for it. */
static uint32_t place_of(const struct lexicon *lex, uint32_t hash, const char *s, size_t n) {
    uint32_t i = hash >> 1 & lex->mask;
    while (lex->slot[i]) {
        const struct lex_entry *e = &lex->entry[(lex->slot[i] & SLOT_ENTRY) - 1];
        if ((lex->slot[i] ^ hash) <= SLOT_ENTRY && e->len == n && memcmp(lex->pool + e->at, s, n) == 0)
            break;
        i = (i + 1) & lex->mask;
    }
    return i;
}

/* The entry of a text, made if new. The table was sized for all of them. */
static struct lex_entry *entry_of(struct lexicon *lex, const char *s, size_t n) {
    uint32_t hash = lex_hash(s, n);
    uint32_t i = place_of(lex, hash, s, n);
    if (!lex->slot[i]) {
        lex->entry[lex->entry_count] =
            (struct lex_entry){.at = lex->pool_len, .alias = -1, .len = (uint8_t)n};
        lex->slot[i] = (hash & ~SLOT_ENTRY) | ++lex->entry_count;
        memcpy(lex->pool + lex->pool_len, s, n);
        lex->pool[lex->pool_len + n] = '\0';
        lex->pool_len += (uint32_t)n + 1;
    }
    return &lex->entry[(lex->slot[i] & SLOT_ENTRY) - 1];
}

static void merge(struct tax_alias *old, const struct draft *d) {
    if (d->source == FROM_LABEL)
        return;
    bool replaces = old->implicit && d->source == FROM_LINE;
    if (replaces || (float)d->weight > old->weight)
        old->weight = (float)d->weight;
    old->hashtag_only = d->hashtag_only && (replaces || old->hashtag_only);
    old->implicit = old->implicit && !replaces;
}

/* `text` and `compact` are those of the pool. */
static struct tax_alias alias_of(const char *text, const char *compact, const struct folded *w,
                                 const struct draft *d) {
    struct tax_alias a = {.text = text,
                          .compact = compact,
                          .len = (uint8_t)w->len,
                          .compact_len = (uint8_t)w->compact_len,
                          .words = (uint8_t)w->words,
                          .hashtag_only = d->hashtag_only,
                          .implicit = d->source != FROM_LINE,
                          .niche = d->niche,
                          .weight = (float)d->weight,
                          .line = d->line};
    return a;
}

static enum err taken(const struct taxonomy *tax, const struct draft *d, const struct tax_alias *by,
                      struct fault *f) {
    return fault_set(f, ERR_DATA_INVALID, "%salias \"%.80s\" of \"%s\" means \"%s\" already (%s\"%s\")",
                     tax_place(FILE_NAME, d->line).text, d->raw, tax->niche[d->niche].slug,
                     tax->niche[by->niche].slug, tax_place(FILE_NAME, by->line).text, by->text);
}

static enum err shape_check(const struct folded *w, const struct draft *d, struct fault *f) {
    struct tax_place at = tax_place(FILE_NAME, d->line);
    if (w->len == 0)
        return fault_set(f, ERR_DATA_INVALID, "%salias \"%.80s\" has no letters", at.text, d->raw);
    if (w->len == 1)
        return fault_set(f, ERR_DATA_INVALID, "%salias \"%.80s\" must have more than one letter", at.text,
                         d->raw);
    if (w->len > TAX_ALIAS_BYTES || w->words > TAX_ALIAS_WORDS)
        return fault_set(f, ERR_DATA_INVALID, "%salias \"%.80s\" must have at most %d words and %d bytes",
                         at.text, d->raw, TAX_ALIAS_WORDS, TAX_ALIAS_BYTES);
    if (!(d->weight > 0 && d->weight <= 1))
        return fault_set(f, ERR_DATA_INVALID, "%sweight of \"%.80s\" must be above 0 and at most 1, got %g",
                         at.text, d->raw, d->weight);
    return ERR_OK;
}

/* Whether two entries' aliases leave room for this draft; a label gives way silently. */
static bool is_free(const struct lexicon *lex, const struct lex_entry *e, const struct draft *d) {
    return e->alias < 0 || lex->alias[e->alias].niche == d->niche;
}

static enum err alias_add(struct taxonomy *tax, const struct draft *d, struct fault *f) {
    struct lexicon *lex = &tax->lex;
    struct folded w = fold_alias(d->raw);
    enum err bad = shape_check(&w, d, d->source == FROM_LINE ? f : NULL);
    if (bad != ERR_OK)
        return d->source == FROM_LINE ? bad : ERR_OK;
    struct lex_entry *e = entry_of(lex, w.text, w.len);
    struct lex_entry *glued = w.compact_len ? entry_of(lex, w.compact, w.compact_len) : e;
    struct lex_entry *blocked = !is_free(lex, e, d) ? e : !is_free(lex, glued, d) ? glued : NULL;
    if (blocked)
        return d->source == FROM_LABEL ? ERR_OK : taken(tax, d, &lex->alias[blocked->alias], f);
    bool own = e->alias < 0 || ((e->flags & LEX_GLUED) && !d->hashtag_only && d->source != FROM_LABEL);
    if (!own) {
        merge(&lex->alias[e->alias], d);
        return ERR_OK;
    }
    int32_t at = (int32_t)lex->alias_count++;
    lex->alias[at] = alias_of(lex->pool + e->at, w.compact_len ? lex->pool + glued->at : NULL, &w, d);
    e->alias = at;
    e->flags &= (uint8_t)~LEX_GLUED;
    if (glued->alias < 0) {
        glued->alias = at;
        glued->flags |= LEX_GLUED;
    }
    struct lex_entry *first = entry_of(lex, w.text, w.first);
    if (w.words > 1 && first->span < w.words)
        first->span = (uint8_t)w.words;
    return ERR_OK;
}

static enum err implicit_add(struct taxonomy *tax, enum source source, struct fault *f) {
    for (size_t i = 0; i < tax->count; i++) {
        struct draft d = {.raw = source == FROM_SLUG ? tax->niche[i].slug : tax->niche[i].label,
                          .niche = (uint16_t)i,
                          .weight = 1,
                          .source = source};
        enum err e = alias_add(tax, &d, f);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static enum err lines_add(struct taxonomy *tax, const struct tax_in *in, struct fault *f) {
    for (size_t k = 0; k < in->alias_count; k++) {
        const struct tax_alias_in *a = &in->aliases[k];
        int niche = taxonomy_by_id(tax, a->niche_id);
        if (niche < 0)
            return fault_set(f, ERR_DATA_INVALID, "%salias \"%.80s\" is of an unknown niche, id %d",
                             tax_place(FILE_NAME, a->line).text, a->alias, (int)a->niche_id);
        struct draft d = {a->alias, (uint16_t)niche, a->weight, a->hashtag_only, FROM_LINE, a->line};
        enum err e = alias_add(tax, &d, f);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static enum err generic_add(struct taxonomy *tax, const struct tax_in *in, struct fault *f) {
    struct lexicon *lex = &tax->lex;
    for (size_t k = 0; k < in->generic_count; k++) {
        const char *tag = in->generic_tags[k];
        char glued[256];
        size_t n = text_compact(tag, strlen(tag), glued, sizeof glued);
        if (n == 0 || n > TAX_ALIAS_BYTES)
            return fault_set(f, ERR_DATA_INVALID, "generic hashtag \"%.80s\" must have 1 to %d letters", tag,
                             TAX_ALIAS_BYTES);
        struct lex_entry *e = entry_of(lex, glued, n);
        const struct tax_niche *niche = e->alias < 0 ? NULL : &tax->niche[lex->alias[e->alias].niche];
        if (niche && !niche->generic)
            return fault_set(f, ERR_DATA_INVALID,
                             "generic hashtag \"%s\" is an alias of \"%s\", which is not generic", tag,
                             niche->slug);
        e->flags |= LEX_GENERIC;
    }
    return ERR_OK;
}

static uint32_t slots_for(size_t entries) {
    uint32_t cap = 64;
    while (cap < entries)
        cap *= 2;
    return cap;
}

/* What the table is while it grows. Most of the room is never touched. */
struct room {
    uint32_t *slot;
    struct lex_entry *entry;
    char *pool;
};

static void room_free(struct room *room) {
    free(room->slot);
    free(room->entry);
    free(room->pool);
}

static bool room_for(struct taxonomy *tax, size_t aliases, size_t generic, struct room *ret_room) {
    struct lexicon *lex = &tax->lex;
    size_t most = 3 * aliases + generic;
    uint32_t cap = slots_for(most * 2);
    *ret_room = (struct room){.slot = calloc(cap, sizeof *lex->slot),
                              .entry = malloc((most + 1) * sizeof *lex->entry),
                              .pool = malloc(most * (TAX_ALIAS_BYTES + 1) + 1)};
    lex->mask = cap - 1;
    lex->slot = ret_room->slot;
    lex->entry = ret_room->entry;
    lex->pool = ret_room->pool;
    lex->alias = arena_alloc(tax->mem, aliases * sizeof *lex->alias);
    return lex->slot && lex->entry && lex->pool;
}

/* Copies the table and its texts at their final size. */
static void table_pack(struct taxonomy *tax) {
    struct lexicon *lex = &tax->lex;
    const char *wide = lex->pool;
    lex->pool = memcpy(arena_alloc(tax->mem, lex->pool_len + 1), wide, lex->pool_len);
    lex->entry = memcpy(arena_alloc(tax->mem, (lex->entry_count + 1) * sizeof *lex->entry), lex->entry,
                        lex->entry_count * sizeof *lex->entry);
    for (size_t i = 0; i < lex->alias_count; i++) {
        struct tax_alias *a = &lex->alias[i];
        a->text = lex->pool + (a->text - wide);
        a->compact = a->compact ? lex->pool + (a->compact - wide) : "";
    }
    uint32_t cap = slots_for(lex->entry_count * 3u / 2);
    lex->slot = arena_alloc(tax->mem, cap * sizeof *lex->slot);
    lex->mask = cap - 1;
    for (uint32_t k = 0; k < lex->entry_count; k++) {
        uint32_t hash = lex_hash(lex->pool + lex->entry[k].at, lex->entry[k].len), i = hash >> 1 & lex->mask;
        while (lex->slot[i])
            i = (i + 1) & lex->mask;
        lex->slot[i] = (hash & ~SLOT_ENTRY) | (k + 1);
    }
}

static struct lex_sketch sketch_of(const struct tax_alias *a) {
    struct lex_sketch k = {.letters = lex_letters(a->compact, a->compact_len),
                           .niche = a->niche,
                           .compact_len = a->compact_len,
                           .words = a->words,
                           .ascii = text_length(a->compact, a->compact_len) == a->compact_len};
    for (size_t i = 0; i < a->len;) {
        size_t n = strcspn(a->text + i, " ");
        k.bag += lex_hash(a->text + i, n);
        i += n + 1;
    }
    return k;
}

static void sketches_take(struct taxonomy *tax) {
    struct lexicon *lex = &tax->lex;
    lex->meaning = arena_alloc(tax->mem, lex->alias_count * sizeof *lex->meaning);
    lex->sketch = arena_alloc(tax->mem, lex->alias_count * sizeof *lex->sketch);
    for (size_t i = 0; i < lex->alias_count; i++) {
        const struct tax_alias *a = &lex->alias[i];
        lex->meaning[i] = (struct lex_meaning){a->weight, a->niche, a->hashtag_only};
        lex->sketch[i] = sketch_of(a);
    }
}

enum err tax_lex_build(struct taxonomy *tax, const struct tax_in *in, struct fault *f) {
    enum { MOST = 1 << 18 };
    if (in->alias_count > MOST || in->generic_count > MOST)
        return fault_set(f, ERR_DATA_INVALID, "a taxonomy has at most %d aliases and generic hashtags", MOST);
    CLEANUP(arena_free_at) struct arena *scratch = arena_new(1 << 16);
    CLEANUP(room_free) struct room room = {0};
    if (!scratch || !room_for(tax, in->alias_count + 2 * tax->count, in->generic_count, &room))
        return fault_set(f, ERR_NO_MEMORY, "no memory for the taxonomy");
    enum err e = implicit_add(tax, FROM_SLUG, f);
    if (e == ERR_OK)
        e = lines_add(tax, in, f);
    if (e == ERR_OK)
        e = implicit_add(tax, FROM_LABEL, f);
    if (e == ERR_OK)
        e = generic_add(tax, in, f);
    if (e != ERR_OK)
        return e;
    table_pack(tax);
    room_free(&room); /* each step's own: together they would be three times what is kept */
    room = (struct room){0};
    sketches_take(tax);
    tax_index_build(tax, scratch);
    arena_reset(scratch);
    tax_trie_build(tax, in, scratch);
    return ERR_OK;
}
