/* Reading values: the table of types, what they have in common, and the readers of text. Numbers and times
 * are in values_number.c, names in values_name.c, hashtags in values_tags.c. Invariant: whatever a reader
 * appends is valid input for its SQL type, so that a COPY of it never fails. */
#include "ingest/values.h"

#include "base/text.h"
#include "ingest/places.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VALUE_LINE(type, sql, reader, reason) {sql, reader, reason},
static const struct {
    const char *sql;
    enum value_state (*read)(const struct value_rule *, const struct value_context *, const char *, size_t,
                             struct buf *, const char **);
    const char *reason;
} types[] = {VALUE_TYPES(VALUE_LINE)};

const char *value_sql_type(enum value_type type) {
    return types[type].sql;
}

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(const char *s, size_t n, const char *word) {
    return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

static bool is_nothing(enum value_type type, const char *s, size_t n) {
    static const char *const words[] = {"",    "none", "null",   "n/a",      "#n/a",
                                        "nan", "\\N",  "<null>", "undefined"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(s, n, words[i]))
            return true;
    /* what R writes for a missing value; Namibia among countries */
    return type != VALUE_COUNTRY && is_word(s, n, "na");
}

/* What Excel and its like write where a formula failed. */
static bool is_spreadsheet_error(const char *s, size_t n) {
    static const char *const words[] = {"#name?", "#ref!", "#value!", "#div/0!",
                                        "#null!", "#num!", "#spill!", "#error!"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(s, n, words[i]))
            return true;
    return false;
}

enum value_state value_read(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *ret_text, const char **ret_reason) {
    while (n && is_blank(*s))
        s++, n--;
    while (n && is_blank(s[n - 1]))
        n--;
    if (is_nothing(rule->type, s, n))
        return VALUE_NULL;
    if (is_spreadsheet_error(s, n)) {
        *ret_reason = "is an error of a spreadsheet: mend the cell there, or empty it";
        return VALUE_BAD;
    }
    if (!text_utf8_valid(s, n)) {
        *ret_reason = "is not valid UTF-8: save the file as UTF-8, or say --encoding windows-1252";
        return VALUE_BAD;
    }
    *ret_reason = types[rule->type].reason;
    return types[rule->type].read(rule, c, s, n, ret_text, ret_reason);
}

/* Appends text without control characters; a line end is LF, a tab a blank. */
static void put_clean(struct buf *out, const char *s, size_t n) {
    buf_reserve(out, n);
    for (size_t i = 0; i < n; i++) {
        unsigned char b = (unsigned char)s[i];
        if (b == '\t')
            buf_putc(out, ' ');
        else if (b == '\n' || (b >= 0x20 && b != 0x7f))
            buf_putc(out, s[i]);
        else if (b == '\r' && (i + 1 == n || s[i + 1] != '\n'))
            buf_putc(out, '\n');
    }
}

static enum value_state too_long(const struct value_rule *rule, size_t chars, struct buf *out,
                                 const char **reason) {
    size_t from = out->len;
    buf_printf(out, "is %zu characters long; at most %d", chars, rule->max_chars);
    *reason = out->data + from;
    return VALUE_BAD;
}

enum value_state value_text(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *out, const char **reason) {
    (void)c;
    size_t from = out->len;
    put_clean(out, s, n);
    size_t chars = text_length(out->data + from, out->len - from);
    if (rule->max_chars && chars > (size_t)rule->max_chars)
        return too_long(rule, chars, out, reason);
    return out->len > from ? VALUE_OK : VALUE_NULL;
}

static bool all_digits(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return n > 0;
}

/* An id that a spreadsheet turned into a number such as 6.89E+18: its last digits are gone. */
static bool lost_digits(const char *s, size_t n) {
    size_t i = 0;
    while (i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == '.' || s[i] == ','))
        i++;
    return i > 0 && i + 2 < n && (s[i] == 'e' || s[i] == 'E') && s[i + 1] == '+' &&
           all_digits(s + i + 2, n - i - 2);
}

