/* Who may do what. Invariants: a key that is sent counts, or is refused: nobody is taken for anonymous
 * because of a wrong one; without a key nobody gets more than the settings give; a publishable key never has
 * a workspace. What a route needs is in the table of routes. */
#include "authority.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DEFAULT_WORKSPACE = 1 }; /* the one that migration 0016 makes */

const struct caller api_operator = {.scope = SCOPE_ADMIN, .workspace = DEFAULT_WORKSPACE};

static const char *const scope_names[] = {"none", "metrics", "read", "write", "admin"};

static const struct settings *settings_of(const struct request *req) {
    return ((const struct api *)req->app)->shared->settings;
}

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

/* Why whoever has no key may not write here, NULL where they may. */
static const char *why_no_write(struct request *req) {
    const struct settings *s = settings_of(req);
    const char *origin = request_origin(req);
    if (strcmp(s->writes, "on") == 0)
        return NULL;
    if (strcmp(s->writes, "off") == 0)
        return "NICHED_WRITES=off";
    if (!is_loopback(s->address))
        return arena_printf(req->arena, "NICHED_WRITES=loopback, and the service listens on %s", s->address);
    if (is_handed_on(req))
        return "NICHED_WRITES=loopback, and a proxy may hand on anybody's";
    if (origin && !is_own_origin(origin))
        return arena_printf(req->arena, "NICHED_WRITES=loopback, and it comes from a page of %.100s", origin);
    return NULL;
}

static bool may_read(const struct settings *s) {
    bool loopback = strcmp(s->anonymous_read, "loopback") == 0;
    return loopback ? is_loopback(s->address) : strcmp(s->anonymous_read, "on") == 0;
}

/* Who comes without a key: on this machine its operator, else what the settings say. */
static struct caller anybody(struct request *req) {
    const struct settings *s = settings_of(req);
    if (!why_no_write(req))
        return (struct caller){.scope = is_loopback(s->address) ? SCOPE_ADMIN : SCOPE_WRITE,
                               .workspace = DEFAULT_WORKSPACE};
    return (struct caller){.scope = may_read(s) ? SCOPE_READ : SCOPE_NONE};
}

enum err authority_ask(struct request *req, enum err code) {
    request_header(req, "WWW-Authenticate",
                   code == ERR_AUTH_INVALID ? "Bearer error=\"invalid_token\"" : "Bearer");
    return code;
}

static enum err check_origin(struct request *req, const struct api_key *k) {
    const char *origin = request_origin(req);
    for (size_t i = 0; origin && i < k->n_origins; i++)
        if (strcmp(k->origins[i], origin) == 0)
            return ERR_OK;
    return request_fail(req, ERR_AUTH_FORBIDDEN,
                        "this publishable key is for pages of its own origins, not of %.100s",
                        origin ? origin : "none (no Origin header)");
}

/* The caller of a key. */
static enum err take_key(struct request *req, const char *header) {
    const struct api *api = req->app;
    const char *text = header + strspn(header, " ");
    bool bearer = strncasecmp(text, "Bearer ", 7) == 0;
    const struct api_key *k =
        bearer ? keyring_find(api->keys, text + 7 + strspn(text + 7, " "), clock_now_us()) : NULL;
    bool enough = k && req->route->need == NEED_METRICS; /* how it is must be seen while the store is away */
    if (!enough && !keyring_fresh(api->keys, clock_mono_ms())) {
        request_fail(req, ERR_STORE_UNAVAILABLE,
                     "keys cannot be checked: the database was not reached lately");
        req->fault.retry_after_s = 1;
        return req->fault.code;
    }
    if (!k) {
        request_fail(req, ERR_AUTH_INVALID,
                     bearer ? "the key is not one that is good here: never made, revoked, expired or misspelt"
                            : "Authorization must be \"Bearer nk_<id>_<secret>\"");
        return authority_ask(req, ERR_AUTH_INVALID);
    }
    req->caller = (struct caller){.scope = k->scope,
                                  .key = k->id,
                                  .workspace = k->publishable ? 0 : k->workspace,
                                  .publishable = k->publishable,
                                  .per_minute = k->per_minute};
    return k->publishable ? check_origin(req, k) : ERR_OK;
}

