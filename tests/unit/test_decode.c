/* Decoding and NDJSON: the same text whatever the packing, the encoding and the size of the chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ingest/decode.h"
#include "ingest/ndjson.h"

#include <stdlib.h>
#include <string.h>

struct bytes {
    const char *data;
    size_t len, at, chunk;
};

static enum err read_bytes(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    (void)f;
    struct bytes *b = ctx;
    size_t left = b->len - b->at;
    *ret_n = left < b->chunk ? left : b->chunk;
    *ret_n = *ret_n < n ? *ret_n : n;
    memcpy(buf, b->data + b->at, *ret_n);
    b->at += *ret_n;
    return ERR_OK;
}

static enum err decode_all(const char *data, size_t n, size_t chunk, const char *encoding, struct fault *f,
                           struct buf *out) {
    struct bytes b = {data, n, 0, chunk};
    struct decode *d = NULL;
    char buf[64];
    enum err e = decode_new((struct import_source){read_bytes, &b}, encoding, f, &d);
    buf_puts(out, "");
    for (size_t got = 1; !e && got;) {
        e = decode_read(d, buf, sizeof buf, f, &got);
        if (!e)
            buf_put(out, buf, got);
    }
    if (!e)
        assert_int_equal(decode_bytes(d), n);
    decode_free(d);
    return e;
}

static void check(const char *data, size_t n, const char *encoding, const char *want) {
    static const size_t chunks[] = {1 << 20, 1, 2, 3, 7};
    for (size_t i = 0; i < COUNT_OF(chunks); i++) {
        CLEANUP(buf_free) struct buf out = {0};
        struct fault f = {0};
        assert_int_equal(decode_all(data, n, chunks[i], encoding, &f, &out), ERR_OK);
        assert_string_equal(out.data, want);
    }
}

#define CHECK(bytes, encoding, want) check(bytes, sizeof(bytes) - 1, encoding, want)

/* gzip of "hi\n" (a stored block, so that the bytes can be read here) and its CRC. */
#define HI "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x03\0\xfc\xffhi\n\x7a\x7a\x6f\xed\x03\0\0\0"

static void test_encodings(void **state) {
    (void)state;
    CHECK("", NULL, "");
    CHECK("a", NULL, "a");
    CHECK("caf\xc3\xa9 \xf0\x9f\x8c\xb1", NULL, "caf\xc3\xa9 \xf0\x9f\x8c\xb1");
    CHECK("caf\xe9 \x80", NULL, "caf\xc3\xa9 \xe2\x82\xac");
    CHECK("caf\xe9 \xc3\xa9", NULL, "caf\xe9 \xc3\xa9"); /* broken UTF-8 is not guessed at */
    CHECK("caf\xe9 \xc3\xa9", "latin-1", "caf\xc3\xa9 \xc3\x83\xc2\xa9");
    CHECK("\x81x", "windows-1252", "\xef\xbf\xbdx");
    CHECK("\xff\xfe"
          "a\0\xe9\0",
          NULL,
          "\xef\xbb\xbf"
          "a\xc3\xa9");
    CHECK("\xfe\xff\0a\0\xe9", NULL,
          "\xef\xbb\xbf"
          "a\xc3\xa9");
    CHECK("u\0s\0e\0r\0,\0<\xd8\x31\xdf", NULL, "user,\xf0\x9f\x8c\xb1"); /* no mark, a surrogate pair */
}

static void test_gzip(void **state) {
    (void)state;
    CHECK(HI, NULL, "hi\n");
    CHECK(HI HI, NULL, "hi\nhi\n");
    struct fault f = {0};
    CLEANUP(buf_free) struct buf out = {0};
    assert_int_equal(decode_all(HI, sizeof HI - 5, 4, NULL, &f, &out), ERR_DATA_FORMAT);
    assert_non_null(strstr(f.detail, "cut off"));
    assert_int_equal(decode_all(HI "junk", sizeof HI + 3, 4, NULL, &f, &out), ERR_DATA_FORMAT);
    assert_int_equal(decode_all("a\0b\0c\0d\0e", 9, 4, NULL, &f, &out), ERR_DATA_FORMAT);
    assert_int_equal(decode_all("x", 1, 1, "utf-7", &f, &out), ERR_USAGE);
}