enum value_state value_key(const struct value_rule *rule, const struct value_context *c, const char *s,
                           size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    if (lost_digits(s, n)) {
        *reason = "is an id that lost its digits in a spreadsheet; export the column as text";
        return VALUE_BAD;
    }
    if (n > 2 && memcmp(s + n - 2, ".0", 2) == 0 && all_digits(s, n - 2))
        n -= 2;
    for (size_t i = 0; i < n; i++)
        if (is_blank(s[i]) || (unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return VALUE_BAD;
    if (n > 200)
        return VALUE_BAD;
    buf_put(out, s, n);
    return VALUE_OK;
}

/* Only a salted hash of the name goes on from here: 64 bits, of the platform and the name without @ in lower
 * case (ASCII). */
enum value_state value_engager(const struct value_rule *rule, const struct value_context *c, const char *s,
                               size_t n, struct buf *out, const char **reason) {
    static const struct crypto_secret none;
    unsigned char tag[CRYPTO_TAG_BYTES];
    size_t from = out->len;
    bool at = n && *s == '@';
    buf_putc(out, (char)('0' + c->platform));
    enum value_state state = value_key(rule, c, s + at, n - at, out, reason);
    if (state == VALUE_OK && out->len - from < 2)
        state = VALUE_BAD;
    for (size_t i = from; i < out->len; i++)
        if (out->data[i] >= 'A' && out->data[i] <= 'Z')
            out->data[i] = (char)(out->data[i] | 0x20);
    if (state == VALUE_OK)
        crypto_tag(c->secret ? c->secret : &none, "engager", out->data + from, out->len - from, tag);
    out->len = from;
    if (state != VALUE_OK)
        return state;
    buf_puts(out, "\\x");
    for (size_t i = 0; i < ENGAGER_HASH_BYTES; i++)
        buf_printf(out, "%02x", tag[i]);
    return VALUE_OK;
}

enum value_state value_country(const struct value_rule *rule, const struct value_context *c, const char *s,
                               size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    (void)reason;
    char code[3];
    if (!place_country(s, n, code))
        return VALUE_BAD;
    buf_puts(out, code);
    return VALUE_OK;
}

enum value_state value_language(const struct value_rule *rule, const struct value_context *c, const char *s,
                                size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    (void)reason;
    char tag[4];
    if (is_word(s, n, "und") || is_word(s, n, "un") || is_word(s, n, "unknown"))
        return VALUE_NULL;
    if (!place_language(s, n, tag))
        return VALUE_BAD;
    buf_puts(out, tag);
    return VALUE_OK;
}

/* Ages are "18-24" or "65+", genders one letter. */
enum value_state value_bucket(const struct value_rule *rule, const struct value_context *c, const char *s,
                              size_t n, struct buf *out, const char **reason) {
    if (strcmp(c->dimension, "country") == 0)
        return value_country(rule, c, s, n, out, reason);
    if (strcmp(c->dimension, "language") == 0)
        return value_language(rule, c, s, n, out, reason);
    static const char *const genders[][2] = {{"f", "female"}, {"m", "male"}, {"x", "other"}};
    for (size_t i = 0; strcmp(c->dimension, "gender") == 0 && i < 3; i++)
        if (is_word(s, n, genders[i][0]) || is_word(s, n, genders[i][1])) {
            buf_puts(out, genders[i][0]);
            return VALUE_OK;
        }
    bool age = strcmp(c->dimension, "age") == 0 && n >= 2 && n <= 7 && s[0] >= '0' && s[0] <= '9';
    for (size_t i = 0; i < n; i++)
        age = age && ((s[i] >= '0' && s[i] <= '9') || s[i] == '-' || s[i] == '+');
    buf_put(out, s, age ? n : 0);
    return age ? VALUE_OK : VALUE_BAD;
}

enum value_state value_bool(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *out, const char **reason) {
    static const char *const words[][2] = {{"false", "true"}, {"0", "1"},     {"no", "yes"}, {"f", "t"},
                                           {"n", "y"},        {"0.0", "1.0"}, {"off", "on"}};
    (void)rule;
    (void)c;
    (void)reason;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int v = 0; v < 2; v++)
            if (is_word(s, n, words[i][v])) {
                buf_puts(out, v ? "true" : "false");
                return VALUE_OK;
            }
    return VALUE_BAD;
}

/* Whether it is one e-mail address. */
static bool is_email(const char *s, size_t n) {
    const char *at = memchr(s, '@', n);
    if (!at || at == s || memchr(at + 1, '@', n - (size_t)(at - s) - 1))
        return false;
    const char *dot = memrchr(at, '.', n - (size_t)(at - s));
    for (size_t i = 0; i < n; i++)
        if (is_blank(s[i]) || s[i] == '/' || s[i] == '<' || s[i] == ':')
            return false;
    return dot && dot > at + 1 && dot + 2 < s + n;
}

enum value_state value_contact(const struct value_rule *rule, const struct value_context *c, const char *s,
                               size_t n, struct buf *out, const char **reason) {
    enum value_state state = value_bool(rule, c, s, n, out, reason);
    if (state != VALUE_BAD)
        return state;
    if (!memchr(s, '@', n))
        return VALUE_BAD;
    buf_puts(out, "true");
    return VALUE_OK;
}

/* Whether it is host.tld with an optional path, as people write it without https://. */
static bool is_address(const char *s, size_t n) {
    size_t host = 0;
    while (host < n && s[host] != '/' && s[host] != '?' && s[host] != '#' && s[host] != ':')
        host++;
    const char *dot = memrchr(s, '.', host);
    if (!dot || dot == s)
        return false;
    size_t letters = 0;
    for (const char *p = dot + 1; p < s + host; p++)
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))
            letters++;
    return letters >= 2 && letters == (size_t)(s + host - dot) - 1;
}

