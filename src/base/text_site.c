/* Which dots belong to web addresses. Invariant: "end.Next" of a missing blank is no address, so endings that
 * are words in some language (it, me, de, fit ...) count only before a slash. */
#include "base/text_site.h"

#include "base/macros.h"

#include <string.h>
#include <strings.h>

static const char tlds[][5] = {"com", "net", "org", "io", "ee", "app", "tv", "shop", "gg"};

static bool is_label_at(const unsigned char *s, size_t n, size_t i) {
    unsigned c = i < n ? s[i] : 0;
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_tld(const unsigned char *s, size_t n) {
    for (size_t i = 0; i < COUNT_OF(tlds); i++)
        if (strlen(tlds[i]) == n && strncasecmp((const char *)s, tlds[i], n) == 0)
            return true;
    return false;
}

bool text_is_site(const unsigned char *s, size_t n, size_t dot) {
    if (dot == 0 || !is_label_at(s, n, dot - 1) || !is_label_at(s, n, dot + 1))
        return false;
    if (dot >= 3 && strncasecmp((const char *)s + dot - 3, "www", 3) == 0)
        return true;
    size_t end = dot + 1;
    while (is_label_at(s, n, end) || (end < n && s[end] == '-'))
        end++;
    size_t label = end - dot - 1;
    if (end + 1 < n && s[end] == '/' && label >= 2)
        return true;
    bool more = end < n && s[end] == '.' && is_label_at(s, n, end + 1);
    return !more && is_tld(s + dot + 1, label);
}
