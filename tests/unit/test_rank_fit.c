/* Fitted curves: the line is the best of all lines, what is bought or boosted bends it hardly, and known
 * truths come back from made-up accounts. */
#include "test_rank.h"

#include "rank/fit.h"
#include "rank/numeric.h"

#include <stdio.h>
#include <stdlib.h>

enum { POSTS = 64 };

/* Numbers that are the same everywhere (splitmix64). */
static uint64_t next(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state) {
    return ((double)(next(state) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *state) {
    double r = sqrt(-2.0 * log(uniform(state)));
    return r * cos(2.0 * 3.14159265358979323846 * uniform(state));
}

static int setup(void **state) {
    return (*state = arena_new(1 << 16)) ? 0 : -1;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

static double cost(const struct fit_point *p, size_t n, double alpha, double beta) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(p[i].y - alpha - beta * p[i].x);
    return sum;
}

/* The least sum of deviations over the lines through any two points, some of which is the best of all. */
static double least_cost(const struct fit_point *p, size_t n) {
    double least = INFINITY;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            double beta = (p[i].y - p[j].y) / (p[i].x - p[j].x);
            double c = p[i].x != p[j].x ? cost(p, n, p[i].y - beta * p[i].x, beta) : INFINITY;
            least = fmin(least, c);
        }
    return least;
}

/* Small sets: continuous ones, ones full of ties (a grid), ones with repeated points. */
static void test_lad_is_the_best_of_all_lines(void **state) {
    uint64_t seed = 7;
    for (int turn = 0; turn < 3000; turn++) {
        struct fit_point p[40];
        size_t n = 2 + next(&seed) % 39;
        double grid = turn % 3 == 0 ? 0.0 : turn % 3 == 1 ? 2.0 : 5.0;
        for (size_t i = 0; i < n; i++) {
            p[i] = (struct fit_point){3.0 * normal(&seed), 3.0 * normal(&seed)};
            if (grid > 0.0)
                p[i] = (struct fit_point){round(p[i].x * grid / 3.0), round(p[i].y * grid / 3.0)};
        }
        struct fit_line line;
        double least = least_cost(p, n);
        assert_int_equal(fit_lad(p, n, *state, &line), isfinite(least));
        if (isfinite(least))
            CLOSE(cost(p, n, line.alpha, line.beta), least, 1e-9 * (1.0 + least));
        arena_reset(*state);
    }
}

static void test_lad_of_points_on_a_line(void **state) {
    struct fit_point p[50];
    for (size_t i = 0; i < COUNT_OF(p); i++)
        p[i] = (struct fit_point){(double)i / 7.0, 2.0 - 0.25 * (double)i / 7.0};
    struct fit_line line;
    assert_true(fit_lad(p, COUNT_OF(p), *state, &line));
    CLOSE(line.alpha, 2.0, 1e-12);
    CLOSE(line.beta, -0.25, 1e-12);
}

static void test_lad_needs_two_sizes(void **state) {
    struct fit_point p[] = {{1.0, 2.0}, {1.0, 3.0}, {1.0, 5.0}};
    struct fit_line line = {42.0, 42.0};
    assert_false(fit_lad(p, 3, *state, &line));
    assert_false(fit_lad(p, 1, *state, &line));
    assert_false(fit_lad(p, 0, *state, &line));
    assert_true(line.alpha == 42.0 && line.beta == 42.0);
}

/* One in ten of the small ones has bought its engagement. */
static void test_outliers_bend_least_squares_not_this(void **state) {
    enum { N = 2000 };
    static struct fit_point p[N];
    uint64_t seed = 3;
    double sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0;
    for (size_t i = 0; i < N; i++) {
        double x = log(0.1) + log(100.0) * uniform(&seed);
        double y = -3.4 - 0.25 * x + 0.6 * normal(&seed);
        if (x < 0.0 && uniform(&seed) < 0.2)
            y += 4.0;
        p[i] = (struct fit_point){x, y};
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    double squares = (N * sxy - sx * sy) / (N * sxx - sx * sx);
    struct fit_line line;
    assert_true(fit_lad(p, N, *state, &line));
    assert_true(fabs(squares - -0.25) > 0.2);
    assert_true(fabs(line.beta - -0.25) < 0.12);
    assert_true(fabs(line.beta - -0.25) < 0.5 * fabs(squares - -0.25));
}

/* Made-up accounts of known alpha, beta, tau and s. */
struct world {
    struct fit_account *accounts;
    struct fit_post *posts;
    struct fit_input in;
};

static struct world make(size_t n, struct fit_line line, double tau, double s, size_t least, size_t most,
                         double boosted) {
    struct world w = {calloc(n, sizeof *w.accounts), calloc(n * POSTS, sizeof *w.posts), {0}};
    assert_true(w.accounts && w.posts);
    uint64_t seed = 11;
    for (size_t i = 0; i < n; i++) {
        double x = log(0.1) + log(100.0) * uniform(&seed);
        double y = line.alpha + line.beta * x + tau * normal(&seed);
        size_t posts = least + next(&seed) % (most - least + 1);
        w.accounts[i] = (struct fit_account){10000.0 * exp(x), (uint32_t)(i * POSTS), (uint16_t)posts};
        for (size_t j = 0; j < posts; j++) {
            double up = uniform(&seed) < boosted ? log(20.0) : 0.0;
            double rate = exp(y + s * normal(&seed) + up);
            w.posts[i * POSTS + j] = (struct fit_post){(float)(1e7 * rate), 1e7f, (float)(3 * j)};
        }
    }
    w.in = (struct fit_input){w.accounts, n, w.posts};
    return w;
}

static void done(struct world *w) {
    free(w->accounts);
    free(w->posts);
}

static void test_truth_comes_back(void **state) {
    struct benchmark seed = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct world w = make(4000, (struct fit_line){log(0.05), -0.15}, 0.9, 0.5, 3, 40, 0.0);
    struct fit_curve c;
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_OK);
    assert_int_equal(c.n_accounts, 4000);
    CLOSE(exp(c.alpha), 0.05, 0.003);
    CLOSE(c.beta, -0.15, 0.03);
    CLOSE(c.tau, 0.9, 0.04);
    CLOSE(c.s, 0.5, 0.01);
    assert_false(c.floored);
    struct fit_curve again;
    fit_curve(&w.in, &seed, *state, &again);
    assert_true(c.alpha == again.alpha && c.beta == again.beta && c.tau == again.tau && c.s == again.s);
    done(&w);
}

/* The seed is where it begins, not where it ends: tau and s do not lean on it. */
static void test_seed_does_not_show(void **state) {
    struct world w = make(1000, (struct fit_line){log(0.05), -0.15}, 0.6, 0.4, 8, 30, 0.0);
    struct benchmark a = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct benchmark b = a;
    b.alpha += 2.0;
    b.beta = 0.3;
    b.tau = 3.0;
    b.s = 2.0;
    struct fit_curve of_a, of_b;
    fit_curve(&w.in, &a, *state, &of_a);
    fit_curve(&w.in, &b, *state, &of_b);
    assert_true(of_a.alpha == of_b.alpha && of_a.beta == of_b.beta && of_a.tau == of_b.tau &&
                of_a.s == of_b.s);
    done(&w);
}

/* Every twelfth post is boosted twentyfold; three posts an account to begin with. */
static void test_boosted_posts_move_little(void **state) {
    struct benchmark seed = benchmark_seed(RANK_TIKTOK, RANK_BASIS_VIEWS);
    struct world w = make(3000, (struct fit_line){log(0.09), -0.02}, 0.5, 0.3, 3, 30, 1.0 / 12.0);
    struct fit_curve c;
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_OK);
    CLOSE(c.alpha, log(0.09), 0.1);
    CLOSE(c.beta, -0.02, 0.04);
    CLOSE(c.tau, 0.5, 0.08);
    CLOSE(c.s, 0.3, 0.08);
    done(&w);
}

