/* The log. Invariant: one line, one write(2), at most 4 KiB; the level is one of the program's two mutable
 * globals. */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Atomic int log_level = LOG_INFO;

static const char *const level_words[] = {"error", "warn", "info", "debug"};

struct line {
    size_t len;
    char text[4096];
};

void log_set_level(enum log_level level) {
    atomic_store(&log_level, (int)level);
}

enum log_level log_level_of(const char *word) {
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++)
        if (strcmp(word, level_words[i]) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

__attribute__((format(printf, 2, 3))) static void put(struct line *l, const char *fmt, ...) {
    size_t room = sizeof l->text - 1 - l->len; /* one byte for the newline */
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(l->text + l->len, room, fmt, ap);
    va_end(ap);
    if (n > 0)
        l->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void put_text(struct line *l, const char *s) {
    if (*s && !strpbrk(s, " \"=\\") &&
        strspn(s, "!#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`"
                  "abcdefghijklmnopqrstuvwxyz{|}~") == strlen(s)) {
        put(l, "%s", s);
        return;
    }
    put(l, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            put(l, "\\%c", c);
        else if (c < 0x20 || c >= 0x7F)
            put(l, "\\x%02x", c);
        else
            put(l, "%c", c);
    }
    put(l, "\"");
}

void log_pairs(enum log_level level, const char *message, const struct log_pair *pairs) {
    if ((int)level > atomic_load(&log_level))
        return;
    struct line l = {0};
    char now[32];
    clock_format(clock_now_us(), now);
    put(&l, "time=%s level=%s msg=", now, level_words[level]);
    put_text(&l, message);
    for (; pairs->key; pairs++) {
        put(&l, " %s=", pairs->key);
        if (pairs->text)
            put_text(&l, pairs->text);
        else
            put(&l, "%lld", (long long)pairs->number);
    }
    l.text[l.len++] = '\n';
    if (write(STDERR_FILENO, l.text, l.len) < 0)
        return; /* nowhere to tell */
}
