/* Who asks, by network address. */
#include "exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { NETWORK_BYTES = 8 }; /* of an IPv6 address: what one customer has */

const char *request_address(struct request *req) {
    struct exchange *x = (struct exchange *)(void *)req; /* req is the first member */
    const union MHD_ConnectionInfo *info =
        x->conn ? MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS) : NULL;
    char text[INET6_ADDRSTRLEN] = "";
    if (info && info->client_addr && info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 a;
        memcpy(&a, info->client_addr, sizeof a);
        if (!IN6_IS_ADDR_V4MAPPED(&a.sin6_addr))
            memset(a.sin6_addr.s6_addr + NETWORK_BYTES, 0, sizeof a.sin6_addr.s6_addr - NETWORK_BYTES);
        inet_ntop(AF_INET6, &a.sin6_addr, text, sizeof text);
    } else if (info && info->client_addr && info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in a;
        memcpy(&a, info->client_addr, sizeof a);
        inet_ntop(AF_INET, &a.sin_addr, text, sizeof text);
    }
    return arena_strdup(req->arena, text);
}

const char *request_authorization(const struct request *req) {
    return exchange_of(req)->headers.authorization;
}

const char *request_origin(const struct request *req) {
    return exchange_of(req)->headers.origin;
}

const char *request_given(struct request *req, const char *name) {
    struct exchange *x = (struct exchange *)(void *)req;
    const char *value = x->conn ? MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, name) : NULL;
    return value ? arena_strdup(req->arena, value) : NULL;
}
