/* What a query means. The query becomes words; groups of words become niches, longest groups first, exactly
 * before by spelling; the niches become the answer. Invariant: input is hostile, so everything is bounded and
 * on the stack, and the words of the caller come back in faults only where they are valid UTF-8. */
#include "base/text.h"
#include "rank/taxonomy_parts.h"

#include <string.h>

enum {
    WORDS_MAX = 24,
    WORD_BYTES = 160,
    JOINED_MAX = 400,
    NICHES_SEEN_MAX = 32,
    SPELLED_WORDS = 3,
    GUESSED_WORDS = 8
};

struct word {
    char text[WORD_BYTES];
    size_t len;
    bool minus; /* in an excluded piece */
    bool wall;  /* a separator, or the border of an excluded piece, is before it */
    bool done;
};

struct set {
    size_t count;
    uint16_t niche[NICHES_SEEN_MAX];
};

struct query {
    const struct taxonomy *tax;
    size_t count;
    struct word word[WORDS_MAX];
    struct set in, out;
    bool whole; /* one group was everything */
    bool spelled;
};

/* Left out when they mean nothing by themselves; folded. */
static const char *const connectors[] = {
    "and",    "or",      "the",         "of",       "for",        "in",    "with",     "on",
    "about",  "by",      "und",         "et",       "en",         "con",   "avec",     "mit",
    "para",   "pour",    "fur",         "de",       "influencer", "niche", "creators", "creator",
    "niches", "content", "influencers", "bloggers", "blogger",    "micro", "accounts", "y",
    "e",      "i",       "account",     "nano",
};

static const char *const how_names[] = {
    [TAX_HOW_SLUG] = "slug",
    [TAX_HOW_ALIAS] = "alias",
    [TAX_HOW_COMPOUND] = "compound",
    [TAX_HOW_SPELLING] = "spelling",
};

const char *taxonomy_how_name(enum tax_how how) {
    return how_names[how];
}

static bool set_has(const struct set *s, size_t niche) {
    for (size_t i = 0; i < s->count; i++)
        if (s->niche[i] == niche)
            return true;
    return false;
}

static void set_add(struct set *s, size_t niche) {
    if (s->count < NICHES_SEEN_MAX && !set_has(s, niche))
        s->niche[s->count++] = (uint16_t)niche;
}

/* ---- bytes to words ---- */

static bool is_blank(char c) {
    return (unsigned char)c <= ' ' || c == 0x7F;
}

static bool is_separator(char c) {
    return c != '\0' && strchr(",+;|/", c) != NULL;
}

/* Adds the words of one blank-free piece; false when there are too many. */
static bool piece_add(struct query *q, const char *s, size_t n, bool minus, bool wall) {
    char folded[JOINED_MAX * 4];
    size_t len = text_words(s, n, folded, sizeof folded);
    for (size_t i = 0; i < len;) {
        size_t k = strcspn(folded + i, " ");
        if (q->count == WORDS_MAX || k >= WORD_BYTES)
            return false;
        struct word *w = &q->word[q->count];
        memcpy(w->text, folded + i, k);
        w->len = k;
        w->minus = minus;
        w->wall = wall || (q->count > 0 && minus && !q->word[q->count - 1].minus);
        wall = false;
        q->count++;
        i += k + 1;
    }
    return true;
}

static bool words_of(struct query *q, const char *s, size_t n) {
    bool wall = false;
    for (size_t i = 0; i < n;) {
        if (is_blank(s[i]) || is_separator(s[i])) {
            wall = wall || is_separator(s[i]);
            i++;
            continue;
        }
        size_t from = i;
        while (i < n && !is_blank(s[i]) && !is_separator(s[i]))
            i++;
        bool minus = s[from] == '-' && i - from > 1;
        if (!piece_add(q, s + from, i - from, minus, wall || (minus && from > 0)))
            return false;
        wall = false;
    }
    return true;
}

/* ---- groups of words to niches ---- */

