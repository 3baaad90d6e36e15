/* Addresses, lists of networks, and who stands behind trusted proxies. */
#include "../../src/http/network.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct address read_or_fail(const char *s) {
    struct address a;
    if (!address_read(s, strlen(s), &a))
        fail_msg("\"%s\" is no address", s);
    return a;
}

static void addresses_are_read(void **state) {
    (void)state;
    static const struct {
        const char *given, *text; /* NULL: no address */
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1:80", "192.0.2.1"},
        {"192.0.2.1:65535", "192.0.2.1"},
        {"192.0.2.1:_hidden", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:4711", "2001:db8::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"[::FFFF:c000:201]", "192.0.2.1"},
        {"::1", "::1"},
        {"", NULL},
        {" ", NULL},
        {"unknown", NULL},
        {"_hidden", NULL},
        {"192.0.2.256", NULL},
        {"192.0.2", NULL},
        {"192.0.2.1:", NULL},
        {"192.0.2.1:http", NULL},
        {"192.0.2.1:8 0", NULL},
        {"192.0.2.1:1234567", NULL},
        {"192.0.2.1/8", NULL},
        {"192.0.2.1 ", NULL},
        {"[192.0.2.1]", NULL},
        {"[2001:db8::1", NULL},
        {"[2001:db8::1]x", NULL},
        {"[]", NULL},
        {"2001:db8::1]", NULL},
        {"fe80::1%eth0", NULL},
        {"2001:db8::g", NULL},
        {"1:2:3:4:5:6:7:8:9", NULL},
        {"0x7f.1", NULL},
        {"0127.0.0.1", NULL},
        {"127.1", NULL},
        {"2001:0db8:0000:0000:0000:0000:0000:0001:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address a;
        char text[NETWORK_TEXT] = "";
        bool good = address_read(cases[i].given, strlen(cases[i].given), &a);
        if (good)
            address_text(a, text);
        if (good != (cases[i].text != NULL) || (good && strcmp(text, cases[i].text) != 0))
            fail_msg("\"%s\" is %s", cases[i].given, good ? text : "no address");
    }
}

static void callers_of_ipv6_are_networks(void **state) {
    (void)state;
    char text[NETWORK_TEXT];
    address_text(address_caller(read_or_fail("2001:db8:1:2:3:4:5:6")), text);
    assert_string_equal(text, "2001:db8:1:2::");
    address_text(address_caller(read_or_fail("192.0.2.77")), text);
    assert_string_equal(text, "192.0.2.77");
}

static void peers_are_read(void **state) {
    (void)state;
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0000201)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct address a, same = read_or_fail("192.0.2.1");
    assert_true(address_of((struct sockaddr *)&v4, &a));
    assert_memory_equal(&a, &same, sizeof a);
    inet_pton(AF_INET6, "::ffff:192.0.2.1", &v6.sin6_addr); /* as a socket for both gives it */
    assert_true(address_of((struct sockaddr *)&v6, &a));
    assert_memory_equal(&a, &same, sizeof a);
    assert_false(address_of(&other, &a));
    assert_false(address_of(NULL, &a));
}

