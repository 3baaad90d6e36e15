/* The table of kinds keeps its invariants, and headers are understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "ingest/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void each_alias(const struct field_spec *f, void (*visit)(const char *, size_t, void *), void *ctx) {
    for (const char *p = f->aliases; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        visit(p, n, ctx);
        p += n;
    }
}

static void is_folded(const char *alias, size_t n, void *ctx) {
    (void)ctx;
    char word[96];
    assert_int_equal(text_compact(alias, n, word, sizeof word), n);
    assert_memory_equal(word, alias, n);
}

struct owner {
    const struct kind *kind;
    const struct field_spec *field;
};

static void is_only_here(const char *alias, size_t n, void *ctx) {
    const struct owner *o = ctx;
    for (size_t i = 0; i < o->kind->count; i++)
        if (&o->kind->fields[i] != o->field && kind_header_fit(&o->kind->fields[i], alias, n))
            fail_msg("%s: \"%.*s\" is %s and %s", o->kind->name, (int)n, alias, o->field->name,
                     o->kind->fields[i].name);
}

static void test_table(void **state) {
    (void)state;
    size_t n;
    const struct kind *all = kinds_all(&n);
    for (size_t k = 0; k < n; k++) {
        assert_true(all[k].count <= KIND_MAX_FIELDS);
        assert_ptr_equal(kind_find(all[k].name), &all[k]);
        for (size_t i = 0; i < all[k].count; i++) {
            const struct field_spec *f = &all[k].fields[i];
            struct owner o = {&all[k], f};
            each_alias(f, is_folded, NULL);
            each_alias(f, is_only_here, &o);
            is_only_here(f->name, strlen(f->name), &o);
            const struct field_spec *other = kind_field(&all[0], f->name);
            assert_true(!other || other->rule.type == f->rule.type);
        }
    }
    assert_null(kind_find("cats"));
}

static struct map *map_of(const char *header, struct map_options o, enum err want, struct fault *f) {
    struct record_field fields[64];
    struct record r = {.line = 1, .fields = fields};
    for (const char *p = header; *p; p += *p == ',') {
        fields[r.count++] = (struct record_field){p, strcspn(p, ",")};
        p += strcspn(p, ",");
    }
    struct map *m = NULL;
    assert_int_equal(map_new(&o, &r, f, &m), want);
    return m;
}

static void check_kind(const char *header, const char *kind) {
    struct fault f = {0};
    struct map *m = map_of(header, (struct map_options){.platform = 2}, ERR_OK, &f);
    assert_string_equal(map_kind(m)->name, kind);
    map_free(m);
}

static void test_detection(void **state) {
    (void)state;
    check_kind("username,continent,tier,language,id,verified,signature,bioLink,commerceUser,commerceCategory,"
               "region,following,"
               "followers,total_likes,total_videos,videos_liked",
               "creators");
    check_kind(
        "id,create_time,user_name,hashtags,song,video_length,n_likes,n_shares,n_comments,n_plays,n_followers,"
        "n_total_likes,n_total_vids",
        "posts");
    check_kind("id,username,created_at,followers,bio", "creators");
    check_kind("username,date,followers", "snapshots");
    check_kind("handle,price,valid from", "prices");
    check_kind("handle,brand,start date,fee", "collaborations");
    check_kind("#Followers,USER NAME", "creators");
}

static const char *field_of(const struct map *m, size_t column) {
    size_t n;
    const struct map_column *c = map_columns(m, &n);
    assert_true(column < n);
    return c[column].field ? c[column].field->name : "-";
}

static void test_headers(void **state) {
    (void)state;
    struct fault f = {0};
    struct map *m = map_of("Username,#Followers,Abonn\xc3\xa9s,Follower count,x",
                           (struct map_options){.platform = 1}, ERR_OK, &f);
    assert_string_equal(field_of(m, 0), "username");
    assert_string_equal(field_of(m, 1), "followers");
    assert_string_equal(field_of(m, 2), "-"); /* a field has one column */
    assert_string_equal(field_of(m, 4), "-");
    map_free(m);
    m = map_of("username,Abonnenten", (struct map_options){.platform = 1}, ERR_OK, &f);
    assert_string_equal(field_of(m, 1), "followers");
    map_free(m);
}