/* Whether words i..i+k-1 may be one group: all open, no wall inside; an excluded piece may reach into what
 * follows it. */
static bool is_group(const struct query *q, size_t i, size_t k) {
    for (size_t j = i; j < i + k; j++) {
        const struct word *w = &q->word[j];
        if (w->done || (j > i && (w->wall || (w->minus && !q->word[i].minus))))
            return false;
    }
    return true;
}

/* The words of a group with `sep` between (0: glued); 0 when too long for an alias. */
static size_t join(const struct query *q, size_t i, size_t k, char sep, char *out, size_t cap) {
    size_t len = 0;
    for (size_t j = i; j < i + k; j++) {
        if (len + q->word[j].len + 2 > cap)
            return 0;
        if (len && sep)
            out[len++] = sep;
        memcpy(out + len, q->word[j].text, q->word[j].len);
        len += q->word[j].len;
    }
    out[len] = '\0';
    return len;
}

/* The alias made of the same words in another order, or -1. */
static int any_order(const struct query *q, size_t i, size_t k) {
    const struct lexicon *lex = &q->tax->lex;
    uint64_t bag = 0;
    if (k > TAX_ALIAS_WORDS || q->count > GUESSED_WORDS)
        return -1;
    for (size_t j = i; j < i + k; j++)
        bag += lex_hash(q->word[j].text, q->word[j].len);
    for (size_t a = 0; a < lex->alias_count; a++)
        if (lex->sketch[a].bag == bag && lex->sketch[a].words == k)
            return (int)a;
    return -1;
}

static int alias_exact(const struct lexicon *lex, const char *s, size_t n) {
    const struct lex_entry *e = lex_find(lex, s, n);
    return e ? e->alias : -1;
}

/* The alias a group of words is, exactly or inflected or in another order, or -1. */
static int group_alias(const struct query *q, size_t i, size_t k) {
    const struct lexicon *lex = &q->tax->lex;
    char s[TAX_ALIAS_BYTES * 2];
    size_t n = join(q, i, k, ' ', s, sizeof s);
    if (n == 0)
        return -1;
    int a = alias_exact(lex, s, n);
    if (a < 0 && k > 1) {
        char glued[TAX_ALIAS_BYTES * 2];
        a = alias_exact(lex, glued, join(q, i, k, 0, glued, sizeof glued));
    }
    if (a < 0)
        a = lex_inflected(lex, s, n);
    return a < 0 && k > 1 ? any_order(q, i, k) : a;
}

static void take(struct query *q, size_t i, size_t k, size_t niche) {
    set_add(q->word[i].minus ? &q->out : &q->in, niche);
    for (size_t j = i; j < i + k; j++)
        q->word[j].done = true;
    q->whole = k == q->count;
}

static void split_word(struct query *q, size_t i) {
    int parts[TAX_RESOLVED_MAX];
    size_t count = lex_split(&q->tax->lex, q->word[i].text, q->word[i].len, parts, TAX_RESOLVED_MAX);
    for (size_t p = 0; p < count; p++)
        take(q, i, 1, q->tax->lex.alias[parts[p]].niche);
    q->whole = false;
}

static bool is_connector(const struct word *w) {
    for (size_t k = 0; k < COUNT_OF(connectors); k++)
        if (strlen(connectors[k]) == w->len && memcmp(connectors[k], w->text, w->len) == 0)
            return true;
    return false;
}

static void resolve_exactly(struct query *q) {
    for (size_t k = q->count; k > 0; k--) {
        for (size_t i = 0; i + k <= q->count; i++) {
            int a = is_group(q, i, k) ? group_alias(q, i, k) : -1;
            if (a >= 0)
                take(q, i, k, q->tax->lex.alias[a].niche);
        }
    }
    for (size_t i = 0; i < q->count; i++) {
        if (!q->word[i].done)
            split_word(q, i);
        if (!q->word[i].done && !q->word[i].minus && is_connector(&q->word[i]))
            q->word[i].done = true;
    }
}

/* ---- spelling ---- */

