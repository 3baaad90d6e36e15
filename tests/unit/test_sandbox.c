/* The sandbox generator: same bytes for the same seed, well-formed files, unique names, nothing that points
 * outside .invalid, fixtures, and the shapes of the ranking specification. */
#include "base/buf.h"
#include "ingest/sandbox.h"
#include "rank/benchmark.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS_MAX = 20 };

/* A file with its cells: cell[row * columns + column] is a NUL-terminated string; row 0 is the header. */
struct table {
    char *bytes;
    size_t columns;
    size_t rows;
    char **cell;
};

static enum err append(void *ctx, const char *data, size_t n) {
    buf_put(ctx, data, n);
    return ERR_OK;
}

static struct buf written(int64_t creators, uint64_t seed, enum sandbox_file file) {
    struct sandbox_options o = {.creators = creators, .seed = seed};
    struct buf b = {0};
    struct fault f = {0};
    if (sandbox_write(&o, file, append, &b, &f) != ERR_OK)
        fail_msg("%s", f.detail);
    return b;
}

/* Takes a cell at *at apart in place; returns what ended it: ',' or '\n'. */
static char take_cell(char **at, char **ret_cell) {
    char *p = *at;
    char *to = p;
    *ret_cell = p;
    if (*p == '"') {
        for (p++; *p != '"' || p[1] == '"'; *to++ = *p++) {
            assert_true(*p != '\0');
            p += *p == '"';
        }
        p++;
    } else {
        for (; *p != ',' && *p != '\n'; *to++ = *p++)
            assert_true(*p != '"' && *p != '\0' && *p != '\r');
    }
    char end = *p;
    assert_true(end == ',' || end == '\n');
    *to = '\0';
    *at = p + 1;
    return end;
}

static struct table table_of(int64_t creators, uint64_t seed, enum sandbox_file file) {
    struct buf b = written(creators, seed, file);
    size_t cap = 64;
    for (size_t i = 0; i < b.len; i++)
        cap += b.data[i] == ',' || b.data[i] == '\n';
    struct table t = {.bytes = b.data, .cell = calloc(cap, sizeof(char *))};
    size_t n = 0;
    for (char *at = b.data; at < b.data + b.len;) {
        size_t first = n;
        while (take_cell(&at, &t.cell[n++]) == ',')
            ;
        t.columns = t.columns ? t.columns : n;
        assert_int_equal(n - first, t.columns);
        t.rows++;
    }
    return t;
}

static void table_free(struct table *t) {
    free(t->bytes);
    free(t->cell);
}

static const char *at(const struct table *t, size_t row, const char *column) {
    for (size_t i = 0; i < t->columns; i++) {
        if (strcmp(t->cell[i], column) == 0)
            return t->cell[row * t->columns + i];
    }
    fail_msg("no column %s", column);
    return "";
}

static double number(const struct table *t, size_t row, const char *column) {
    const char *s = at(t, row, column);
    return *s ? atof(s) : NAN;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n) {
    qsort(x, n, sizeof *x, by_value);
    return n ? x[n / 2] : NAN;
}

static uint64_t hash(const struct buf *b) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < b->len; i++)
        h = (h ^ (unsigned char)b->data[i]) * UINT64_C(0x100000001b3);
    return h;
}

static void test_same_bytes(void **state) {
    (void)state;
    for (unsigned file = 0; file < SANDBOX_FILE_COUNT; file++) {
        struct buf a = written(300, 7, (enum sandbox_file)file);
        struct buf b = written(300, 7, (enum sandbox_file)file);
        struct buf other = written(300, 8, (enum sandbox_file)file);
        assert_true(a.len == b.len && hash(&a) == hash(&b));
        assert_true(hash(&a) != hash(&other));
        buf_free(&a);
        buf_free(&b);
        buf_free(&other);
    }
}

