/* Who asks, by network address, and how often. */
#include "exchange.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>

/* The client's address as the connection has it, or as trusted proxies tell it. */
static bool client_of(const struct exchange *x, struct address *ret_client) {
    const struct loop *l = x->req.loop;
    const union MHD_ConnectionInfo *info =
        x->conn ? MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS) : NULL;
    struct address peer;
    if (!info || !address_of(info->client_addr, &peer))
        return false;
    bool rfc7239 = strcmp(l->settings->proxy_header, "forwarded") == 0;
    *ret_client =
        networks_client(l->trusted, peer, rfc7239 ? x->headers.forwarded : x->headers.forwarded_for, rfc7239);
    return true;
}

const char *request_address(struct request *req) {
    struct exchange *x = exchange_of(req);
    struct address client;
    char text[NETWORK_TEXT] = "";
    x->own = true;
    if (client_of(x, &client))
        address_text(address_caller(client), text);
    return arena_strdup(req->arena, text);
}

enum err request_limit(struct request *req, const char *what, int64_t per_minute) {
    const struct loop *l = req->loop;
    struct rate_left left;
    if (!l->rates || per_minute <= 0)
        return ERR_OK;
    uint64_t who =
        hash_bytes(hash_text(HASH_START ^ l->rate_seed, what), &req->caller.key, sizeof req->caller.key);
    if (strcmp(what, "address") == 0)
        who = hash_text(who, request_address(req));
    int64_t burst = per_minute * l->settings->rate_burst_s / 60;
    struct rate rate = {per_minute, burst ? burst : 1};
    bool taken = rates_take(l->rates, who ? who : 1, rate, clock_mono_us(), &left);
    request_header(req, "RateLimit-Policy",
                   arena_printf(req->arena, "\"%s\";q=%lld;w=%lld", what, (long long)rate.burst,
                                (long long)((rate.burst * 60 + per_minute - 1) / per_minute)));
    request_header(req, "RateLimit",
                   arena_printf(req->arena, "\"%s\";r=%lld;t=%lld", what, (long long)left.requests,
                                (long long)((left.full_us + 999999) / 1000000)));
    if (taken)
        return ERR_OK;
    request_fail(req, ERR_LIMIT_RATE, "at most %lld requests a minute come from one %s, %lld of them at once",
                 (long long)per_minute, what, (long long)rate.burst);
    req->fault.retry_after_s = (int)((left.wait_us + 999999) / 1000000);
    return ERR_LIMIT_RATE;
}

const char *request_authorization(const struct request *req) {
    return exchange_of(req)->headers.authorization;
}

const char *request_origin(const struct request *req) {
    return exchange_of(req)->headers.origin;
}

const char *request_given(struct request *req, const char *name) {
    struct exchange *x = exchange_of(req);
    x->own |= !shared_knows(name);
    const char *value = x->conn ? MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, name) : NULL;
    return value ? arena_strdup(req->arena, value) : NULL;
}
