/* CSV by field tables, choosing among their lines, what headers accept, compression. */
#include "base/compress.h"
#include "base/fields.h"

#include "../../src/http/accept.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

struct row {
    int64_t rank, id, at_us, hidden;
    double rate;
    const char *name, *bio;
    int8_t flag;
    struct text_list words;
};

static const struct field table[] = {
    FIELD(FIELD_I64, struct row, rank, NULL, "rank", NULL, 0),
    FIELD(FIELD_ID, struct row, id, "creator", "id", NULL, 0),
    FIELD(FIELD_TEXT, struct row, name, "creator", "name", NULL, 0),
    FIELD(FIELD_TEXT, struct row, bio, "creator", "bio", NULL, 0),
    FIELD(FIELD_F64, struct row, rate, NULL, "rate", NULL, 2),
    FIELD(FIELD_BOOL, struct row, flag, NULL, "flag", NULL, 0),
    FIELD(FIELD_TIME, struct row, at_us, NULL, "at", NULL, 0),
    FIELD(FIELD_TEXTS, struct row, words, NULL, "words", NULL, 0),
    FIELD(FIELD_I64, struct row, hidden, NULL, NULL, "hidden", 0),
};

static void rows_become_csv(void **state) {
    (void)state;
    const char *words[] = {"a", "b;c", "d,e"};
    struct row row = {-3, 42, 0, 9, -0.125, "Ann \"A\"", "x\r\ny", 1, {words, 3}};
    struct row none = {FIELD_NULL_I64, 1, FIELD_NULL_I64, 0, NAN, NULL, "", FIELD_NULL_BOOL, {0}};
    struct buf out = {0};
    fields_csv_names(table, COUNT_OF(table), NULL, &out);
    fields_csv(table, COUNT_OF(table), NULL, &row, &out);
    fields_csv(table, COUNT_OF(table), NULL, &none, &out);
    assert_string_equal(out.data,
                        "rank,creator_id,creator_name,creator_bio,rate,flag,at,words\r\n"
                        "-3,42,\"Ann \"\"A\"\"\",\"x\r\ny\",-0.13,true,1970-01-01T00:00:00Z,\"a;b,c;d,e\"\r\n"
                        ",1,,,,,,\r\n");
    buf_free(&out);
}

static void no_cell_is_a_formula(void **state) {
    (void)state;
    static const char *const cells[][2] = {
        {"=1+1", "\"'=1+1\""},
        {"+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\""},
        {"-2+3", "\"'-2+3\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"-12.5", "-12.5"},
        {"-", "\"'-\""},
        {"-1.2.3", "\"'-1.2.3\""},
        {"+49 30 1", "\"'+49 30 1\""},
        {"a=b", "a=b"},
        {" =1", "\" =1\""},
        {"12", "12"},
        {"=\"x\"", "\"'=\"\"x\"\"\""},
        {"ü", "ü"},
        {"a;b", "\"a;b\""},
        {"", "\"\""},
        {NULL, "\"\""},
    };
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        struct row row = {.name = cells[i][0]};
        struct buf out = {0};
        fields_csv(&table[2], 1, NULL, &row, &out);
        assert_int_equal(out.len, strlen(cells[i][1]) + 2);
        assert_memory_equal(out.data, cells[i][1], out.len - 2);
        buf_free(&out);
    }
}

/* An empty line would be skipped by readers; a row of several empty cells has its commas. */
static void only_a_lone_empty_cell_is_quoted(void **state) {
    (void)state;
    struct row row = {.id = FIELD_NULL_I64};
    struct buf out = {0};
    fields_csv(&table[1], 2, NULL, &row, &out);
    assert_string_equal(out.data, ",\r\n");
    bool chosen[] = {false, true};
    fields_csv(&table[1], 2, chosen, &row, &out);
    assert_string_equal(out.data, ",\r\n\"\"\r\n");
    buf_free(&out);
}

static void lines_are_chosen_by_name(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    struct fault f = {0};
    const bool *chosen;
    struct row row = {.rank = 1, .id = 7, .name = "n", .rate = 0.5};
    struct buf out = {0};
    struct json w = json_to(&out);
    assert_int_equal(fields_choose(table, COUNT_OF(table), "", "rate,creator.name,rank", a, &f, &chosen),
                     ERR_OK);
    json_object(&w);
    fields_json_of(table, COUNT_OF(table), chosen, &row, &w);
    json_object_end(&w);
    assert_string_equal(out.data, "{\"rank\":1,\"creator\":{\"name\":\"n\"},\"rate\":0.5}");
    out.len = 0;
    fields_csv_names(table, COUNT_OF(table), chosen, &out);
    assert_string_equal(out.data, "rank,creator_name,rate\r\n");
    buf_free(&out);
    assert_int_equal(fields_choose(table, COUNT_OF(table), "first second", "creator,second", a, &f, &chosen),
                     ERR_OK);
    assert_true(chosen[1] && chosen[2] && chosen[3] && !chosen[0] && !chosen[4]);
    assert_true(!chosen[COUNT_OF(table)] && chosen[COUNT_OF(table) + 1]);
    const char *wrong[][2] = {{"rnak", "rank"},
                              {"creator.nam", "creator.name"},
                              {"name", "creator.name"},
                              {"hidden", NULL},
                              {"", NULL},
                              {"rank,", NULL},
                              {"creator.", NULL},
                              {"creator_name", "creator.name"}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_int_equal(fields_choose(table, COUNT_OF(table), "", wrong[i][0], a, &f, &chosen),
                         ERR_PARAM_INVALID);
        assert_string_equal(f.param, "fields");
        if (wrong[i][1])
            assert_string_equal(f.hints[0], wrong[i][1]);
    }
    arena_free(a);
}

