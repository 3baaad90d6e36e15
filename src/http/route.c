/* Finding a route. Invariants: a path matches by whole segments, byte for byte; nothing is normalised. Where
 * a path fits several patterns, those come first that go on behind an {id} which is a number in the path, so
 * that /creators/7/standing and a creator whose name is "standing" are different resources. */
#include "http/route.h"

#include <string.h>

static size_t segment_len(const char *s) {
    return strcspn(s, "/");
}

static bool is_number(const char *s, size_t n) {
    return strspn(s, "0123456789") >= n;
}

/* Whether the path fits the pattern; values of {..} go to segments. `strict`: an {id} with more behind it is
 * a number. */
static bool fits(const char *pattern, const char *path, bool strict, struct arena *a, const char **segments) {
    size_t taken = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        size_t np = segment_len(pattern), n = segment_len(path);
        bool value = pattern[0] == '{';
        bool id = np == 4 && memcmp(pattern, "{id}", np) == 0 && pattern[np];
        if (strict && id && !is_number(path, n))
            return false;
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

/* The route of the path and method. Of a method that no route of the path has, *ret_allow; untouched if no
 * route has the path. */
static enum err find(const struct route *routes, size_t n, const char *method, const char *path, bool strict,
                     struct arena *a, const char **ret_segments, const struct route **ret_route,
                     const char **ret_allow) {
    const char *allow = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!fits(routes[i].path, path, strict, a, ret_segments))
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

enum err route_find(const struct route *routes, size_t n, const char *method, const char *path,
                    struct arena *a, const char **ret_segments, const struct route **ret_route,
                    const char **ret_allow) {
    enum err e = find(routes, n, method, path, true, a, ret_segments, ret_route, ret_allow);
    return e == ERR_ROUTE_NOT_FOUND
               ? find(routes, n, method, path, false, a, ret_segments, ret_route, ret_allow)
               : e;
}
