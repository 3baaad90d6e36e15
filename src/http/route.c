/* Finding a route. Invariant: a path matches by whole segments, byte for byte; nothing is normalised. */
#include "http/route.h"

#include <string.h>

static size_t segment_len(const char *s) {
    return strcspn(s, "/");
}

/* Whether the path fits the pattern; values of {..} go to segments. */
static bool fits(const char *pattern, const char *path, struct arena *a, const char **segments) {
    size_t taken = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        size_t np = segment_len(pattern), n = segment_len(path);
        bool value = pattern[0] == '{';
        if (value ? n == 0 : np != n || memcmp(pattern, path, n) != 0)
            return false;
        if (value && taken < REQUEST_SEGMENTS)
            segments[taken++] = arena_strndup(a, path, n);
        pattern += np;
        path += n;
    }
    return !*pattern && !*path;
}

static bool same_method(const char *route, const char *asked) {
    return strcmp(route, asked) == 0 || (strcmp(route, "GET") == 0 && strcmp(asked, "HEAD") == 0);
}

size_t route_params(const struct route *r, struct param ret_params[PARAM_MAX]) {
    size_t n = 0;
    for (size_t i = 0; r->loan && i < *r->loan->n_params && n < PARAM_MAX; i++)
        if (r->loan->takes(&r->loan->params[i]))
            ret_params[n++] = r->loan->params[i];
    for (size_t i = 0; r->n_params && i < *r->n_params && n < PARAM_MAX; i++)
        ret_params[n++] = r->params[i];
    return n;
}

enum err route_find(const struct route *routes, size_t n, const char *method, const char *path,
                    struct arena *a, const char **ret_segments, const struct route **ret_route,
                    const char **ret_allow) {
    const char *allow = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!fits(routes[i].path, path, a, ret_segments))
            continue;
        if (same_method(routes[i].method, method)) {
            *ret_route = &routes[i];
            return ERR_OK;
        }
        const char *words = strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method;
        if (!allow || !strstr(allow, words))
            allow = allow ? arena_printf(a, "%s, %s", allow, words) : words;
    }
    if (!allow)
        return ERR_ROUTE_NOT_FOUND;
    *ret_allow = arena_printf(a, "%s, OPTIONS", allow);
    return ERR_ROUTE_METHOD;
}
