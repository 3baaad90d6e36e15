/* Reading JSON strictly, and bodies by tables. */
#include "http/body.h"

#include "../../src/http/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

static const struct {
    const char *text;
    const char *pointer; /* NULL: good */
} documents[] = {
    {"{}", NULL},
    {" [1, 2.5e-3 ,\"x\"]\r\n", NULL},
    {"null", NULL},
    {"-0", NULL},
    {"\"\\u00e9\\ud83d\\ude00\\n\"", NULL},
    {"0.1E+5", NULL},
    {"[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL},
    {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0"},
    {"", ""},
    {"{} x", ""},
    {"{},", ""},
    {"[1,]", "/1"},
    {"[012]", "/0"},
    {"[+1]", "/0"},
    {"[1.]", "/0"},
    {"[.5]", "/0"},
    {"[1e]", "/0"},
    {"[-]", "/0"},
    {"[1e999]", "/0"},
    {"[NaN]", "/0"},
    {"[tru]", "/0"},
    {"{\"a\":1,\"a\":2}", "/a"},
    {"{\"a\":1,\"\\u0061\":2}", "/a"},
    {"{\"a\"}", "/a"},
    {"{a:1}", ""},
    {"{\"a\":{\"b~/c\":[0,\"\\u0000\"]}}", "/a/b~0~1c/1"},
    {"[\"\xff\"]", "/0"},
    {"[\"\xc0\xaf\"]", "/0"},
    {"[\"\\ud800\"]", "/0"},
    {"[\"\\udc00\\ud800\"]", "/0"},
    {"[\"\\x\"]", "/0"},
    {"[\"a\nb\"]", "/0"},
    {"[\"abc", "/0"},
    {"[\"abc\\", "/0"},
    {"[\"\\u12\"]", "/0"},
    {"\xef\xbb\xbf{}", ""},
    {"[1 2]", "/0"},
    {"{\"a\":1]", "/a"},
    {"// x\n1", ""},
    {"'a'", ""},
};

static void documents_are_read_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct arena *a = arena_new(1024);
        struct fault f = {0};
        const struct json_value *v = NULL;
        const char *pointer = NULL;
        char *exact = malloc(strlen(documents[i].text) + 1); /* so that a sanitizer sees a byte too far */
        memcpy(exact, documents[i].text, strlen(documents[i].text));
        enum err e = json_read(exact, strlen(documents[i].text), a, &f, &v, &pointer);
        free(exact);
        assert_int_equal(e, documents[i].pointer ? ERR_BODY_SYNTAX : ERR_OK);
        if (documents[i].pointer)
            assert_string_equal(pointer, documents[i].pointer);
        arena_free(a);
    }
}

static void same_as_cjson(const struct json_value *v, const cJSON *c) {
    assert_int_equal(v->kind == JSON_OBJECT, cJSON_IsObject(c));
    assert_int_equal(v->kind == JSON_LIST, cJSON_IsArray(c));
    if (v->kind == JSON_TEXT)
        assert_string_equal(v->text, c->valuestring);
    if (v->kind == JSON_NUMBER)
        assert_true(v->number == c->valuedouble);
    const struct json_value *m = v->first;
    const cJSON *k = c->child;
    for (; m && k; m = m->next, k = k->next) {
        if (m->name)
            assert_string_equal(m->name, k->string);
        same_as_cjson(m, k);
    }
    assert_true(!m && !k);
}

/* Random bytes out of JSON's own: whatever we take, cJSON reads alike; what cJSON refuses, we refuse. */
static void agrees_with_cjson(void **state) {
    (void)state;
    static const char *const parts[] = {
        "{",           "}", "[",      "]",    ",",    ":", "\"a\"", "\"b\\n\"",
        "\"\\u00fc\"", "1", "-2.5e3", "true", "null", " ", "0",     "\"\\ud83d\\ude00\""};
    unsigned seed = 7, taken = 0;
    for (int round = 0; round < 200000; round++) {
        char text[256] = "[";
        size_t n = (size_t)(rand_r(&seed) % 7);
        for (size_t i = 0; i < n; i++)
            strcat(text, parts[(size_t)rand_r(&seed) % COUNT_OF(parts)]);
        strcat(text, "]");
        struct arena *a = arena_new(512);
        struct fault f;
        const struct json_value *v = NULL;
        const char *pointer;
        enum err e = json_read(text, strlen(text), a, &f, &v, &pointer);
        cJSON *c = cJSON_ParseWithOpts(text, NULL, 1);
        if (!e) {
            assert_non_null(c);
            same_as_cjson(v, c);
            taken++;
        }
        cJSON_Delete(c);
        arena_free(a);
    }
    assert_true(taken > 500);
}

struct sample {
    struct param_text name, tags;
    int64_t followers;
    double share;
    bool verified;
    const char *platform;
    struct param_list country;
    const struct json_value *posts;
};

static const struct param members[] = {
    {"name", PARAM_TEXT, offsetof(struct sample, name), 1, 10, NULL, NULL, true, PARAM_NO_FILTER, NULL,
     "who"},
    {"tags", PARAM_TEXT, offsetof(struct sample, tags), 1, 50, NULL, "list", false, PARAM_NO_FILTER, NULL,
     NULL},
    {"followers", PARAM_INT, offsetof(struct sample, followers), 0, 1e9, "7", NULL, false, PARAM_NO_FILTER,
     NULL, NULL},
    {"share", PARAM_RATE, offsetof(struct sample, share), 0, 1, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     NULL},
    {"verified", PARAM_BOOL, offsetof(struct sample, verified), 0, 0, NULL, NULL, false, PARAM_NO_FILTER,
     NULL, NULL},
    {"platform", PARAM_CHOICE, offsetof(struct sample, platform), 0, 0, NULL, "tiktok,youtube", false,
     PARAM_NO_FILTER, NULL, NULL},
    {"country", PARAM_LIST, offsetof(struct sample, country), 0, 0, NULL, "AA", false, PARAM_NO_FILTER, NULL,
     NULL},
    {"posts", PARAM_JSON, offsetof(struct sample, posts), 0, 0, NULL, NULL, false, PARAM_NO_FILTER, NULL,
     NULL},
};

