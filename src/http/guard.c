/* What libmicrohttpd's lenient parser lets through and we do not.
 *
 * Version 0.9 takes a request apart where it stands in its buffer, so method, target, version and the header
 * lines must lie there one behind the other, parted by what HTTP says. Where something else is between them,
 * the library passed over it without a word: a folded line (which it appends to the name of the header
 * before), the rest of a value behind a NUL, a line that ends in LF alone, a header without a name, a second
 * blank. (NULs that end the last line look as its end does, and stay unseen.) */
#include "exchange.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_BYTES_MAX = 8192 };

struct guard {
    struct exchange *x;
    int hosts, lengths, encodings;
    size_t bytes;
    const char *next; /* where the next header must begin; NULL: of another version, which is strict itself */
    const char *bad;
};

static const char not_plain[] =
    "a request must be lines of HTTP/1.1 that end in CR LF: one blank between method, target and "
    "version, headers with a name, none folded, no NUL";

#define KEEP(name, member)                                                                                   \
    { name, offsetof(struct request_headers, member) }

static const struct {
    const char *name;
    size_t offset;
} kept[] = {
    KEEP("Accept", accept),
    KEEP("Accept-Encoding", accept_encoding),
    KEEP("If-None-Match", if_none_match),
    KEEP("Origin", origin),
    KEEP("Authorization", authorization),
    KEEP("Access-Control-Request-Method", ask_method),
    KEEP("Content-Type", content_type),
    KEEP("Content-Length", content_length),
    KEEP("Content-Encoding", content_encoding),
    KEEP("Transfer-Encoding", transfer_encoding),
    KEEP("Expect", expect),
    KEEP("Forwarded", forwarded),
    KEEP("X-Forwarded-For", forwarded_for),
    KEEP("Via", via),
};

static void keep_header(struct exchange *x, const char *key, const char *value) {
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        if ((key[0] | 0x20) != (kept[i].name[0] | 0x20) || strcasecmp(key, kept[i].name) != 0)
            continue;
        const char **at = (const char **)(void *)((char *)&x->headers + kept[i].offset);
        *at = *at ? arena_printf(x->req.arena, "%s, %s", *at, value) : value;
        return;
    }
}

static bool is_token(const char *s, size_t n) {
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < n; i++) {
        char c = s[i], l = (char)(c | 0x20);
        if (!(l >= 'a' && l <= 'z') && !(c >= '0' && c <= '9') && !(c && strchr(others, c)))
            return false;
    }
    return n > 0;
}

static bool is_value(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] < 0x20 && s[i] != '\t') || s[i] == 0x7F)
            return false;
    return true;
}

static void take_request_id(struct request *req, const char *value, size_t n) {
    if (n < 1 || n >= sizeof req->id ||
        strspn(value, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") != n)
        return;
    memcpy(req->id, value, n);
    req->id[n] = '\0';
}

/* 00-<32 hex>-<16 hex>-<2 hex>, ids not all zero (W3C Trace Context). */
static bool is_traceparent(const char *s, size_t n) {
    static const char shape[] = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    bool ok = n == sizeof shape - 1;
    for (size_t i = 0; ok && i < n; i++)
        ok = shape[i] == 'x' ? s[i] && strchr("0123456789abcdef", s[i]) != NULL : s[i] == shape[i];
    return ok && strspn(s + 3, "0") < 32 && strspn(s + 36, "0") < 16;
}

/* Whether the request line lies in the buffer as it must; *ret_next: where the first header must begin. */
static bool line_is_plain(const struct exchange *x, const char *method, const char *version,
                          const char **ret_next) {
    *ret_next = version + strlen(version) + 2;
    return method + strlen(method) + 1 == x->target && x->target + x->target_len + 1 == version;
}

static bool header_is_plain(struct guard *g, const char *key, size_t key_n, const char *value,
                            size_t value_n) {
    const char *colon = key + key_n;
    bool plain = value && key == g->next && value == colon + 1 + strspn(colon + 1, " \t");
    g->next = value ? value + value_n + 2 : NULL;
    return plain;
}

/* Behind the last line two line ends, which the library made NUL, and there the head ends. */
static bool end_is_plain(const struct guard *g, const char *head_end) {
    static const char ends[4];
    return g->next + 2 == head_end && memcmp(g->next - 2, ends, sizeof ends) == 0;
}

/* Where the library says that the head ends. What lies behind in its buffer is of nobody, or of the request
 * before. */
static const char *head_end(const struct exchange *x, const char *method) {
    const union MHD_ConnectionInfo *head =
        MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return head ? method + head->header_size : NULL;
}

static enum MHD_Result look(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
                            const char *value, size_t value_n) {
    (void)kind;
    struct guard *g = cls;
    if (!is_token(key, key_n) || !is_value(value ? value : "", value_n))
        g->bad = "a header has a name that is no token or a value with control characters";
    if (!g->bad && g->next && !header_is_plain(g, key, key_n, value, value_n))
        g->bad = not_plain;
    g->hosts += strcasecmp(key, "Host") == 0;
    g->lengths += strcasecmp(key, "Content-Length") == 0;
    g->encodings += strcasecmp(key, "Transfer-Encoding") == 0;
    if (strcasecmp(key, "Transfer-Encoding") == 0 && (!value || strcasecmp(value, "chunked") != 0))
        g->bad = "the only Transfer-Encoding understood is chunked";
    if (strcasecmp(key, "X-Request-Id") == 0 && value)
        take_request_id(&g->x->req, value, value_n);
    if (strcasecmp(key, "traceparent") == 0 && value && is_traceparent(value, value_n))
        g->x->headers.traceparent = value;
    g->bytes += key_n + value_n + 4;
    keep_header(g->x, key, value ? value : "");
    return g->bad ? MHD_NO : MHD_YES;
}

enum err guard_headers(struct exchange *x, const char *method, const char *version) {
    struct guard g = {.x = x};
    bool in_place = x->req.loop->in_place;
    if (in_place && !line_is_plain(x, method, version, &g.next))
        g.bad = not_plain;
    if (!is_token(method, strlen(method)))
        g.bad = "a method must be a token";
    if (!g.bad)
        MHD_get_connection_values_n(x->conn, MHD_HEADER_KIND, look, &g);
    if (!g.bad && in_place && !end_is_plain(&g, head_end(x, method)))
        g.bad = not_plain;
    if (!g.bad && (g.hosts > 1 || g.lengths > 1 || g.encodings > 1))
        g.bad = "Host, Content-Length and Transfer-Encoding may stand once";
    if (!g.bad && g.lengths && g.encodings)
        g.bad = "Content-Length and Transfer-Encoding exclude each other";
    if (!g.bad && g.bytes > HEADERS_BYTES_MAX)
        return request_fail(&x->req, ERR_HEADER_TOO_LARGE,
                            "the headers of a request have at most %d bytes, these have %zu",
                            HEADERS_BYTES_MAX, g.bytes);
    return g.bad ? request_fail(&x->req, ERR_ROUTE_BAD_REQUEST, "%s", g.bad) : ERR_OK;
}
