/* Parameter tables: parsing, refusal with the nearest name, echo, predicates. */
#include "base/params.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct query {
    struct param_list country, platform, include, city, exclude, audience;
    int64_t min_followers, limit;
    double min_authenticity, rate, price, share;
    const char *explain;
    struct param_text niche, q;
    int8_t flag;
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
    {"flag", PARAM_FLAG, AT(flag), 0, 0, NULL, NULL, false, PARAM_EQ, "m.flag", ""},
    {"city", PARAM_LIST, AT(city), 1, 10, NULL, "words", false, PARAM_IN, "m.city", ""},
    {"price", PARAM_NUMBER, AT(price), 0, 1e7, NULL, NULL, false, PARAM_LE, "({today}::integer - m.day)", ""},
    {"audience", PARAM_LIST, AT(audience), 0, 0, NULL, "AA", false, PARAM_HOLDS,
     "part({}::text[]) >= {share}::float8", ""},
    {"share", PARAM_RATE, AT(share), 0, 1, NULL, NULL, false, PARAM_WITH, NULL, ""},
    {"q", PARAM_PHRASE, AT(q), 1, 20, NULL, NULL, false, PARAM_LIKE, "m.words", ""},
    {"exclude", PARAM_WORDS, AT(exclude), 1, 10, NULL, "handles", false, PARAM_NOT,
     "m.id in (select {}::text[])", ""},
};

static const struct param_named named[] = {{"today", "20758"}, {NULL, NULL}};

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
                 {"flag=", ERR_PARAM_INVALID, "true or false"},
                 {"rate=0.6", ERR_PARAM_INVALID, "0.6pct for percent, 60pct for the fraction"},
                 {"price=-1", ERR_PARAM_INVALID, "a number from 0 to 10000000"},
                 {"price=10000000.5", ERR_PARAM_INVALID, "a number from 0 to 10000000"},
                 {"price=1e3", ERR_PARAM_INVALID, "a number"},
                 {"price=5usd", ERR_PARAM_INVALID, "a number"},
                 {"city=--", ERR_PARAM_INVALID, "a letter or digit"},
                 {"city=", ERR_PARAM_INVALID, "a letter or digit"},
                 {"city=abcdefghijk", ERR_PARAM_INVALID, "at most 10 bytes"},
                 {"q=!!", ERR_PARAM_INVALID, "at least one letter or digit"},
                 {"q=123456789012345678901", ERR_PARAM_INVALID, "1 to 20 bytes"},
                 {"exclude=name", ERR_PARAM_INVALID, "@name"},
                 {"exclude=-@name", ERR_PARAM_INVALID, "@name"},
                 {"exclude=@", ERR_PARAM_INVALID, "@name"},
                 {"exclude=4x", ERR_PARAM_INVALID, "@name"},
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
    struct params_where w = params_where(table, COUNT_OF(table), &x->q, 3, named, x->a);
    assert_string_equal(w.sql, " and m.country = any($3::text[]) and not m.country = any($4::text[])"
                               " and m.platform = $5::smallint and m.followers >= $6"
                               " and m.rate <= $7");
    assert_int_equal(w.count, 5);
    assert_int_equal(w.each_count, 4);
    assert_int_equal(w.each[0].line, 0);
    assert_string_equal(w.each[0].sql, "m.country = any($3::text[]) and not m.country = any($4::text[])");
    assert_int_equal(w.each[3].line, 4);
    assert_string_equal(w.each[3].sql, "m.rate <= $7");
    assert_string_equal(w.values[0], "{\"US\",\"GB\"}");
    assert_string_equal(w.values[1], "{\"DE\"}");
    assert_string_equal(w.values[2], "2");
    assert_string_equal(w.values[3], "1000");
    assert_string_equal(w.values[4], "0.070000000000000007");
    const char *text = w.sql;
    assert_int_equal(PARSE(x, "niche=y", "country=FR,IT,ES", "country=-PT", "platform=youtube", "rate=1pct"),
                     ERR_OK);
    assert_string_equal(params_where(table, COUNT_OF(table), &x->q, 3, named, x->a).sql, text);
    assert_int_equal(PARSE(x, "niche=y", "platform=youtube,tiktok"), ERR_OK);
    w = params_where(table, COUNT_OF(table), &x->q, 3, named, x->a);
    assert_string_equal(w.each[0].sql, "m.platform = any($3::smallint[])");
    assert_string_equal(w.values[0], "{\"3\",\"2\"}");
    assert_int_equal(PARSE(x, "niche=y", "country=FR"), ERR_OK);
    assert_string_not_equal(params_where(table, COUNT_OF(table), &x->q, 3, named, x->a).sql, text);
}

