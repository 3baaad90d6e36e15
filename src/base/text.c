/* Folding: one pass over the bytes, driven by two tables: what kind of byte this is, and what the wanted form
 * does with that kind. ASCII never leaves the tables; other code points take short cuts by range and else ask
 * libutf8proc.
 *
 * Invariants: `out` holds whole tokens with single separators between, none at the ends; a separator is owed
 * (`gap`), never written ahead; `local` is where the running blank-free piece begins in `out`, so that a URL
 * or an address found in its middle can be taken back. */
#include "base/text.h"

#include "base/text_point.h"
#include "base/text_site.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

enum kind {
    K_PUNCT,
    K_WORD,
    K_BLANK,
    K_DASH,
    K_PART,
    K_DOT,
    K_COLON,
    K_UNDER,
    K_HASH,
    K_AT,
    K_AMP,
    K_HIGH,
    K_COUNT
};

enum act { A_GAP, A_WORD, A_BLANK, A_PART, A_DOT, A_COLON, A_UNDER, A_TAG, A_AT, A_AND, A_DROP, A_HIGH };

enum script { S_OTHER, S_HAN, S_HIRAGANA, S_KATAKANA };

/* clang-format off */
static const unsigned char kinds[256] = {
    [0 ... ' '] = K_BLANK, [127] = K_BLANK,
    ['0' ... '9'] = K_WORD, ['A' ... 'Z'] = K_WORD, ['a' ... 'z'] = K_WORD,
    ['-'] = K_DASH, ['+'] = K_PART, ['%'] = K_PART, ['.'] = K_DOT, [':'] = K_COLON, ['_'] = K_UNDER,
    ['#'] = K_HASH, ['@'] = K_AT, ['&'] = K_AMP, [128 ... 255] = K_HIGH,
};

static const unsigned char acts_text[K_COUNT] = {
    [K_WORD] = A_WORD, [K_BLANK] = A_BLANK, [K_DASH] = A_PART, [K_PART] = A_PART, [K_DOT] = A_DOT, [K_COLON] = A_COLON,
    [K_UNDER] = A_UNDER, [K_HASH] = A_TAG, [K_AT] = A_AT, [K_AMP] = A_AND, [K_HIGH] = A_HIGH,
};
static const unsigned char acts_words[K_COUNT] = {[K_WORD] = A_WORD, [K_AMP] = A_AND, [K_HIGH] = A_HIGH};
static const unsigned char acts_slug[K_COUNT] = {
    [K_PUNCT] = A_DROP, [K_WORD] = A_WORD, [K_PART] = A_DROP, [K_DOT] = A_DROP, [K_COLON] = A_DROP, [K_HASH] = A_DROP,
    [K_AT] = A_DROP, [K_AMP] = A_DROP, [K_HIGH] = A_HIGH,
};

/* clang-format on */

struct fold {
    const unsigned char *s;
    size_t n, i;
    char *out;
    size_t len, cap;
    const unsigned char *acts;
    size_t token, local; /* where the running token and the running piece begin in out */
    size_t half_flag;    /* len behind the first half of a flag */
    char sep;            /* between tokens; 0: none */
    bool social, gap, tag, full;
    enum script script;
};

static void end_token(struct fold *f) {
    if (f->tag && f->out[f->len - 1] == '#')
        f->len = f->token;
    f->tag = false;
    f->gap = true;
}

static void put(struct fold *f, const char *s, size_t n) {
    if (f->cap - f->len < n) {
        f->full = true;
        return;
    }
    memcpy(f->out + f->len, s, n);
    f->len += n;
}

static void begin_token(struct fold *f) {
    f->gap = false;
    f->token = f->len;
    if (f->len && f->sep)
        put(f, &f->sep, 1);
}

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* Of eight bytes, how many from the first on are ASCII letters or digits. */
static size_t word_prefix(uint64_t w) {
    uint64_t low = w & EACH(0x7F);
    uint64_t lower = low | EACH(0x20);
    uint64_t letter = (lower + EACH(0x80 - 'a')) & ~(lower + EACH(0x7F - 'z'));
    uint64_t digit = (low + EACH(0x80 - '0')) & ~(low + EACH(0x7F - '9'));
    uint64_t other = ~((letter | digit) & ~w) & EACH(0x80);
    return other ? (size_t)__builtin_ctzll(other) / 8 : 8;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "word_prefix counts from the lowest byte");