static void test_too_few_accounts(void **state) {
    struct benchmark seed = benchmark_seed(RANK_YOUTUBE, RANK_BASIS_VIEWS);
    struct world w = make(FIT_ACCOUNTS_MIN, (struct fit_line){log(0.05), -0.15}, 0.6, 0.4, 3, 9, 0.0);
    struct fit_curve c;
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_OK);
    w.accounts[17].n_posts = FIT_POSTS_MIN - 1; /* one of them tells too little */
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_TOO_FEW);
    assert_int_equal(c.n_accounts, FIT_ACCOUNTS_MIN - 1);
    fit_curve(&(struct fit_input){0}, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_TOO_FEW);
    assert_int_equal(c.n_accounts, 0);
    done(&w);
}

static void test_one_size_has_no_slope(void **state) {
    struct benchmark seed = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct world w = make(400, (struct fit_line){log(0.05), -0.15}, 0.6, 0.4, 3, 9, 0.0);
    for (size_t i = 0; i < 400; i++)
        w.accounts[i].followers = i % 10 ? 5000.0 : 5000.0 + (double)i;
    struct fit_curve c;
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_ONE_SIZE);
    done(&w);
}

/* Totals: one observation an account. The seed's division of the spread stays, the whole is what is seen. */
static void test_totals(void **state) {
    struct benchmark seed = benchmark_seed(RANK_TIKTOK, RANK_BASIS_TOTALS);
    struct world w = make(3000, (struct fit_line){log(0.12), -0.3}, 0.7, 1e-9, 1, 1, 0.0);
    struct fit_curve c;
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_OK);
    CLOSE(c.alpha, log(0.12), 0.04);
    CLOSE(c.beta, -0.3, 0.03);
    double deff = ENGAGEMENT_DEFAULTS.deff;
    CLOSE(sqrt(c.tau * c.tau + deff * c.s * c.s), 0.7, 0.03);
    CLOSE(c.tau / c.s, seed.tau / seed.s, 1e-9);
    done(&w);
}

