/* The pool of threads: everything accepted comes back to its own inbox, a full queue refuses at once, nothing
 * is lost at the end. Run under SAN=thread it also shows that the hand-over is clean. */
#include "../../src/http/work.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

enum { ITEMS = 400, BOXES = 3 };

struct sum {
    struct work_item item; /* first */
    long from, to, total;
    struct gate *gate;
};

struct noted {
    struct work_item item; /* first */
    int nth;
    int with[4]; /* who ran with it, in order */
};

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    bool open;
    int inside;
};

static void add_up(struct work_item *item) {
    struct sum *s = (struct sum *)(void *)item;
    for (long v = s->from; v <= s->to; v++)
        s->total += v;
}

static void wait_at_gate(struct work_item *item) {
    struct gate *g = ((struct sum *)(void *)item)->gate;
    pthread_mutex_lock(&g->lock);
    g->inside++;
    pthread_cond_broadcast(&g->turn);
    while (!g->open)
        pthread_cond_wait(&g->turn, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void note(struct work_item *first) {
    int with[4] = {0}, n = 0;
    for (struct work_item *item = first; item; item = item->next)
        with[n++] = ((struct noted *)(void *)item)->nth;
    for (struct work_item *item = first; item; item = item->next)
        for (int i = 0; i < 4; i++)
            ((struct noted *)(void *)item)->with[i] = with[i];
}

static void await(struct work_inbox *box) {
    struct pollfd fd = {.fd = box->fd, .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 10000), 1);
}

static void comes_back_to_its_inbox(void **state) {
    (void)state;
    struct work *w;
    struct fault f;
    struct work_inbox boxes[BOXES];
    static struct sum sums[ITEMS];
    assert_int_equal(work_start(2, ITEMS, &f, &w), ERR_OK);
    for (int i = 0; i < BOXES; i++)
        assert_int_equal(work_inbox_open(&boxes[i], &f), ERR_OK);
    for (int i = 0; i < ITEMS; i++) {
        sums[i] = (struct sum){.item = {.run = add_up, .inbox = &boxes[i % BOXES]}, .from = i, .to = 2L * i};
        assert_int_equal(work_put(w, &sums[i].item, &f), ERR_OK);
    }
    for (int b = 0; b < BOXES; b++)
        for (int left = (ITEMS - b + BOXES - 1) / BOXES; left > 0;) {
            await(&boxes[b]);
            for (struct work_item *item = work_inbox_take(&boxes[b]); item; item = item->next, left--) {
                struct sum *s = (struct sum *)(void *)item;
                assert_ptr_equal(item->inbox, &boxes[b]);
                assert_int_equal(s->total, (s->from + s->to) * (s->to - s->from + 1) / 2);
                s->total = -1; /* comes once only */
            }
        }
    for (int i = 0; i < BOXES; i++) {
        assert_null(work_inbox_take(&boxes[i]));
        work_inbox_close(&boxes[i]);
    }
    work_stop(w);
}

static void full_queue_refuses_at_once(void **state) {
    (void)state;
    struct work *w;
    struct fault f;
    struct work_inbox box;
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER};
    struct sum at[4];
    assert_int_equal(work_start(1, 2, &f, &w), ERR_OK);
    assert_int_equal(work_inbox_open(&box, &f), ERR_OK);
    for (int i = 0; i < 4; i++)
        at[i] = (struct sum){.item = {.run = wait_at_gate, .inbox = &box}, .gate = &gate};
    assert_int_equal(work_put(w, &at[0].item, &f), ERR_OK);
    pthread_mutex_lock(&gate.lock);
    while (!gate.inside)
        pthread_cond_wait(&gate.turn, &gate.lock); /* the thread has it: the queue is empty */
    pthread_mutex_unlock(&gate.lock);
    assert_int_equal(work_put(w, &at[1].item, &f), ERR_OK);
    assert_int_equal(work_put(w, &at[2].item, &f), ERR_OK);
    assert_int_equal(work_put(w, &at[3].item, &f), ERR_LIMIT_OVERLOAD);
    assert_int_equal(f.retry_after_s, 1);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.turn);
    pthread_mutex_unlock(&gate.lock);
    work_stop(w); /* finishes what was accepted */
    int got = 0;
    for (struct work_item *item = work_inbox_take(&box); item; item = item->next)
        assert_ptr_equal(item, &at[got++].item);
    assert_int_equal(got, 3);
    work_inbox_close(&box);
    work_stop(NULL);
}

