/* Network addresses and the walk through proxies. Invariant: an address in a header counts only if everybody
 * who may have touched what stands to the right of it is trusted; a header that cannot be taken apart counts
 * as the proxy that sent it, never as an address of the sender's choice. */
#include "network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { V4_BITS = 96, CALLER_BYTES = 8 };

static const unsigned char v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool is_v4(const struct address *a) {
    return memcmp(a->b, v4_prefix, sizeof v4_prefix) == 0;
}

static struct address from_v4(const void *four) {
    struct address a;
    memcpy(a.b, v4_prefix, sizeof v4_prefix);
    memcpy(a.b + sizeof v4_prefix, four, 4);
    return a;
}

bool address_of(const struct sockaddr *peer, struct address *ret_address) {
    if (peer && peer->sa_family == AF_INET6) {
        struct sockaddr_in6 a;
        memcpy(&a, peer, sizeof a);
        memcpy(ret_address->b, &a.sin6_addr, sizeof ret_address->b);
        return true;
    }
    if (!peer || peer->sa_family != AF_INET)
        return false;
    struct sockaddr_in a;
    memcpy(&a, peer, sizeof a);
    *ret_address = from_v4(&a.sin_addr);
    return true;
}

static bool read_plain(const char *s, size_t n, struct address *ret) {
    char text[NETWORK_TEXT];
    unsigned char bytes[16];
    if (n == 0 || n >= sizeof text)
        return false;
    memcpy(text, s, n);
    text[n] = '\0';
    bool v4 = inet_pton(AF_INET, text, bytes) == 1;
    if (!v4 && inet_pton(AF_INET6, text, bytes) != 1)
        return false;
    if (v4)
        *ret = from_v4(bytes);
    else
        memcpy(ret->b, bytes, sizeof ret->b);
    return true;
}

