/* logfmt lines on standard error, whole lines in a write, safe from several threads. Only main, cli, the
 * loops and the worker log. User bytes are escaped: a value never breaks its line. */
#ifndef NICHED_BASE_LOG_H
#define NICHED_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* One key=value; make them by the macros below. */
struct log_pair {
    const char *key;
    const char *text; /* NULL: the number counts */
    int64_t number;
};

#define LOG_STR(key, value) ((struct log_pair){(key), (value) ? (value) : "", 0})
#define LOG_NUM(key, value) ((struct log_pair){(key), 0, (int64_t)(value)})
/* log_line(LOG_INFO, "listening", LOG_NUM("port", 8080)) */
#define log_line(level, message, ...)                                                                        \
    log_pairs((level), (message), (const struct log_pair[]){__VA_ARGS__ __VA_OPT__(, ){0, 0, 0}})

/* Lines less important than `level` are dropped from now on. */
void log_set_level(enum log_level level);
/* The level of a word (error, warn, info, debug); LOG_INFO for another word. */
enum log_level log_level_of(const char *word);
/* Writes one line: time, level, message and pairs up to the one without a key. */
void log_pairs(enum log_level level, const char *message, const struct log_pair *pairs);

enum { LOG_LINES_BYTES = 4096 };

/* Lines that one thread gathers to write them together; zeroed to begin with. */
struct log_lines {
    size_t len;
    int64_t second; /* that of stamp */
    char stamp[32];
    char text[LOG_LINES_BYTES];
};

/* As log_pairs(), into the lines; where there is no more room, those before are written. */
void log_gather(struct log_lines *lines, enum log_level level, const char *message,
                const struct log_pair *pairs);
/* Writes what was gathered. */
void log_flush(struct log_lines *lines);

#endif
