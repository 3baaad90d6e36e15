/* Platforms and usernames, also as profile addresses. The platforms are those of the table `platform`. */
#include "ingest/values.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_USERNAME = 100 };

static const struct platform_line {
    int platform;
    const char *name;
    const char *words; /* folded */
    const char *hosts; /* of profile addresses */
    const char *paths; /* path words that a handle may follow */
} platforms[] = {
    {1, "instagram", " instagram ig insta ", " instagram.com instagr.am ", " _u "},
    {2, "tiktok", " tiktok tt ", " tiktok.com ", ""},
    {3, "youtube", " youtube yt ", " youtube.com ", " c user channel "},
};

static const struct platform_line *line_of(int platform) {
    for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++)
        if (platforms[i].platform == platform)
            return &platforms[i];
    return NULL;
}

/* Whether the n bytes are one of the words of " a b c ", in any case. */
static bool among(const char *words, const char *s, size_t n) {
    char key[64];
    if (!n || n > sizeof key - 3)
        return false;
    snprintf(key, sizeof key, " %.*s ", (int)n, s);
    return strcasestr(words, key) != NULL;
}

int platform_of(const char *s, size_t n) {
    char word[32];
    size_t len = text_compact(s, n, word, sizeof word);
    for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++)
        if (among(platforms[i].words, word, len))
            return platforms[i].platform;
    return 0;
}

const char *platform_name(int platform) {
    const struct platform_line *p = line_of(platform);
    return p ? p->name : "";
}

enum value_state value_platform(const struct value_rule *rule, const struct value_context *c, const char *s,
                                size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)c;
    (void)reason;
    int platform = platform_of(s, n);
    if (!platform)
        return VALUE_BAD;
    buf_printf(out, "%d", platform);
    return VALUE_OK;
}

static void drop(const char **s, size_t *n, const char *prefix) {
    size_t len = strlen(prefix);
    if (*n >= len && strncasecmp(*s, prefix, len) == 0) {
        *s += len;
        *n -= len;
    }
}

static const struct platform_line *platform_of_host(const char *s, size_t n) {
    for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++)
        if (among(platforms[i].hosts, s, n))
            return &platforms[i];
    return NULL;
}

/* Cuts a profile address down to its handle; false if it is an address of something else. */
static bool cut_address(const struct value_context *c, const char **s, size_t *n) {
    const char *slash = memchr(*s, '/', *n);
    if (!slash)
        return true;
    drop(s, n, "https://");
    drop(s, n, "http://");
    drop(s, n, "www.");
    drop(s, n, "m.");
    size_t host = strcspn(*s, "/");
    if (host >= *n)
        return false;
    const struct platform_line *p = platform_of_host(*s, host);
    if (!p || (c->platform && p->platform != c->platform))
        return false;
    *s += host + 1;
    *n -= host + 1;
    const char *next = memchr(*s, '/', *n);
    if (next && among(p->paths, *s, (size_t)(next - *s))) {
        *n -= (size_t)(next - *s) + 1;
        *s = next + 1;
    }
    size_t end = 0;
    while (end < *n && (*s)[end] != '/' && (*s)[end] != '?' && (*s)[end] != '#')
        end++;
    *n = end;
    return true;
}

static bool allowed(unsigned char c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '_' || c == '.' || c == '-';
}

/* What an address goes away from: readers and proxies take it out. */
static bool is_dots(const char *s, size_t n) {
    return n <= 2 && strspn(s, ".") >= n;
}

enum value_state value_username(const struct value_rule *rule, const struct value_context *c, const char *s,
                                size_t n, struct buf *out, const char **reason) {
    (void)rule;
    (void)reason;
    char text[512]; /* terminated, for strcspn */
    if (n >= sizeof text)
        return VALUE_BAD;
    memcpy(text, s, n);
    text[n] = '\0';
    s = text;
    if (!cut_address(c, &s, &n))
        return VALUE_BAD;
    drop(&s, &n, "@");
    for (size_t i = 0; i < n; i++)
        if (!allowed((unsigned char)s[i]))
            return VALUE_BAD;
    if (!n || is_dots(s, n) || text_length(s, n) > MAX_USERNAME)
        return VALUE_BAD;
    buf_put(out, s, n);
    return VALUE_OK;
}
