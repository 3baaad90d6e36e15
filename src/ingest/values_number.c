/* Numbers and durations of files. Invariant: integer arithmetic only, so that no digit is lost; what
 * can be read in two ways is refused, never guessed. */
#include "ingest/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 18 };

/* A number taken apart: digits with `point` of them behind the decimal point, times 10^exponent. */
struct number {
    char digits[MAX_DIGITS + 1];
    int count;
    int point;
    int exponent;
    bool negative;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Bytes of a blank or apostrophe that separates thousands: ' ', no-break and narrow no-break blank, ', right
 * quote. */
static size_t group_mark(const char *s, size_t n) {
    static const char *const marks[] = {" ", "'", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x99", "\xe2\x80\x89"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t len = strlen(marks[i]);
        if (len <= n && memcmp(s, marks[i], len) == 0)
            return len;
    }
    return 0;
}

/* Copies without group marks and signs; false if it is too long. */
static bool squeeze(const char *s, size_t n, char out[48], size_t *ret_len) {
    size_t len = 0;
    for (size_t i = 0; i < n;) {
        size_t mark = len && is_digit(out[len - 1]) ? group_mark(s + i, n - i) : 0;
        if (!mark) {
            if (len == 47)
                return false;
            out[len++] = s[i];
        }
        i += mark ? mark : 1;
    }
    out[len] = '\0';
    *ret_len = len;
    return true;
}

/* Takes the exponent off the end: K, M, B (thousand, million, thousand million) or e+6. */
static void take_exponent(char *s, size_t *len, int *ret_exponent) {
    *ret_exponent = 0;
    if (!*len)
        return;
    static const char letters[] = "kKmMbB";
    const char *at = strchr(letters, s[*len - 1]);
    if (at) {
        *ret_exponent = 3 * ((int)(at - letters) / 2 + 1);
        s[--*len] = '\0';
        return;
    }
    char *e = strpbrk(s, "eE");
    if (!e || e == s)
        return;
    const char *digits = e + (e[1] == '+' ? 2 : 1);
    size_t n = strlen(digits);
    if (n < 1 || n > 2 || strspn(digits, "0123456789") != n)
        return;
    *ret_exponent = atoi(digits);
    *e = '\0';
    *len = (size_t)(e - s);
}

static size_t count_of(const char *s, char c) {
    size_t n = 0;
    for (; *s; s++)
        n += *s == c;
    return n;
}

/* Whether `mark` stands before every group of three digits from the right, up to the end or `stop`. */
static bool groups_of_three(const char *s, char mark, char stop) {
    size_t first = strspn(s, "0123456789");
    if (first < 1 || first > 3 || *s == '0')
        return false;
    for (s += first; *s == mark; s += 4)
        if (strspn(s + 1, "0123456789") != 3)
            return false;
    return !*s || *s == stop;
}

static void remove_all(char *s, char c) {
    char *out = s;
    for (; *s; s++)
        if (*s != c)
            *out++ = *s;
    *out = '\0';
}

/* Leaves '.' as the decimal point and no other mark. False with a reason if it can be read in two ways or not
 * at all. */
static bool settle_marks(char *s, int exponent, const char **reason) {
    size_t commas = count_of(s, ',');
    size_t dots = count_of(s, '.');
    if (!commas && dots <= 1) {
        const char *dot = strchr(s, '.');
        bool ambiguous =
            dot && exponent == 0 && strlen(dot + 1) == 3 && dot - s <= 3 && dot != s && *s != '0';
        if (ambiguous)
            *reason = "can be read in two ways (a dot before three digits); write it without the dot";
        return !ambiguous;
    }
    char point = '\0';
    char mark = commas ? ',' : '.';
    if (commas && dots) {
        point = strrchr(s, ',') > strrchr(s, '.') ? ',' : '.';
        mark = point == ',' ? '.' : ',';
    } else if (commas == 1 && strlen(strchr(s, ',') + 1) != 3) {
        *strchr(s, ',') = '.';
        return true;
    }
    if (commas == 1 && !dots && exponent) {
        *reason = "can be read in two ways (a comma before three digits and a letter)";
        return false;
    }
    if (!groups_of_three(s, mark, point) || (point && count_of(s, point) > 1))
        return false;
    remove_all(s, mark);
    char *p = point ? strchr(s, point) : NULL;
    if (p)
        *p = '.';
    return true;
}

static bool take_apart(const char *s, size_t n, struct number *ret, const char **reason) {
    char text[48];
    size_t len;
    *ret = (struct number){0};
    if (n && (*s == '-' || *s == '+')) {
        ret->negative = *s == '-';
        s++, n--;
    }
    if (!squeeze(s, n, text, &len))
        return false;
    take_exponent(text, &len, &ret->exponent);
    if (!settle_marks(text, ret->exponent, reason))
        return false;
    bool behind = false;
    for (const char *p = text; *p; p++) {
        if (*p == '.' && !behind) {
            behind = true;
            continue;
        }
        if (!is_digit(*p) || ret->count == MAX_DIGITS)
            return false;
        ret->digits[ret->count++] = *p;
        ret->point += behind;
    }
    return ret->count > 0;
}

/* The number times 10^decimals as an integer; false if digits would be left over or it is beyond 10^17. */
static bool to_integer(const struct number *x, int decimals, int64_t *ret) {
    int keep = x->count - x->point + x->exponent + decimals; /* digits of the result */
    int64_t v = 0;
    for (int i = 0; i < x->count || i < keep; i++) {
        int digit = i < x->count ? x->digits[i] - '0' : 0;
        if (i >= keep && digit)
            return false;
        if (i < keep && v > (INT64_C(100000000000000000) - digit) / 10)
            return false;
        if (i < keep)
            v = v * 10 + digit;
    }
    *ret = v;
    return true;
}

static enum value_state read_whole(const struct value_rule *rule, const char *s, size_t n, int64_t *ret,
                                   const char **reason) {
    struct number x;
    if (!take_apart(s, n, &x, reason) || !to_integer(&x, 0, ret))
        return VALUE_BAD;
    if (!x.negative || *ret == 0)
        return VALUE_OK;
    if (*ret == 1 && rule->minus_one_is_null)
        return VALUE_NULL;
    *reason = "must not be negative";
    return VALUE_BAD;
}

static enum value_state put_whole(const struct value_rule *rule, const char *s, size_t n, int64_t max,
                                  struct buf *out, const char **reason) {
    int64_t v;
    enum value_state state = read_whole(rule, s, n, &v, reason);
    if (state != VALUE_OK)
        return state;
    if (v > max) {
        *reason = "is larger than any such number can be";
        return VALUE_BAD;
    }
    buf_printf(out, "%lld", (long long)v);
    return VALUE_OK;
}

enum value_state value_count(const struct value_rule *rule, const struct value_context *c, const char *s,
                             size_t n, struct buf *out, const char **reason) {
    (void)c;
    return put_whole(rule, s, n, INT64_C(1000000000000000), out, reason);
}

enum value_state value_integer(const struct value_rule *rule, const struct value_context *c, const char *s,
                               size_t n, struct buf *out, const char **reason) {
    (void)c;
    return put_whole(rule, s, n, INT32_MAX, out, reason);
}

/* "0.0267", "2.67%", "2,67 %" as a fraction of 0 to 1, to eight digits. */
enum value_state value_share(const struct value_rule *rule, const struct value_context *c, const char *s,
                             size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    bool percent = n && s[n - 1] == '%';
    n -= percent;
    while (n && s[n - 1] == ' ')
        n--;
    struct number x;
    int64_t v;
    if (!take_apart(s, n, &x, reason) || (x.negative && !percent))
        return VALUE_BAD;
    while (x.point > (percent ? 6 : 8)) /* digits beyond what counts */
        x.count--, x.point--;
    int64_t most = 100000000;
    if (!to_integer(&x, percent ? 6 : 8, &v) || x.negative || v > most) {
        *reason =
            percent ? "must be 0% to 100%" : "must be a fraction of 0 to 1, or a percentage such as 2.67%";
        return VALUE_BAD;
    }
    buf_printf(out, "%lld.%08lld", (long long)(v / most), (long long)(v % most));
    return VALUE_OK;
}

/* PT1H2M3S: ISO 8601 without days, as the YouTube API writes it. */
static bool iso_duration(const char *s, size_t n, int64_t *ret_s) {
    static const char units[] = "HMS";
    static const int64_t seconds[] = {3600, 60, 1};
    size_t i = 2, unit = 0;
    int64_t total = 0, part = 0;
    bool digits = false;
    if (n < 4 || n > 16 || strncmp(s, "PT", 2) != 0)
        return false;
    for (; i < n; i++) {
        if (is_digit(s[i])) {
            part = part * 10 + (s[i] - '0');
            digits = true;
            continue;
        }
        const char *at = strchr(units + unit, s[i]);
        if (!at || !s[i] || !digits)
            return false;
        unit = (size_t)(at - units) + 1;
        total += part * seconds[at - units];
        part = 0;
        digits = false;
    }
    *ret_s = total;
    return !digits && total <= INT32_MAX;
}

/* Cuts fractions of a second off; "0:15", "1:02:03" become seconds. */
enum value_state value_duration(const struct value_rule *rule, const struct value_context *c, const char *s,
                                size_t n, struct buf *out, const char **reason) {
    (void)c;
    int64_t iso;
    if (iso_duration(s, n, &iso)) {
        buf_printf(out, "%lld", (long long)iso);
        return VALUE_OK;
    }
    if (!memchr(s, ':', n)) {
        const char *dot = memchr(s, '.', n);
        return put_whole(rule, s, dot ? (size_t)(dot - s) : n, INT32_MAX, out, reason);
    }
    int64_t total = 0;
    int64_t part = 0;
    int parts = 1;
    for (size_t i = 0; i < n; i++) {
        bool colon = s[i] == ':';
        if ((!colon && !is_digit(s[i])) || (colon && ++parts > 3) || part > 99999)
            return VALUE_BAD;
        total = colon ? (total + part) * 60 : total;
        part = colon ? 0 : part * 10 + (s[i] - '0');
    }
    int64_t seconds = total + part;
    if (part >= 60 || seconds > INT32_MAX)
        return VALUE_BAD;
    buf_printf(out, "%lld", (long long)seconds);
    return VALUE_OK;
}

static bool has(const char *s, size_t n, const char *word) {
    return memmem(s, n, word, strlen(word)) != NULL;
}

/* Takes the words for USD off both ends. */
static void drop_dollars(const char **s, size_t *n) {
    static const char *const marks[] = {"US$", "USD", "usd", "$"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t len = strlen(marks[i]);
        if (*n > len && memcmp(*s, marks[i], len) == 0)
            *s += len, *n -= len;
        else if (*n > len && memcmp(*s + *n - len, marks[i], len) == 0)
            *n -= len;
        while (*n && **s == ' ')
            ++*s, --*n;
        while (*n && (*s)[*n - 1] == ' ')
            --*n;
    }
}

static enum value_state put_cents(const char *s, size_t n, int64_t bound, struct buf *out,
                                  const char **reason) {
    struct number x;
    int64_t cents;
    drop_dollars(&s, &n);
    if (!take_apart(s, n, &x, reason) || x.negative || !to_integer(&x, 2, &cents))
        return VALUE_BAD;
    if (cents >= bound) {
        *reason = "is larger than any fee";
        return VALUE_BAD;
    }
    buf_printf(out, "%lld.%02lld", (long long)(cents / 100), (long long)(cents % 100));
    return VALUE_OK;
}

enum value_state value_money(const struct value_rule *rule, const struct value_context *c, const char *s,
                             size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    if (!has(s, n, "\xe2\x82\xac") && !has(s, n, "\xc2\xa3") && !has(s, n, "EUR") && !has(s, n, "GBP"))
        return put_cents(s, n, INT64_C(1000000000000), out, reason);
    *reason = "must be in USD: convert it first, or give a price as amount with its currency";
    return VALUE_BAD;
}

enum value_state value_amount(const struct value_rule *rule, const struct value_context *c, const char *s,
                              size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    return put_cents(s, n, INT64_C(10000000000000000), out, reason);
}

enum value_state value_currency(const struct value_rule *rule, const struct value_context *c, const char *s,
                                size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    (void)reason;
    char code[3];
    for (size_t i = 0; i < n && i < sizeof code; i++)
        code[i] = (char)(s[i] >= 'a' && s[i] <= 'z' ? s[i] - 32 : s[i]);
    if (n != sizeof code || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' ||
        code[2] < 'A' || code[2] > 'Z')
        return VALUE_BAD;
    buf_put(out, code, sizeof code);
    return VALUE_OK;
}
