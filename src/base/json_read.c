/* The strict JSON reader: one pass over the bytes into a tree in the arena. Why not a library: what is
 * lenient there (leading zeros, bytes behind the document, broken UTF-8, NUL, doubled names) would have to be
 * looked for in a pass of our own anyway, and two readers of one text may disagree. Invariant: whatever the
 * bytes, depth and members are bounded and every text is valid UTF-8 without NUL. */
#include "base/json_read.h"

#include "base/buf.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *s;
    size_t n, at;
    int depth;
    struct arena *arena;
    struct fault *fault;
    const struct json_value *current; /* the value being read */
};

static enum err read_value(struct reader *r, struct json_value *v);

static enum err fail(struct reader *r, const char *what) {
    return fault_set(r->fault, ERR_BODY_SYNTAX, "the body is no JSON: %s at byte %zu", what, r->at + 1);
}

static void skip_blanks(struct reader *r) {
    while (r->at < r->n && memchr(" \t\r\n", r->s[r->at], 4))
        r->at++;
}

/* The next byte that is no blank; NUL at the end, which no document holds outside of a text. */
static char peek(struct reader *r) {
    skip_blanks(r);
    return r->at < r->n ? r->s[r->at] : '\0';
}

static int hex4(const struct reader *r, size_t at) {
    int v = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = i < r->n ? r->s[i] : '\0', lower = (char)(c | 0x20);
        int digit = c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

static size_t put_utf8(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF0 << (4 - n) & 0xFF) | c);
    return n;
}

/* \uXXXX, or two of them for a character beyond the first plane; r->at stands on the u. */
static enum err read_unicode(struct reader *r, char *out, size_t *len) {
    int c = hex4(r, r->at + 1);
    if (c <= 0)
        return fail(r, c ? "\\u without four hexadecimal digits" : "\\u0000, which no text may hold");
    r->at += 5;
    if (c >= 0xD800 && c <= 0xDFFF) {
        bool pair = c < 0xDC00 && r->n - r->at >= 6 && r->s[r->at] == '\\' && r->s[r->at + 1] == 'u';
        int low = pair ? hex4(r, r->at + 2) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail(r, "half of a surrogate pair");
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    *len += put_utf8(out + *len, (uint32_t)c);
    return ERR_OK;
}

static enum err read_escape(struct reader *r, char *out, size_t *len) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = ++r->at < r->n ? r->s[r->at] : '\0';
    if (c == 'u')
        return read_unicode(r, out, len);
    const char *found = c ? strchr(from, c) : NULL;
    if (!found)
        return fail(r, "an unknown escape");
    out[(*len)++] = to[found - from];
    r->at++;
    return ERR_OK;
}

/* r->at stands on the opening quote. */
static enum err read_text(struct reader *r, const char **ret_text, size_t *ret_len) {
    const char *close = r->s + r->at + 1, *end = r->s + r->n;
    while (close < end && *close != '"')
        close += close[0] == '\\' ? 2 : 1;
    if (close >= end) {
        r->at = r->n;
        return fail(r, "a text without an end");
    }
    char *out = arena_alloc(r->arena, (size_t)(close - r->s) - r->at); /* decoded it is never longer */
    size_t len = 0;
    for (r->at++; r->s[r->at] != '"';) {
        unsigned char c = (unsigned char)r->s[r->at];
        if (c < 0x20)
            return fail(r, "a control character in a text");
        if (c == '\\') {
            enum err e = read_escape(r, out, &len);
            if (e)
                return e;
            continue;
        }
        out[len++] = r->s[r->at++];
    }
    if (!text_utf8_valid(out, len))
        return fail(r, "a text that is no UTF-8");
    r->at++;
    out[len] = '\0';
    *ret_text = out;
    *ret_len = len;
    return ERR_OK;
}

static size_t digits(const struct reader *r, size_t at) {
    size_t n = 0;
    while (at + n < r->n && r->s[at + n] >= '0' && r->s[at + n] <= '9')
        n++;
    return n;
}

static bool is_at(const struct reader *r, size_t at, const char *any) {
    return at < r->n && r->s[at] && strchr(any, r->s[at]);
}

static enum err read_number(struct reader *r, struct json_value *v) {
    size_t at = r->at + is_at(r, r->at, "-");
    size_t whole = digits(r, at);
    bool ok = whole == 1 || (whole > 1 && r->s[at] != '0');
    at += whole;
    if (ok && is_at(r, at, ".")) {
        size_t n = digits(r, at + 1);
        ok = n > 0;
        at += 1 + n;
    }
    if (ok && is_at(r, at, "eE")) {
        at += 1 + is_at(r, at + 1, "+-");
        size_t n = digits(r, at);
        ok = n > 0;
        at += n;
    }
    if (!ok)
        return fail(r, "a number that JSON does not know (no leading zero, no +, digits around the point)");
    v->kind = JSON_NUMBER;
    v->len = at - r->at;
    v->text = arena_strndup(r->arena, r->s + r->at, v->len);
    v->number = strtod(v->text, NULL);
    if (!isfinite(v->number))
        return fail(r, "a number beyond the range of a double");
    r->at = at;
    return ERR_OK;
}

