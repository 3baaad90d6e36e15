/* Buckets: against a bucket that is counted drop by drop; by many threads at once; with more callers than
 * slots. */
#include "../../src/http/rate.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

/* The same as it is told to people: tokens flow in, up to the burst; a request takes a whole one. */
struct bucket {
    int64_t parts; /* of a token: 60,000,000 */
    int64_t at_us;
};

static bool take_plainly(struct bucket *b, struct rate rate, int64_t now_us) {
    int64_t whole = rate.burst * 60 * SECOND;
    b->parts += (now_us - b->at_us) * rate.per_minute;
    b->parts = b->parts > whole ? whole : b->parts;
    b->at_us = now_us;
    if (b->parts < 60 * SECOND)
        return false;
    b->parts -= 60 * SECOND;
    return true;
}

static void test_as_a_bucket(void **state) {
    (void)state;
    static const struct rate rates[] = {{60, 1}, {60, 10}, {600, 100}, {6000, 7}, {1, 1}, {1, 3}, {120, 2}};
    srand(7);
    for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
        struct rates *r = rates_new(64);
        struct bucket b = {rates[k].burst * 60 * SECOND, SECOND};
        int64_t now = SECOND;
        for (int i = 0; i < 20000; i++) {
            struct rate_left left;
            now += rand() % 3 ? 0 : rand() % (120 * SECOND / (int)rates[k].per_minute);
            bool plain = take_plainly(&b, rates[k], now);
            assert_int_equal(rates_take(r, 42, rates[k], now, &left), plain);
            assert_int_equal(left.requests, b.parts / (60 * SECOND));
            assert_true(plain ? left.wait_us == 0 : left.wait_us > 0);
            if (!plain) {
                struct rate_left again;
                assert_false(rates_take(r, 42, rates[k], now + left.wait_us - 1, &again));
                (void)take_plainly(&b, rates[k], now + left.wait_us - 1);
            }
            now = b.at_us;
        }
        rates_free(r);
    }
}

static void test_callers_have_buckets_of_their_own(void **state) {
    (void)state;
    struct rates *r = rates_new(1024);
    struct rate_left left;
    for (uint64_t who = 1; who <= 100; who++) {
        assert_true(rates_take(r, who * 7919, (struct rate){1, 1}, SECOND, &left));
        assert_false(rates_take(r, who * 7919, (struct rate){1, 1}, SECOND, &left));
    }
    rates_free(r);
}

/* Whoever floods with addresses is bounded by the slots, and keeps nobody out. */
static void test_more_callers_than_slots(void **state) {
    (void)state;
    struct rates *r = rates_new(8);
    struct rate_left left;
    for (uint64_t who = 1; who <= 1000; who++)
        assert_true(rates_take(r, who, (struct rate){1, 1}, SECOND, &left));
    rates_free(r);
}

struct taker {
    struct rates *r;
    long taken;
};

static void *take_many(void *arg) {
    struct taker *t = arg;
    struct rate_left left;
    for (int i = 0; i < 100000; i++)
        t->taken += rates_take(t->r, 42, (struct rate){60, 1000}, SECOND, &left);
    return NULL;
}

static void test_threads_share_a_bucket(void **state) {
    (void)state;
    struct rates *r = rates_new(64);
    struct taker takers[4] = {{r, 0}, {r, 0}, {r, 0}, {r, 0}};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, take_many, &takers[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(takers[0].taken + takers[1].taken + takers[2].taken + takers[3].taken, 1000);
    rates_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_a_bucket),
        cmocka_unit_test(test_callers_have_buckets_of_their_own),
        cmocka_unit_test(test_more_callers_than_slots),
        cmocka_unit_test(test_threads_share_a_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
