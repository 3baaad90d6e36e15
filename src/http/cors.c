/* Cross-origin requests: which pages in a browser may read answers. No cookies and no other credentials of a
 * browser are ever used, so Access-Control-Allow-Credentials is never sent. Invariant: an origin that is not
 * allowed gets the answer of anybody without these headers, and the browser keeps it from the page. */
#include "exchange.h"

#include <string.h>
#include <strings.h>

bool loopback_address(const char *address) {
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* http or https on localhost, 127.0.0.1 or [::1], with any port. */
static bool local_origin(const char *origin) {
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
    size_t scheme = strncasecmp(origin, "http://", 7) == 0    ? 7
                    : strncasecmp(origin, "https://", 8) == 0 ? 8
                                                              : 0;
    for (size_t i = 0; scheme && i < COUNT_OF(hosts); i++) {
        size_t n = strlen(hosts[i]);
        const char *port = origin + scheme + n;
        if (strncasecmp(origin + scheme, hosts[i], n) != 0)
            continue;
        if (!*port || (*port == ':' && port[1] && strspn(port + 1, "0123456789") == strlen(port + 1)))
            return true;
    }
    return false;
}

/* Whether a comma separated list names a word. */
static bool listed(const char *list, const char *word) {
    size_t len = strlen(word);
    for (const char *c = list; *c;) {
        c += strspn(c, ", ");
        size_t n = strcspn(c, ", ");
        if (n == len && strncasecmp(c, word, n) == 0)
            return true;
        c += n;
    }
    return false;
}

void cors_begin(struct exchange *x) {
    const struct settings *s = x->req.loop->settings;
    const char *origin = x->headers.origin;
    if (!origin)
        return;
    bool local = loopback_address(s->address) && local_origin(origin);
    if (listed(s->cors_origins, "*"))
        x->origin = "*";
    else if (local || listed(s->cors_origins, origin) ||
             x->req.loop->program->knows_origin(x->req.app, origin))
        x->origin = origin;
}

static const char *allowed_methods(const struct exchange *x) {
    for (size_t i = 0; i < x->req.n_headers; i++)
        if (strcmp(x->req.headers[i].name, "Allow") == 0)
            return x->req.headers[i].value;
    return "GET";
}

void cors_headers(struct exchange *x, struct MHD_Response *res) {
    if (!x->origin)
        return;
    MHD_add_response_header(res, "Access-Control-Allow-Origin", x->origin);
    if (!x->options || !x->headers.ask_method) {
        MHD_add_response_header(
            res, "Access-Control-Expose-Headers",
            "X-Request-Id, ETag, Link, Server-Timing, Retry-After, X-World, X-Model-Version, X-Outcome, "
            "Age, Warning, WWW-Authenticate, RateLimit, RateLimit-Policy");
        return;
    }
    MHD_add_response_header(res, "Access-Control-Allow-Methods", allowed_methods(x));
    MHD_add_response_header(res, "Access-Control-Allow-Headers",
                            "Accept, Authorization, Content-Type, If-None-Match, X-Request-Id, traceparent");
    MHD_add_response_header(res, "Access-Control-Max-Age", "600");
}
