/* Shared by the tests of src/rank: comparison to printed digits, and the three creators of the ranking
 * specification's worked examples (section 10). */
#ifndef NICHED_TESTS_TEST_RANK_H
#define NICHED_TESTS_TEST_RANK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "rank/engagement.h"

/* Fails the test where it stands if got is not want within tol. */
static inline void rank_close(double got, double want, double tol, const char *what, const char *file,
                              int line) {
    if (!(fabs(got - want) <= tol)) {
        print_error("%s is %.10g, want %.10g within %g\n", what, got, want, tol);
        _fail(file, line);
    }
}
#define CLOSE(got, want, tol) rank_close(got, want, tol, #got, __FILE__, __LINE__)
/* Equal to a number printed with three decimals. */
#define NEAR3(got, want) CLOSE(got, want, 0.00051)
/* Equal to a number printed with two decimals. */
#define NEAR2(got, want) CLOSE(got, want, 0.0051)

struct worked_creator {
    double followers;
    size_t n;
    struct engagement_post posts[8];
};

static const struct worked_creator ANA = {12000,
                                          8,
                                          {{610, 12000, 4, 0},
                                           {540, 12000, 9, 0},
                                           {575, 12000, 15, 0},
                                           {640, 12000, 22, 0},
                                           {505, 12000, 30, 0},
                                           {590, 12000, 41, 0},
                                           {560, 12000, 55, 0},
                                           {620, 12000, 70, 0}}};
static const struct worked_creator BEN = {85000,
                                          6,
                                          {{1500, 85000, 3, 0},
                                           {1380, 85000, 8, 0},
                                           {1620, 85000, 14, 0},
                                           {1450, 85000, 21, 0},
                                           {1390, 85000, 33, 0},
                                           {1700, 85000, 47, 0}}};
static const struct worked_creator CHO = {4000, 2, {{240, 4000, 6, 0}, {2100, 4000, 12, 0}}};

/* Engagement of a worked creator on the Instagram seed at caution z. */
static inline struct engagement worked_engagement(const struct worked_creator *c, double z) {
    struct benchmark b = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS);
    struct engagement_params p = ENGAGEMENT_DEFAULTS;
    p.z = z;
    struct engagement e;
    engagement_score(&b, c->followers, c->posts, c->n, &p, &e);
    return e;
}

#endif