/* A larger world begins with the smaller one. */
static void test_creators_do_not_depend_on_their_number(void **state) {
    (void)state;
    for (unsigned file = 0; file < SANDBOX_FILE_COUNT; file++) {
        struct buf few = written(90, 3, (enum sandbox_file)file);
        struct buf many = written(500, 3, (enum sandbox_file)file);
        assert_true(few.len < many.len);
        assert_memory_equal(few.data, many.data, few.len);
        buf_free(&few);
        buf_free(&many);
    }
}

static void test_reader_gives_the_same_in_any_pieces(void **state) {
    (void)state;
    static const size_t caps[] = {1, 7, 4096, 1 << 20};
    struct sandbox_options o = {.creators = 120, .seed = 5};
    struct buf whole = written(120, 5, SANDBOX_POSTS);
    assert_true(whole.len > 200000);
    for (size_t i = 0; i < COUNT_OF(caps); i++) {
        CLEANUP(sandbox_reader_close_at) struct sandbox_reader *r = NULL;
        struct buf b = {0};
        char *piece = malloc(caps[i]);
        assert_int_equal(sandbox_reader_open(&o, SANDBOX_POSTS, NULL, &r), ERR_OK);
        for (long n; (n = sandbox_reader_read(r, piece, caps[i])) > 0;)
            buf_put(&b, piece, (size_t)n);
        assert_int_equal(sandbox_reader_done(r), 120 + SANDBOX_FIXTURES);
        assert_true(b.len == whole.len && memcmp(b.data, whole.data, b.len) == 0);
        free(piece);
        buf_free(&b);
    }
    buf_free(&whole);
}

static enum err refuse(void *ctx, const char *data, size_t n) {
    (void)data;
    *(size_t *)ctx += n;
    return ERR_IO;
}

static void test_errors(void **state) {
    (void)state;
    struct sandbox_options o = {.creators = -1};
    struct fault f = {0};
    size_t bytes = 0;
    assert_int_equal(sandbox_write(&o, SANDBOX_POSTS, refuse, &bytes, &f), ERR_PARAM_INVALID);
    assert_string_equal(f.param, "creators");
    o = (struct sandbox_options){.creators = 1, .posts_mean = SANDBOX_POSTS_MAX + 1};
    assert_int_equal(sandbox_check(&o, &f), ERR_PARAM_INVALID);
    assert_string_equal(f.detail, "posts must be 1 to 200, or 0 for the default, got \"201\"");
    o.posts_mean = 0;
    assert_int_equal(sandbox_write(&o, SANDBOX_POSTS, refuse, &bytes, &f), ERR_IO);
    assert_true(bytes > 0 && bytes < 200);
    sandbox_reader_close(NULL);
}

static void test_files_are_well_formed(void **state) {
    (void)state;
    static const size_t columns[SANDBOX_FILE_COUNT] = {18, 17, 6, 6, 10, 4, 7};
    for (unsigned file = 0; file < SANDBOX_FILE_COUNT; file++) {
        struct table t = table_of(1500, 11, (enum sandbox_file)file);
        assert_int_equal(t.columns, columns[file]);
        assert_true(t.rows > 300);
        for (size_t row = 1; row < t.rows; row++) {
            enum rank_platform platform;
            assert_true(rank_platform_by_name(at(&t, row, "platform"), &platform));
            assert_true(*at(&t, row, "username") != '\0');
        }
        table_free(&t);
    }
}

static void test_usernames_are_unique(void **state) {
    (void)state;
    struct table t = table_of(20000, 2, SANDBOX_CREATORS);
    char **names = calloc(t.rows, sizeof *names);
    for (size_t i = 1; i < t.rows; i++) {
        names[i - 1] = t.cell[i * t.columns + 1];
        assert_int_equal(strspn(names[i - 1], "abcdefghijklmnopqrstuvwxyz0123456789._"),
                         strlen(names[i - 1]));
        assert_in_range(strlen(names[i - 1]), 4, 40);
    }
    assert_int_equal(t.rows - 1, 20000 + SANDBOX_FIXTURES);
    qsort(names, t.rows - 1, sizeof *names, by_text);
    for (size_t i = 2; i < t.rows; i++)
        assert_string_not_equal(names[i - 2], names[i - 1]);
    free(names);
    table_free(&t);
}

