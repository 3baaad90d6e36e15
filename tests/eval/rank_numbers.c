/* Why: the commands of rank_tool that are numbers in, numbers out. Invariant: every figure comes from
 * src/rank. */
#include "rank_tool.h"

#include "rank/match_score.h"
#include "rank/relevance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool platform_basis(char **field, struct benchmark *ret_benchmark) {
    enum rank_platform p;
    if (!rank_platform_by_name(field[0], &p))
        return false;
    for (int b = 0; b < RANK_BASIS_COUNT; b++) {
        if (strcmp(rank_basis_name((enum rank_basis)b), field[1]) == 0) {
            *ret_benchmark = benchmark_seed(p, (enum rank_basis)b);
            return true;
        }
    }
    return false;
}

static void take_curve(char **field, struct benchmark *io_benchmark) {
    io_benchmark->alpha = number(field[0]);
    io_benchmark->beta = number(field[1]);
    io_benchmark->tau = number(field[2]);
    io_benchmark->s = number(field[3]);
}

bool cmd_variant(struct session *s, char **field, size_t n) {
    size_t k = n == 10 ? strtoul(field[0], NULL, 10) : VARIANTS_MAX;
    if (k >= VARIANTS_MAX)
        return false;
    s->variant[k] = (struct variant){
        .params = ENGAGEMENT_DEFAULTS,
        .benchmark = benchmark_seed(RANK_INSTAGRAM, RANK_BASIS_FOLLOWERS),
    };
    struct engagement_params *p = &s->variant[k].params;
    p->z = number(field[1]);
    p->half_life_days = number(field[2]);
    p->nu0 = number(field[3]);
    p->clip = number(field[4]);
    p->deff = number(field[5]);
    take_curve(field + 6, &s->variant[k].benchmark);
    return true;
}

bool cmd_engagement(struct session *s, char **field, size_t n) {
    struct engagement_post posts[ENGAGEMENT_POSTS_MAX];
    if (n < 2 || (n - 2) % 3 != 0)
        return false;
    size_t count = rank_at_most((n - 2) / 3, ENGAGEMENT_POSTS_MAX);
    for (size_t i = 0; i < count; i++) {
        char **f = field + 2 + 3 * i;
        posts[i] = (struct engagement_post){number(f[0]), number(f[1]), number(f[2]), 0};
    }
    for (char *at = field[0]; at && *at;) {
        size_t k = strtoul(strsep(&at, ","), NULL, 10);
        if (k >= VARIANTS_MAX)
            return false;
        struct engagement e;
        engagement_score(&s->variant[k].benchmark, number(field[1]), posts, count, &s->variant[k].params, &e);
        printf("%.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g%c", e.estimate.value, e.theta, e.sigma, e.own_sd,
               e.location, e.mu, e.n_eff, e.uniformity, at ? ' ' : '\n');
    }
    return true;
}

bool cmd_count(struct session *s, char **field, size_t n) {
    (void)s;
    struct relevance_post posts[FIELDS_MAX / 2];
    if (n < 2 || n % 2 != 0)
        return false;
    size_t count = (n - 2) / 2;
    for (size_t i = 0; i < count; i++)
        posts[i] = (struct relevance_post){number(field[2 + 2 * i]), number(field[3 + 2 * i])};
    struct relevance_niche niche = relevance_count(posts, count, number(field[0]) > 0.0, number(field[1]));
    struct relevance_share share = relevance_share(niche);
    printf("%.9g %.9g %.9g %.9g\n", niche.k, niche.n, share.share, share.focus);
    return true;
}

bool cmd_focus(struct session *s, char **field, size_t n) {
    (void)s;
    if (n != 3)
        return false;
    struct relevance_share share =
        relevance_share((struct relevance_niche){number(field[0]), number(field[1]), number(field[2])});
    printf("%.9g %.9g\n", share.share, share.focus);
    return true;
}

bool cmd_relevance(struct session *s, char **field, size_t n) {
    (void)s;
    struct relevance_related related[FIELDS_MAX / 2];
    if (n < 3 || (n - 3) % 2 != 0)
        return false;
    struct relevance_input in = {.own = {number(field[0]), number(field[1]), number(field[2])},
                                 .related = related,
                                 .n_related = (n - 3) / 2};
    for (size_t i = 0; i < in.n_related; i++)
        related[i] = (struct relevance_related){number(field[3 + 2 * i]), number(field[4 + 2 * i]), true};
    struct relevance r;
    relevance_score(&in, &r);
    printf("%.9g %s\n", r.kind == RELEVANCE_NONE ? 0.0 : r.estimate.value, relevance_kind_name(r.kind));
    return true;
}

bool cmd_npmi(struct session *s, char **field, size_t n) {
    (void)s;
    if (n != 3)
        return false;
    printf("%.9g\n", relevance_npmi(number(field[0]), number(field[1]), number(field[2])));
    return true;
}

bool cmd_geometric(struct session *s, char **field, size_t n) {
    (void)s;
    double only[MATCH_STORED] = {[MATCH_RELEVANCE] = 1.0, [MATCH_ENGAGEMENT] = 1.0};
    double weights[MATCH_COMPONENTS];
    double ln[MATCH_COMPONENTS] = {0.0};
    if (n != 2 || !match_weights(only, false, weights))
        return false;
    ln[MATCH_RELEVANCE] = rank_ln(number(field[0]));
    ln[MATCH_ENGAGEMENT] = rank_ln(number(field[1]));
    printf("%.9g %.9g %.9g\n", match_value(ln, weights), weights[MATCH_RELEVANCE], weights[MATCH_ENGAGEMENT]);
    return true;
}

bool cmd_defaults(struct session *s, char **field, size_t n) {
    (void)s, (void)field, (void)n;
    const struct engagement_params *p = &ENGAGEMENT_DEFAULTS;
    printf("%.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", p->z, p->half_life_days, p->nu0, p->clip,
           p->deff, AUTHENTICITY_DEFAULTS.gate, RELEVANCE_DEFAULTS.related, RELEVANCE_DEFAULTS.npmi_min,
           p->drift);
    return true;
}

bool cmd_seed(struct session *s, char **field, size_t n) {
    (void)s;
    struct benchmark b;
    if (n != 2 || !platform_basis(field, &b))
        return false;
    printf("%.9g %.9g %.9g %.9g\n", b.alpha, b.beta, b.tau, b.s);
    return true;
}

bool cmd_bench(struct session *s, char **field, size_t n) {
    if (n != 6 || s->n_bench == COUNT_OF(s->bench) || !platform_basis(field, &s->bench[s->n_bench]))
        return false;
    take_curve(field + 2, &s->bench[s->n_bench++]);
    return true;
}
