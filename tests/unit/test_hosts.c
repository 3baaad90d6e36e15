/* The hosts of a connection string: how many, which is in turn, and whether reads may go to a standby. */
#include "store/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct hosts of(const char *conninfo) {
    struct hosts h;
    hosts_read(&h, conninfo, HOSTS_STANDBY);
    return h;
}

static void strings(void **state) {
    (void)state;
    static const struct {
        const char *conninfo;
        size_t n;
        bool open;
    } cases[] = {
        {NULL, 1, false},
        {"", 1, false},
        {"postgresql:///niched", 1, false},
        {"postgresql://a/niched?target_session_attrs=any", 1, false},
        {"postgresql://a,b/niched", 2, true},
        {"postgresql://a:1,b:2,c:3/niched", 3, true},
        {"postgresql:///niched?host=/x,/y&port=5432", 2, true},
        {"host=a,b dbname=niched target_session_attrs=prefer-standby", 2, true},
        {"host=a,b target_session_attrs=any", 2, true},
        {"host=a,b target_session_attrs=primary", 2, false},
        {"host=a,b target_session_attrs=read-write", 2, false},
        {"host=a,b target_session_attrs=standby", 2, false},
        {"hostaddr=127.0.0.1,127.0.0.2", 2, true},
        {"postgresql://[a,b", 1, false}, /* which libpq refuses */
        {"niched", 1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hosts h = of(cases[i].conninfo);
        assert_int_equal(h.n, cases[i].n);
        assert_int_equal(h.open, cases[i].open);
        assert_string_equal(h.target, cases[i].open ? "standby" : "");
        assert_int_equal(hosts_apart(cases[i].conninfo), cases[i].open);
    }
}

static void variables(void **state) {
    (void)state;
    setenv("PGHOST", "a,b", 1);
    assert_int_equal(of("postgresql:///niched").n, 2);
    assert_true(of("postgresql:///niched").open);
    setenv("PGTARGETSESSIONATTRS", "primary", 1);
    assert_false(of("postgresql:///niched").open);
    assert_int_equal(of("postgresql://c/niched").n, 1);
    unsetenv("PGTARGETSESSIONATTRS");
    unsetenv("PGHOST");
    assert_int_equal(of("postgresql:///niched").n, 1);
}

static void turns(void **state) {
    (void)state;
    struct hosts one = of("host=a"), three = of("host=a,b,c");
    assert_false(hosts_next(&one));
    assert_true(hosts_next(&three));
    assert_true(hosts_next(&three));
    assert_false(hosts_next(&three)); /* all were tried */
    assert_int_equal(three.at, 0);
    assert_true(hosts_next(&three));
    three.failed = 0; /* reached */
    assert_true(hosts_next(&three));
    assert_true(hosts_next(&three));
    assert_false(hosts_next(&three));
    assert_int_equal(three.at, 1);
}

static void elements(void **state) {
    (void)state;
    char out[8] = "";
    assert_true(hosts_item("a,bc,d", 1, out, sizeof out));
    assert_string_equal(out, "bc");
    assert_true(hosts_item("5432", 2, out, sizeof out)); /* one for all */
    assert_string_equal(out, "5432");
    assert_false(hosts_item("a,b", 2, out, sizeof out));
    assert_false(hosts_item("a,,c", 1, out, sizeof out));
    assert_false(hosts_item("", 0, out, sizeof out));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(strings), cmocka_unit_test(variables),
                                       cmocka_unit_test(turns), cmocka_unit_test(elements)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