/* Whatever looks like an address (scheme or at-sign within a word) has a host that ends in .invalid. */
static void test_addresses_lead_nowhere(void **state) {
    (void)state;
    struct buf b = written(5000, 9, SANDBOX_CREATORS);
    size_t found = 0;
    for (char *p = b.data; (p = strpbrk(p, ":@")) != NULL; p++) {
        bool url = strncmp(p, "://", 3) == 0;
        bool mail = *p == '@' && p[1] != ' ';
        char *host = p + (url ? 3 : 1);
        size_t n = strcspn(host, "/ ,\"\n");
        found += url || mail;
        assert_true((!url && !mail) || (n > 8 && memcmp(host + n - 8, ".invalid", 8) == 0));
    }
    assert_true(found > 5000);
    assert_null(strstr(b.data, "www."));
    buf_free(&b);
}

static void test_fixtures(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 3; seed++) {
        struct table t = table_of((int64_t)seed, seed, SANDBOX_CREATORS);
        for (size_t row = 1; row <= 60; row++) {
            char name[32];
            snprintf(name, sizeof name, "test_many_%02zu", row);
            assert_string_equal(at(&t, row, "username"), name);
            assert_in_range((int)number(&t, row, "followers"), 1000, 100000);
        }
        for (size_t row = 61; row <= 63; row++) {
            for (size_t i = 0; i < t.columns; i++) {
                bool known = i == 0 || i == 1 || i == 4 || i == 12;
                assert_int_equal(*t.cell[row * t.columns + i] != '\0', known);
            }
            assert_string_equal(at(&t, row, "bio"), "#testnull");
        }
        assert_int_equal(t.rows, 64 + seed);
        table_free(&t);
    }
    struct table posts = table_of(0, 1, SANDBOX_POSTS);
    assert_int_equal(posts.rows, 1 + 60 * 8);
    for (size_t row = 1; row < posts.rows; row++)
        assert_string_equal(at(&posts, row, "hashtags"), "testmany");
    table_free(&posts);
}

static void test_sizes_and_gaps(void **state) {
    (void)state;
    static const char *const gaps[] = {"name", "bio", "picture_url", "country", "language", "following"};
    struct table t = table_of(6000, 4, SANDBOX_CREATORS);
    double *followers = calloc(t.rows, sizeof *followers);
    size_t micro = 0;
    size_t large = 0;
    size_t n = 0;
    for (size_t row = 1 + SANDBOX_FIXTURES; row < t.rows; row++) {
        double f = number(&t, row, "followers");
        assert_true(f >= 150 && f <= 5000000);
        micro += f >= 1000 && f <= 100000;
        large += f > 100000;
        followers[n++] = f;
    }
    double mid = median(followers, n);
    assert_true(mid > 7500 && mid < 10500);
    assert_true((double)micro > 0.84 * (double)n && (double)large > 0.03 * (double)n &&
                (double)large < 0.09 * (double)n);
    for (size_t i = 0; i < COUNT_OF(gaps); i++) {
        size_t missing = 0;
        for (size_t row = 1 + SANDBOX_FIXTURES; row < t.rows; row++)
            missing += *at(&t, row, gaps[i]) == '\0';
        assert_true((double)missing > 0.015 * (double)n && (double)missing < 0.10 * (double)n);
    }
    free(followers);
    table_free(&t);
}

