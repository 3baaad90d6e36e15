/* `make bench-plan`: how good the planner's answers are against brute force, with the exact search switched
 * off, and how much processor time it takes. Prints a table and writes FILE, a list of {name, value, unit,
 * against, target, met}; the status is 1 only when the run itself fails. */
#include <stdio.h>
#include <time.h>

#include "base/macros.h"
#include "plan_random.h"

enum { INSTANCES = 1000, SMALL_MOST = 18, TIMED = 5, LADDERS = 10, SEGMENTS = 64 };

struct figure {
    const char *name;
    double value;
    const char *unit;
    const char *against;
    double target; /* NaN: only told */
    int at_least;  /* 1: value must reach the target, 0: stay below */
};

struct totals {
    double sum, worst, certificate, exact;
    size_t n, optimal, false_certificates;
};

static double cpu_ms(void) {
    return 1e3 * (double)clock() / CLOCKS_PER_SEC;
}

static void count(struct totals *t, double value, double best) {
    double ratio = value / best;
    t->sum += ratio;
    t->worst = t->n++ && t->worst < ratio ? t->worst : ratio;
    t->optimal += ratio > 1 - 1e-9;
}

static int measure_quality(struct totals *polished, struct totals *plain, struct totals *dense,
                           struct totals *big) {
    struct arena *a = arena_new(1 << 20);
    for (uint64_t k = 0; a && k < INSTANCES; k++) {
        struct random_plan *r = random_plan_new(k + 1, 8 + k % (SMALL_MOST - 7), 2 + k % 5);
        double best = brute_force(&r->problem);
        struct plan plan;
        if (best > 0) {
            plan_solve(&r->problem, a, &plan);
            count(polished, plan.utility, best);
            polished->certificate += plan.at_least;
            polished->false_certificates += plan.at_least > plan.utility / best + 1e-9;
            r->problem.effort = PLAN_GREEDY;
            plan_solve(&r->problem, a, &plan);
            count(plain, plan.utility, best);
            count(dense, brute_greedy(&r->problem, 1), best);
            count(big, brute_greedy(&r->problem, 0), best);
        }
        random_plan_free(r);
        arena_reset(a);
    }
    arena_free(a);
    return a != NULL && polished->n > INSTANCES / 2;
}

/* Median milliseconds of a plan, and its certificate. */
static double measure_time(size_t n, double budget_usd, double *ret_certificate) {
    double ms[TIMED];
    struct random_plan *r = random_plan_new(7, n, SEGMENTS);
    r->problem.budget_usd = budget_usd;
    r->problem.max_creators = 100; /* as many as /plan books */
    r->problem.goal = PLAN_ENGAGEMENT;
    r->problem.effort = PLAN_EXACT;
    for (size_t i = 0; i < TIMED; i++) {
        struct arena *a = arena_new(1 << 16);
        struct plan plan;
        double from = cpu_ms();
        plan_solve(&r->problem, a, &plan);
        double took = cpu_ms() - from;
        *ret_certificate = plan.at_least;
        size_t at = i;
        for (; at && ms[at - 1] > took; at--) {
            ms[at] = ms[at - 1];
        }
        ms[at] = took;
        arena_free(a);
    }
    random_plan_free(r);
    return ms[TIMED / 2];
}

/* Of pools of 100, how many budgets from 100 to 5,000 dollars gave less than a smaller one did. */
static size_t measure_losses(void) {
    size_t losses = 0;
    struct arena *a = arena_new(1 << 20);
    for (uint64_t k = 0; a && k < LADDERS; k++) {
        struct random_plan *r = random_plan_new(100 + k, 100, 6);
        double most = 0;
        for (double budget = 100; budget <= 5000; budget += budget < 1000 ? 20 : 100) {
            struct plan plan;
            r->problem.budget_usd = budget;
            plan_solve(&r->problem, a, &plan);
            double utility = plan.outcome == PLAN_FOUND ? plan.utility : 0;
            losses += utility < most * (1 - 1e-9);
            most = fmax(most, utility);
            arena_reset(a);
        }
        random_plan_free(r);
    }
    arena_free(a);
    return losses;
}