/* Copies up to `max` letters and digits in lower case, eight at a time while input and output have room for
 * eight. */
static size_t copy_word(char *out, const unsigned char *s, size_t max) {
    size_t k = 0;
    while (max - k >= 8) {
        uint64_t w;
        memcpy(&w, s + k, 8);
        size_t n = word_prefix(w);
        w |= EACH(0x20);
        memcpy(out + k, &w, 8);
        k += n;
        if (n < 8)
            return k;
    }
    while (k < max && kinds[s[k]] == K_WORD) {
        out[k] = (char)(s[k] | 0x20);
        k++;
    }
    return k;
}

/* Words with single blanks between, the bulk of every text, with the state in registers; stops before
 * anything else. */
static void plain_run(struct fold *f) {
    const unsigned char *s = f->s;
    size_t i = f->i;
    size_t len = f->len;
    size_t token = SIZE_MAX;
    while (f->n - i > 8 && f->cap - len > 8) {
        uint64_t w;
        memcpy(&w, s + i, 8);
        size_t k = word_prefix(w);
        w |= EACH(0x20);
        memcpy(f->out + len, &w, 8);
        i += k;
        len += k;
        if (k == 8)
            continue;
        if (s[i] != ' ' || kinds[s[i + 1]] != K_WORD)
            break;
        f->out[len] = ' ';
        token = len++;
        i++;
    }
    f->i = i;
    f->len = len;
    if (token != SIZE_MAX)
        f->token = f->local = token;
}

static void word_run(struct fold *f) {
    if (f->script != S_OTHER && f->sep == ' ' && !f->tag)
        f->gap = true;
    f->script = S_OTHER;
    if (f->gap)
        begin_token(f);
    if (f->sep == ' ' && !f->tag)
        plain_run(f);
    size_t left = f->n - f->i;
    size_t room = f->cap - f->len;
    size_t k = copy_word(f->out + f->len, f->s + f->i, left < room ? left : room);
    f->i += k;
    f->len += k;
    if (k == room && k < left && kinds[f->s[f->i]] == K_WORD)
        f->full = true;
}

static void put_code_point(struct fold *f, uint32_t cp) {
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)cp, bytes);
    put(f, (const char *)bytes, (size_t)n);
}

static enum script script_of(uint32_t cp) {
    if (cp < 0x3000)
        return S_OTHER;
    if (cp >= 0x3041 && cp <= 0x309F)
        return S_HIRAGANA;
    if (cp >= 0x30A0 && cp <= 0x30FF)
        return S_KATAKANA;
    if ((cp >= 0x3400 && cp <= 0x4DBF) || (cp >= 0x4E00 && cp <= 0x9FFF) || cp == 0x3005 || cp >> 16 == 2)
        return S_HAN;
    return S_OTHER;
}

static void put_letter(struct fold *f, uint32_t cp) {
    bool voicing = cp == 0x3099 || cp == 0x309A;
    enum script script = voicing ? f->script : script_of(cp);
    if (f->sep == ' ' && !f->tag && !voicing && (script != f->script || script == S_HAN))
        f->gap = true;
    f->script = script;
    if (f->gap)
        begin_token(f);
    put_code_point(f, cp);
}

static void put_symbol(struct fold *f, uint32_t cp) {
    if (f->sep != ' ')
        return;
    end_token(f);
    bool flag = cp >= 0x1F1E6 && cp <= 0x1F1FF;
    bool second = flag && f->len && f->half_flag == f->len;
    if (second)
        f->gap = false;
    else
        begin_token(f);
    put_code_point(f, cp);
    f->half_flag = flag && !second ? f->len : SIZE_MAX;
    f->gap = true;
    f->script = S_OTHER;
}

/* What is neither letter nor symbol; in a slug only blanks and dashes count. */
static void put_other(struct fold *f, bool blank) {
    if (f->sep == ' ' || blank)
        end_token(f);
    f->local = f->len;
}

static void put_point(struct fold *f, struct point p) {
    switch (p.kind) {
    case POINT_LETTER:
        put_letter(f, p.cp);
        break;
    case POINT_SYMBOL:
        put_symbol(f, p.cp);
        break;
    case POINT_BLANK:
    case POINT_OTHER:
        put_other(f, p.kind == POINT_BLANK);
        break;
    case POINT_DROP:
        break;
    }
}

