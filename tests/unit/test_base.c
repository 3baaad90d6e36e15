/* Base floor: JSON, clock, fields, buffers, arena, errors, secrets. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/log.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void says(struct buf *b, const char *want) {
    assert_string_equal(b->data, want);
    b->len = 0;
}

static void json_writes_numbers(void **state) {
    (void)state;
    struct buf b = {0};
    const struct {
        double v;
        int decimals;
        const char *text;
    } cases[] = {{83.2, 1, "83.2"},     {83.25, 1, "83.3"},
                 {-0.04, 1, "0"},       {1, 3, "1"},
                 {0.0482, 4, "0.0482"}, {1e-9, 4, "0"},
                 {NAN, 2, "null"},      {INFINITY, 2, "null"},
                 {-2.5, 0, "-3"},       {1234567.0625, 3, "1234567.063"},
                 {100, 0, "100"},       {0.05, 2, "0.05"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json w = json_to(&b);
        json_f64(&w, cases[i].v, cases[i].decimals);
        says(&b, cases[i].text);
    }
    struct json w = json_to(&b);
    json_i64(&w, INT64_MIN + 1);
    says(&b, "-9223372036854775807");
    buf_free(&b);
}

static void json_escapes_what_cjson_reads_back(void **state) {
    (void)state;
    const char nasty[] = "a\"b\\c\n\t\x01/\x7f é 💪 \xff\xc0\xaf\xed\xa0\x80 end";
    struct buf b = {0};
    struct json w = json_to(&b);
    json_object(&w);
    json_key(&w, "x");
    json_strn(&w, nasty, sizeof nasty - 1);
    json_kstr(&w, "null", NULL);
    json_key(&w, "list");
    json_array(&w);
    json_i64(&w, 1);
    json_bool(&w, false);
    json_array_end(&w);
    json_object_end(&w);
    cJSON *doc = cJSON_Parse(b.data);
    assert_non_null(doc);
    const char *x = cJSON_GetObjectItem(doc, "x")->valuestring;
    assert_non_null(strstr(x, "a\"b\\c\n\t\x01/\x7f é 💪 "));
    assert_non_null(strstr(x, "\xEF\xBF\xBD"));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(doc, "list")), 2);
    cJSON_Delete(doc);
    buf_free(&b);
}

/* Whether cJSON reads back a string of n letters with an odd byte at a place. */
static void reads_back(struct buf *b, size_t n, size_t at, unsigned char odd) {
    char text[40];
    memset(text, 'a' + (int)(n % 26), n);
    text[at] = (char)odd;
    text[n] = '\0';
    b->len = 0;
    struct json w = json_to(b);
    json_strn(&w, text, n);
    for (size_t i = 0; i < b->len; i++)
        assert_true((unsigned char)b->data[i] >= ' ' && b->data[i] != 0x7F);
    cJSON *read = cJSON_Parse(b->data);
    assert_non_null(read);
    assert_string_equal(read->valuestring, text);
    cJSON_Delete(read);
}

static void json_escapes_at_every_place(void **state) {
    (void)state;
    static const unsigned char odd[] = {1, '\n', 0x1F, ' ', '"', '\\', '/', '~', 0x7F, 'z'};
    struct buf b = {0};
    for (size_t i = 0; i < 34 * 34 * sizeof odd; i++) {
        size_t n = 1 + i % 34;
        reads_back(&b, n, i / 34 % 34 % n, odd[i / 34 / 34]);
    }
    buf_free(&b);
}

static void buf_gives_back_its_room(void **state) {
    (void)state;
    struct buf b = {0};
    buf_trim(&b);
    assert_null(b.data);
    for (int i = 0; i < 9000; i++)
        buf_putc(&b, 'a');
    buf_trim(&b); /* of 16 KiB */
    assert_int_equal(b.len, 9000);
    assert_int_equal(b.cap, 9001);
    buf_puts(&b, "end");
    assert_string_equal(b.data + 8999, "aend");
    size_t cap = b.cap;
    while (b.len + 4096 < b.cap)
        buf_putc(&b, 'b');
    buf_trim(&b); /* little: it stays */
    assert_int_equal(b.cap, cap);
    buf_free(&b);
}

