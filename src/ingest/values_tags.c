/* Hashtags as tools write them: a Python or JSON list of strings, or words separated by commas or blanks.
 * Invariant: what is appended is an array literal of PostgreSQL with every element quoted. */
#include "ingest/values.h"

#include "base/text.h"

#include <string.h>

enum { MAX_TAGS = 200, MAX_TAG_CHARS = 200 };

struct scan {
    const char *p;
    const char *end;
    struct buf *out;
    size_t count;
};

static bool blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int hex_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex(const char *p, const char *end, int digits, unsigned *ret) {
    *ret = 0;
    if (end - p < digits)
        return false;
    for (int i = 0; i < digits; i++) {
        int h = hex_of(p[i]);
        if (h < 0)
            return false;
        *ret = *ret * 16 + (unsigned)h;
    }
    return true;
}

static void put_point(struct buf *out, unsigned u) {
    int more = u < 0x80 ? 0 : u < 0x800 ? 1 : u < 0x10000 ? 2 : 3;
    static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
    buf_putc(out, (char)(lead[more] | (u >> (6 * more))));
    for (; more > 0; more--)
        buf_putc(out, (char)(0x80 | ((u >> (6 * (more - 1))) & 0x3f)));
}

/* The escape behind a backslash; false if it is none. A pair of surrogates is one point. */
static bool take_escape(struct scan *s, struct buf *tag) {
    static const char names[] = "xuU";
    static const int digits[] = {2, 4, 8};
    if (s->p == s->end)
        return false;
    char c = *s->p++;
    const char *at = c ? strchr(names, c) : NULL;
    if (!at) {
        buf_putc(tag, c == 'n' || c == 't' || c == 'r' ? ' ' : c);
        return true;
    }
    unsigned u, low;
    int n = digits[at - names];
    if (!hex(s->p, s->end, n, &u))
        return false;
    s->p += n;
    if (u >= 0xd800 && u < 0xdc00 && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u' &&
        hex(s->p + 2, s->end, 4, &low) && low >= 0xdc00 && low < 0xe000) {
        u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
        s->p += 6;
    }
    if (!u || u > 0x10ffff || (u >= 0xd800 && u < 0xe000))
        return false;
    put_point(tag, u);
    return true;
}

static bool take_quoted(struct scan *s, struct buf *tag) {
    char quote = *s->p++;
    while (s->p < s->end && *s->p != quote) {
        if (*s->p != '\\') {
            buf_putc(tag, *s->p++);
            continue;
        }
        s->p++;
        if (!take_escape(s, tag))
            return false;
    }
    if (s->p == s->end)
        return false;
    s->p++;
    return true;
}

/* Appends one hashtag without its '#', quoted; empty ones are dropped. */
static bool put_tag(struct scan *s, const char *t, size_t n) {
    while (n && (blank(*t) || *t == '#'))
        t++, n--;
    while (n && blank(t[n - 1]))
        n--;
    if (!n)
        return true;
    if (++s->count > MAX_TAGS || text_length(t, n) > MAX_TAG_CHARS)
        return false;
    buf_puts(s->out, s->count > 1 ? ",\"" : "\"");
    for (size_t i = 0; i < n; i++) {
        if (t[i] == '"' || t[i] == '\\')
            buf_putc(s->out, '\\');
        if ((unsigned char)t[i] >= 0x20 && t[i] != 0x7f)
            buf_putc(s->out, t[i]);
    }
    buf_putc(s->out, '"');
    return true;
}

static void skip_blanks(struct scan *s) {
    while (s->p < s->end && blank(*s->p))
        s->p++;
}

static bool take_item(struct scan *s) {
    CLEANUP(buf_free) struct buf tag = {0};
    buf_puts(&tag, "");
    if (*s->p == '\'' || *s->p == '"') {
        if (!take_quoted(s, &tag))
            return false;
    } else {
        while (s->p < s->end && *s->p != ',' && *s->p != ']') {
            if (strchr("{}['\"", *s->p))
                return false;
            buf_putc(&tag, *s->p++);
        }
    }
    return put_tag(s, tag.data, tag.len);
}

/* "[...]" */
static bool take_list(struct scan *s) {
    s->p++;
    for (skip_blanks(s); s->p < s->end && *s->p != ']'; skip_blanks(s)) {
        if (!take_item(s))
            return false;
        skip_blanks(s);
        if (s->p == s->end || (*s->p != ',' && *s->p != ']'))
            return false;
        s->p += *s->p == ',';
    }
    return s->p + 1 == s->end;
}

static bool take_words(struct scan *s) {
    while (s->p < s->end) {
        const char *from = s->p;
        while (s->p < s->end && !blank(*s->p) && *s->p != ',' && *s->p != ';' &&
               (s->p == from || *s->p != '#'))
            s->p++;
        if (!put_tag(s, from, (size_t)(s->p - from)))
            return false;
        while (s->p < s->end && (blank(*s->p) || *s->p == ',' || *s->p == ';'))
            s->p++;
    }
    return true;
}

enum value_state value_tags(const struct value_rule *rule, const struct value_context *c, const char *text,
                            size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    struct scan s = {text, text + n, out, 0};
    bool list = *text == '[';
    buf_putc(out, '{');
    if (!(list ? take_list(&s) : take_words(&s))) {
        if (s.count > MAX_TAGS)
            *reason = "has more than 200 hashtags";
        return VALUE_BAD;
    }
    buf_putc(out, '}');
    return VALUE_OK;
}