static int met(const struct figure *f) {
    return f->at_least ? f->value >= f->target : f->value <= f->target;
}

static int print(const char *path, const struct figure *f, size_t n) {
    FILE *out = fopen(path, "w");
    if (!out) {
        return 0;
    }
    fputs("[", out);
    for (size_t i = 0; i < n; i++) {
        const char *verdict = isnan(f[i].target) ? "null" : met(&f[i]) ? "true" : "false";
        fprintf(
            out,
            "%s\n  {\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"against\": \"%s\", \"target\": ",
            i ? "," : "", f[i].name, f[i].value, f[i].unit, f[i].against);
        fprintf(out, isnan(f[i].target) ? "null" : "%.6g", f[i].target);
        fprintf(out, ", \"met\": %s}", verdict);
        printf("  %-32s %10.4f %-8s", f[i].name, f[i].value, f[i].unit);
        if (!isnan(f[i].target)) {
            printf(" target %-7g %s", f[i].target, met(&f[i]) ? "met" : "missed");
        }
        putchar('\n');
    }
    fputs("\n]\n", out);
    return fclose(out) == 0;
}

int main(int argc, char **argv) {
    struct totals polished = {0}, plain = {0}, dense = {0}, big = {0};
    if (argc != 2 || !measure_quality(&polished, &plain, &dense, &big)) {
        fprintf(stderr, "usage: plan_bench FILE\n");
        return 1;
    }
    double at_10k = 0, at_10k_rich = 0, at_10k_richer = 0, at_100k = 0;
    double ms_10k = measure_time(10000, 2000, &at_10k);
    double ms_10k_rich = measure_time(10000, 10000, &at_10k_rich);
    double ms_10k_richer = measure_time(10000, 50000, &at_10k_richer);
    double ms_100k = measure_time(100000, 2000, &at_100k);
    const char *brute = "brute force, 1,000 random instances of 8 to 18 candidates, exact search off";
    const char *synthetic =
        "synthetic candidates, 64 segments, 2,000 dollars unless named, processor time, median of 5";
    const char *ladders = "86 budgets from 100 to 5,000 dollars in each of 10 pools of 100 candidates";
    double n = (double)polished.n;
    const struct figure figures[] = {
        {"mean_ratio", polished.sum / n, "share", brute, .995, 1},
        {"worst_ratio", polished.worst, "share", brute, .93, 1},
        {"share_optimal", (double)polished.optimal / n, "share", brute, NAN, 1},
        {"mean_certificate", polished.certificate / n, "share", brute, NAN, 1},
        {"certificates_above_truth", (double)polished.false_certificates, "plans", brute, 0, 0},
        {"greedy_max_mean_ratio", plain.sum / n, "share", brute, NAN, 1},
        {"greedy_max_worst_ratio", plain.worst, "share", brute, NAN, 1},
        {"density_greedy_mean_ratio", dense.sum / n, "share", brute, NAN, 1},
        {"density_greedy_worst_ratio", dense.worst, "share", brute, NAN, 1},
        {"biggest_first_mean_ratio", big.sum / n, "share", brute, NAN, 1},
        {"biggest_first_worst_ratio", big.worst, "share", brute, NAN, 1},
        {"losses_by_more_budget", (double)measure_losses(), "plans", ladders, 0, 0},
        {"cpu_10k", ms_10k, "ms", synthetic, 10, 0},
        {"cpu_10k_10000_usd", ms_10k_rich, "ms", synthetic, 10, 0},
        {"cpu_10k_50000_usd", ms_10k_richer, "ms", synthetic, 10, 0},
        {"cpu_100k", ms_100k, "ms", synthetic, NAN, 0},
        {"certificate_10k", at_10k, "share", synthetic, NAN, 1},
        {"certificate_10k_10000_usd", at_10k_rich, "share", synthetic, NAN, 1},
        {"certificate_10k_50000_usd", at_10k_richer, "share", synthetic, NAN, 1},
        {"certificate_100k", at_100k, "share", synthetic, NAN, 1},
    };
    return print(argv[1], figures, COUNT_OF(figures)) ? 0 : 1;
}
