/* Parameter tables: parsing, refusal with the nearest name, echo, predicates. */
#include "base/params.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct query {
    struct param_list country, platform, include;
    int64_t min_followers, limit;
    double min_authenticity, rate;
    const char *explain;
    struct param_text niche;
    bool flag;
};

#define AT(m) offsetof(struct query, m)
static const struct param table[] = {
    {"country", PARAM_LIST, AT(country), 0, 0, NULL, "AA", false, PARAM_IN, "m.country", ""},
    {"platform", PARAM_LIST, AT(platform), 0, 0, NULL, "instagram,tiktok,youtube", false, PARAM_IN_ID,
     "m.platform", ""},
    {"min_followers", PARAM_INT, AT(min_followers), 0, 1e9, "1000", NULL, false, PARAM_GE, "m.followers", ""},
    {"min_authenticity", PARAM_RATE, AT(min_authenticity), 0, 1, NULL, NULL, false, PARAM_GE, "exp(m.l_auth)",
     ""},
    {"rate", PARAM_RATE, AT(rate), 0, 10, NULL, NULL, false, PARAM_LE, "m.rate", ""},
    {"limit", PARAM_INT, AT(limit), 1, 100, "20", NULL, false, PARAM_NO_FILTER, NULL, ""},
    {"explain", PARAM_CHOICE, AT(explain), 0, 0, "false", "false,true,full", false, PARAM_NO_FILTER, NULL,
     ""},
    {"niche", PARAM_TEXT, AT(niche), 1, 20, NULL, "list", true, PARAM_NO_FILTER, NULL, "a niche"},
    {"include", PARAM_WORDS, AT(include), 0, 0, NULL, "evidence,contact", false, PARAM_NO_FILTER, NULL, ""},
    {"flag", PARAM_BOOL, AT(flag), 0, 0, NULL, NULL, false, PARAM_NO_FILTER, NULL, ""},
};

struct fixture {
    struct arena *a;
    struct fault f;
    struct query q;
    uint64_t given;
};

/* Parses "name=value" words up to NULL. */
static enum err parse(struct fixture *x, const char *const *words) {
    struct param_arg args[16];
    size_t n = 0;
    memset(&x->f, 0, sizeof x->f);
    for (; words[n]; n++) {
        const char *eq = strchr(words[n], '=');
        args[n].name = arena_strndup(x->a, words[n], (size_t)(eq - words[n]));
        args[n].name_len = (size_t)(eq - words[n]);
        args[n].value = eq + 1;
        args[n].value_len = strlen(eq + 1);
    }
    return params_parse(table, COUNT_OF(table), args, n, x->a, &x->f, &x->q, &x->given);
}
#define PARSE(x, ...) parse((x), (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static int setup(void **state) {
    struct fixture *x = calloc(1, sizeof *x);
    x->a = arena_new(4096);
    *state = x;
    return 0;
}

static int teardown(void **state) {
    struct fixture *x = *state;
    arena_free(x->a);
    free(x);
    return 0;
}

static void defaults_and_values(void **state) {
    struct fixture *x = *state;
    assert_int_equal(PARSE(x, "niche=vegan", "country=us,GB", "country=-de", "min_authenticity=3pct"),
                     ERR_OK);
    assert_int_equal(x->q.min_followers, 1000);
    assert_int_equal(x->q.limit, 20);
    assert_string_equal(x->q.explain, "false");
    assert_int_equal(x->q.country.in_count, 2);
    assert_string_equal(x->q.country.in[0], "US");
    assert_string_equal(x->q.country.out[0], "DE");
    assert_float_equal(x->q.min_authenticity, .03, 1e-12);
    assert_true(isnan(x->q.rate));
    assert_int_equal(PARSE(x, "niche=vegan", "niche=fitness"), ERR_OK);
    assert_string_equal(x->q.niche.text, "vegan,fitness");
    assert_int_equal(x->q.niche.len, 13);
}

