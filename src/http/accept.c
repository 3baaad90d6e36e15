/* Reading Accept, Accept-Encoding and If-None-Match. What cannot be read counts as not said. */
#include "accept.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is not asked for by name is the last resort. */
#define IDENTITY_UNSAID 0.0001

static const char *skip(const char *s) {
    return s + strspn(s, " \t,");
}

/* One element up to the next comma: its word without parameters, and its quality (-1: unreadable). */
struct element {
    const char *word;
    size_t len;
    double q;
};

static double quality(const char *s, size_t n) {
    for (const char *end = s + n; s < end;) {
        s += strspn(s, "; \t");
        size_t len = strcspn(s, ";,");
        if (len >= 2 && (s[0] | 0x20) == 'q' && s[1] == '=') {
            char *stop;
            double q = strtod(s + 2, &stop);
            bool whole = stop > s + 2 && strspn(stop, " \t") >= (size_t)(s + len - stop);
            return whole && q >= 0 && q <= 1 ? q : -1;
        }
        s += len;
    }
    return 1;
}

/* Takes the next element; the rest of the header, or NULL at the end. */
static const char *next(const char *s, struct element *ret) {
    s = skip(s);
    if (!*s)
        return NULL;
    size_t n = strcspn(s, ","), word = strcspn(s, ",; \t");
    *ret = (struct element){s, word, quality(s + word, n - word)};
    return s + n;
}

static bool is(const struct element *e, const char *word, size_t len) {
    return e->len == len && strncasecmp(e->word, word, len) == 0;
}

double accept_media(const char *header, const char *type) {
    if (!header)
        return 1;
    size_t slash = strcspn(type, "/") + 1;
    double q = 0;
    int best = 0; /* how closely the element that counts names the type */
    struct element e;
    for (const char *s = next(header, &e); s; s = next(s, &e)) {
        bool group = e.len == slash + 1 && e.word[slash] == '*' && strncasecmp(e.word, type, slash) == 0;
        int close = is(&e, type, strlen(type)) ? 3 : group ? 2 : is(&e, "*/*", 3) ? 1 : 0;
        if (e.q < 0 || close <= best)
            continue;
        best = close;
        q = e.q;
    }
    return q;
}

double accept_coding(const char *header, const char *coding) {
    bool identity = strcmp(coding, "identity") == 0;
    if (!header)
        return identity;
    double any = -1;
    struct element e;
    for (const char *s = next(header, &e); s; s = next(s, &e)) {
        if (e.q >= 0 && is(&e, coding, strlen(coding)))
            return e.q;
        if (e.q >= 0 && is(&e, "*", 1))
            any = e.q;
    }
    return any >= 0 ? any : identity ? IDENTITY_UNSAID : 0;
}

bool accept_tag(const char *header, const char *tag) {
    if (!header)
        return false;
    const char *opaque = tag + (tag[0] == 'W' ? 2 : 0);
    size_t len = strlen(opaque);
    for (const char *s = skip(header); *s; s = skip(s)) {
        if (*s == '*')
            return true;
        s += s[0] == 'W' && s[1] == '/' ? 2 : 0;
        if (strncmp(s, opaque, len) == 0)
            return true;
        const char *close = *s == '"' ? strchr(s + 1, '"') : NULL;
        if (!close)
            return false;
        s = close + 1;
    }
    return false;
}
