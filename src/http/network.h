/* Inside http only: network addresses, lists of networks, and who stands behind trusted proxies. */
#ifndef NICHED_HTTP_NETWORK_H
#define NICHED_HTTP_NETWORK_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NETWORKS_MAX = 64, NETWORK_TEXT = 46 };

/* An IPv6 address; IPv4 as ::ffff:0:0/96. */
struct address {
    unsigned char b[16];
};

/* Networks: addresses of which the first `bits` count. */
struct networks {
    size_t n;
    struct network {
        struct address address;
        unsigned bits;
    } at[NETWORKS_MAX];
};

/* The address of a peer. False if it is neither IPv4 nor IPv6. */
bool address_of(const struct sockaddr *peer, struct address *ret_address);
/* Reads n bytes: "192.0.2.1", "2001:db8::1", either with a port ("192.0.2.1:80", "[2001:db8::1]:80"). */
bool address_read(const char *s, size_t n, struct address *ret_address);
/* What counts as one caller: of IPv6 the /64, which is what one customer has. */
struct address address_caller(struct address a);
/* Writes it as text. */
void address_text(struct address a, char out[NETWORK_TEXT]);

/* Reads "10.0.0.0/8, 2001:db8::/32, 192.0.2.1"; empty: none. ERR_USAGE names the word. */
NODISCARD enum err networks_read(const char *s, struct fault *f, struct networks *ret_networks);
/* Whether one of them has the address. */
bool networks_have(const struct networks *all, struct address a);

/* Who asks, when `peer` connected and sent `header` (several lines joined by commas; NULL: none): the peer
 * itself unless it is trusted; else, from right to left, the first address that is not trusted (the leftmost
 * one where all are). What is to the left of that, anybody may have written. Where the walk meets something
 * that is no address, it ends at the proxy that wrote that. `rfc7239`: the header is Forwarded, else
 * X-Forwarded-For. */
struct address networks_client(const struct networks *trusted, struct address peer, const char *header,
                               bool rfc7239);

#endif