static void refusals_say_what_would_be_right(void **state) {
    struct fixture *x = *state;
    const struct {
        const char *word;
        enum err e;
        const char *says;
    } cases[] = {{"min_followers=abc", ERR_PARAM_INVALID, "whole number from 0 to 1000000000"},
                 {"min_followers=1e3", ERR_PARAM_INVALID, "\"1e3\""},
                 {"min_followers=99999999999999999999", ERR_PARAM_INVALID, "whole number"},
                 {"limit=0", ERR_PARAM_INVALID, "from 1 to 100"},
                 {"limit=101", ERR_PARAM_INVALID, "from 1 to 100"},
                 {"limit=", ERR_PARAM_INVALID, "from 1 to 100"},
                 {"limit= 5", ERR_PARAM_INVALID, "from 1 to 100"},
                 {"rate=0.5", ERR_PARAM_INVALID, "unambiguous"},
                 {"rate=nan", ERR_PARAM_INVALID, "fraction"},
                 {"rate=0x1p3", ERR_PARAM_INVALID, "fraction"},
                 {"explain=yes", ERR_PARAM_INVALID, "one of false,true,full"},
                 {"platform=tiktik", ERR_PARAM_INVALID, "one of instagram"},
                 {"country=USA", ERR_PARAM_INVALID, "ISO 3166"},
                 {"country=", ERR_PARAM_INVALID, "ISO 3166"},
                 {"include=-contact", ERR_PARAM_INVALID, "one of evidence,contact"},
                 {"flag=1", ERR_PARAM_INVALID, "true or false"},
                 {"niche=", ERR_PARAM_INVALID, "1 to 20 bytes"},
                 {"niche=\xff", ERR_PARAM_INVALID, "UTF-8"},
                 {"nich=vegan", ERR_PARAM_UNKNOWN, "did you mean \"niche\"?"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(PARSE(x, cases[i].word, "niche=x"), cases[i].e);
        assert_non_null(strstr(x->f.detail, cases[i].says));
    }
    assert_int_equal(PARSE(x, "limit=5"), ERR_PARAM_MISSING);
    assert_string_equal(x->f.param, "niche");
    assert_int_equal(PARSE(x, "niche=x", "limit=5", "limit=5"), ERR_PARAM_DUPLICATE);
    assert_int_equal(PARSE(x, "platform=tiktik", "niche=x"), ERR_PARAM_INVALID);
    assert_string_equal(x->f.hints[0], "tiktok");
}

static void filters_become_predicates(void **state) {
    struct fixture *x = *state;
    assert_int_equal(PARSE(x, "niche=x", "country=US,GB", "country=-DE", "platform=tiktok", "rate=0.07"),
                     ERR_OK);
    struct params_where w = params_where(table, COUNT_OF(table), &x->q, 3, x->a);
    assert_string_equal(w.sql, " and m.country = any($3::text[]) and not m.country = any($4::text[])"
                               " and m.platform = any($5::smallint[]) and m.followers >= $6::bigint"
                               " and m.rate <= $7::float8");
    assert_int_equal(w.count, 5);
    assert_int_equal(w.each_count, 4);
    assert_int_equal(w.each[0].line, 0);
    assert_string_equal(w.each[0].sql, "m.country = any($3::text[]) and not m.country = any($4::text[])");
    assert_int_equal(w.each[3].line, 4);
    assert_string_equal(w.each[3].sql, "m.rate <= $7::float8");
    assert_string_equal(w.values[0], "{US,GB}");
    assert_string_equal(w.values[1], "{DE}");
    assert_string_equal(w.values[2], "{2}");
    assert_string_equal(w.values[3], "1000");
    assert_string_equal(w.values[4], "0.070000000000000007");
    uint64_t key = w.key;
    assert_int_equal(PARSE(x, "niche=y", "country=FR", "country=-IT", "platform=youtube", "rate=1pct"),
                     ERR_OK);
    assert_true(params_where(table, COUNT_OF(table), &x->q, 3, x->a).key == key);
    assert_int_equal(PARSE(x, "niche=y", "country=FR"), ERR_OK);
    assert_true(params_where(table, COUNT_OF(table), &x->q, 3, x->a).key != key);
}

static void echo_shows_what_was_applied(void **state) {
    struct fixture *x = *state;
    struct buf b = {0};
    assert_int_equal(PARSE(x, "niche=x", "country=US,-DE"), ERR_OK);
    struct json w = json_to(&b);
    json_object(&w);
    params_json(table, COUNT_OF(table), &x->q, &w);
    json_object_end(&w);
    assert_string_equal(b.data, "{\"country\":[\"US\",\"-DE\"],\"platform\":null,\"min_followers\":1000,"
                                "\"min_authenticity\":null,\"rate\":null}");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_and_values, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_say_what_would_be_right, setup, teardown),
        cmocka_unit_test_setup_teardown(filters_become_predicates, setup, teardown),
        cmocka_unit_test_setup_teardown(echo_shows_what_was_applied, setup, teardown),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
