/* Header lines where libmicrohttpd leaves them, name and value ended by NUL in its buffer: what the guard
 * lets through has tokens for names and no control characters; an X-Request-Id and a traceparent are taken
 * only when they are sane, and only from a line of that name. */
#include "fuzz.h"

#include "../../src/http/guard.c"

struct line {
    const char *name, *value;
    size_t name_n, value_n;
};

static const char own_id[] = "0123456789abcdef";

/* Takes a line apart as the library does: the first colon, blanks behind it. *io_at: behind the line. */
static bool next_line(char *s, size_t n, size_t *io_at, struct line *ret) {
    char *line = s + *io_at, *end = memmem(line, n - *io_at, "\r\n", 2);
    char *colon = end ? memchr(line, ':', (size_t)(end - line)) : NULL;
    if (!colon)
        return false;
    *io_at = (size_t)(end - s) + 2;
    char *value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    *colon = end[0] = end[1] = '\0';
    *ret = (struct line){line, value, (size_t)(colon - line), (size_t)(end - value)};
    return true;
}

static bool has_controls(const char *s, size_t n, const char *but) {
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] < ' ' || s[i] == 0x7f) && !(s[i] && strchr(but, s[i])))
            return true;
    return false;
}

static void check_line(const struct exchange *x, const struct line *l, bool *io_named, bool *io_traced) {
    HOLDS(l->name_n > 0 && !has_controls(l->name, l->name_n, "") && !memchr(l->name, ' ', l->name_n));
    HOLDS(!has_controls(l->value, l->value_n, "\t"));
    *io_named |= strcasecmp(l->name, "x-request-id") == 0 && strcmp(l->value, x->req.id) == 0;
    *io_traced |= strcasecmp(l->name, "traceparent") == 0 && l->value == x->headers.traceparent;
}

static void check_trace(const char *s) {
    char trace[33], parent[17], flags[3];
    int n = 0;
    HOLDS(sscanf(s, "00-%32[0-9a-f]-%16[0-9a-f]-%2[0-9a-f]%n", trace, parent, flags, &n) == 3);
    HOLDS(n == 55 && s[n] == '\0' && strlen(trace) == 32 && strlen(parent) == 16 && strlen(flags) == 2);
    HOLDS(trace[strspn(trace, "0")] && parent[strspn(parent, "0")]);
}

static void check(const struct exchange *x, const struct line *lines, size_t n) {
    bool named = strcmp(x->req.id, own_id) == 0, traced = !x->headers.traceparent;
    for (size_t i = 0; i < n; i++)
        check_line(x, &lines[i], &named, &traced);
    HOLDS(named && strlen(x->req.id) < sizeof x->req.id && !has_controls(x->req.id, strlen(x->req.id), ""));
    HOLDS(!strpbrk(x->req.id, " \t\"'<>&=\\/"));
    HOLDS(traced);
    if (x->headers.traceparent)
        check_trace(x->headers.traceparent);
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        const char *value = *(const char *const *)(const void *)((const char *)&x->headers + kept[i].offset);
        HOLDS(!value || !has_controls(value, strlen(value), "\t"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    enum { LINES = 64, END = 8 };
    struct line lines[LINES];
    char *s = calloc(1, n + END);
    struct exchange *x = calloc(1, sizeof *x);
    HOLDS(s && x);
    memcpy(s, data, n);
    x->req.arena = arena_new(4096);
    memcpy(x->req.id, own_id, sizeof own_id);
    struct guard g = {.x = x, .next = s};
    size_t count = 0;
    enum MHD_Result go_on = MHD_YES;
    for (size_t at = 0; go_on == MHD_YES && count < LINES && next_line(s, n, &at, &lines[count]); count++) {
        const struct line *l = &lines[count];
        go_on = look(&g, MHD_HEADER_KIND, l->name, l->name_n, l->value, l->value_n);
    }
    HOLDS((go_on == MHD_YES) == !g.bad);
    if (count && !g.bad && end_is_plain(&g, g.next + 2))
        check(x, lines, count);
    arena_free(x->req.arena);
    free(x);
    free(s);
    return 0;
}