static struct request *request_with(struct arena *a, const char *text) {
    struct request *req = arena_alloc(a, sizeof *req);
    req->arena = a;
    buf_puts(&req->upload, text);
    return req;
}

static void members_are_read_by_a_table(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    struct request *req = request_with(
        a, "{\"name\":\"Ann\",\"tags\":[\"a\",\"b\"],\"share\":0.5,\"verified\":true,\"platform\":null,"
           "\"country\":[\"us\",\"-GB\"],\"posts\":[{\"name\":\"p\"}]}");
    const struct json_value *body = NULL;
    struct sample s;
    struct body_given given;
    assert_int_equal(body_object(req, &body), ERR_OK);
    body_read(req, body, members, COUNT_OF(members), &s, &given);
    assert_int_equal(body_checked(req), ERR_OK);
    assert_string_equal(s.name.text, "Ann");
    assert_string_equal(s.tags.text, "a,b");
    assert_int_equal(s.followers, 7);
    assert_true(s.share == 0.5 && s.verified && !s.platform);
    assert_string_equal(s.country.in[0], "US");
    assert_string_equal(s.country.out[0], "GB");
    assert_string_equal(json_pointer(json_member(s.posts->first, "name"), a), "/posts/0/name");
    assert_int_equal(given.cleared, 1 << 5);
    assert_int_equal(given.given, 0xDB);
    buf_free(&req->upload);
    arena_free(a);
}

static void all_faults_are_told_at_once(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    struct request *req = request_with(
        a, "{\"tags\":[\"a\",1],\"followers\":1.5,\"share\":2,\"verified\":\"true\",\"platform\":\"tiktik\","
           "\"country\":[\"US\",\"USA\"],\"posts\":1,\"folowers\":1,\"name\":\"much too long\"}");
    static const char *const told[][2] = {
        {"/tags/1", "a list of texts"},    {"/followers", "whole number"},
        {"/share", "from 0 to 1, got 2"},  {"/verified", "true or false, got a text"},
        {"/platform", "tiktok,youtube"},   {"/country/1", "alpha-2"},
        {"/posts", "a list or an object"}, {"/folowers", "did you mean \"followers\""},
        {"/name", "1 to 10 bytes"},
    };
    const struct json_value *body = NULL;
    struct sample s;
    struct body_given given;
    assert_int_equal(body_object(req, &body), ERR_OK);
    body_read(req, body, members, COUNT_OF(members), &s, &given);
    body_fault(req, body, "from must not be after to");
    const struct body_fault *b = req->body_faults;
    for (size_t i = 0; i < COUNT_OF(told); i++, b = b->next) {
        assert_string_equal(b->pointer, told[i][0]);
        assert_non_null(strstr(b->detail, told[i][1]));
    }
    assert_string_equal(b->pointer, "");
    assert_null(b->next);
    assert_int_equal(body_checked(req), ERR_BODY_INVALID);
    assert_non_null(strstr(req->fault.detail, "errors has 9 more"));
    for (int i = 0; i < 100; i++)
        body_fault(req, body, "again");
    size_t count = 0;
    for (b = req->body_faults; b; b = b->next)
        count++;
    assert_int_equal(count, BODY_FAULTS_MAX);
    buf_free(&req->upload);
    req->body_faults = NULL;
    buf_puts(&req->upload, "[{}]");
    assert_int_equal(body_object(req, &body), ERR_BODY_INVALID);
    assert_string_equal(req->body_faults->pointer, "");
    buf_free(&req->upload);
    req->body_faults = NULL;
    buf_puts(&req->upload, "{\"name\":}");
    assert_int_equal(body_object(req, &body), ERR_BODY_SYNTAX);
    assert_string_equal(req->body_faults->pointer, "/name");
    assert_non_null(strstr(req->body_faults->detail, "byte 9"));
    buf_free(&req->upload);
    req->body_faults = NULL;
    buf_puts(&req->upload, "{}");
    assert_int_equal(body_object(req, &body), ERR_OK);
    body_read(req, body, members, COUNT_OF(members), &s, &given);
    assert_int_equal(body_checked(req), ERR_BODY_INVALID);
    assert_non_null(strstr(req->fault.detail, "name is required"));
    buf_free(&req->upload);
    arena_free(a);
}

static void media_types(void **state) {
    (void)state;
    static const char *const good[] = {
        "application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json ; x=y; charset=UTF-8"};
    static const char *const bad[] = {NULL,
                                      "",
                                      "text/json",
                                      "application/jsonl",
                                      "application/json, text/plain",
                                      "application/json; charset=latin1",
                                      "application/json; charset=utf-80",
                                      "application/json; charset=utf-16",
                                      "application/x-www-form-urlencoded"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(body_media_ok(good[i], "application/json"));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(body_media_ok(bad[i], "application/json"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read_or_refused), cmocka_unit_test(agrees_with_cjson),
        cmocka_unit_test(members_are_read_by_a_table), cmocka_unit_test(all_faults_are_told_at_once),
        cmocka_unit_test(media_types)};
    return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
