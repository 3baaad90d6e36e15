/* Times and days of files: unix seconds, milliseconds or microseconds, YYYYMMDD, ISO 8601. Invariant: a time
 * that cannot be meant (before 1995, in the future) is refused. */
#include "ingest/values.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Times written as digits: unix seconds, milliseconds, microseconds by their length, or YYYYMMDD. */
static bool time_of_digits(const char *s, size_t n, int64_t *ret_us) {
    char day[11];
    int64_t v = strtoll(s, NULL, 10);
    if (n == 8) {
        snprintf(day, sizeof day, "%.4s-%.2s-%.2s", s, s + 4, s + 6);
        return clock_parse(day, 10, ret_us);
    }
    static const struct {
        size_t from, to;
        int64_t unit;
    } units[] = {{9, 10, CLOCK_S}, {12, 13, CLOCK_S / 1000}, {15, 16, 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (n >= units[i].from && n <= units[i].to) {
            *ret_us = v * units[i].unit;
            return true;
        }
    return false;
}

static enum value_state read_time(const struct value_context *c, const char *s, size_t n, int64_t *ret_us,
                                  const char **reason) {
    char digits[24];
    size_t len = 0;
    while (len < n && len < 20 && is_digit(s[len]))
        digits[len] = s[len], len++;
    digits[len] = '\0';
    bool whole = len == n || (len + 2 == n && memcmp(s + len, ".0", 2) == 0);
    if (whole ? !time_of_digits(digits, len, ret_us) : !clock_parse(s, n, ret_us))
        return VALUE_BAD;
    if (*ret_us > c->latest_us) {
        *reason = "is in the future";
        return VALUE_BAD;
    }
    if (*ret_us < 9131 * CLOCK_DAY) {
        *reason = "is before 1995: is it a time?";
        return VALUE_BAD;
    }
    return VALUE_OK;
}

enum value_state value_time(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *out, const char **reason) {
    (void)rule;
    int64_t us;
    char text[32];
    enum value_state state = read_time(c, s, n, &us, reason);
    if (state != VALUE_OK)
        return state;
    clock_format(us, text);
    buf_puts(out, text);
    return VALUE_OK;
}

enum value_state value_day(const struct value_rule *rule, const struct value_context *c, const char *s,
                           size_t n, struct buf *out, const char **reason) {
    size_t from = out->len;
    enum value_state state = value_time(rule, c, s, n, out, reason);
    if (state == VALUE_OK)
        out->data[out->len = from + 10] = '\0';
    return state;
}