/* Accounts that do not differ: the floors hold, and it is said. */
static void test_floors(void **state) {
    struct benchmark seed = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct world w = make(500, (struct fit_line){log(0.05), -0.15}, 0.0, 0.001, 3, 9, 0.0);
    struct fit_curve c;
    fit_curve(&w.in, &seed, *state, &c);
    assert_int_equal(c.outcome, FIT_OK);
    assert_true(c.floored);
    CLOSE(c.tau, FIT_TAU_MIN, 1e-12);
    CLOSE(c.s, FIT_S_MIN, 1e-12);
    done(&w);
}

static void test_base_rate(void **state) {
    (void)state;
    CLOSE(fit_base_rate(0.0, 0.0, 0.02), 0.02, 1e-15);
    CLOSE(fit_base_rate(500.0, 5000.0, 0.02), 0.06, 1e-15);
    CLOSE(fit_base_rate(1e5, 1e6, 0.02), 0.1, 0.001);
    CLOSE(fit_base_rate(0.0, 1e12, 0.02), FIT_BASE_RATE_MIN, 1e-15);
    CLOSE(fit_base_rate(1e12, 1e12, 0.02), FIT_BASE_RATE_MAX, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lad_is_the_best_of_all_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lad_of_points_on_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lad_needs_two_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outliers_bend_least_squares_not_this, setup, teardown),
        cmocka_unit_test_setup_teardown(test_truth_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seed_does_not_show, setup, teardown),
        cmocka_unit_test_setup_teardown(test_boosted_posts_move_little, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_few_accounts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_size_has_no_slope, setup, teardown),
        cmocka_unit_test_setup_teardown(test_totals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_floors, setup, teardown),
        cmocka_unit_test(test_base_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
