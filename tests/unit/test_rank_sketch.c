/* Theta sketches: set operations against the sets themselves, and errors as the formulas say, measured over
 * repetitions on audiences with known overlap (ranking specification, e). */
#include "test_rank.h"

#include "rank/sketch.h"

#include <stdlib.h>

enum { PEOPLE_MAX = 24000, ROUNDS = 100 };

/* Hash of a person under the salt of a round: splitmix64, so that every round draws another sample. */
static uint64_t hash_of(uint64_t person, uint64_t salt) {
    uint64_t z = (person + 1) * UINT64_C(0x9E3779B97F4A7C15) + salt * UINT64_C(0xD1342543DE82EF95);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* The sketch of the people from..to-1. */
static struct sketch crowd(uint64_t from, uint64_t to, uint64_t salt, uint64_t *room) {
    struct sketch s;
    static uint64_t hashes[PEOPLE_MAX];
    for (uint64_t p = from; p < to; p++)
        hashes[p - from] = hash_of(p, salt);
    sketch_build(hashes, (size_t)(to - from), SKETCH_MAX, room, &s);
    return s;
}

static uint64_t room_a[SKETCH_MAX], room_b[SKETCH_MAX], room_u[4 * SKETCH_MAX];

static void test_small_sets_are_exact(void **state) {
    (void)state;
    uint64_t a[] = {5, 3, 9, 3, 7};
    uint64_t b[] = {9, 11, 5};
    struct sketch sa, sb, u;
    sketch_build(a, COUNT_OF(a), SKETCH_MAX, room_a, &sa);
    sketch_build(b, COUNT_OF(b), SKETCH_MAX, room_b, &sb);
    assert_int_equal(sa.count, 4);
    assert_true(sa.theta == SKETCH_WHOLE);
    assert_true(sa.hashes[0] == 3 && sa.hashes[3] == 9);
    sketch_union(&sa, &sb, SIZE_MAX, room_u, &u);
    assert_int_equal(u.count, 5);
    CLOSE(sketch_people(&u).value, 5.0, 0.0);
    CLOSE(sketch_people(&u).error, 0.0, 0.0);
    CLOSE(sketch_shared(&sa, &sb).value, 2.0, 0.0);
    CLOSE(sketch_jaccard(&sa, &sb).value, 0.4, 1e-15);
    CLOSE(sketch_jaccard(&sa, &sb).error, 0.0, 0.0);
    CLOSE(sketch_fraction(&sa), 1.0, 0.0);
}

/* Room for three of four: theta is the first left out, whatever the order they come in. */
static void test_keeps_the_smallest(void **state) {
    (void)state;
    static const uint64_t H = UINT64_C(1) << 40;
    uint64_t at[4] = {1 * H, 2 * H, 3 * H, 4 * H};
    for (size_t turn = 0; turn < 24; turn++) {
        uint64_t order[8];
        size_t left[4] = {0, 1, 2, 3};
        size_t code = turn;
        for (size_t i = 0; i < 4; i++) {
            size_t pick = code % (4 - i);
            code /= 4 - i;
            order[i] = order[i + 4] = at[left[pick]];
            memmove(left + pick, left + pick + 1, (3 - pick) * sizeof *left);
        }
        struct sketch s;
        sketch_build(order, COUNT_OF(order), 3, room_a, &s);
        assert_int_equal(s.count, 3);
        assert_memory_equal(s.hashes, at, 3 * sizeof *at);
        assert_true(s.theta == 4 * H);
    }
}

static void test_nothing(void **state) {
    (void)state;
    struct sketch none, some = crowd(0, 5000, 1, room_a), u;
    sketch_build(room_b, 0, SKETCH_MAX, room_b, &none);
    CLOSE(sketch_people(&none).value, 0.0, 0.0);
    CLOSE(sketch_jaccard(&none, &some).value, 0.0, 0.0);
    assert_true(isnan(sketch_jaccard(&none, &some).error));
    sketch_union(&none, &some, SKETCH_MAX, room_u, &u);
    assert_int_equal(u.count, some.count);
    assert_true(u.theta == some.theta);
}

static void test_bytes(void **state) {
    (void)state;
    const unsigned char two[] = {0, 0, 0, 0, 0, 0, 1, 2, 0x10, 0, 0, 0, 0, 0, 0, 0};
    const unsigned char same[] = {0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 2};
    uint64_t out[2];
    struct sketch s;
    assert_true(sketch_read(0.25, two, sizeof two, out, &s));
    assert_int_equal(s.count, 2);
    assert_true(s.hashes[0] == 0x102 && s.hashes[1] == UINT64_C(1) << 60);
    CLOSE(sketch_fraction(&s), 0.25, 0.0);
    assert_true(sketch_read(1.0, two, 0, out, &s) && s.theta == SKETCH_WHOLE);
    assert_false(sketch_read(0.0625, two, sizeof two, out, &s)); /* 2^60 is not below 2^60 */
    assert_false(sketch_read(0.25, same, sizeof same, out, &s));
    assert_false(sketch_read(0.25, two, 15, out, &s));
    assert_false(sketch_read(0.0, two, 8, out, &s) || sketch_read(1.5, two, 8, out, &s) ||
                 sketch_read(NAN, two, 8, out, &s));
}

/* The sketch of a union is the union of the sketches, however the people were dealt and in what order: what
 * an import that comes in parts relies on. */
static void test_union_is_the_sketch_of_the_union(void **state) {
    (void)state;
    for (uint64_t salt = 1; salt <= 20; salt++) {
        uint64_t cut = salt * 700 + 20;
        struct sketch whole, part, rest, u, again;
        uint64_t room_v[2 * SKETCH_MAX];
        whole = crowd(0, 15000, salt, room_a);
        uint64_t kept[SKETCH_MAX];
        memcpy(kept, whole.hashes, whole.count * sizeof *kept);
        whole.hashes = kept;
        part = crowd(0, cut, salt, room_a);
        rest = crowd(cut / 2, 15000, salt, room_b);
        sketch_union(&rest, &part, SKETCH_MAX, room_u, &u);
        assert_true(u.theta == whole.theta && u.count == whole.count);
        assert_memory_equal(u.hashes, whole.hashes, whole.count * sizeof *kept);
        sketch_union(&u, &part, SKETCH_MAX, room_v, &again);
        assert_true(again.theta == u.theta && again.count == u.count);
    }
}

struct measured {
    double bias, rmse, claimed, k;
};

/* Relative bias and root mean square error of Jaccard over many salts: a people, b people, shared of both. */
static struct measured measure(uint64_t a, uint64_t b, uint64_t shared, size_t union_most) {
    double want = (double)shared / (double)(a + b - shared);
    struct measured m = {0};
    for (uint64_t salt = 1; salt <= ROUNDS; salt++) {
        struct sketch sa = crowd(0, a, salt, room_a), sb = crowd(a - shared, a - shared + b, salt, room_b), u;
        sketch_union(&sa, &sb, union_most, room_u, &u);
        struct sketch narrow = sa;
        narrow.theta = u.theta; /* a is complete below the theta of the union */
        struct sketch_estimate j = sketch_jaccard(&narrow, &sb);
        double off = j.value / want - 1.0;
        m.bias += off / ROUNDS;
        m.rmse += off * off / ROUNDS;
        m.claimed += isnan(j.error) ? 0.0 : j.error / ROUNDS;
        m.k += (double)u.count / ROUNDS;
    }
    m.rmse = sqrt(m.rmse);
    return m;
}

/* k = 256 hashes of the union: the errors of the specification, 27, 19 and 12 %. */
static void test_error_at_256(void **state) {
    (void)state;
    static const struct {
        uint64_t shared;
        double error;
    } at[] = {{1000, 0.27}, {1909, 0.19}, {3500, 0.12}};
    for (size_t i = 0; i < COUNT_OF(at); i++) {
        struct measured m = measure(10500, 10500, at[i].shared, SKETCH_MAX);
        CLOSE(m.k, 256.0, 0.01);
        CLOSE(m.rmse, at[i].error, 0.25 * at[i].error);
        CLOSE(m.bias, 0.0, 0.05);
    }
}

/* All that two sketches hold: the error that is claimed is the error that is seen, also for unequal sizes. */
static void test_error_is_as_claimed(void **state) {
    (void)state;
    static const uint64_t at[][3] = {
        {10500, 10500, 1000}, {10500, 10500, 1909}, {10000, 10000, 3333}, {20000, 5000, 2000}};
    for (size_t i = 0; i < COUNT_OF(at); i++) {
        struct measured m = measure(at[i][0], at[i][1], at[i][2], SIZE_MAX);
        CLOSE(m.rmse, m.claimed, 0.25 * m.claimed);
        CLOSE(m.bias, 0.0, 0.05);
        assert_true(m.k > 256.0);
    }
}

static void test_people_and_shared(void **state) {
    (void)state;
    double people = 0, spread = 0, shared = 0, claimed = 0;
    for (uint64_t salt = 1; salt <= ROUNDS; salt++) {
        struct sketch a = crowd(0, 8000, salt, room_a), b = crowd(6000, 14000, salt, room_b);
        struct sketch_estimate n = sketch_people(&a);
        people += n.value / ROUNDS;
        spread += (n.value / 8000 - 1) * (n.value / 8000 - 1) / ROUNDS;
        claimed += n.error / ROUNDS;
        shared += sketch_shared(&a, &b).value / ROUNDS;
    }
    CLOSE(people, 8000, 0.02 * 8000);
    CLOSE(sqrt(spread), claimed, 0.2 * claimed);
    CLOSE(shared, 2000, 0.04 * 2000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_sets_are_exact),
        cmocka_unit_test(test_keeps_the_smallest),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_union_is_the_sketch_of_the_union),
        cmocka_unit_test(test_error_at_256),
        cmocka_unit_test(test_error_is_as_claimed),
        cmocka_unit_test(test_people_and_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