static void expressions_name_values(void **state) {
    struct fixture *x = *state;
    assert_int_equal(PARSE(x, "niche=x", "city=New York,-S\u00e3o-Paulo", "price=12.5", "audience=US,-gb",
                           "share=30pct", "q=Plant-based R\"UN", "exclude=42,@a\\b", "flag=false"),
                     ERR_OK);
    struct params_where w = params_where(table, COUNT_OF(table), &x->q, 1, named, x->a);
    static const char *const says[] = {
        "m.followers >= $1",
        "m.flag = $2",
        "m.city = $3::text and not m.city = any($4::text[])",
        "($5::integer - m.day) <= $6",
        "part($7::text[]) >= $8::float8 and not part($9::text[]) >= $10::float8",
        "m.words like all ($11::text[])",
        "not (m.id in (select $12::text[]))",
    };
    static const char *const values[] = {"1000",
                                         "false",
                                         "newyork",
                                         "{\"saopaulo\"}",
                                         "20758",
                                         "12.5",
                                         "{\"US\"}",
                                         "0.29999999999999999",
                                         "{\"GB\"}",
                                         "0.29999999999999999",
                                         "{\"% plant %\",\"% based %\",\"% r %\",\"% un %\"}",
                                         "{\"42\",\"@a\\\\b\"}"};
    assert_int_equal(w.each_count, COUNT_OF(says));
    for (size_t i = 0; i < COUNT_OF(says); i++)
        assert_string_equal(w.each[i].sql, says[i]);
    assert_int_equal(w.count, COUNT_OF(values));
    for (size_t i = 0; i < COUNT_OF(values); i++)
        assert_string_equal(w.values[i], values[i]);
    const char *more[4] = {"0"};
    size_t n = 1;
    assert_string_equal(
        params_expression(table, COUNT_OF(table), &x->q, "a({share}, {today})", 5, named, x->a, more, &n),
        "a($5, $6)");
    assert_int_equal(n, 3);
    assert_string_equal(more[2], "20758");
}

static void echo_shows_what_was_applied(void **state) {
    struct fixture *x = *state;
    struct buf b = {0};
    assert_int_equal(PARSE(x, "niche=x", "country=US,-DE", "flag=true", "city=\u00c9vry", "q=a b"), ERR_OK);
    struct json w = json_to(&b);
    json_object(&w);
    params_json(table, COUNT_OF(table), &x->q, &w);
    json_object_end(&w);
    assert_string_equal(b.data,
                        "{\"country\":[\"US\",\"-DE\"],\"platform\":null,\"min_followers\":1000,"
                        "\"min_authenticity\":null,\"rate\":null,\"flag\":true,\"city\":[\"\u00c9vry\"],"
                        "\"price\":null,\"audience\":null,\"share\":null,\"q\":\"a b\",\"exclude\":null}");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_and_values, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_say_what_would_be_right, setup, teardown),
        cmocka_unit_test_setup_teardown(filters_become_predicates, setup, teardown),
        cmocka_unit_test_setup_teardown(expressions_name_values, setup, teardown),
        cmocka_unit_test_setup_teardown(echo_shows_what_was_applied, setup, teardown),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
