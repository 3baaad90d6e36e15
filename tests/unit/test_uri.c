/* Taking request targets apart. */
#include "../../src/http/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct request *fresh(struct arena *a) {
    struct request *req = arena_alloc(a, sizeof *req);
    req->arena = a;
    return req;
}

static void targets_decode(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    struct request *req = fresh(a);
    const char raw[] = "/creators/a%2Fb?niche=vegan+fit%C3%A9&x&y=%00z&&=1";
    assert_int_equal(uri_parse(req, raw, sizeof raw - 1), ERR_OK);
    assert_string_equal(req->path, "/creators/a/b");
    assert_int_equal(req->n_args, 4);
    assert_string_equal(req->args[0].value, "vegan fit\xc3\xa9");
    assert_string_equal(req->args[1].name, "x");
    assert_int_equal(req->args[1].value_len, 0);
    assert_int_equal(req->args[2].value_len, 2);
    assert_int_equal(req->args[3].name_len, 0);
    arena_free(a);
}

static void absolute_targets_lose_their_authority(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    struct request *req = fresh(a);
    const char raw[] = "HTTP://a.example:80/match?niche=http://b/c";
    assert_int_equal(uri_parse(req, raw, sizeof raw - 1), ERR_OK);
    assert_string_equal(req->path, "/match");
    assert_string_equal(req->args[0].value, "http://b/c");
    assert_int_equal(uri_parse(fresh(a), raw, sizeof "HTTP://a.example:80" - 1), ERR_ROUTE_BAD_REQUEST);
    arena_free(a);
}

static void broken_targets_are_refused(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    const struct {
        const char *raw;
        enum err e;
    } cases[] = {
        {"match", ERR_ROUTE_BAD_REQUEST},   {"*", ERR_ROUTE_BAD_REQUEST},    {"/%", ERR_ROUTE_BAD_REQUEST},
        {"/%4", ERR_ROUTE_BAD_REQUEST},     {"/%4g", ERR_ROUTE_BAD_REQUEST}, {"/%00", ERR_ROUTE_BAD_REQUEST},
        {"/%ff", ERR_ROUTE_BAD_REQUEST},    {"/a?x=%", ERR_PARAM_INVALID},   {"/a?x=%1", ERR_PARAM_INVALID},
        {"/a?%zz=1", ERR_PARAM_INVALID},    {"/a?%00=1", ERR_PARAM_INVALID}, {"/a?%41=1", ERR_OK},
        {"http://h", ERR_ROUTE_BAD_REQUEST}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(uri_parse(fresh(a), cases[i].raw, strlen(cases[i].raw)), cases[i].e);
    char many[2048] = "/a?";
    for (int i = 0; i < 100; i++)
        strcat(many, "x=1&");
    assert_int_equal(uri_parse(fresh(a), many, strlen(many)), ERR_ROUTE_BAD_REQUEST);
    char *longest = calloc(1, REQUEST_URI_MAX + 2);
    memset(longest, 'a', REQUEST_URI_MAX + 1);
    longest[0] = '/';
    assert_int_equal(uri_parse(fresh(a), longest, REQUEST_URI_MAX), ERR_OK);
    assert_int_equal(uri_parse(fresh(a), longest, REQUEST_URI_MAX + 1), ERR_URI_TOO_LONG);
    free(longest);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(targets_decode),
                                       cmocka_unit_test(absolute_targets_lose_their_authority),
                                       cmocka_unit_test(broken_targets_are_refused)};
    return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