static enum err read_word(struct reader *r, struct json_value *v) {
    static const struct {
        const char *word;
        enum json_kind kind;
    } words[] = {{"true", JSON_BOOL}, {"false", JSON_BOOL}, {"null", JSON_NULL}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (r->n - r->at < n || memcmp(r->s + r->at, words[i].word, n) != 0)
            continue;
        v->kind = words[i].kind;
        v->text = words[i].word;
        v->len = n;
        r->at += n;
        return ERR_OK;
    }
    return fail(r, r->at < r->n ? "an unexpected byte" : "the end where a value should be");
}

static enum err read_name(struct reader *r, const struct json_value *object, struct json_value *v) {
    r->current = object;
    if (peek(r) != '"')
        return fail(r, "no name where a member should begin");
    enum err e = read_text(r, &v->name, &v->name_len);
    if (e)
        return e;
    r->current = v;
    for (const struct json_value *m = object->first; m; m = m->next)
        if (m->name_len == v->name_len && memcmp(m->name, v->name, v->name_len) == 0)
            return fail(r, "a name that the object has already");
    if (object->count == JSON_MEMBERS_MAX)
        return fail(r, "more than 256 members of one object");
    if (peek(r) != ':')
        return fail(r, "no colon behind a name");
    r->at++;
    return ERR_OK;
}

/* A list or an object; r->at stands on its opening bracket. */
static enum err read_inner(struct reader *r, struct json_value *v, char close) {
    v->kind = close == ']' ? JSON_LIST : JSON_OBJECT;
    r->at++;
    if (peek(r) == close) {
        r->at++;
        return ERR_OK;
    }
    struct json_value *last = NULL;
    for (;;) {
        struct json_value *item = arena_alloc(r->arena, sizeof *item);
        item->parent = v;
        item->index = v->count;
        enum err e = v->kind == JSON_OBJECT ? read_name(r, v, item) : ERR_OK;
        if (!e)
            e = read_value(r, item);
        if (e)
            return e;
        if (last)
            last->next = item;
        else
            v->first = item;
        last = item;
        v->count++;
        char c = peek(r);
        if (c != close && c != ',')
            return fail(r, close == ']' ? "neither a comma nor ]" : "neither a comma nor }");
        r->at++;
        if (c == close)
            return ERR_OK;
    }
}

static enum err read_value(struct reader *r, struct json_value *v) {
    r->current = v;
    char c = peek(r);
    if (c == '"') {
        v->kind = JSON_TEXT;
        return read_text(r, &v->text, &v->len);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(r, v);
    if (c != '{' && c != '[')
        return read_word(r, v);
    if (++r->depth > JSON_DEPTH_MAX)
        return fail(r, "more than 16 lists and objects in each other");
    enum err e = read_inner(r, v, c == '[' ? ']' : '}');
    r->depth--;
    if (!e)
        r->current = v;
    return e;
}

enum err json_read(const char *s, size_t n, struct arena *a, struct fault *f,
                   const struct json_value **ret_value, const char **ret_pointer) {
    struct reader r = {.s = s, .n = n, .arena = a, .fault = f};
    struct json_value *v = arena_alloc(a, sizeof *v);
    enum err e = read_value(&r, v);
    skip_blanks(&r);
    if (!e && r.at < n)
        e = fail(&r, "something behind the document");
    if (e)
        *ret_pointer = json_pointer(r.current, a);
    else
        *ret_value = v;
    return e;
}

const char *json_pointer(const struct json_value *v, struct arena *a) {
    if (!v->parent)
        return "";
    const char *above = json_pointer(v->parent, a);
    if (v->parent->kind == JSON_LIST)
        return arena_printf(a, "%s/%zu", above, v->index);
    CLEANUP(buf_free) struct buf out = {0};
    buf_puts(&out, above);
    buf_putc(&out, '/');
    for (const char *c = v->name ? v->name : ""; *c; c++)
        if (*c == '~' || *c == '/')
            buf_puts(&out, *c == '~' ? "~0" : "~1");
        else
            buf_putc(&out, *c);
    return arena_strndup(a, out.data, out.len);
}

const struct json_value *json_member(const struct json_value *object, const char *name) {
    for (const struct json_value *m = object->first; m; m = m->next)
        if (m->name && strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

const char *json_kind_name(enum json_kind kind) {
    static const char *const names[] = {
        [JSON_NULL] = "null",   [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
        [JSON_TEXT] = "a text", [JSON_LIST] = "a list",        [JSON_OBJECT] = "an object"};
    return names[kind];
}
