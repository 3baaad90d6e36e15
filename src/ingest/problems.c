/* Bad rows. Invariant: nothing that is kept here holds an e-mail address, what looks like a telephone number,
 * a control character or invalid UTF-8, so that it can go to a terminal, a log and a JSON answer. */
#include "ingest/problems.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_CHARS = 80, PHONE_MIN = 7, PHONE_LONG = 9, PHONE_MAX = 15 };

static bool ends_address(char c) {
    return c == ' ' || c == ',' || c == ';' || c == '<' || c == '>' || c == '"' || c == '(' || c == ')' ||
           c == '|' || (c >= '\t' && c <= '\r');
}

/* What a telephone number does not stand beside. */
static bool is_of_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '@' || c == '/' || (unsigned char)c >= 0x80;
}

/* Length of the word at s. */
static size_t word_length(const char *s, size_t n) {
    size_t len = 0;
    while (len < n && !ends_address(s[len]))
        len++;
    return len;
}

static bool has_address(const char *s, size_t n) {
    const char *at = n > 1 ? memchr(s + 1, '@', n - 1) : NULL;
    return at && at + 1 < s + n && memchr(at, '.', n - (size_t)(at - s));
}

/* A run of digits with what stands between those of a telephone number. */
struct digits {
    size_t len, count, groups,
        first;   /* bytes from the first to the last digit; digits; groups; digits of the first group */
    bool threes; /* all groups but the first have three digits */
};

static struct digits digits_of(const char *s, size_t n) {
    struct digits d = {.threes = true};
    size_t group = 0, gap = 0;
    for (size_t i = 0; i < n && gap <= 2; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (!digit && !strchr("+ -().", s[i]))
            break;
        gap = digit ? 0 : gap + 1;
        if (!digit)
            continue;
        bool begins = !d.count || i == 0 || s[i - 1] < '0' || s[i - 1] > '9';
        if (begins && d.groups > 1)
            d.threes &= group == 3;
        d.groups += begins;
        group = begins ? 1 : group + 1;
        d.first += d.groups == 1;
        d.count++;
        d.len = i + 1;
    }
    d.threes &= d.groups < 2 || group == 3;
    return d;
}

/* 1-11-2026 and the like, with anything behind it. */
static bool is_day(const char *s, size_t n) {
    size_t i = 0;
    for (int part = 0; part < 2; part++) {
        size_t from = i;
        while (i < n && i < from + 2 && s[i] >= '0' && s[i] <= '9')
            i++;
        if (i == from || i == n || !strchr("-. ", s[i++]))
            return false;
    }
    return i + 4 <= n && (memcmp(s + i, "19", 2) == 0 || memcmp(s + i, "20", 2) == 0);
}

/* Bytes of a telephone number at s, 0 if it is none. With a country or in brackets it is one; from a leading
 * 0 or in three groups and more if it is long; a day, a fraction and a number by thousands are none. */
static size_t phone_length(const char *s, size_t n) {
    if (!*s || !strchr("+(0123456789", *s) || is_day(s, n))
        return 0;
    struct digits d = digits_of(s, n);
    if (d.first == 1 && *s == '0')
        return 0;
    bool abroad = *s == '+' || (*s == '(' && d.groups > 1) || (n > 1 && s[0] == '0' && s[1] == '0');
    bool grouped = d.groups > 2 && d.first != 4 && !d.threes;
    size_t least = abroad ? PHONE_MIN : PHONE_LONG;
    bool phone = d.count >= least && d.count <= PHONE_MAX && (abroad || *s == '0' || grouped);
    return phone ? d.len : 0;
}

/* Bytes of the character at s: 1..4, or 0 if it is not UTF-8. */
static size_t char_length(const char *s, size_t n) {
    for (size_t len = 1; len <= 4 && len <= n; len++)
        if (text_utf8_valid(s, len))
            return len;
    return 0;
}

static size_t put_char(const char *s, size_t n, struct buf *out) {
    size_t len = char_length(s, n);
    unsigned char c = (unsigned char)*s;
    if (len == 0)
        buf_puts(out, "\xef\xbf\xbd");
    else if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[1] < 0xa0))
        buf_putc(out, ' ');
    else
        buf_put(out, s, len);
    return len ? len : 1;
}

void problem_show(const char *s, size_t n, struct buf *out) {
    buf_reserve(out, 0);
    size_t shown = 0;
    for (size_t i = 0; i < n;) {
        bool begins = i == 0 || ends_address(s[i - 1]);
        size_t word = begins ? word_length(s + i, n - i) : 0;
        bool apart = i == 0 || !(is_of_word(s[i - 1]) || strchr("+-.", s[i - 1]));
        size_t phone = apart ? phone_length(s + i, n - i) : 0;
        if (shown >= SHOWN_CHARS - 3) {
            buf_puts(out, "...");
            return;
        }
        if (word && has_address(s + i, word)) {
            buf_puts(out, "***@***");
            shown += 7;
            i += word;
        } else if (phone && !is_of_word(i + phone < n ? s[i + phone] : ' ')) {
            buf_puts(out, "***");
            shown += 3;
            i += phone;
        } else {
            i += put_char(s + i, n - i, out);
            shown++;
        }
    }
}

static char *shown(const char *s, size_t n) {
    struct buf b = {0};
    size_t len;
    buf_puts(&b, "");
    problem_show(s, n, &b);
    return buf_take(&b, &len);
}

static char *copied(const char *s) {
    struct buf b = {0};
    size_t len;
    buf_puts(&b, s);
    return buf_take(&b, &len);
}

static bool is_known(const struct problems *p, int64_t line, const char *column) {
    for (size_t i = p->count; i > 0 && p->items[i - 1].line == line; i--)
        if (strcmp(p->items[i - 1].column, column) == 0)
            return true;
    return false;
}

void problems_add(struct problems *p, int64_t line, const char *column, const char *value, size_t n,
                  const char *reason) {
    if (p->count == PROBLEMS_MAX) {
        p->not_kept++;
        return;
    }
    char *name = shown(column, strlen(column));
    if (is_known(p, line, name)) {
        free(name);
        return;
    }
    p->items[p->count++] = (struct problem){line, name, shown(value, n), copied(reason)};
}

void problems_done(struct problems *p) {
    for (size_t i = 0; i < p->count; i++) {
        free(p->items[i].column);
        free(p->items[i].value);
        free(p->items[i].reason);
    }
    p->count = 0;
    p->not_kept = 0;
}