/* ln of engagements per follower (Instagram) or view, less the seed curve; NAN where it cannot be told. */
static double residual(const struct table *posts, size_t row, double followers) {
    enum rank_platform platform = RANK_INSTAGRAM;
    assert_true(rank_platform_by_name(at(posts, row, "platform"), &platform));
    double of = platform == RANK_INSTAGRAM ? followers : number(posts, row, "views");
    double all = number(posts, row, "likes") + number(posts, row, "comments");
    all += platform == RANK_TIKTOK ? number(posts, row, "shares") : 0;
    struct benchmark b = benchmark_seed(platform, rank_default_basis(platform));
    return of > 0 && *at(posts, row, "giveaway") == 'f' ? log((all + 0.5) / of) - benchmark_mu(&b, followers)
                                                        : NAN;
}

/* By size: the median over posts of what is above or below the curve stays near 0 from 1k to 300k. */
static void test_engagement_follows_the_curve(void **state) {
    (void)state;
    enum { BINS = 5, ROOM = 200000 };
    static const double low[BINS + 1] = {1000, 3000, 10000, 30000, 100000, 300000};
    struct table creators = table_of(6000, 6, SANDBOX_CREATORS);
    struct table posts = table_of(6000, 6, SANDBOX_POSTS);
    double *bin[BINS];
    size_t n[BINS] = {0};
    for (size_t k = 0; k < BINS; k++)
        bin[k] = calloc(ROOM, sizeof(double));
    size_t who = 1;
    for (size_t row = 1; row < posts.rows; row++) {
        while (strcmp(at(&creators, who, "username"), at(&posts, row, "username")) != 0)
            who++;
        assert_true(strcmp(at(&posts, row, "posted_at"), "2026-11-01") < 0);
        double f = number(&creators, who, "followers");
        double x = residual(&posts, row, f);
        for (size_t k = 0; k < BINS && !isnan(x); k++) {
            if (f >= low[k] && f < low[k + 1] && n[k] < ROOM)
                bin[k][n[k]++] = x;
        }
    }
    for (size_t k = 0; k < BINS; k++) {
        assert_true(n[k] > 2000);
        assert_true(fabs(median(bin[k], n[k])) < 0.15);
        free(bin[k]);
    }
    table_free(&creators);
    table_free(&posts);
}

static size_t posts_of(const struct table *posts, const char *username, const char *tag) {
    size_t n = 0;
    for (size_t row = 1; row < posts->rows; row++) {
        n += strcmp(at(posts, row, "username"), username) == 0 &&
             (strstr(at(posts, row, "hashtags"), tag) || strstr(at(posts, row, "caption"), tag));
    }
    return n;
}

/* The example of the mission: enough creators who clearly make it, and big ones of half of it. */
static void test_vegan_fitness_shows_well(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 4; seed++) {
        struct table creators = table_of(80, seed, SANDBOX_CREATORS);
        struct table posts = table_of(80, seed, SANDBOX_POSTS);
        size_t clear = 0;
        size_t stars = 0;
        for (size_t row = 1 + SANDBOX_FIXTURES; row < creators.rows; row++) {
            double f = number(&creators, row, "followers");
            const char *name = at(&creators, row, "username");
            clear += f >= 1000 && f <= 100000 && posts_of(&posts, name, "veganfitness") >= 2;
            stars += f > 500000 && posts_of(&posts, name, "gym") + posts_of(&posts, name, "fitness") >= 5;
        }
        assert_true(clear >= 15);
        assert_true(stars >= 2);
        table_free(&creators);
        table_free(&posts);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_creators_do_not_depend_on_their_number),
        cmocka_unit_test(test_reader_gives_the_same_in_any_pieces),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_files_are_well_formed),
        cmocka_unit_test(test_usernames_are_unique),
        cmocka_unit_test(test_addresses_lead_nowhere),
        cmocka_unit_test(test_fixtures),
        cmocka_unit_test(test_sizes_and_gaps),
        cmocka_unit_test(test_engagement_follows_the_curve),
        cmocka_unit_test(test_vegan_fitness_shows_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
