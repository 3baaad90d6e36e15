/* Bad rows. Invariant: nothing that is kept here holds an e-mail address, a control character or invalid
 * UTF-8, so that it can go to a terminal, a log and a JSON answer. */
#include "ingest/problems.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_CHARS = 80 };

static bool ends_address(char c) {
    return c == ' ' || c == ',' || c == ';' || c == '<' || c == '>' || c == '"' || c == '(' || c == ')' ||
           c == '|' || (c >= '\t' && c <= '\r');
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
        if (shown >= SHOWN_CHARS - 3) {
            buf_puts(out, "...");
            return;
        }
        if (word && has_address(s + i, word)) {
            buf_puts(out, "***@***");
            shown += 7;
            i += word;
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