static enum err write_record(void *ctx, const struct record *r, struct fault *f) {
    (void)f;
    buf_printf(ctx, "%lld%c", (long long)r->line, r->problem ? '!' : ':');
    for (size_t i = 0; i < r->count; i++) {
        buf_puts(ctx, i ? "|" : "");
        buf_put(ctx, r->fields[i].text, r->fields[i].len);
    }
    buf_printf(ctx, "%s\n", r->problem ? r->problem : "");
    return ERR_OK;
}

static enum err parse(const char *s, size_t n, size_t chunk, struct fault *f, struct buf *out) {
    struct ndjson *r = ndjson_new(write_record, out);
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < n; i += chunk)
        e = ndjson_feed(r, s + i, n - i < chunk ? n - i : chunk, f);
    if (!e)
        e = ndjson_finish(r, f);
    ndjson_free(r);
    return e;
}

static void lines(const char *s, const char *want) {
    static const size_t chunks[] = {1 << 20, 1, 3, 7};
    for (size_t i = 0; i < COUNT_OF(chunks); i++) {
        CLEANUP(buf_free) struct buf out = {0};
        struct fault f = {0};
        assert_int_equal(parse(s, strlen(s), chunks[i], &f, &out), ERR_OK);
        assert_string_equal(out.data, want);
    }
}

static void test_ndjson(void **state) {
    (void)state;
    lines("{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"c\":[1,2]}", "1:a|b|c\n1:1|x|\n2:|y|[1,2]\n");
    lines("{\"a\":{\"b\":true,\"c\":null}}\n\n \n{}\n", "1:a.b|a.c\n1:true|\n4:|\n");
    lines("{\"id\":6892428462015958273,\"s\":\"12345678901234567890 \\\" 9\",\"f\":1.50}\n",
          "1:id|s|f\n1:6892428462015958273|12345678901234567890 \" 9|1.5\n");
    lines("{\"t\":[{\"name\":\"a\"},{\"title\":\"b\"}],\"o\":[{\"x\":1}]}\n",
          "1:t|o\n1:[\"a\",\"b\"]|[{\"x\":1}]\n");
    lines("{\"a\":1}\n{\"a\":2\n[3]\n{\"a\":\"x\\u0000\"}\n{\"a\":4}\n",
          "1:a\n1:1\n2!the line is not valid JSON\n3!the line is not a JSON object: write one object a "
          "line\n4!there "
          "is a NUL character in it\n5:4\n");
    lines("{\"a\":1,\"a\":2}\n", "1:a\n1:2\n");
    lines("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}\n", "1:a.b.c.d\n1:{\"e\":1}\n");
}

static void test_ndjson_faults(void **state) {
    (void)state;
    struct fault f = {0};
    CLEANUP(buf_free) struct buf out = {0};
    assert_int_equal(parse("", 0, 1, &f, &out), ERR_DATA_FORMAT);
    assert_int_equal(parse("nope\n", 5, 1, &f, &out), ERR_DATA_FORMAT);
    assert_non_null(strstr(f.detail, "not valid JSON"));
    CLEANUP(buf_free) struct buf big = {0};
    buf_puts(&big, "{\"a\":1}\n{\"a\":\"");
    for (int i = 0; i < 3 << 20; i++)
        buf_putc(&big, 'x');
    buf_puts(&big, "\"}\n{\"a\":2}\n");
    assert_int_equal(parse(big.data, big.len, 65536, &f, &out), ERR_OK);
    assert_string_equal(out.data, "1:a\n1:1\n2!the line is longer than 1 MiB\n3:2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_ndjson),
        cmocka_unit_test(test_ndjson_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