/* The niche a group of words nearly is, or -1. No word may be so short that leaving it out would pass for a
 * typing error. */
static int near_group(const struct query *q, size_t i, size_t k) {
    for (size_t j = i; k > 1 && j < i + k; j++)
        if (text_length(q->word[j].text, q->word[j].len) <= 2)
            return -1;
    char glued[TAX_ALIAS_BYTES * 2];
    size_t n = join(q, i, k, 0, glued, sizeof glued);
    return n && n <= TAX_ALIAS_BYTES + 8 ? lex_nearest(&q->tax->lex, glued, n) : -1;
}

static bool is_done(const struct query *q) {
    for (size_t i = 0; i < q->count; i++)
        if (!q->word[i].done)
            return false;
    return true;
}

static void resolve_by_spelling(struct query *q) {
    q->spelled = true;
    bool one = true;
    for (size_t i = 0; i < q->count; i++)
        one = one && !q->word[i].minus && !(q->word[i].wall && i > 0);
    int whole = one ? near_group(q, 0, q->count) : -1;
    if (whole >= 0) {
        q->in.count = 0;
        take(q, 0, q->count, (size_t)whole);
        return;
    }
    size_t most = q->count < SPELLED_WORDS ? q->count : SPELLED_WORDS;
    for (size_t k = q->count > GUESSED_WORDS ? 0 : most; k > 0; k--) {
        for (size_t i = 0; i + k <= q->count; i++) {
            int niche = is_group(q, i, k) ? near_group(q, i, k) : -1;
            if (niche >= 0)
                take(q, i, k, (size_t)niche);
        }
    }
}

/* ---- niches to the answer ---- */

static void drop_implied(const struct taxonomy *tax, struct set *s) {
    struct set kept = {0};
    for (size_t i = 0; i < s->count; i++) {
        bool implied = false;
        for (size_t j = 0; j < s->count; j++)
            implied = implied || taxonomy_is_above(tax, s->niche[i], s->niche[j]);
        if (!implied)
            set_add(&kept, s->niche[i]);
    }
    *s = kept;
}

/* The one compound niche whose parents are exactly these, or -1. */
static int compound_of(const struct taxonomy *tax, const struct set *s) {
    int found = -1;
    struct tax_list kids = taxonomy_children(tax, s->niche[0]);
    for (size_t i = 0; i < kids.count && s->count >= 2; i++) {
        struct tax_list parents = taxonomy_parents(tax, kids.at[i]);
        bool same = taxonomy_is_compound(tax, kids.at[i]) && parents.count == s->count;
        for (size_t p = 0; p < parents.count; p++)
            same = same && set_has(s, parents.at[p]);
        if (same && found >= 0)
            return -1;
        if (same)
            found = kids.at[i];
    }
    return found;
}

static enum err answer(struct query *q, bool is_slug, struct fault *f, struct tax_resolution *ret) {
    const struct taxonomy *tax = q->tax;
    if (q->in.count == 0)
        return fault_set(f, ERR_PARAM_INVALID, "niche must name at least one niche to look for");
    if (q->in.count > TAX_RESOLVED_MAX || q->out.count > TAX_RESOLVED_MAX)
        return fault_set(f, ERR_PARAM_INVALID, "niche must name at most %d niches", TAX_RESOLVED_MAX);
    struct tax_resolution r = {.how = TAX_HOW_COMPOUND, .part_count = q->in.count};
    memcpy(r.part, q->in.niche, q->in.count * sizeof r.part[0]);
    drop_implied(tax, &q->in);
    for (size_t i = 0; i < q->in.count * q->out.count; i++) {
        size_t wanted = q->in.niche[i / q->out.count];
        size_t left_out = q->out.niche[i % q->out.count];
        if (wanted == left_out)
            return fault_set(f, ERR_PARAM_INVALID, "niche both asks for and leaves out \"%s\"",
                             taxonomy_slug(tax, wanted));
        if (taxonomy_is_above(tax, left_out, wanted))
            return fault_set(f, ERR_PARAM_INVALID, "niche leaves out \"%s\", which \"%s\" is part of",
                             taxonomy_slug(tax, left_out), taxonomy_slug(tax, wanted));
    }
    if (q->spelled)
        r.how = TAX_HOW_SPELLING;
    else if (q->whole)
        r.how = is_slug ? TAX_HOW_SLUG : TAX_HOW_ALIAS;
    r.niche_count = q->in.count;
    memcpy(r.niche, q->in.niche, q->in.count * sizeof r.niche[0]);
    r.excluded_count = q->out.count;
    memcpy(r.excluded, q->out.niche, q->out.count * sizeof r.excluded[0]);
    int compound = compound_of(tax, &q->in);
    if (compound >= 0) {
        r.niche[0] = (uint16_t)compound;
        r.niche_count = 1;
    }
    *ret = r;
    return ERR_OK;
}

