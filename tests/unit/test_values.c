/* Reading values: what is taken, what is nothing, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ingest/values.h"

#include <string.h>

#define NOTHING NULL
#define BAD     "!"
#define DROPPED "-"

static int platform = 2;

struct example {
    const char *in;
    const char *out;
};

static void check_one(const struct value_rule *rule, const char *in, const char *want) {
    CLEANUP(buf_free) struct buf out = {0};
    const char *reason = "";
    struct value_context c = {.platform = platform, .latest_us = INT64_C(1800000000) * CLOCK_S};
    buf_puts(&out, "");
    enum value_state got = value_read(rule, &c, in, strlen(in), &out, &reason);
    enum value_state expected = !want                        ? VALUE_NULL
                                : strcmp(want, BAD) == 0     ? VALUE_BAD
                                : strcmp(want, DROPPED) == 0 ? VALUE_DROPPED
                                                             : VALUE_OK;
    if (got != expected || (got == VALUE_OK && strcmp(out.data, want) != 0))
        fail_msg("\"%s\" read as %d \"%s\" (%s), not as \"%s\"", in, (int)got, out.data, reason,
                 want ? want : "null");
    if (got == VALUE_BAD)
        assert_true(strlen(reason) > 5);
}

static void check_all(struct value_rule rule, const struct example *examples, size_t n) {
    for (size_t i = 0; i < n; i++)
        check_one(&rule, examples[i].in, examples[i].out);
}

#define CHECK(rule_, ...)                                                                                    \
    do {                                                                                                     \
        const struct example examples_[] = {__VA_ARGS__};                                                    \
        check_all((struct value_rule)rule_, examples_, COUNT_OF(examples_));                                 \
    } while (0)
#define RULE(...)                                                                                            \
    { __VA_ARGS__ }

static void test_counts(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_COUNT), {"0", "0"}, {"12000", "12000"}, {" 7 ", "7"}, {"1,234", "1234"},
          {"1,234,567", "1234567"}, {"8.1M", "8100000"}, {"8,1M", "8100000"}, {"400.3K", "400300"},
          {"1.2b", "1200000000"}, {"637000.0", "637000"}, {"1 234", "1234"},
          {"1\xc2\xa0"
           "234",
           "1234"},
          {"1\xe2\x80\xaf"
           "234",
           "1234"},
          {"1'234", "1234"}, {"1.234.567", "1234567"}, {"1,234.0", "1234"}, {"1.234,0", "1234"},
          {"1.2e6", "1200000"}, {"+5", "5"}, {"0.0", "0"}, {"1.234K", "1234"}, {"9007199254740993", BAD},
          {"900719925474099", "900719925474099"});
    CHECK(RULE(.type = VALUE_COUNT), {"abc", BAD}, {"-1", BAD}, {"12.5", BAD}, {"1.234", BAD},
          {"1,234K", BAD}, {"1,23", BAD}, {"0,123", BAD}, {"1,2345,678", BAD}, {"12 followers", BAD},
          {"8.15K2", BAD}, {"K", BAD}, {".", BAD}, {"1..2", BAD}, {"1e99", BAD},
          {"99999999999999999999", BAD}, {"0x10", BAD}, {"\xd9\xa1", BAD});
    CHECK(RULE(.type = VALUE_COUNT), {"", NOTHING}, {"None", NOTHING}, {"null", NOTHING}, {"N/A", NOTHING},
          {"nan", NOTHING}, {"NaN", NOTHING}, {"NA", NOTHING}, {"  ", NOTHING});
    CHECK(RULE(.type = VALUE_COUNT, .minus_one_is_null = true), {"-1", NOTHING}, {"-2", BAD});
    CHECK(RULE(.type = VALUE_INTEGER), {"2147483647", "2147483647"}, {"2147483648", BAD});
}

static void test_money_and_durations(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_MONEY), {"120", "120.00"}, {"$1,250.50", "1250.50"}, {"USD 300", "300.00"},
          {"300 USD", "300.00"}, {"1.2K", "1200.00"}, {"99.9", "99.90"}, {"12.345", BAD},
          {"\xe2\x82\xac"
           "20",
           BAD},
          {"-5", BAD}, {"free", BAD});
    CHECK(RULE(.type = VALUE_DURATION), {"15", "15"}, {"15.7", "15"}, {"0:15", "15"}, {"1:02:03", "3723"},
          {"1:2:3:4", BAD}, {"0:75", BAD}, {"x", BAD});
}

static void test_times(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_TIME), {"1604768557", "2020-11-07T17:02:37Z"},
          {"1604768557.0", "2020-11-07T17:02:37Z"}, {"1604768557000", "2020-11-07T17:02:37Z"},
          {"2020-11-07T17:02:37Z", "2020-11-07T17:02:37Z"},
          {"2020-11-07T18:02:37+01:00", "2020-11-07T17:02:37Z"},
          {"2020-11-07 17:02:37", "2020-11-07T17:02:37Z"}, {"2020-11-07", "2020-11-07T00:00:00Z"},
          {"20201107", "2020-11-07T00:00:00Z"}, {"11/07/2020", BAD}, {"0", BAD}, {"yesterday", BAD},
          {"2030-01-01", BAD}, {"1970-01-01", BAD}, {"123", BAD});
    CHECK(RULE(.type = VALUE_DAY), {"2020-11-07T17:02:37Z", "2020-11-07"}, {"1604768557", "2020-11-07"},
          {"x", BAD});
}

static void test_places(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_COUNTRY), {"US", "US"}, {"us", "US"}, {"UK", "GB"}, {"United States", "US"},
          {"GERMANY", "DE"}, {"South Korea", "KR"}, {"C\xc3\xb4te d'Ivoire", "CI"}, {"NA", "NA"}, {"XX", BAD},
          {"Atlantis", BAD}, {"none", NOTHING});
    CHECK(RULE(.type = VALUE_LANGUAGE), {"English", "en"}, {"en", "en"}, {"en-US", "en"}, {"pt_BR", "pt"},
          {"Spanish", "es"}, {"deu", "de"}, {"zh-Hant-TW", "zh"}, {"fil", "fil"}, {"un", NOTHING},
          {"Klingon", BAD}, {"xx", BAD});
}

static void test_words(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_BOOL), {"True", "true"}, {"false", "false"}, {"1", "true"}, {"0", "false"},
          {"yes", "true"}, {"N", "false"}, {"1.0", "true"}, {"maybe", BAD}, {"2", BAD});
    CHECK(RULE(.type = VALUE_CONTACT), {"a@b.example", "true"}, {"false", "false"}, {"call me", BAD});
    CHECK(RULE(.type = VALUE_WORD, .words = "video reel=video image"), {"Video", "video"}, {"REEL", "video"},
          {"image", "image"}, {"tweet", BAD});
    CHECK(RULE(.type = VALUE_PLATFORM), {"TikTok", "2"}, {"ig", "1"}, {"YouTube", "3"}, {"myspace", BAD});
}

static void test_text(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_TEXT, .max_chars = 5), {"abc", "abc"}, {"  abc\t", "abc"}, {"a\r\nb", "a\nb"},
          {"a\rb", "a\nb"},
          {"a\x01"
           "b\x7f",
           "ab"},
          {"\xf0\x9f\x8c\xb1\xf0\x9f\x8c\xb1", "\xf0\x9f\x8c\xb1\xf0\x9f\x8c\xb1"}, {"abcdef", BAD},
          {"ab\xff", BAD}, {"\x01", NOTHING});
    CHECK(RULE(.type = VALUE_LINK, .max_chars = 40), {"https://x.example/a?b", "https://x.example/a?b"},
          {"linktr.ee/x", "https://linktr.ee/x"}, {"a@b.example", "mailto:a@b.example"}, {"1", DROPPED},
          {"my shop", DROPPED}, {"javascript:alert(1)", DROPPED}, {"v1.2", DROPPED},
          {"https://x.example/012345678901234567890123456789", BAD});
}

static void test_usernames(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_USERNAME), {"anna.b_1", "anna.b_1"}, {"@Anna", "Anna"},
          {"https://www.tiktok.com/@Anna?lang=en", "Anna"}, {"tiktok.com/@anna/", "anna"},
          {"https://instagram.com/anna", BAD}, {"anna b", BAD}, {"@", BAD}, {"<b>", BAD}, {"a/b", BAD},
          {".", BAD}, {"..", BAD}, {"@..", BAD}, {"...", "..."}, {"a.", "a."}, {"none", NOTHING});
    platform = 3;
    CHECK(RULE(.type = VALUE_USERNAME), {"https://www.youtube.com/c/anna/videos", "anna"},
          {"https://youtube.com/@anna", "anna"});
    platform = 2;
    CHECK(RULE(.type = VALUE_KEY), {"6892428462015958273", "6892428462015958273"}, {"12.0", "12"},
          {"UC_x-1", "UC_x-1"}, {"6.89E+18", BAD}, {"a b", BAD});
}

static void test_tags(void **state) {
    (void)state;
    CHECK(RULE(.type = VALUE_TAGS), {"['a', 'b c']", "{\"a\",\"b c\"}"}, {"[]", "{}"},
          {"[\"a\", \"#b\"]", "{\"a\",\"b\"}"}, {"#a #b", "{\"a\",\"b\"}"}, {"#a#b", "{\"a\",\"b\"}"},
          {"a, b;c", "{\"a\",\"b\",\"c\"}"}, {"['it\\'s']", "{\"it's\"}"},
          {"[\"q\\\"x\\\\\"]", "{\"q\\\"x\\\\\"}"}, {"[\"\\ud83c\\udf31\"]", "{\"\xf0\x9f\x8c\xb1\"}"},
          {"[a, b]", "{\"a\",\"b\"}"}, {"['', '#']", "{}"}, {"['a'", BAD}, {"['a' 'b']", BAD},
          {"[{'name': 'a'}]", BAD}, {"['a'] x", BAD}, {"None", NOTHING});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),    cmocka_unit_test(test_money_and_durations),
        cmocka_unit_test(test_times),     cmocka_unit_test(test_places),
        cmocka_unit_test(test_words),     cmocka_unit_test(test_text),
        cmocka_unit_test(test_usernames), cmocka_unit_test(test_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
