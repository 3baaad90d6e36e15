/* A thread on a leash: its rest ends when it is over, when it is woken, also before it began, and at the end,
 * however long it was to be. */
#include "store/leash.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

enum { LONG_MS = 60000, GRACE_MS = 30000, SHORT_MS = 20000 /* less than any of the long ones */ };

struct sleeper {
    struct leash leash;
    _Atomic int rests;
    int64_t shortest_ms;
};

static void *sleep_long(void *arg) {
    struct sleeper *s = arg;
    while (!leash_stopped(&s->leash)) {
        assert_false(leash_rest(&s->leash, NULL, LONG_MS));
        atomic_fetch_add(&s->rests, 1);
    }
    return NULL;
}

static void *sleep_short(void *arg) {
    struct sleeper *s = arg;
    int64_t begin_ms = clock_mono_ms();
    (void)leash_rest(&s->leash, NULL, 30);
    s->shortest_ms = clock_mono_ms() - begin_ms;
    atomic_store(&s->rests, 1);
    while (!leash_stopped(&s->leash))
        (void)leash_rest(&s->leash, NULL, LONG_MS);
    return NULL;
}

static void begin(struct sleeper *s, void *(*run)(void *)) {
    struct fault f = {0};
    assert_int_equal(leash_start(&s->leash, run, s, &f), ERR_OK);
}

static void wait_for_rests(struct sleeper *s, int n) {
    int64_t until_ms = clock_mono_ms() + SHORT_MS;
    while (atomic_load(&s->rests) < n) {
        assert_true(clock_mono_ms() < until_ms);
        nanosleep(&(struct timespec){0, 1000000L}, NULL);
    }
}

static void the_end_is_not_slept_over(void **state) {
    (void)state;
    int64_t begin_ms = clock_mono_ms();
    for (int i = 0; i < 50; i++) { /* at any moment of its life */
        struct sleeper s = {0};
        begin(&s, sleep_long);
        if (i % 2)
            nanosleep(&(struct timespec){0, i * 20000L}, NULL);
        leash_end(&s.leash, GRACE_MS);
    }
    assert_true(clock_mono_ms() - begin_ms < SHORT_MS);
}

static void a_wake_ends_one_rest(void **state) {
    (void)state;
    struct sleeper s = {0};
    begin(&s, sleep_long);
    for (int n = 1; n <= 20; n++) {
        leash_wake(&s.leash);
        wait_for_rests(&s, n);
    }
    assert_int_equal(atomic_load(&s.rests), 20);
    leash_end(&s.leash, GRACE_MS);
}

static void a_rest_lasts(void **state) {
    (void)state;
    struct sleeper s = {0};
    begin(&s, sleep_short);
    wait_for_rests(&s, 1);
    leash_end(&s.leash, GRACE_MS);
    assert_true(s.shortest_ms >= 29);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_is_not_slept_over),
        cmocka_unit_test(a_wake_ends_one_rest),
        cmocka_unit_test(a_rest_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
