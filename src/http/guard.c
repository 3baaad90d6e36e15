/* What libmicrohttpd's lenient parser lets through and we do not. */
#include "exchange.h"

#include <string.h>
#include <strings.h>

struct guard {
    struct exchange *x;
    int hosts, lengths, encodings;
    const char *bad;
};

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

static enum MHD_Result look(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
                            const char *value, size_t value_n) {
    (void)kind;
    struct guard *g = cls;
    if (!is_token(key, key_n) || !is_value(value ? value : "", value_n))
        g->bad = "a header has a name that is no token or a value with control characters";
    g->hosts += strcasecmp(key, "Host") == 0;
    g->lengths += strcasecmp(key, "Content-Length") == 0;
    g->encodings += strcasecmp(key, "Transfer-Encoding") == 0;
    if (strcasecmp(key, "Transfer-Encoding") == 0 && (!value || strcasecmp(value, "chunked") != 0))
        g->bad = "the only Transfer-Encoding understood is chunked";
    if (strcasecmp(key, "X-Request-Id") == 0 && value)
        take_request_id(&g->x->req, value, value_n);
    return g->bad ? MHD_NO : MHD_YES;
}

enum err guard_headers(struct exchange *x) {
    struct guard g = {.x = x};
    MHD_get_connection_values_n(x->conn, MHD_HEADER_KIND, look, &g);
    if (!g.bad && (g.hosts > 1 || g.lengths > 1 || g.encodings > 1))
        g.bad = "Host, Content-Length and Transfer-Encoding may stand once";
    if (!g.bad && g.lengths && g.encodings)
        g.bad = "Content-Length and Transfer-Encoding exclude each other";
    return g.bad ? request_fail(&x->req, ERR_ROUTE_BAD_REQUEST, "%s", g.bad) : ERR_OK;
}
