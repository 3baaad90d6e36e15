/* The log. Invariants: a write(2) has whole lines, of all together at most 4 KiB, so that a pipe takes them
 * in one piece; the level is one of the program's two mutable globals. */
#include "base/log.h"

#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static _Atomic int log_level = LOG_INFO;

static const char *const level_words[] = {"error", "warn", "info", "debug"};

void log_set_level(enum log_level level) {
    atomic_store(&log_level, (int)level);
}

enum log_level log_level_of(const char *word) {
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++)
        if (strcmp(word, level_words[i]) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

/* A line as it grows, up to `end`; what has no room is cut. */
struct line {
    char *at, *end;
};

static void put(struct line *l, const char *s, size_t n) {
    size_t room = (size_t)(l->end - l->at);
    n = n < room ? n : room;
    memcpy(l->at, s, n);
    l->at += n;
}

static void puts_to(struct line *l, const char *s) {
    put(l, s, strlen(s));
}

static void put_number(struct line *l, int64_t v) {
    char digits[24], *end = digits + sizeof digits, *p = end;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--p = '-';
    put(l, p, (size_t)(end - p));
}

/* What may stand in a value without quotes: printable, none of the four that logfmt or an escape needs. */
static bool is_plain(const char *s) {
    if (!*s)
        return false;
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F || *s == '"' || *s == '=' || *s == '\\')
            return false;
    return true;
}

static void put_text(struct line *l, const char *s) {
    static const char hex[] = "0123456789abcdef";
    if (is_plain(s)) {
        puts_to(l, s);
        return;
    }
    put(l, "\"", 1);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            put(l, (char[]){'\\', (char)c}, 2);
        else if (c < 0x20 || c >= 0x7F)
            put(l, (char[]){'\\', 'x', hex[c >> 4], hex[c & 15]}, 4);
        else
            put(l, s, 1);
    }
    put(l, "\"", 1);
}

/* The time by the second is written once a second. */
static void put_time(struct line *l, struct log_lines *b) {
    int64_t now = clock_now_us(), second = now / CLOCK_S;
    if (second != b->second || !b->stamp[0])
        clock_format(now, b->stamp);
    b->second = second;
    puts_to(l, b->stamp);
}

void log_flush(struct log_lines *b) {
    size_t n = b->len;
    b->len = 0;
    if (n && write(STDERR_FILENO, b->text, n) < 0)
        return; /* nowhere to tell */
}

/* Writes a line behind those that are there; false where it had no room. */
static bool put_line(struct log_lines *b, enum log_level level, const char *message,
                     const struct log_pair *pairs) {
    if (b->len == sizeof b->text)
        return false;
    struct line l = {b->text + b->len, b->text + sizeof b->text - 1}; /* one byte for the newline */
    puts_to(&l, "time=");
    put_time(&l, b);
    puts_to(&l, " level=");
    puts_to(&l, level_words[level]);
    puts_to(&l, " msg=");
    put_text(&l, message);
    for (; pairs->key; pairs++) {
        put(&l, " ", 1);
        puts_to(&l, pairs->key);
        put(&l, "=", 1);
        if (pairs->text)
            put_text(&l, pairs->text);
        else
            put_number(&l, pairs->number);
    }
    bool cut = l.at == l.end;
    if (cut && b->len)
        return false;
    *l.at++ = '\n';
    b->len = (size_t)(l.at - b->text);
    return true;
}

void log_gather(struct log_lines *b, enum log_level level, const char *message,
                const struct log_pair *pairs) {
    if ((int)level > atomic_load_explicit(&log_level, memory_order_relaxed))
        return;
    if (put_line(b, level, message, pairs))
        return;
    log_flush(b);
    (void)put_line(b, level, message, pairs);
}

void log_pairs(enum log_level level, const char *message, const struct log_pair *pairs) {
    struct log_lines one;
    one.len = 0;
    one.second = 0;
    one.stamp[0] = '\0';
    log_gather(&one, level, message, pairs);
    log_flush(&one);
}
