/* Why: a million creators are some thirty million cells, so that printf would be most of the time.
 * Invariant: what is appended never needs a second look: quoting is decided per cell. */
#include "ingest/sandbox_rows.h"

#include <stdbool.h>
#include <string.h>

#define DAY_S 86400

void sandbox_cell_number(struct buf *out, int64_t x) {
    if (x == SANDBOX_NONE)
        return;
    char digits[24];
    size_t at = sizeof digits;
    uint64_t u = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    do {
        digits[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (x < 0)
        digits[--at] = '-';
    buf_put(out, digits + at, sizeof digits - at);
}

static bool plain(const char *s, size_t n) {
    return !memchr(s, ',', n) && !memchr(s, '"', n) && !memchr(s, '\n', n) && !memchr(s, '\r', n);
}

void sandbox_cell_text(struct buf *out, const char *s, size_t n) {
    if (n == 0)
        return;
    if (plain(s, n)) {
        buf_put(out, s, n);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, s[i]);
    }
    buf_putc(out, '"');
}

void sandbox_cell_scratch(struct sandbox_pen *pen) {
    sandbox_cell_text(pen->out, pen->scratch->data ? pen->scratch->data : "", pen->scratch->len);
    pen->scratch->len = 0;
    if (pen->scratch->data)
        pen->scratch->data[0] = '\0';
}

static char *two(char *at, int64_t x) {
    *at++ = (char)('0' + x / 10);
    *at++ = (char)('0' + x % 10);
    return at;
}

/* Days to a date of the Gregorian calendar, years beginning in March (Hinnant's civil_from_days, after
 * 0000-03-01). */
static char *put_day(char *at, int64_t s) {
    int64_t z = s / DAY_S + 719468;
    int64_t era = z / 146097;
    int64_t of_era = z % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * march_month + 2) / 5 + 1;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);
    at = two(two(at, year / 100), year % 100);
    *at++ = '-';
    at = two(at, month);
    *at++ = '-';
    return two(at, day);
}

void sandbox_cell_day(struct buf *out, int64_t s) {
    char day[16] = {0};
    buf_put(out, day, (size_t)(put_day(day, s) - day));
}

void sandbox_cell_time(struct buf *out, int64_t s) {
    char time[32];
    char *at = put_day(time, s);
    int64_t of_day = s % DAY_S;
    *at++ = 'T';
    at = two(at, of_day / 3600);
    *at++ = ':';
    at = two(at, of_day / 60 % 60);
    *at++ = ':';
    at = two(at, of_day % 60);
    *at++ = 'Z';
    buf_put(out, time, (size_t)(at - time));
}

void sandbox_cell_account(struct buf *out, const struct sandbox_person *p) {
    buf_puts(out, rank_platform_name(p->platform));
    buf_putc(out, ',');
    buf_puts(out, p->username);
    buf_putc(out, ',');
}
