/* The published model: complete, and pointing at the numbers that are used. */
#include "test_rank.h"

#include "rank/model.h"
#include "rank/relevance.h"

static void test_table(void **state) {
    (void)state;
    size_t n = 0;
    const struct model_parameter *p = model_parameters(&n);
    assert_true(n >= 50);
    for (size_t i = 0; i < n; i++) {
        assert_true(strlen(p[i].component) > 0 && strlen(p[i].name) > 0 && strlen(p[i].source) > 0);
        assert_true(strlen(p[i].evidence) == 1 && strstr("MPVA", p[i].evidence) != NULL);
        assert_true(isfinite(*p[i].value));
        for (size_t j = 0; j < i; j++) {
            assert_true(p[i].value != p[j].value);
            assert_false(strcmp(p[i].component, p[j].component) == 0 && strcmp(p[i].name, p[j].name) == 0);
        }
    }
}

/* Every member of every defaults struct has a line: they consist of doubles only, and no line is double. */
static void test_complete(void **state) {
    (void)state;
    static const struct {
        const char *component;
        size_t members;
    } all[] = {{"relevance", sizeof(struct relevance_params) / sizeof(double)},
               {"engagement", sizeof(struct engagement_params) / sizeof(double)}};
    size_t n = 0;
    const struct model_parameter *p = model_parameters(&n);
    for (size_t c = 0; c < COUNT_OF(all); c++) {
        size_t lines = 0;
        for (size_t i = 0; i < n; i++) {
            lines += strcmp(p[i].component, all[c].component) == 0;
        }
        assert_int_equal(lines, all[c].members);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
