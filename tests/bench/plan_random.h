/* Random instances of the planner and an independent brute force, shared by the unit tests and `make
 * bench-plan`. The brute force knows nothing of src/rank: it multiplies out the formula of the ranking
 * specification (c). */
#ifndef NICHED_TESTS_PLAN_RANDOM_H
#define NICHED_TESTS_PLAN_RANDOM_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rank/plan.h"

struct random_plan {
    struct plan_problem problem;
    struct plan_segment segments[PLAN_SEGMENTS_MAX];
    struct plan_candidate *candidates;
    double *reach;
};

/* xorshift64* */
static inline double random_unit(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (double)((x * UINT64_C(2685821657736338717)) >> 11) * 0x1p-53;
}

static inline double random_between(uint64_t *state, double low, double high) {
    return low + (high - low) * random_unit(state);
}

/* n creators of 1,000 to 100,000 followers (log-uniform) at prices about the prior, reach by the Instagram
 * prior; segments of 2,000 to 80,000 people, so that audiences overlap from hardly to much. */
static inline struct random_plan *random_plan_new(uint64_t seed, size_t n, size_t n_segments) {
    struct random_plan *r = calloc(1, sizeof *r);
    r->candidates = calloc(n, sizeof *r->candidates);
    r->reach = calloc(n * n_segments, sizeof *r->reach);
    uint64_t s = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    random_unit(&s);
    for (size_t g = 0; g < n_segments; g++) {
        r->segments[g] = (struct plan_segment){exp(random_between(&s, log(2e3), log(8e4))),
                                               random_unit(&s) < .7 ? 1.0 : random_between(&s, .2, 2)};
    }
    for (size_t i = 0; i < n; i++) {
        struct plan_candidate *c = &r->candidates[i];
        double followers = exp(random_between(&s, log(1e3), log(1e5)));
        double spread = random_between(&s, -1.2, 1.2);
        double reached = followers * .3 * pow(followers / 5e3, -.2) * random_between(&s, .2, .8);
        double total = 0.0;
        c->reach = r->reach + i * n_segments;
        for (size_t g = 0; g < n_segments; g++) {
            double w = random_unit(&s);
            r->reach[i * n_segments + g] = w * w;
            total += w * w;
        }
        for (size_t g = 0; g < n_segments; g++) {
            r->reach[i * n_segments + g] *= reached / total;
        }
        c->account_id = (int64_t)i + 1;
        c->price_usd = floor(100 * pow(followers / 1e4, .8) * exp(spread)) + 1;
        c->response[PLAN_REACH] = 1.0;
        c->response[PLAN_ENGAGEMENT] = random_between(&s, .02, .6);
        c->response[PLAN_CONVERSIONS] = c->response[PLAN_ENGAGEMENT] * .005;
        c->sd_ln = .4;
    }
    r->problem = (struct plan_problem){.segments = r->segments,
                                       .n_segments = n_segments,
                                       .candidates = r->candidates,
                                       .n = n,
                                       .goal = random_unit(&s) < .5 ? PLAN_REACH : PLAN_ENGAGEMENT,
                                       .effort = PLAN_POLISHED,
                                       .budget_usd = floor(exp(random_between(&s, log(250), log(4000)))),
                                       .handling_usd = 30};
    return r;
}

static inline void random_plan_free(struct random_plan *r) {
    free(r->candidates);
    free(r->reach);
    free(r);
}

/* What is left of each segment when one more creator is booked. */
static inline void brute_book(const struct plan_problem *p, size_t i, const double *left, double *ret_left) {
    const struct plan_candidate *c = &p->candidates[i];
    for (size_t g = 0; g < p->n_segments; g++) {
        double share = fmin(.9, c->reach[g] / p->segments[g].people);
        ret_left[g] = left[g] * (1.0 - share * c->response[p->goal]);
    }
}

static inline double brute_value(const struct plan_problem *p, const double *left) {
    double sum = 0.0;
    for (size_t g = 0; g < p->n_segments; g++) {
        sum += p->segments[g].value * p->segments[g].people * (1.0 - left[g]);
    }
    return sum;
}

static inline double brute_cost(const struct plan_problem *p, size_t i) {
    return p->candidates[i].price_usd + p->handling_usd;
}

/* Every set of candidates from i on: the best value, -1 if none is within the limits. */
static inline double brute_force_from(const struct plan_problem *p, size_t i, size_t booked, double money,
                                      const double *left) {
    size_t max = p->max_creators ? p->max_creators : p->n;
    if (money < 0.0 || booked > max) {
        return -1.0;
    }
    if (i == p->n) {
        return booked >= (p->min_creators ? p->min_creators : 1) ? brute_value(p, left) : -1.0;
    }
    const struct plan_candidate *c = &p->candidates[i];
    double next[8];
    double in = -1.0;
    if (!c->exclude) {
        brute_book(p, i, left, next);
        in = brute_force_from(p, i + 1, booked + 1, money - brute_cost(p, i), next);
    }
    double out = c->include && !c->exclude ? -1.0 : brute_force_from(p, i + 1, booked, money, left);
    return fmax(in, out);
}

/* The true optimum of at most 20 candidates and 8 segments; -1 if there is none. */
static inline double brute_force(const struct plan_problem *p) {
    const double left[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    return brute_force_from(p, 0, 0, p->budget_usd, left);
}

/* Baselines. Takes what has the largest key (gain per dollar, or gain) and fits, until nothing does. */
static inline double brute_greedy(const struct plan_problem *p, int per_dollar) {
    double left[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    double money = p->budget_usd;
    char taken[64] = {0};
    for (;;) {
        size_t best = p->n;
        double best_key = 0.0;
        for (size_t i = 0; i < p->n; i++) {
            double next[8];
            brute_book(p, i, left, next);
            double gain = brute_value(p, next) - brute_value(p, left);
            double key = per_dollar ? gain / brute_cost(p, i) : gain;
            if (!taken[i] && brute_cost(p, i) <= money && key > best_key) {
                best = i;
                best_key = key;
            }
        }
        if (best == p->n) {
            return brute_value(p, left);
        }
        taken[best] = 1;
        money -= brute_cost(p, best);
        brute_book(p, best, left, left);
    }
}

#endif