/* What each need asks of a caller. */
static const struct {
    enum scope scope;
    bool workspace;
    enum scope also;
} needs[] = {
    [NEED_WRITE] = {SCOPE_WRITE, true, SCOPE_NONE},   [NEED_OWN] = {SCOPE_READ, true, SCOPE_NONE},
    [NEED_READ] = {SCOPE_READ, false, SCOPE_NONE},    [NEED_METRICS] = {SCOPE_ADMIN, false, SCOPE_METRICS},
    [NEED_ANYBODY] = {SCOPE_NONE, false, SCOPE_NONE}, [NEED_NOTHING] = {SCOPE_NONE, false, SCOPE_NONE}};

/* Whether the numbers of the service are for whoever comes. */
static bool metrics_open(struct request *req) {
    const struct settings *s = settings_of(req);
    bool local = strcmp(s->metrics, "loopback") == 0 && is_loopback(s->address) && !is_handed_on(req);
    return local || strcmp(s->metrics, "open") == 0;
}

/* The setting that closes it, as it is. */
static const char *why_closed(struct request *req, enum need need) {
    const struct settings *s = settings_of(req);
    const char *why = needs[need].workspace ? why_no_write(req) : NULL;
    bool metrics = need == NEED_METRICS;
    if (why)
        return why;
    return arena_printf(req->arena, "%s=%s, and the service listens on %s%s",
                        metrics ? "NICHED_METRICS" : "NICHED_ANONYMOUS_READ",
                        metrics ? s->metrics : s->anonymous_read, s->address,
                        metrics && is_handed_on(req) ? ", behind a proxy" : "");
}

static enum err refuse(struct request *req, enum need need) {
    const char *scope = scope_names[needs[need].also ? needs[need].also : needs[need].scope];
    if (req->caller.publishable && needs[need].workspace)
        return request_fail(req, ERR_AUTH_FORBIDDEN, "a publishable key reads what is shared, nothing else");
    if (req->caller.key)
        return request_fail(req, ERR_AUTH_FORBIDDEN, "this takes a key of scope %s, yours has %s", scope,
                            scope_names[req->caller.scope]);
    request_fail(req, ERR_AUTH_REQUIRED,
                 "this takes a key of scope %s (Authorization: Bearer nk_...); without one it is closed: %s",
                 scope, why_closed(req, need));
    return authority_ask(req, ERR_AUTH_REQUIRED);
}

/* A key that is no secret is shared by many: each visitor of its pages counts alone. */
static enum err count(struct request *req) {
    const struct settings *s = settings_of(req);
    const struct caller *c = &req->caller;
    bool secret = c->key && !c->publishable;
    int64_t usual = secret ? s->rate_key : s->rate_address;
    return request_limit(req, secret ? "key" : "address", c->per_minute ? c->per_minute : usual);
}

static enum err check_need(struct request *req, enum need need) {
    enum scope scope = req->caller.scope;
    bool enough = (scope >= needs[need].scope && (!needs[need].workspace || req->caller.workspace)) ||
                  (needs[need].also && scope == needs[need].also);
    return enough ? ERR_OK : refuse(req, need);
}

enum err api_admit(struct request *req) {
    enum need need = req->route->need;
    const char *header = request_authorization(req);
    struct api *api = req->app;
    enum err e = ERR_OK;
    if (need == NEED_NOTHING || (need == NEED_METRICS && metrics_open(req)))
        return ERR_OK;
    if (!api->keys)
        api_loop_tick(api, 0);
    if (header)
        e = take_key(req, header);
    else
        req->caller = anybody(req);
    enum err limit = count(req); /* wrong keys count, too */
    return limit ? limit : e ? e : check_need(req, need);
}

bool api_knows_origin(void *app, const char *origin) {
    return keyring_knows(((struct api *)app)->keys, origin);
}

const char *request_workspace(struct request *req) {
    return req->caller.workspace ? arena_printf(req->arena, "%d", req->caller.workspace) : NULL;
}

struct statement api_private(struct request *req, const char *query) {
    struct statement st = api_statement(req, query);
    st.workspace = request_workspace(req);
    return st;
}

bool request_sees_contact(const struct request *req) {
    return settings_of(req)->anonymous_contact || (req->caller.key && !req->caller.publishable);
}

uint64_t request_authority(const struct request *req) {
    const struct caller *c = &req->caller;
    return (uint64_t)(uint32_t)c->workspace << 1 | (c->key && !c->publishable);
}
