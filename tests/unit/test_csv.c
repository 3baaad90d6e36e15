/* The CSV reader: every ugly trait, fed whole and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ingest/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes what it gets as "line:a|b\n", a problem as "line!problem\n". */
static enum err write_record(void *ctx, const struct record *r, struct fault *f) {
    (void)f;
    struct buf *out = ctx;
    buf_printf(out, "%lld%c", (long long)r->line, r->problem ? '!' : ':');
    if (r->problem)
        buf_puts(out, r->problem);
    for (size_t i = 0; i < r->count; i++) {
        if (i)
            buf_putc(out, '|');
        buf_put(out, r->fields[i].text, r->fields[i].len);
    }
    buf_putc(out, '\n');
    return ERR_OK;
}

static enum err parse(const char *s, size_t n, size_t chunk, char delimiter, struct fault *f,
                      struct buf *out) {
    struct csv *c = csv_new(delimiter, write_record, out);
    assert_non_null(c);
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i += chunk)
        e = csv_feed(c, s + i, n - i < chunk ? n - i : chunk, f);
    if (!e)
        e = csv_finish(c, f);
    csv_free(c);
    return e;
}

/* Parses whole and in chunks of 1, 2, 3 and 7 bytes: all must give `want`. */
static void check_n(const char *s, size_t n, const char *want) {
    static const size_t chunks[] = {1 << 20, 1, 2, 3, 7};
    for (size_t i = 0; i < COUNT_OF(chunks); i++) {
        CLEANUP(buf_free) struct buf out = {0};
        struct fault f = {0};
        assert_int_equal(parse(s, n, chunks[i], 0, &f, &out), ERR_OK);
        assert_string_equal(out.data, want);
    }
}

static void check(const char *s, const char *want) {
    check_n(s, strlen(s), want);
}

static void check_fault(const char *s, size_t n, const char *words) {
    CLEANUP(buf_free) struct buf out = {0};
    struct fault f = {0};
    assert_int_equal(parse(s, n, 4096, 0, &f, &out), ERR_DATA_FORMAT);
    if (!strstr(f.detail, words))
        fail_msg("\"%s\" does not say \"%s\"", f.detail, words);
}

static void test_plain(void **state) {
    (void)state;
    check("a,b\n1,2\n", "1:a|b\n2:1|2\n");
    check("a,b\n1,2", "1:a|b\n2:1|2\n");
    check("a,b\r\n1,2\r\n3,4\r\n", "1:a|b\n2:1|2\n3:3|4\n");
    check("a,b\r1,2\r", "1:a|b\n2:1|2\n");
    check("a,b\n,\n1,\n", "1:a|b\n2:|\n3:1|\n");
    check("a,b\n1,", "1:a|b\n2:1|\n");
    check("\xef\xbb\xbf"
          "a,b\n1,2\n",
          "1:a|b\n2:1|2\n");
    check(" \nx\n", "1: \n2:x\n");
    check("\n\na,b\n\n\r\n1,2\n\n", "3:a|b\n6:1|2\n");
}

static void test_quotes(void **state) {
    (void)state;
    check("a,b\n\"x\ny\",\"1,2\"\nz,3\n", "1:a|b\n2:x\ny|1,2\n4:z|3\n");
    check("a,b\n\"say \"\"hi\"\"\",\"\"\n", "1:a|b\n2:say \"hi\"|\n");
    check("a,b\n\"x\r\ny\",2\r\n3,4\r\n", "1:a|b\n2:x\r\ny|2\n4:3|4\n");
    check("a,b\nx \"y\",2\n", "1:a|b\n2:x \"y\"|2\n");
    check("a,b\n1,\"2\"", "1:a|b\n2:1|2\n");
    check("\"a\",\"b\"\n\"\xf0\x9f\x92\x8c\",2\n", "1:a|b\n2:\xf0\x9f\x92\x8c|2\n");
}

