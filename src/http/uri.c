/* Request targets. libmicrohttpd's own argument parser gives up silently on many arguments, so the target is
 * taken apart here, with bounds. Invariant: a decoded path holds no NUL and is UTF-8; an argument keeps its
 * length. */
#include "uri.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* Decodes %XX, and '+' as a blank in arguments. False on a broken escape. */
static bool decode(const char *s, size_t n, bool plus, struct arena *a, const char **ret, size_t *ret_len) {
    char *out = arena_alloc(a, n + 1);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c == '%') {
            bool whole = i + 2 < n;
            int high = whole ? hex(s[i + 1]) : -1, low = whole ? hex(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[len++] = c;
    }
    *ret = out;
    *ret_len = len;
    return true;
}

static enum err parse_arg(struct request *req, const char *s, size_t n) {
    if (req->n_args == REQUEST_ARGS)
        return request_fail(req, ERR_ROUTE_BAD_REQUEST, "a request takes at most %d arguments", REQUEST_ARGS);
    const char *eq = memchr(s, '=', n);
    size_t name_len = eq ? (size_t)(eq - s) : n;
    struct param_arg arg = {.value = ""};
    bool ok = decode(s, name_len, true, req->arena, &arg.name, &arg.name_len);
    if (ok && eq)
        ok = decode(eq + 1, n - name_len - 1, true, req->arena, &arg.value, &arg.value_len);
    if (!ok || memchr(arg.name, 0, arg.name_len) || !text_utf8_valid(arg.name, arg.name_len))
        return request_fail(req, ERR_PARAM_INVALID, "an argument is not percent-encoded UTF-8 (%%XX)");
    req->args[req->n_args++] = arg;
    return ERR_OK;
}

static enum err parse_args(struct request *req, const char *s, const char *end) {
    while (s < end) {
        const char *amp = memchr(s, '&', (size_t)(end - s));
        const char *stop = amp ? amp : end;
        if (stop > s) {
            enum err e = parse_arg(req, s, (size_t)(stop - s));
            if (e)
                return e;
        }
        s = stop + 1;
    }
    return ERR_OK;
}

/* Bytes of scheme and authority in front of the path: a target may be an absolute URI (RFC 9112, 3.2.2). */
static size_t authority_len(const char *raw, size_t len) {
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        size_t n = strlen(schemes[i]);
        const char *slash =
            len > n && strncasecmp(raw, schemes[i], n) == 0 ? memchr(raw + n, '/', len - n) : NULL;
        if (slash)
            return (size_t)(slash - raw);
    }
    return 0;
}

enum err uri_parse(struct request *req, const char *raw, size_t len) {
    req->path = "/";
    if (len > REQUEST_URI_MAX)
        return request_fail(req, ERR_URI_TOO_LONG, "an address has at most %d bytes, this one has %zu",
                            REQUEST_URI_MAX, len);
    size_t front = authority_len(raw, len);
    raw += front;
    len -= front;
    const char *mark = memchr(raw, '?', len);
    size_t path_len = mark ? (size_t)(mark - raw) : len;
    const char *path;
    size_t decoded;
    if (!decode(raw, path_len, false, req->arena, &path, &decoded) || memchr(path, 0, decoded) ||
        !text_utf8_valid(path, decoded) || path[0] != '/')
        return request_fail(req, ERR_ROUTE_BAD_REQUEST,
                            "the path is not percent-encoded UTF-8 that begins with /");
    req->path = path;
    return mark ? parse_args(req, mark + 1, raw + len) : ERR_OK;
}
