/* The JSON writer: appends, never builds a tree (a 20-row answer costs microseconds). Invariant: `comma` is
 * true exactly when the next key or value follows another one in the same container. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json json_to(struct buf *out) {
    return (struct json){.out = out};
}

static void before_value(struct json *w) {
    if (w->comma)
        buf_putc(w->out, ',');
    w->comma = true;
}

static void open_with(struct json *w, char c) {
    before_value(w);
    buf_putc(w->out, c);
    w->comma = false;
}

static void close_with(struct json *w, char c) {
    buf_putc(w->out, c);
    w->comma = true;
}

void json_object(struct json *w) {
    open_with(w, '{');
}

void json_object_end(struct json *w) {
    close_with(w, '}');
}

void json_array(struct json *w) {
    open_with(w, '[');
}

void json_array_end(struct json *w) {
    close_with(w, ']');
}

void json_key(struct json *w, const char *key) {
    size_t n = strlen(key);
    buf_reserve(w->out, n + 4);
    char *at = w->out->data + w->out->len;
    if (w->comma)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, key, n);
    memcpy(at + n, "\":", 3);
    w->out->len = (size_t)(at + n + 2 - w->out->data);
    w->comma = false;
}

/* Bytes of the valid UTF-8 sequence at s (n > 0 bytes left), 0 if it is none. */
static size_t utf8_len(const unsigned char *s, size_t n) {
    if (s[0] < 0x80)
        return 1;
    size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || len > n)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool outside = (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF4 && s[1] > 0x8F);
    return overlong || outside ? 0 : len;
}

/* 1: the byte stands for itself in a string. */
static const unsigned char plain[256] = {
    [' '] = 1,
    ['!'] = 1,
    ['#' ... '['] = 1,
    [']' ... '~'] = 1,
};

/* Eight bytes that are all of one value. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether one of eight bytes does not stand for itself: its high bit is set in one of the terms. Where all
 * bytes of v are below 0x80 a borrow only comes from a byte that is found already. */
static bool special(uint64_t v) {
    uint64_t found = v | (v - EIGHT(' ')) | ((v ^ EIGHT('"')) - EIGHT(1)) | ((v ^ EIGHT('\\')) - EIGHT(1)) |
                     (v + EIGHT(1));
    return (found & EIGHT(0x80)) != 0;
}

/* Copies bytes up to the first that does not stand for itself; returns how many. `to` has room for n. */
static size_t put_plain(char *to, const char *from, size_t n) {
    size_t i = 0;
    for (uint64_t v; i + sizeof v <= n; i += sizeof v) {
        memcpy(&v, from + i, sizeof v);
        if (special(v))
            break;
        memcpy(to + i, &v, sizeof v);
    }
    while (i < n && plain[(unsigned char)from[i]]) {
        to[i] = from[i];
        i++;
    }
    return i;
}

static void put_escaped(struct buf *out, unsigned char c) {
    static const char letters[] = "btn\0fr";
    buf_putc(out, '\\');
    if (c == '"' || c == '\\')
        buf_putc(out, (char)c);
    else if (c >= 8 && c <= 13 && letters[c - 8])
        buf_putc(out, letters[c - 8]);
    else
        buf_printf(out, "u%04x", c);
}

/* What is behind the first byte that does not stand for itself. */
static void put_rest(struct buf *out, const char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        const unsigned char *p = (const unsigned char *)s + i;
        size_t len = utf8_len(p, n - i);
        if (*p < 0x80)
            put_escaped(out, *p);
        else
            buf_put(out, len ? s + i : "\xEF\xBF\xBD", len ? len : 3);
        i += len ? len : 1;
        buf_reserve(out, n - i);
        size_t run = put_plain(out->data + out->len, s + i, n - i);
        out->len += run;
        i += run;
    }
}

void json_strn(struct json *w, const char *s, size_t n) {
    struct buf *out = w->out;
    buf_reserve(out, n + 3);
    char *at = out->data + out->len;
    if (w->comma)
        *at++ = ',';
    w->comma = true;
    *at++ = '"';
    size_t run = put_plain(at, s, n);
    out->len = (size_t)(at + run - out->data);
    if (run < n)
        put_rest(out, s + run, n - run);
    buf_putc(out, '"');
}

void json_str(struct json *w, const char *s) {
    if (s)
        json_strn(w, s, strlen(s));
    else
        json_null(w);
}

/* Decimal digits of v before `end` (at least 20 bytes); returns their start. */
static char *digits(uint64_t v, char *end) {
    do
        *--end = (char)('0' + v % 10);
    while (v /= 10);
    return end;
}

static void put_i64(struct buf *out, int64_t v) {
    char tmp[24], *end = tmp + sizeof tmp, *at = digits(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, end);
    if (v < 0)
        *--at = '-';
    buf_put(out, at, (size_t)(end - at));
}

void json_i64(struct json *w, int64_t v) {
    before_value(w);
    put_i64(w->out, v);
}

void json_id(struct json *w, int64_t v) {
    before_value(w);
    buf_putc(w->out, '"');
    put_i64(w->out, v);
    buf_putc(w->out, '"');
}

void json_f64(struct json *w, double v, int decimals) {
    static const double pow10[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    if (!isfinite(v) || decimals < 0 || decimals > 9 || fabs(v) * pow10[decimals] > 9e15) {
        json_f64_exact(w, v);
        return;
    }
    before_value(w);
    uint64_t scaled = (uint64_t)llround(fabs(v) * pow10[decimals]);
    uint64_t unit = (uint64_t)pow10[decimals];
    if (v < 0 && scaled > 0)
        buf_putc(w->out, '-');
    char tmp[24], *end = tmp + sizeof tmp, *at = digits(scaled / unit, end);
    buf_put(w->out, at, (size_t)(end - at));
    uint64_t rest = scaled % unit;
    if (!rest)
        return;
    at = digits(unit + rest, end); /* a leading 1 keeps the zeros, and makes room for the point */
    *at = '.';
    while (end[-1] == '0')
        end--;
    buf_put(w->out, at, (size_t)(end - at));
}

void json_f64_exact(struct json *w, double v) {
    if (!isfinite(v)) {
        json_null(w);
        return;
    }
    before_value(w);
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_puts(w->out, text);
}

void json_bool(struct json *w, bool v) {
    before_value(w);
    buf_puts(w->out, v ? "true" : "false");
}

void json_null(struct json *w) {
    before_value(w);
    buf_puts(w->out, "null");
}

void json_raw(struct json *w, const char *s, size_t n) {
    before_value(w);
    buf_put(w->out, s, n);
}

void json_kstr(struct json *w, const char *key, const char *v) {
    json_key(w, key);
    json_str(w, v);
}

void json_ki64(struct json *w, const char *key, int64_t v) {
    json_key(w, key);
    json_i64(w, v);
}

void json_kf64(struct json *w, const char *key, double v, int decimals) {
    json_key(w, key);
    json_f64(w, v, decimals);
}

void json_kbool(struct json *w, const char *key, bool v) {
    json_key(w, key);
    json_bool(w, v);
}
