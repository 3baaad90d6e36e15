/* Finding routes. */
#include "http/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct route routes[] = {
    {"GET", "/", "root", NULL, NULL, NULL, NULL, NULL, NEED_NOTHING},
    {"GET", "/creators/{id}", "creator", NULL, NULL, NULL, NULL, NULL, NEED_NOTHING},
    {"DELETE", "/creators/{id}", "erase", NULL, NULL, NULL, NULL, NULL, NEED_NOTHING},
    {"GET", "/creators/{platform}/{username}", "by_name", NULL, NULL, NULL, NULL, NULL, NEED_NOTHING},
};

static void routes_match_by_whole_segments(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    const struct {
        const char *method, *path;
        enum err e;
        const char *name, *first;
    } cases[] = {{"GET", "/", ERR_OK, "root", NULL},
                 {"GET", "/creators/42", ERR_OK, "creator", "42"},
                 {"HEAD", "/creators/42", ERR_OK, "creator", "42"},
                 {"GET", "/creators/tiktok/a.b", ERR_OK, "by_name", "tiktok"},
                 {"POST", "/creators/42", ERR_ROUTE_METHOD, NULL, NULL},
                 {"get", "/creators/42", ERR_ROUTE_METHOD, NULL, NULL},
                 {"GET", "/creators", ERR_ROUTE_NOT_FOUND, NULL, NULL},
                 {"GET", "/creators/", ERR_ROUTE_NOT_FOUND, NULL, NULL},
                 {"GET", "/creators/42/", ERR_ROUTE_NOT_FOUND, NULL, NULL},
                 {"GET", "//creators/42", ERR_ROUTE_NOT_FOUND, NULL, NULL},
                 {"GET", "/creators/a/b/c", ERR_ROUTE_NOT_FOUND, NULL, NULL},
                 {"GET", "", ERR_ROUTE_NOT_FOUND, NULL, NULL}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *segments[REQUEST_SEGMENTS] = {0}, *allow = NULL;
        const struct route *r = NULL;
        assert_int_equal(
            route_find(routes, COUNT_OF(routes), cases[i].method, cases[i].path, a, segments, &r, &allow),
            cases[i].e);
        if (cases[i].name)
            assert_string_equal(r->name, cases[i].name);
        if (cases[i].first)
            assert_string_equal(segments[0], cases[i].first);
        if (cases[i].e == ERR_ROUTE_METHOD)
            assert_string_equal(allow, "GET, HEAD, DELETE, OPTIONS");
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(routes_match_by_whole_segments)};
    return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
