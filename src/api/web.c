/* The page and the reference: files of src/web as they are in the binary. Invariants: only what is embedded
 * can be asked for, by its exact name; each answer carries the policy that keeps a browser from loading or
 * running anything that is not from here. */
#include "api/api.h"

#include "base/embed.h"

#include <string.h>

/* No inline script or style, nothing from elsewhere, in nobody's frame. */
#define POLICY                                                                                               \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "    \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const struct media {
    const char *suffix, *type;
} media[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static const char *media_type(const char *name) {
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < COUNT_OF(media); i++)
        if (strcmp(dot, media[i].suffix) == 0)
            return media[i].type;
    return NULL;
}

static enum err reply_asset(struct request *req, const char *name) {
    uint64_t given;
    char none;
    enum err e = api_params(req, &none, &given);
    if (e)
        return e;
    const char *type = media_type(name);
    const struct embedded *f = type ? embed_find(arena_printf(req->arena, "src/web/%s", name)) : NULL;
    if (!f)
        return request_fail(req, ERR_ROUTE_NOT_FOUND, "the page has no file \"%.100s\"", name);
    request_header(req, "Content-Security-Policy", POLICY);
    request_header(req, "Referrer-Policy", "no-referrer");
    return request_reply_fixed(req, 200, type, f->data, f->len);
}

enum err api_page(struct request *req) {
    return reply_asset(req, "index.html");
}

enum err api_docs(struct request *req) {
    return reply_asset(req, "docs.html");
}

enum err api_asset(struct request *req) {
    return reply_asset(req, req->segments[0]);
}
