/* Writes without keys are for whoever is on this machine, and for nobody's web page. */
#include "writes_guard.h"

#include <string.h>
#include <strings.h>

static bool is_loopback(const char *address) {
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
           strncasecmp(address, "::ffff:127.", 11) == 0 || strcasecmp(address, "localhost") == 0;
}

/* Whether an Origin is a page that this machine served itself. */
static bool is_own_origin(const char *origin) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    const char *host = strstr(origin, "://");
    for (size_t i = 0; host && i < COUNT_OF(names); i++) {
        size_t n = strlen(names[i]);
        if (strncasecmp(host + 3, names[i], n) == 0 && (host[3 + n] == '\0' || host[3 + n] == ':'))
            return true;
    }
    return false;
}

/* Whether another program hands the request on: then loopback is its address, not the caller's. */
static bool is_handed_on(struct request *req) {
    static const char *const names[] = {"Forwarded", "X-Forwarded-For", "Via"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (request_given(req, names[i]))
            return true;
    return false;
}

enum err write_guard(struct request *req) {
    const struct settings *s = ((const struct api *)req->app)->shared->settings;
    const char *origin = request_given(req, "Origin");
    if (strcmp(s->writes, "on") == 0)
        return ERR_OK;
    if (strcmp(s->writes, "off") == 0)
        return request_fail(req, ERR_AUTH_FORBIDDEN, "writes are off (NICHED_WRITES=off): use niched import");
    if (!is_loopback(s->address))
        return request_fail(
            req, ERR_AUTH_FORBIDDEN,
            "writes are for a service on a loopback address (NICHED_WRITES=loopback), this one listens "
            "on %s: NICHED_WRITES=on allows them to everybody who reaches it",
            s->address);
    if (is_handed_on(req))
        return request_fail(req, ERR_AUTH_FORBIDDEN,
                            "writes through a proxy are not taken (NICHED_WRITES=loopback): it may hand on "
                            "anybody's");
    if (origin && !is_own_origin(origin))
        return request_fail(req, ERR_AUTH_FORBIDDEN,
                            "writes from pages of %.100s are not taken (NICHED_WRITES=loopback)", origin);
    return ERR_OK;
}
