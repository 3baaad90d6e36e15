/* What stands between the values of a list, and strings of every length with every byte, beside plain code.
 */
#include "base/fields.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    int64_t a, b, c, d;
};

static const struct field table[] = {
    FIELD(FIELD_I64, struct row, a, "one", "a", NULL, 0),
    FIELD(FIELD_I64, struct row, b, "one", "b", NULL, 0),
    FIELD(FIELD_I64, struct row, c, NULL, "c", NULL, 0),
    FIELD(FIELD_I64, struct row, d, "two", "d", NULL, 0),
};

/* Whatever lines are chosen, a list has the bytes of single objects. */
static void lists_are_written_as_objects_are(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    struct row rows[] = {{1, 2, 3, 4}, {-5, FIELD_NULL_I64, 0, 9}};
    for (unsigned bits = 0; bits < 1U << COUNT_OF(table); bits++) {
        bool chosen[COUNT_OF(table)];
        for (size_t i = 0; i < COUNT_OF(table); i++)
            chosen[i] = bits >> i & 1;
        struct fields_plan plan = fields_plan(table, COUNT_OF(table), bits ? chosen : NULL, a);
        struct buf out = {0}, want = {0};
        struct json w = json_to(&out), v = json_to(&want);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            json_object(&w);
            fields_json_planned(&plan, &rows[i], &w);
            json_kbool(&w, "more", true);
            json_object_end(&w);
            json_object(&v);
            fields_json_of(table, COUNT_OF(table), bits ? chosen : NULL, &rows[i], &v);
            json_kbool(&v, "more", true);
            json_object_end(&v);
        }
        assert_string_equal(out.data, want.data);
        buf_free(&out);
        buf_free(&want);
    }
    arena_free(a);
}

/* One ASCII character as RFC 8259 has it, with the short forms; DEL escaped too. */
static void put_plainly(struct buf *out, unsigned char c) {
    const char *at = strchr("\"\"\\\\\bb\ff\nn\rr\tt", c);
    bool is_short = c && at && (c == '"' || c == '\\' || c < 0x20);
    if (is_short)
        buf_printf(out, "\\%c", at[1]);
    else if (c < 0x20 || c == 0x7F)
        buf_printf(out, "\\u%04x", c);
    else
        buf_putc(out, (char)c);
}

/* Written twice, so that the second follows a value. */
static void check_escaped(const char *text, size_t n) {
    struct buf out = {0}, want = {0};
    struct json w = json_to(&out);
    json_strn(&w, text, n);
    json_strn(&w, text, n);
    for (int twice = 0; twice < 2; twice++) {
        buf_puts(&want, twice ? ",\"" : "\"");
        for (size_t i = 0; i < n; i++)
            put_plainly(&want, (unsigned char)text[i]);
        buf_putc(&want, '"');
    }
    assert_string_equal(out.data, want.data);
    buf_free(&out);
    buf_free(&want);
}

/* A byte at each place of a text, alone among letters and before another that is nearly special. */
static void check_places(unsigned char c, size_t n) {
    char *text = malloc(n); /* so that a sanitizer sees a byte read behind it */
    for (size_t at = 0; at < n; at++) {
        memset(text, 'x', n);
        text[n - 1] = at % 2 ? '~' : 'x';
        text[at] = (char)c;
        check_escaped(text, n);
    }
    free(text);
}

static void strings_are_escaped_at_every_place(void **state) {
    (void)state;
    for (unsigned c = 0; c < 0x80; c++)
        for (size_t n = 1; n <= 24; n++)
            check_places((unsigned char)c, n);
}

static void other_alphabets_stay_and_broken_ones_do_not(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } of[] = {
        {"plain text of some length • with a bullet and 🌱 more",
         "\"plain text of some length • with a bullet and 🌱 more\""},
        {"日本語のテキスト\n", "\"日本語のテキスト\\n\""},
        {"seven b\xC3(", "\"seven b\xEF\xBF\xBD(\""},
        {"\xED\xA0\x80 surrogate", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD surrogate\""},
        {"cut \xF0\x9F\x8C", "\"cut \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        struct buf out = {0};
        struct json w = json_to(&out);
        json_str(&w, of[i].text);
        assert_string_equal(out.data, of[i].want);
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_are_written_as_objects_are),
                                       cmocka_unit_test(strings_are_escaped_at_every_place),
                                       cmocka_unit_test(other_alphabets_stay_and_broken_ones_do_not)};
    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