static bool starts(const char *s, size_t n, const char *word) {
    size_t len = strlen(word);
    return n > len && strncasecmp(s, word, len) == 0;
}

/* A link field holds whatever the creator typed: what is no address is left out, a row is not lost for it. */
enum value_state value_link(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *out, const char **reason) {
    (void)c;
    for (size_t i = 0; i < n; i++)
        if (is_blank(s[i]) || (unsigned char)s[i] < 0x20 || s[i] == '<' || s[i] == '"' || s[i] == 0x7f)
            return VALUE_DROPPED;
    bool mail = is_email(s, n) || starts(s, n, "mailto:");
    bool scheme = starts(s, n, "https://") || starts(s, n, "http://") || starts(s, n, "mailto:");
    if (!mail && !scheme && !is_address(s, n))
        return VALUE_DROPPED;
    size_t chars = text_length(s, n);
    if (rule->max_chars && chars > (size_t)rule->max_chars)
        return too_long(rule, chars, out, reason);
    if (!scheme)
        buf_puts(out, mail ? "mailto:" : "https://");
    buf_put(out, s, n);
    return VALUE_OK;
}

/* Finds `word` in "a b=a c"; what it stands for, or NULL. */
static const char *find_word(const char *words, const char *word, size_t *ret_len) {
    size_t len = strlen(word);
    for (const char *p = words; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        size_t key = strcspn(p, "= ");
        if (key != len || memcmp(p, word, len) != 0)
            continue;
        const char *meaning = p[key] == '=' ? p + key + 1 : p;
        *ret_len = strcspn(meaning, " ");
        return meaning;
    }
    return NULL;
}

enum value_state value_word(const struct value_rule *rule, const struct value_context *c, const char *s,
                            size_t n, struct buf *out, const char **reason) {
    (void)c;
    char folded[64];
    size_t len;
    text_compact(s, n, folded, sizeof folded);
    const char *meaning = find_word(rule->words, folded, &len);
    if (meaning) {
        buf_put(out, meaning, len);
        return VALUE_OK;
    }
    size_t from = out->len;
    buf_puts(out, "must be one of:");
    for (const char *p = rule->words; *p; p += strcspn(p, " "), p += strspn(p, " "))
        if (!memchr(p, '=', strcspn(p, " ")))
            buf_printf(out, " %.*s", (int)strcspn(p, " "), p);
    *reason = out->data + from;
    return VALUE_BAD;
}