/* A copy for a fault's 128 bytes of value, cut at a code point. */
static void shorten(const char *s, size_t n, char *out, size_t cap) {
    size_t len = n < cap - 1 ? n : cap - 1;
    while (len < n && len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    memcpy(out, s, len);
    out[len] = '\0';
}

/* The words that mean nothing, with blanks between; returns how many bytes. */
static size_t join_open(const struct query *q, char *out, size_t cap) {
    size_t len = 0;
    for (size_t i = 0; i < q->count; i++) {
        const struct word *w = &q->word[i];
        if (w->done || len + w->len + 1 > cap)
            continue;
        if (len)
            out[len++] = ' ';
        memcpy(out + len, w->text, w->len);
        len += w->len;
    }
    return len;
}

static enum err unknown(const struct query *q, const char *value, struct fault *f) {
    char text[JOINED_MAX];
    size_t len = join_open(q, text, sizeof text);
    char shown[100];
    shorten(text, len, shown, sizeof shown);
    fault_set(f, ERR_NICHE_UNKNOWN, "no niche is known as \"%s\"", shown);
    fault_param(f, "niche", value, NULL);
    uint16_t niche[TAX_SUGGESTIONS_MAX * 2];
    char all[JOINED_MAX];
    size_t found =
        taxonomy_suggest(q->tax, all, join(q, 0, q->count, ' ', all, sizeof all), TAX_SUGGESTIONS_MAX, niche);
    if (found == 0)
        found = taxonomy_suggest(q->tax, text, len, TAX_SUGGESTIONS_MAX, niche);
    for (size_t i = 0; i < found; i++)
        fault_hint(f, taxonomy_slug(q->tax, niche[i]));
    return ERR_NICHE_UNKNOWN;
}

enum err taxonomy_resolve(const struct taxonomy *tax, const char *asked, size_t len, struct fault *f,
                          struct tax_resolution *ret) {
    if (len > TAX_ASKED_MAX)
        return fault_set(f, ERR_PARAM_INVALID, "niche must have at most %d bytes, got %zu", TAX_ASKED_MAX,
                         len);
    if (!text_utf8_valid(asked, len))
        return fault_set(f, ERR_PARAM_INVALID, "niche must be UTF-8");
    char value[120];
    shorten(asked, len, value, sizeof value);
    struct query q = {.tax = tax};
    if (!words_of(&q, asked, len)) {
        fault_set(f, ERR_PARAM_INVALID, "niche must have at most %d words", WORDS_MAX);
        fault_param(f, "niche", value, NULL);
        return ERR_PARAM_INVALID;
    }
    if (q.count == 0)
        return fault_set(f, ERR_PARAM_INVALID, "niche must name at least one niche to look for");
    resolve_exactly(&q);
    if (!is_done(&q))
        resolve_by_spelling(&q);
    if (!is_done(&q))
        return unknown(&q, value, f);
    enum err e = answer(&q, taxonomy_by_slug(tax, asked, len) >= 0, f, ret);
    if (e != ERR_OK)
        fault_param(f, "niche", value, NULL);
    return e;
}