static void test_rules(void **state) {
    (void)state;
    struct fault f = {0};
    const struct map_rule rules[] = {{"Wer", "username"}, {"followers", "-"}, {"Fans total", "followers"}};
    struct map_options o = {.platform = 1, .kind = "creators", .rules = rules, .rule_count = 3};
    struct map *m = map_of("wer,followers,Fans total", o, ERR_OK, &f);
    assert_string_equal(field_of(m, 0), "username");
    assert_string_equal(field_of(m, 1), "-");
    assert_string_equal(field_of(m, 2), "followers");
    map_free(m);
    map_of("username,followers", o, ERR_USAGE, &f); /* no column "Wer" */
    assert_non_null(strstr(f.detail, "Wer"));
    const struct map_rule wrong[] = {{"username", "usrname"}};
    o.rules = wrong;
    o.rule_count = 1;
    map_of("username,followers", o, ERR_USAGE, &f);
    assert_string_equal(f.hints[0], "username");
}

static void test_missing(void **state) {
    (void)state;
    struct fault f = {0};
    map_of("a,b", (struct map_options){.platform = 1}, ERR_DATA_FORMAT, &f);
    assert_non_null(strstr(f.detail, "username"));
    assert_non_null(strstr(f.detail, "\"a\", \"b\""));
    map_of("username;followers", (struct map_options){.platform = 1}, ERR_DATA_FORMAT, &f);
    assert_non_null(strstr(f.detail, "--delimiter"));
    map_of("username,followers", (struct map_options){0}, ERR_USAGE, &f);
    assert_non_null(strstr(f.detail, "--platform"));
    map_of("username,followers", (struct map_options){.platform = 1, .kind = "cats"}, ERR_USAGE, &f);
}

static void test_staging_ddl(void **state) {
    (void)state;
    size_t n;
    const struct kind *all = kinds_all(&n);
    CLEANUP(buf_free) struct buf sql = {0};
    kind_staging_ddl(&sql);
    const char *end = strchr(sql.data, ';');
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < all[k].count; i++) {
            CLEANUP(buf_free) struct buf column = {0};
            buf_printf(&column, ", %s %s", all[k].fields[i].name, value_sql_type(all[k].fields[i].rule.type));
            const char *at = strstr(sql.data, column.data);
            assert_non_null(at);
            assert_true(at < end);
            at = strstr(at + 1, column.data);
            assert_true(!at || at > end);
        }
}

static void test_telephone_numbers(void **state) {
    (void)state;
    static const char *const masked[][2] = {
        {"+31 6 12345678", "***"},        {"call 06-1234 5678 now", "call *** now"},
        {"(555) 123-4567", "***"},        {"555-123-4567x", "555-123-4567x"},
        {"tel:0031612345678", "tel:***"}, {"0612345678;", "***;"},
        {"020.1234.5678", "***"},         {"12 34 56 78 90", "***"},
    };
    static const char *const shown[] = {
        "2026-11-01 12:00",
        "01-11-2026 12:00",
        "1.11.2026 1234",
        "1.234.567.890",
        "1 234 567 890",
        "-1234567890",
        "12345678901",
        "0.0312345678",
        "6812345678901234567",
        "2026 11 01 12",
        "UC0123456789_012345",
        "(1)",
        "+1.5",
        "1,234,567,890",
        "00:31:12.345678",
    };
    for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
        struct buf out = {0};
        problem_show(masked[i][0], strlen(masked[i][0]), &out);
        assert_string_equal(out.data, masked[i][1]);
        buf_free(&out);
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct buf out = {0};
        problem_show(shown[i], strlen(shown[i]), &out);
        assert_string_equal(out.data, shown[i]);
        buf_free(&out);
    }
}

static void test_problem_masks(void **state) {
    (void)state;
    struct problems *p = calloc(1, sizeof *p);
    static const char value[] = "mail anna@shop.example now\x1b[31m\xff";
    problems_add(p, 3, "bio", value, sizeof value - 1, "is x");
    problems_add(p, 3, "bio", value, sizeof value - 1, "is y");
    assert_int_equal(p->count, 1);
    assert_string_equal(p->items[0].value, "mail ***@*** now [31m\xef\xbf\xbd");
    for (int i = 0; i < 2000; i++)
        problems_add(p, 10 + i, "", "", 0, "is z");
    assert_int_equal(p->count, PROBLEMS_MAX);
    assert_int_equal(p->not_kept, 1001);
    problems_done(p);
    free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),         cmocka_unit_test(test_detection),
        cmocka_unit_test(test_headers),       cmocka_unit_test(test_rules),
        cmocka_unit_test(test_missing),       cmocka_unit_test(test_staging_ddl),
        cmocka_unit_test(test_problem_masks), cmocka_unit_test(test_telephone_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