/* While the thread is held up, 1 to 7 come: of group 5 are 1, 4 and 6, of 9 are 2 and 7; 3 and 5 are of none.
 */
static void a_group_runs_together(void **state) {
    (void)state;
    static const uint64_t groups[] = {5, 9, 0, 5, 0, 5, 9};
    static const int with[][4] = {{1, 4, 6, 0}, {1, 4, 6, 0}, {1, 4, 6, 0}, {2, 7, 0, 0},
                                  {2, 7, 0, 0}, {3, 0, 0, 0}, {5, 0, 0, 0}};
    static const int order[] = {1, 4, 6, 2, 7, 3, 5};
    struct work *w;
    struct fault f;
    struct work_inbox box;
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER};
    struct sum first = {.item = {.run = wait_at_gate, .inbox = &box, .group = 5}, .gate = &gate};
    struct noted at[7];
    assert_int_equal(work_start(1, 7, &f, &w), ERR_OK);
    assert_int_equal(work_inbox_open(&box, &f), ERR_OK);
    assert_int_equal(work_put(w, &first.item, &f), ERR_OK);
    pthread_mutex_lock(&gate.lock);
    while (!gate.inside)
        pthread_cond_wait(&gate.turn, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    for (int i = 0; i < 7; i++) {
        at[i] = (struct noted){.item = {.run = note, .inbox = &box, .group = groups[i]}, .nth = i + 1};
        assert_int_equal(work_put(w, &at[i].item, &f), ERR_OK);
    }
    assert_int_equal(work_waiting(w), 7);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.turn);
    pthread_mutex_unlock(&gate.lock);
    work_stop(w);
    struct work_item *item = work_inbox_take(&box);
    assert_ptr_equal(item, &first.item);
    for (int i = 0; i < 7; i++) {
        item = item->next;
        const struct noted *n = (const struct noted *)(const void *)item;
        assert_int_equal(n->nth, order[i]);
        assert_memory_equal(n->with, with[i], sizeof n->with);
    }
    assert_null(item->next);
    work_inbox_close(&box);
}

/* Two threads: of 1 and 2, which may not run beside each other, one is held up; 3 runs by then, the other
 * does not. */
static void one_of_a_kind_at_a_time(void **state) {
    (void)state;
    struct work *w;
    struct fault f;
    struct work_inbox box;
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER};
    struct sum held = {.item = {.run = wait_at_gate, .inbox = &box, .one = true}, .gate = &gate};
    struct noted at[2] = {{.item = {.run = note, .inbox = &box, .one = true}, .nth = 2},
                          {.item = {.run = note, .inbox = &box}, .nth = 3}};
    assert_int_equal(work_start(2, 7, &f, &w), ERR_OK);
    assert_int_equal(work_inbox_open(&box, &f), ERR_OK);
    assert_int_equal(work_put(w, &held.item, &f), ERR_OK);
    pthread_mutex_lock(&gate.lock);
    while (!gate.inside)
        pthread_cond_wait(&gate.turn, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    for (int i = 0; i < 2; i++)
        assert_int_equal(work_put(w, &at[i].item, &f), ERR_OK);
    await(&box);
    assert_ptr_equal(work_inbox_take(&box), &at[1].item);
    assert_int_equal(work_waiting(w), 1);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.turn);
    pthread_mutex_unlock(&gate.lock);
    work_stop(w);
    struct work_item *item = work_inbox_take(&box); /* one thread each brings them, in whatever order */
    bool first = item == &held.item;
    assert_ptr_equal(item, first ? &held.item : &at[0].item);
    assert_ptr_equal(item->next, first ? &at[0].item : &held.item);
    assert_null(item->next->next);
    work_inbox_close(&box);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_to_its_inbox),
        cmocka_unit_test(full_queue_refuses_at_once),
        cmocka_unit_test(a_group_runs_together),
        cmocka_unit_test(one_of_a_kind_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