static void test_delimiters(void **state) {
    (void)state;
    check("a;b;c\n1,5;2;3\n", "1:a|b|c\n2:1,5|2|3\n");
    check("a\tb\n1\t2\n", "1:a|b\n2:1|2\n");
    check("a|b\n1|2\n", "1:a|b\n2:1|2\n");
    check("\"x;y;z\",b\n1,2\n", "1:x;y;z|b\n2:1|2\n");
    check("a\n1\n", "1:a\n2:1\n");
    CLEANUP(buf_free) struct buf out = {0};
    struct fault f = {0};
    assert_int_equal(parse("a;b\n1;2\n", 8, 3, ',', &f, &out), ERR_OK);
    assert_string_equal(out.data, "1:a;b\n2:1;2\n");
}

static void test_broken_rows(void **state) {
    (void)state;
    check("a,b\n\"x\"y,2\n3,4\n",
          "1:a|b\n2!text behind the closing quote of a field that began in line 2 (a quote inside quotes is "
          "doubled)\n3:3|4\n");
    /* a stray quote does not swallow the rows behind it */
    check("a,b\n1,\"2\n3,4\n5,6\n",
          "1:a|b\n2!a quote opened in line 2 is never closed: the file may be cut off\n3:3|4\n4:5|6\n");
    check("a,b\n1,2\n3,\"bio\nmore",
          "1:a|b\n2:1|2\n3!a quote opened in line 3 is never closed: the file may be cut "
          "off\n");
    check_n("a,b\n1\0,2\n3,4\n", 13,
            "1:a|b\n2!there is a NUL byte in it: the file is damaged or binary\n3:3|4\n");
}

static void test_wrong_count_is_the_mappers_matter(void **state) {
    (void)state;
    check("a,b\n1\n1,2,3\n", "1:a|b\n2:1\n3:1|2|3\n");
}

static void test_long_record(void **state) {
    (void)state;
    size_t n = 10 << 20;
    struct buf s = {0};
    buf_puts(&s, "a,b\n1,2\n");
    for (size_t i = 0; i < n; i++)
        buf_putc(&s, 'x');
    buf_puts(&s, "\n3,4\n");
    CLEANUP(buf_free) struct buf out = {0};
    struct fault f = {0};
    assert_int_equal(parse(s.data, s.len, 65536, 0, &f, &out), ERR_OK);
    assert_memory_equal(out.data, "1:a|b\n2:1|2\n3!", 14);
    assert_non_null(strstr(out.data, "longer than 1 MiB"));
    assert_non_null(strstr(out.data, "\n4:3|4\n"));
    buf_free(&s);
}

static void test_not_csv(void **state) {
    (void)state;
    check_fault("", 0, "empty");
    check_fault(" \n\n", 3, "empty");
    check_fault("\xef\xbb\xbf", 3, "empty");
    check_fault("PK\x03\x04zzzz", 8, "Excel");
    check_fault("a\0b,c\n1,2\n", 10, "binary");
    check_fault("\x01\x02\x03\x04\x05\x06,\n", 8, "binary");
    check_fault("\"a,b\n1,2\n", 9, "line 1");
    struct buf s = {0};
    for (size_t i = 0; i < 10 << 20; i++)
        buf_putc(&s, 'x');
    check_fault(s.data, s.len, "longer than 1 MiB");
    s.len = 0;
    for (size_t i = 0; i < 600; i++)
        buf_puts(&s, "x,");
    buf_putc(&s, '\n');
    check_fault(s.data, s.len, "512");
    buf_free(&s);
}

static enum err refuse(void *ctx, const struct record *r, struct fault *f) {
    (void)ctx;
    return r->line == 2 ? fault_set(f, ERR_STORE_FAILED, "stop") : ERR_OK;
}

static void test_sink_stops(void **state) {
    (void)state;
    struct fault f = {0};
    struct csv *c = csv_new(0, refuse, NULL);
    enum err e = csv_feed(c, "a\n1\n2\n", 6, &f);
    if (!e)
        e = csv_finish(c, &f);
    assert_int_equal(e, ERR_STORE_FAILED);
    csv_free(c);
    csv_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),       cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_delimiters),  cmocka_unit_test(test_broken_rows),
        cmocka_unit_test(test_long_record), cmocka_unit_test(test_wrong_count_is_the_mappers_matter),
        cmocka_unit_test(test_not_csv),     cmocka_unit_test(test_sink_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