static void networks_hold_what_they_say(void **state) {
    (void)state;
    static const struct {
        const char *networks, *address;
        bool has;
    } cases[] = {
        {"", "127.0.0.1", false},
        {" , ", "::1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/9", "10.127.0.1", true},
        {"10.0.0.0/9", "10.128.0.1", false},
        {"192.0.2.130/31", "192.0.2.131", true},
        {"192.0.2.130/31", "192.0.2.132", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "203.0.113.9", true},
        {"::/0", "2001:db8::1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"192.0.2.1,2001:db8::1", "2001:db8::1", true},
        {"192.0.2.1 2001:db8::1/128", "2001:db8::2", false},
        {"::ffff:10.0.0.0/104", "10.9.9.9", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct networks all;
        struct fault f = {0};
        assert_int_equal(networks_read(cases[i].networks, &f, &all), ERR_OK);
        if (networks_have(&all, read_or_fail(cases[i].address)) != cases[i].has)
            fail_msg("\"%s\" and %s", cases[i].networks, cases[i].address);
    }
}

static void networks_that_are_none(void **state) {
    (void)state;
    static const char *const bad[] = {
        "10.0.0.0/33", "::/129", "10.0.0.0/",    "10.0.0.0/-1", "10.0.0.0/8x",   "proxy.example",
        "/8",          "[::1]",  "127.0.0.1:80", "10.0.0",      "10.0.0.0/0008", "127.0.0.1;::1"};
    struct networks all;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fault f = {0};
        assert_int_equal(networks_read(bad[i], &f, &all), ERR_USAGE);
        assert_non_null(strstr(f.detail, "NICHED_TRUSTED_PROXIES"));
        assert_non_null(strstr(f.detail, bad[i]));
    }
    char many[NETWORKS_MAX * 10 + 20] = "";
    struct fault f = {0};
    for (int i = 0; i < NETWORKS_MAX; i++)
        strcat(many, "10.0.0.1,");
    assert_int_equal(networks_read(many, &f, &all), ERR_OK);
    strcat(many, "10.0.0.2");
    assert_int_equal(networks_read(many, &f, &all), ERR_USAGE);
}

/* Trusted: 10.0.0.0/8 and 2001:db8::/32; the peer is 10.0.0.1 unless said otherwise. */
static const struct {
    const char *peer, *forwarded_for, *forwarded, *client; /* one of the two headers */
} askers[] = {
    {"10.0.0.1", NULL, NULL, "10.0.0.1"},
    {"10.0.0.1", "", NULL, "10.0.0.1"},
    {"10.0.0.1", "203.0.113.9", NULL, "203.0.113.9"},
    {"192.0.2.1", "203.0.113.9", NULL, "192.0.2.1"}, /* not from a proxy of ours */
    {"10.0.0.1", "203.0.113.9, 10.0.0.2", NULL, "203.0.113.9"},
    {"10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2,10.0.0.3", NULL, "203.0.113.9"}, /* the first made up */
    {"10.0.0.1", "10.0.0.9, 203.0.113.9", NULL, "203.0.113.9"},
    {"10.0.0.1", "10.0.0.8, 10.0.0.2", NULL, "10.0.0.8"}, /* all trusted */
    {"10.0.0.1", "203.0.113.9:4711, [2001:db8::2]:80", NULL, "203.0.113.9"},
    {"10.0.0.1", "2a00::7, 2001:db8::2", NULL, "2a00::7"},
    {"10.0.0.1", "garbage, 203.0.113.9", NULL, "203.0.113.9"},
    {"10.0.0.1", "203.0.113.9, garbage", NULL, "10.0.0.1"},
    {"10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", NULL, "10.0.0.2"},
    {"10.0.0.1", "203.0.113.9,", NULL, "203.0.113.9"},
    {"10.0.0.1", ",,203.0.113.9", NULL, "203.0.113.9"},
    {"10.0.0.1", "\"203.0.113.9\"", NULL, "10.0.0.1"},
    {"10.0.0.1", "203.0.113.9 10.0.0.2", NULL, "10.0.0.1"},
    {"10.0.0.1", NULL, "for=203.0.113.9", "203.0.113.9"},
    {"192.0.2.1", NULL, "for=203.0.113.9", "192.0.2.1"},
    {"10.0.0.1", NULL, "For=203.0.113.9;proto=http;by=10.0.0.1", "203.0.113.9"},
    {"10.0.0.1", NULL, "proto=https; FOR=\"[2a00::7]:4711\" ;host=a", "2a00::7"},
    {"10.0.0.1", NULL, "for=198.51.100.1, for=203.0.113.9;proto=http, for=10.0.0.2", "203.0.113.9"},
    {"10.0.0.1", NULL, "for=\"203.0.113.9:80\", for=\"[2001:db8::3]\"", "203.0.113.9"},
    {"10.0.0.1", NULL, "for=203.0.113.9, for=unknown, for=10.0.0.2", "10.0.0.2"},
    {"10.0.0.1", NULL, "for=203.0.113.9, for=_secret", "10.0.0.1"},
    {"10.0.0.1", NULL, "garbage, for=203.0.113.9", "203.0.113.9"},
    {"10.0.0.1", NULL, "for=203.0.113.9, garbage", "10.0.0.1"},
    {"10.0.0.1", NULL, "203.0.113.9", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=203.0.113.9;for=198.51.100.1", "10.0.0.1"}, /* which? */
    {"10.0.0.1", NULL, "by=203.0.113.9", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=198.51.100.1;x=\"a,b;for=1.1.1.1\", for=10.0.0.2", "198.51.100.1"},
    /* quotes left open, to swallow what the proxy appends */
    {"10.0.0.1", NULL, "for=198.51.100.1;x=\", for=203.0.113.9", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=\"198.51.100.1, for=203.0.113.9", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=198.51.100.1;x=\", for=\"[2a00::7]:1\"", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=198.51.100.1;x=\"\\, for=\"[2a00::7]:1\"", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=\"198.51.100.1\"\", for=203.0.113.9", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=\"203.0.113.\\9\"", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=\"", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=", "10.0.0.1"},
    {"10.0.0.1", NULL, ";;;", "10.0.0.1"},
    {"10.0.0.1", NULL, "for=\"\\", "10.0.0.1"},
};

static void who_asks(void **state) {
    (void)state;
    struct networks trusted;
    struct fault f = {0};
    assert_int_equal(networks_read("10.0.0.0/8, 2001:db8::/32", &f, &trusted), ERR_OK);
    for (size_t i = 0; i < COUNT(askers); i++) {
        bool rfc7239 = askers[i].forwarded;
        const char *header = rfc7239 ? askers[i].forwarded : askers[i].forwarded_for;
        struct address client = networks_client(&trusted, read_or_fail(askers[i].peer), header, rfc7239);
        char text[NETWORK_TEXT];
        address_text(client, text);
        if (strcmp(text, askers[i].client) != 0)
            fail_msg("%s from %s: %s, not %s", header, askers[i].peer, text, askers[i].client);
    }
}

static void a_thousand_hops(void **state) {
    (void)state;
    struct networks trusted;
    struct fault f = {0};
    char text[NETWORK_TEXT], *header = calloc(1000, 24);
    assert_int_equal(networks_read("10.0.0.0/8", &f, &trusted), ERR_OK);
    for (int i = 0; i < 1000; i++)
        sprintf(header + strlen(header), "%s%s10.0.%d.%d", i ? ", " : "", "for=", i / 250, i % 250);
    address_text(networks_client(&trusted, read_or_fail("10.1.1.1"), header, true), text);
    assert_string_equal(text, "10.0.0.0");
    memcpy(header, "for=8.8.8.8;", 12); /* the rest of the first hop is a pair without a name */
    address_text(networks_client(&trusted, read_or_fail("10.1.1.1"), header, true), text);
    assert_string_equal(text, "10.0.0.1");
    free(header);
}

/* Whatever is made of these pieces: what the proxy appended decides, or the proxy itself. */
static void nobody_chooses_his_address(void **state) {
    (void)state;
    static const char *const pieces[] = {"for=",     "\"",        ",",  ";",   "\\", " ", "198.51.100.1",
                                         "10.0.0.7", "[2a00::9]", "x=", ":80", "_",  "="};
    static const char *const appended[] = {"for=203.0.113.9", "for=\"[2a00::7]:99\"",
                                           "proto=https;for=\"203.0.113.9:1\";host=\"b\""};
    struct networks trusted;
    struct fault f = {0};
    assert_int_equal(networks_read("10.0.0.0/8", &f, &trusted), ERR_OK);
    srand(11);
    for (int round = 0; round < 200000; round++) {
        char header[512] = "", text[NETWORK_TEXT];
        for (int i = rand() % 9; i > 0; i--)
            strcat(header, pieces[(size_t)rand() % COUNT(pieces)]);
        strcat(strcat(header, ", "), appended[(size_t)rand() % COUNT(appended)]);
        address_text(networks_client(&trusted, read_or_fail("10.0.0.1"), header, true), text);
        if (strcmp(text, "203.0.113.9") != 0 && strcmp(text, "2a00::7") != 0 && strcmp(text, "10.0.0.1") != 0)
            fail_msg("%s: %s", header, text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),     cmocka_unit_test(callers_of_ipv6_are_networks),
        cmocka_unit_test(peers_are_read),         cmocka_unit_test(networks_hold_what_they_say),
        cmocka_unit_test(networks_that_are_none), cmocka_unit_test(who_asks),
        cmocka_unit_test(a_thousand_hops),        cmocka_unit_test(nobody_chooses_his_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