static void open_tag(struct fold *f) {
    end_token(f);
    f->local = f->len;
    unsigned next = f->i < f->n ? f->s[f->i] : 0;
    if (kinds[next] != K_WORD && next != '_' && next < 0x80)
        return;
    begin_token(f);
    put(f, "#", 1);
    f->tag = !f->full;
    f->script = S_OTHER;
}

static void high(struct fold *f) {
    utf8proc_int32_t cp;
    utf8proc_ssize_t n = utf8proc_iterate(f->s + f->i, (utf8proc_ssize_t)(f->n - f->i), &cp);
    if (n < 1) {
        f->i++;
        put_other(f, true);
        return;
    }
    f->i += (size_t)n;
    if (cp == 0xFF03 && f->social) {
        open_tag(f);
        return;
    }
    struct point parts[POINT_PARTS_MAX];
    size_t count = text_point((uint32_t)cp, parts);
    for (size_t i = 0; i < count && !f->full; i++)
        put_point(f, parts[i]);
}

/* Drops the running piece and what follows it up to a blank. */
static void drop_piece(struct fold *f) {
    f->tag = false;
    f->len = f->local;
    while (f->i < f->n && f->s[f->i] > ' ')
        f->i++;
    f->gap = true;
}

static bool is_word_at(const struct fold *f, size_t i) {
    return i < f->n && kinds[f->s[i]] == K_WORD;
}

static void at_sign(struct fold *f) {
    unsigned before = f->i ? f->s[f->i - 1] : ' ';
    bool address = kinds[before] == K_WORD || before == '.' || before == '_' || before == '-';
    if (address && is_word_at(f, f->i + 1)) {
        drop_piece(f);
        return;
    }
    end_token(f);
    f->i++;
    while (is_word_at(f, f->i) || (f->i < f->n && (f->s[f->i] == '.' || f->s[f->i] == '_')))
        f->i++;
    f->local = f->len;
}

static void dot_or_colon(struct fold *f, enum act act) {
    bool scheme = act == A_COLON && f->n - f->i > 3 && memcmp(f->s + f->i, "://", 3) == 0;
    if (scheme || (act == A_DOT && text_is_site(f->s, f->n, f->i))) {
        drop_piece(f);
        return;
    }
    end_token(f);
    f->i++;
    if (act == A_COLON)
        f->local = f->len;
}

static void put_and(struct fold *f) {
    end_token(f);
    begin_token(f);
    put(f, "and", 3);
    f->gap = true;
    f->local = f->len;
}

static void step(struct fold *f) {
    enum act act = f->acts[kinds[f->s[f->i]]];
    switch (act) {
    case A_WORD:
        word_run(f);
        return;
    case A_HIGH:
        high(f);
        return;
    case A_DOT:
    case A_COLON:
        dot_or_colon(f, act);
        return;
    case A_AT:
        at_sign(f);
        return;
    case A_TAG:
        f->i++;
        open_tag(f);
        return;
    case A_AND:
        put_and(f);
        break;
    case A_UNDER:
        if (!f->tag)
            end_token(f);
        break;
    case A_GAP:
    case A_BLANK:
        end_token(f);
        f->local = f->len;
        break;
    case A_PART:
        end_token(f);
        break;
    case A_DROP:
        break;
    }
    f->i++;
}

static size_t fold(const char *s, size_t n, char *out, size_t cap, const unsigned char *acts, char sep) {
    struct fold f = {.s = (const unsigned char *)s,
                     .n = n,
                     .out = out,
                     .cap = cap - 1,
                     .acts = acts,
                     .half_flag = SIZE_MAX,
                     .sep = sep,
                     .social = acts == acts_text,
                     .gap = true};
    while (f.i < f.n && !f.full)
        step(&f);
    if (f.tag)
        end_token(&f);
    if (f.full && sep == ' ')
        f.len = f.token;
    if (f.len && sep && out[f.len - 1] == sep)
        f.len--;
    out[f.len] = '\0';
    return f.len;
}

size_t text_fold(const char *s, size_t n, char *out, size_t cap) {
    return fold(s, n, out, cap, acts_text, ' ');
}

size_t text_words(const char *s, size_t n, char *out, size_t cap) {
    return fold(s, n, out, cap, acts_words, ' ');
}

size_t text_slug(const char *s, size_t n, char *out, size_t cap) {
    return fold(s, n, out, cap, acts_slug, '-');
}

size_t text_compact(const char *s, size_t n, char *out, size_t cap) {
    return fold(s, n, out, cap, acts_slug, 0);
}
