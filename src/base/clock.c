/* Times. Invariant: only this file asks the machine for the time; all else is told. */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec / 1000;
}

int64_t clock_now_us(void) {
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void) {
    return read_clock(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void) {
    return read_clock(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a day of the proleptic Gregorian calendar (H. Hinnant, days_from_civil). */
static int64_t days_of(int y, int m, int d) {
    y -= m <= 2;
    int64_t era = y / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_of(int64_t days, int *ret_y, int *ret_m, int *ret_d) {
    days += 719468;
    int64_t era = days / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *ret_d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_y = (int)(yoe + era * 400 + (*ret_m <= 2));
}

void clock_format(int64_t us, char out[32]) {
    int64_t seconds = us / CLOCK_S - (us % CLOCK_S < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int rest = (int)(seconds - days * 86400);
    int y, m, d;
    civil_of(days, &y, &m, &d);
    const struct {
        int value, width;
        char after;
    } parts[] = {
        {y, 4, '-'},        {m, 2, '-'}, {d, 2, 'T'}, {rest / 3600, 2, ':'}, {rest / 60 % 60, 2, ':'},
        {rest % 60, 2, 'Z'}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (int k = parts[i].width - 1, v = parts[i].value; k >= 0; k--, v /= 10)
            out[k] = (char)('0' + v % 10);
        out += parts[i].width;
        *out++ = parts[i].after;
    }
    *out = '\0';
}

struct cursor {
    const char *p;
    const char *end;
};

/* Reads exactly n digits. */
static bool take_digits(struct cursor *c, int n, int *ret) {
    int v = 0;
    for (int i = 0; i < n; i++, c->p++) {
        if (c->p == c->end || *c->p < '0' || *c->p > '9')
            return false;
        v = v * 10 + (*c->p - '0');
    }
    *ret = v;
    return true;
}

static bool take(struct cursor *c, char want) {
    if (c->p == c->end || *c->p != want)
        return false;
    c->p++;
    return true;
}

static int month_days(int y, int m) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return m == 2 && leap ? 29 : days[m - 1];
}

static bool parse_date(struct cursor *c, int64_t *ret_us) {
    int y, m, d;
    if (!take_digits(c, 4, &y) || !take(c, '-') || !take_digits(c, 2, &m) || !take(c, '-') ||
        !take_digits(c, 2, &d))
        return false;
    if (y < 1970 || m < 1 || m > 12 || d < 1 || d > month_days(y, m))
        return false;
    *ret_us = days_of(y, m, d) * CLOCK_DAY;
    return true;
}

static void skip_fraction(struct cursor *c, int64_t *us) {
    if (!take(c, '.'))
        return;
    int64_t unit = CLOCK_S / 10;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++, unit /= 10)
        *us += (*c->p - '0') * unit;
}

static bool parse_time(struct cursor *c, int64_t *us) {
    int h, m, s = 0;
    if (!take_digits(c, 2, &h) || !take(c, ':') || !take_digits(c, 2, &m))
        return false;
    if (take(c, ':') && !take_digits(c, 2, &s))
        return false;
    if (h > 23 || m > 59 || s > 60)
        return false;
    *us += (h * INT64_C(3600) + m * INT64_C(60) + s) * CLOCK_S;
    skip_fraction(c, us);
    return true;
}

static bool parse_zone(struct cursor *c, int64_t *us) {
    if (c->p == c->end || take(c, 'Z') || take(c, 'z'))
        return true;
    int sign = take(c, '+') ? 1 : take(c, '-') ? -1 : 0;
    int h, m = 0;
    if (!sign || !take_digits(c, 2, &h))
        return false;
    take(c, ':');
    if (c->p < c->end && !take_digits(c, 2, &m))
        return false;
    *us -= sign * (h * INT64_C(3600) + m * INT64_C(60)) * CLOCK_S;
    return h <= 23 && m <= 59;
}

bool clock_parse(const char *s, size_t n, int64_t *ret_us) {
    struct cursor c = {s, s + n};
    int64_t us;
    if (!parse_date(&c, &us))
        return false;
    if (c.p < c.end) {
        if (!take(&c, 'T') && !take(&c, 't') && !take(&c, ' '))
            return false;
        if (!parse_time(&c, &us) || !parse_zone(&c, &us))
            return false;
    }
    if (c.p != c.end || us < 0)
        return false;
    *ret_us = us;
    return true;
}