static void media_types_have_a_quality(void **state) {
    (void)state;
    static const struct {
        const char *header, *type;
        double q;
    } cases[] = {
        {NULL, "text/csv", 1},
        {"*/*", "text/csv", 1},
        {"text/*;q=0.5", "text/csv", 0.5},
        {"text/*;q=0.5, text/csv;q=0", "text/csv", 0},
        {"text/csv;q=0.1,*/*", "text/csv", 0.1},
        {"text/csv;q=0.1,*/*", "application/json", 1},
        {"TEXT/CSV; Q=0.3", "text/csv", 0.3},
        {"text/csv;header=present;q=0.4", "text/csv", 0.4},
        {"text/csvx", "text/csv", 0},
        {"text/html,application/xhtml+xml,*/*;q=0.8", "application/json", 0.8},
        {"", "text/csv", 0},
        {" , ,text/csv", "text/csv", 1},
        {"text/csv;q=2, */*;q=0.2", "text/csv", 0.2},
        {"text/csv;q=x, */*;q=0.2", "text/csv", 0.2},
        {"application/*", "text/csv", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(fabs(accept_media(cases[i].header, cases[i].type) - cases[i].q) < 1e-9);
}

static void codings_have_a_quality(void **state) {
    (void)state;
    static const struct {
        const char *header, *coding;
        double q;
    } cases[] = {
        {NULL, "identity", 1},
        {NULL, "gzip", 0},
        {"gzip", "gzip", 1},
        {"gzip", "zstd", 0},
        {"gzip", "identity", 1e-4},
        {"gzip;q=0.2, zstd", "gzip", 0.2},
        {"*", "zstd", 1},
        {"*;q=0", "identity", 0},
        {"*;q=0, identity", "identity", 1},
        {"identity;q=0", "identity", 0},
        {"identity;q=0, gzip", "gzip", 1},
        {"GZip", "gzip", 1},
        {"gzip;q=0", "gzip", 0},
        {"", "identity", 1e-4},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(fabs(accept_coding(cases[i].header, cases[i].coding) - cases[i].q) < 1e-9);
}

static void tags_are_compared_weakly(void **state) {
    (void)state;
    static const struct {
        const char *header;
        bool listed;
    } cases[] = {
        {NULL, false},
        {"*", true},
        {"W/\"ab\"", true},
        {"\"ab\"", true},
        {"\"x\", W/\"ab\"", true},
        {"\"abc\"", false},
        {"ab", false},
        {"\"a\"", false},
        {"", false},
        {"\"x,\"ab\"", false},
        {"\"a,b\" , \"ab\"", true},
        {"W/", false},
        {"\"", false},
        {", ,*", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(accept_tag(cases[i].header, "W/\"ab\""), cases[i].listed);
}

static void bodies_are_packed_and_whole(void **state) {
    (void)state;
    struct compressor *c = compressor_new();
    for (size_t n = 0; n < 200000; n = n * 3 + 1) {
        char *text = malloc(n + 1), *back = malloc(n + 1);
        for (size_t i = 0; i < n; i++)
            text[i] = (char)('a' + i * i % 7);
        struct buf gz = {0}, zs = {0}, again = {0};
        assert_true(compress_to(c, CODING_GZIP, text, n, &gz));
        assert_true(compress_to(c, CODING_ZSTD, text, n, &zs));
        assert_true(compress_to(c, CODING_GZIP, text, n, &again));
        assert_int_equal(again.len, gz.len);
        assert_memory_equal(again.data, gz.data, gz.len);
        z_stream z = {.next_in = (Bytef *)gz.data,
                      .avail_in = (uInt)gz.len,
                      .next_out = (Bytef *)back,
                      .avail_out = (uInt)n + 1};
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, n);
        inflateEnd(&z);
        assert_memory_equal(back, text, n);
        assert_int_equal(ZSTD_decompress(back, n + 1, zs.data, zs.len), n);
        assert_memory_equal(back, text, n);
        buf_free(&gz);
        buf_free(&zs);
        buf_free(&again);
        free(text);
        free(back);
    }
    struct buf none = {0};
    assert_false(compress_to(c, CODING_IDENTITY, "x", 1, &none));
    assert_int_equal(none.len, 0);
    compressor_free(c);
    compressor_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_become_csv),
                                       cmocka_unit_test(only_a_lone_empty_cell_is_quoted),
                                       cmocka_unit_test(no_cell_is_a_formula),
                                       cmocka_unit_test(lines_are_chosen_by_name),
                                       cmocka_unit_test(media_types_have_a_quality),
                                       cmocka_unit_test(codings_have_a_quality),
                                       cmocka_unit_test(tags_are_compared_weakly),
                                       cmocka_unit_test(bodies_are_packed_and_whole)};
    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