static void arena_goes_back_to_a_mark(void **state) {
    (void)state;
    struct arena *a = arena_new(256);
    const char *kept = arena_strdup(a, "kept");
    struct arena_mark mark = arena_mark(a);
    size_t used = arena_used(a);
    for (int i = 0; i < 100; i++)
        memset(arena_alloc(a, 200), 'x', 200);
    assert_true(arena_used(a) > used);
    arena_back(a, mark);
    assert_int_equal(arena_used(a), used);
    assert_string_equal(kept, "kept");
    const char *again = arena_alloc(a, 32);
    assert_true(again > kept && again < kept + 256); /* in the block of the mark */
    for (int i = 0; i < 32; i++)
        assert_int_equal(again[i], 0);
    arena_free(a);
}

static void arena_writes_numbers_as_printf_does(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    const double odd[] = {0,     0.005,  0.015, 0.125, 1.005, 2.675, 0.994999,
                          0.995, 99.995, 1e11,  1e12,  1e300, -1.5,  12345678.125};
    char want[512];
    for (int i = 0; i < 200000; i++) {
        double v = i < (int)COUNT_OF(odd) ? odd[i] : (double)rand() / RAND_MAX * pow(10, i % 9 - 2);
        v = i % 7 ? v : floor(v * 1000) / 1000; /* thousandths are often a half */
        snprintf(want, sizeof want, "%.2f", v);
        assert_string_equal(arena_hundredths(a, v), want);
        if (i % 1000 == 0)
            arena_reset(a);
    }
    assert_string_equal(arena_i64(a, INT64_MIN), "-9223372036854775808");
    assert_string_equal(arena_i64(a, 0), "0");
    assert_string_equal(arena_thousands(a, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(arena_thousands(a, 999), "999");
    assert_string_equal(arena_thousands(a, 1000), "1,000");
    assert_string_equal(arena_concat(a, "a", "", "bc"), "abc");
    assert_string_equal(arena_concat(a, ""), "");
    arena_free(a);
}

static void clock_reads_and_writes(void **state) {
    (void)state;
    const struct {
        const char *text;
        const char *want; /* NULL: refused */
    } cases[] = {{"2026-11-18T09:00:00Z", "2026-11-18T09:00:00Z"},
                 {"2026-11-18", "2026-11-18T00:00:00Z"},
                 {"2026-11-18 09:00:00", "2026-11-18T09:00:00Z"},
                 {"2026-11-18T09:00:00.123456+02:00", "2026-11-18T07:00:00Z"},
                 {"2024-02-29T23:59:59-0130", "2024-03-01T01:29:59Z"},
                 {"1970-01-01", "1970-01-01T00:00:00Z"},
                 {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
                 {"2023-02-29", NULL},
                 {"2026-13-01", NULL},
                 {"2026-11-18T25:00:00Z", NULL},
                 {"2026-11-18T09:00:00Zjunk", NULL},
                 {"1969-12-31", NULL},
                 {"1970-01-01T00:00:00+01:00", NULL},
                 {"", NULL},
                 {"yesterday", NULL}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t us = -1;
        char out[32];
        bool ok = clock_parse(cases[i].text, strlen(cases[i].text), &us);
        assert_int_equal(ok, cases[i].want != NULL);
        if (!ok)
            continue;
        clock_format(us, out);
        assert_string_equal(out, cases[i].want);
    }
}

struct sample {
    int64_t id, when, missing;
    double share;
    const char *name;
    int8_t flag;
    struct text_list words;
};

static void fields_group_and_null(void **state) {
    (void)state;
    static const struct field fields[] = {
        FIELD(FIELD_ID, struct sample, id, "who", "id", "id", 0),
        FIELD(FIELD_TEXT, struct sample, name, "who", "name", "name", 0),
        FIELD(FIELD_F64, struct sample, share, NULL, "share", "share", 2),
        FIELD(FIELD_I64, struct sample, missing, NULL, "missing", "missing", 0),
        FIELD(FIELD_BOOL, struct sample, flag, NULL, "flag", "flag", 0),
        FIELD(FIELD_TIME, struct sample, when, NULL, "when", "when_us", 0),
        FIELD(FIELD_TEXTS, struct sample, words, NULL, "words", NULL, 0),
    };
    struct sample s = {0};
    const char *texts[] = {"9007199254740993", "Ana \"x\"", "0.126", NULL, "t", "1000000"};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        field_set(&fields[i], texts[i], &s);
    struct buf b = {0};
    struct json w = json_to(&b);
    json_object(&w);
    fields_json(fields, COUNT_OF(fields), &s, &w);
    json_object_end(&w);
    says(&b,
         "{\"who\":{\"id\":\"9007199254740993\",\"name\":\"Ana \\\"x\\\"\"},\"share\":0.13,\"missing\":null,"
         "\"flag\":true,\"when\":\"1970-01-01T00:00:01Z\",\"words\":[]}");
    buf_free(&b);
}

static void buffers_grow_and_encode(void **state) {
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%d,", i);
    assert_int_equal(b.len, 3890);
    b.len = 0;
    buf_put_percent(&b, "vegan fit\xc3\xa9&=\0x", 14);
    says(&b, "vegan%20fit%C3%A9%26%3D%00");
    buf_free(&b);
}

static void arena_keeps_and_forgets(void **state) {
    (void)state;
    struct arena *a = arena_new(256);
    char *big = arena_alloc(a, 100000);
    memset(big, 'x', 100000);
    assert_string_equal(arena_printf(a, "%s-%d", "n", 7), "n-7");
    assert_true(((uintptr_t)arena_alloc(a, 3) & 15) == 0);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    arena_free(a);
    arena_free(NULL);
}

static void errors_have_names_and_hints(void **state) {
    (void)state;
    for (int e = 0; e < ERR_COUNT; e++) {
        assert_int_equal(err_by_name(err_name((enum err)e)), e);
        assert_in_range(err_status((enum err)e), 200, 599);
        assert_in_range(err_exit((enum err)e), 0, 7);
    }
    struct fault f;
    assert_int_equal(fault_set(&f, ERR_USAGE, "%01000d", 1), ERR_USAGE);
    assert_int_equal(strlen(f.detail), sizeof f.detail - 1);
    for (int i = 0; i < 9; i++)
        fault_hint(&f, "x");
    assert_int_equal(f.hint_count, COUNT_OF(f.hints));
}

static void secrets_sign_and_last(void **state) {
    (void)state;
    char path[] = "/tmp/niched_secret_XXXXXX";
    struct fault f;
    struct crypto_secrets one = {0}, two = {0}, none = {0};
    close(mkstemp(path));
    unlink(path);
    assert_int_equal(crypto_secrets_load(path, false, &f, &one), ERR_IO);
    assert_int_equal(crypto_secrets_load(path, true, &f, &one), ERR_OK);
    assert_int_equal(crypto_secrets_load(path, false, &f, &two), ERR_OK);
    assert_memory_equal(&one, &two, sizeof one);
    assert_true(one.lasting && one.count == 1);
    assert_int_equal(crypto_secrets_load("", false, &f, &none), ERR_OK);
    assert_true(!none.lasting && none.count == 1);
    unsigned char a[CRYPTO_TAG_BYTES], b[CRYPTO_TAG_BYTES];
    crypto_tag(&one.at[0], "cursor", "x", 1, a);
    crypto_tag(&one.at[0], "tombstone", "x", 1, b);
    assert_false(crypto_tag_equal(a, b));
    char text[64];
    crypto_base64(a, sizeof a, text);
    size_t n = 0;
    assert_true(crypto_unbase64(text, strlen(text), b, sizeof b, &n));
    assert_memory_equal(a, b, sizeof a);
    assert_false(crypto_unbase64("!!!!", 4, b, sizeof b, &n));
    assert_int_equal(truncate(path, 5), 0);
    assert_int_equal(crypto_secrets_load(path, true, &f, &two), ERR_DATA_INVALID);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(crypto_secrets_load(path, true, &f, &two), ERR_DATA_INVALID);
    assert_int_equal(truncate(path, CRYPTO_SECRETS_MAX * CRYPTO_SECRET_BYTES + CRYPTO_SECRET_BYTES), 0);
    assert_int_equal(crypto_secrets_load(path, true, &f, &two), ERR_DATA_INVALID);
    unlink(path);
}

static void older_secrets_are_known(void **state) {
    (void)state;
    char path[] = "/tmp/niched_secret_XXXXXX";
    struct fault f;
    struct crypto_secrets s = {0}, before, read = {0};
    unsigned char a[CRYPTO_TAG_BYTES], b[CRYPTO_TAG_BYTES];
    close(mkstemp(path));
    unlink(path);
    assert_int_equal(crypto_secrets_load(path, true, &f, &s), ERR_OK);
    before = s;
    crypto_secrets_sign(&s, "cursor", "x", 1, a);
    while (s.count < CRYPTO_SECRETS_MAX)
        assert_int_equal(crypto_secrets_rotate(path, &f, &s), ERR_OK);
    assert_int_equal(crypto_secrets_rotate(path, &f, &s), ERR_DATA_INVALID);
    assert_int_equal(crypto_secrets_load(path, false, &f, &read), ERR_OK);
    assert_memory_equal(&s, &read, sizeof s);
    crypto_secrets_sign(&read, "cursor", "x", 1, b);
    assert_false(crypto_tag_equal(a, b));
    assert_true(crypto_secrets_signed(&read, "cursor", "x", 1, a));
    assert_true(crypto_secrets_signed(&read, "cursor", "x", 1, b));
    assert_false(crypto_secrets_signed(&read, "cursor", "y", 1, a));
    assert_false(crypto_secrets_signed(&before, "cursor", "x", 1, b));
    unlink(path);
}

/* What `lines` write when gathered, and how many writes it took. */
static size_t log_gathered(size_t n, const struct log_pair *pairs, char *ret_text, size_t room) {
    int fds[2], before = dup(STDERR_FILENO);
    assert_int_equal(pipe2(fds, O_DIRECT | O_NONBLOCK), 0); /* a packet is a write */
    dup2(fds[1], STDERR_FILENO);
    struct log_lines lines = {0};
    for (size_t i = 0; i < n; i++)
        log_gather(&lines, LOG_INFO, "request", pairs);
    log_flush(&lines);
    log_flush(&lines);
    dup2(before, STDERR_FILENO);
    close(before);
    close(fds[1]);
    size_t len = 0, writes = 0;
    for (ssize_t got; (got = read(fds[0], ret_text + len, room - len)) > 0; writes++) {
        len += (size_t)got;
        assert_int_equal(ret_text[len - 1], '\n');
    }
    close(fds[0]);
    ret_text[len] = '\0';
    return writes;
}

static void log_lines_are_whole(void **state) {
    (void)state;
    static char text[65536], path[8192];
    const char *hostile = "/a \"b\"\n\x01\xff\\=c", *empty = "";
    const struct log_pair pairs[] = {
        LOG_STR("path", hostile), LOG_STR("none", empty), LOG_NUM("low", INT64_MIN), LOG_NUM("n", 0), {0}};
    assert_int_equal(log_gathered(1, pairs, text, sizeof text), 1);
    assert_memory_equal(text, "time=20", 7);
    assert_string_equal(strstr(text, " level="),
                        " level=info msg=request path=\"/a \\\"b\\\"\\x0a\\x01\\xff\\\\=c\" none=\"\" "
                        "low=-9223372036854775808 n=0\n");
    size_t line = strlen(text), a_write = 4095 / line;
    assert_int_equal(log_gathered(100, pairs, text, sizeof text), (100 + a_write - 1) / a_write);
    assert_int_equal(strlen(text), 100 * line);
    memset(path, 'x', sizeof path - 1); /* a line beyond the bound is cut, its neighbours are not */
    const struct log_pair longer[] = {{"path", path, 0}, {0}};
    assert_int_equal(log_gathered(3, longer, text, sizeof text), 3);
    assert_int_equal(strlen(text), 3 * 4096);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_lines_are_whole),
        cmocka_unit_test(json_writes_numbers),
        cmocka_unit_test(json_escapes_what_cjson_reads_back),
        cmocka_unit_test(json_escapes_at_every_place),
        cmocka_unit_test(arena_writes_numbers_as_printf_does),
        cmocka_unit_test(clock_reads_and_writes),
        cmocka_unit_test(fields_group_and_null),
        cmocka_unit_test(buffers_grow_and_encode),
        cmocka_unit_test(arena_keeps_and_forgets),
        cmocka_unit_test(arena_goes_back_to_a_mark),
        cmocka_unit_test(buf_gives_back_its_room),
        cmocka_unit_test(errors_have_names_and_hints),
        cmocka_unit_test(secrets_sign_and_last),
        cmocka_unit_test(older_secrets_are_known),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