/* ":80"; Forwarded also allows a made-up name for it (":_a1"). */
static bool is_port(const char *s, size_t n) {
    static const char digits[] = "0123456789";
    static const char made_up[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-";
    if (n < 2 || s[0] != ':')
        return false;
    bool named = s[1] == '_';
    for (size_t i = 1; i < n; i++)
        if (!s[i] || !strchr(named ? made_up : digits, s[i]))
            return false;
    return named || n <= 6;
}

bool address_read(const char *s, size_t n, struct address *ret_address) {
    const char *close = n && s[0] == '[' ? memchr(s, ']', n) : NULL;
    if (close) {
        size_t inner = (size_t)(close - s) - 1, rest = n - inner - 2;
        return memchr(s + 1, ':', inner) && (!rest || is_port(close + 1, rest)) &&
               read_plain(s + 1, inner, ret_address);
    }
    const char *colon = memchr(s, ':', n);
    size_t front = colon ? (size_t)(colon - s) : n;
    if (colon && memchr(s, '.', front)) /* IPv4 with a port; of IPv6 the dots come last */
        return is_port(colon, n - front) && read_plain(s, front, ret_address);
    return read_plain(s, n, ret_address);
}

struct address address_caller(struct address a) {
    if (!is_v4(&a))
        memset(a.b + CALLER_BYTES, 0, sizeof a.b - CALLER_BYTES);
    return a;
}

void address_text(struct address a, char out[NETWORK_TEXT]) {
    bool v4 = is_v4(&a);
    inet_ntop(v4 ? AF_INET : AF_INET6, a.b + (v4 ? sizeof v4_prefix : 0), out, NETWORK_TEXT);
}

/* ---- lists */

static bool read_network(const char *s, size_t n, struct network *ret) {
    const char *slash = memchr(s, '/', n);
    size_t front = slash ? (size_t)(slash - s) : n, digits = slash ? n - front - 1 : 0;
    if (!read_plain(s, front, &ret->address))
        return false;
    unsigned base = is_v4(&ret->address) && !memchr(s, ':', front) ? V4_BITS : 0;
    ret->bits = 128;
    if (!slash)
        return true;
    if (digits < 1 || digits > 3 || strspn(slash + 1, "0123456789") < digits)
        return false;
    ret->bits = base + (unsigned)strtoul(slash + 1, NULL, 10);
    return ret->bits <= 128;
}

enum err networks_read(const char *s, struct fault *f, struct networks *ret_networks) {
    struct networks all = {0};
    for (s += strspn(s, ", \t"); *s; s += strspn(s, ", \t")) {
        size_t n = strcspn(s, ", \t");
        if (all.n == NETWORKS_MAX)
            return fault_set(f, ERR_USAGE, "NICHED_TRUSTED_PROXIES has more than %d networks", NETWORKS_MAX);
        if (!read_network(s, n, &all.at[all.n++]))
            return fault_set(f, ERR_USAGE,
                             "NICHED_TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8, got "
                             "\"%.*s\"",
                             (int)(n < 64 ? n : 64), s);
        s += n;
    }
    *ret_networks = all;
    return ERR_OK;
}

static bool has(const struct network *net, const struct address *a) {
    unsigned whole = net->bits / 8, rest = net->bits % 8;
    if (memcmp(net->address.b, a->b, whole) != 0)
        return false;
    return !rest || (net->address.b[whole] ^ a->b[whole]) >> (8 - rest) == 0;
}

bool networks_have(const struct networks *all, struct address a) {
    for (size_t i = 0; i < all->n; i++)
        if (has(&all->at[i], &a))
            return true;
    return false;
}

/* ---- headers */

/* An element of a header up to its comma: the address that it gives, if it gives one. */
struct hop {
    bool known;
    struct address address;
};

static const char *skip(const char *s) {
    return s + strspn(s, " \t");
}

static struct hop hop_of(const char *s, size_t n) {
    struct hop h;
    while (n && strchr(" \t", s[n - 1]))
        n--;
    h.known = address_read(s, n, &h.address);
    return h;
}

static const char *next_plain(const char *s, struct hop *ret) {
    s = skip(s);
    size_t n = strcspn(s, ",");
    *ret = hop_of(s, n);
    return s + n;
}

/* Reads a value, quoted or not; NULL when it has no end. An escape is in no address, so it makes one unknown.
 */
static const char *value_end(const char *s, const char **ret_from, size_t *ret_n) {
    bool quoted = *s == '"';
    *ret_from = s + quoted;
    if (!quoted) {
        *ret_n = strcspn(s, ";, \t\"");
        return s + *ret_n;
    }
    const char *end = s + 1;
    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    *ret_n = (size_t)(end - s) - 1;
    return *end ? end + 1 : NULL;
}

/* Passes over what cannot be read, up to the next comma that no quotes enclose. */
static const char *pass_over(const char *s) {
    const char *from;
    size_t n;
    while (s && *s && *s != ',')
        s = *s == '"' ? value_end(s, &from, &n) : s + 1;
    return s ? s : "";
}

/* One element of RFC 7239: pairs name=value, parted by semicolons. */
static const char *next_rfc7239(const char *s, struct hop *ret) {
    struct hop h = {0};
    int fors = 0;
    for (;;) {
        const char *name = skip(s), *from;
        size_t name_n = strcspn(name, "=;, \t\""), n;
        s = name[name_n] == '=' ? value_end(name + name_n + 1, &from, &n) : NULL;
        if (s && name_n == 3 && strncasecmp(name, "for", 3) == 0 && ++fors)
            h = hop_of(from, n);
        s = s ? skip(s) : s;
        if (!s || (*s && *s != ';' && *s != ',')) {
            ret->known = false;
            return pass_over(s ? s : name);
        }
        if (*s != ';')
            break;
        s++;
    }
    h.known = h.known && fors == 1;
    *ret = h;
    return s;
}

struct address networks_client(const struct networks *trusted, struct address peer, const char *header,
                               bool rfc7239) {
    struct address client = peer;
    bool found = false, lost = false; /* lost: the last element is no address; whoever wrote it counts */
    if (!header || !networks_have(trusted, peer))
        return peer;
    for (const char *s = header; *skip(s);) {
        struct hop h;
        s = rfc7239 ? next_rfc7239(s, &h) : next_plain(s, &h);
        s += *s == ',';
        bool ends = !found || lost || (h.known && !networks_have(trusted, h.address));
        if (h.known && ends)
            client = h.address;
        found = true;
        lost = !h.known;
    }
    return lost ? peer : client;
}
