/* A set of creators with each person counted once: those who were sampled by their sketches, the others by
 * the segment model (ranking specification, c and e). The search knows the model alone: a common theta of a
 * whole pool would leave a small account two or three of its 256 hashes. The creators that were chosen are
 * few enough to be measured. */
#ifndef NICHED_RANK_PLAN_CROWD_H
#define NICHED_RANK_PLAN_CROWD_H

#include "rank/plan.h"

#define PLAN_SAMPLE_LEAST 16  /* sampled people of a creator below the common theta, else the model */
#define PLAN_TWIN_SHARE   0.5 /* who brings less of its own people has an audience that others have */

/* Some candidates of a problem, ready to be counted in any part. Opaque. */
struct plan_crowd;

/* What a part of them does for a goal: people of worth, each once; `error` as in struct plan_worth; per
 * segment the share of its people counted. */
struct plan_net {
    double together;
    double error;
    double share_of_segments[PLAN_SEGMENTS_MAX];
};

/* How many are counted by samples, and how many pairs are compared by them. */
struct plan_coverage {
    size_t creators;
    size_t pairs;
};

/* The n candidates at `members` (indices, at most PLAN_CREATORS_MAX, kept by the caller). For each kind of
 * hashes the common theta is the one that lets most of them take part: each with its own theta not below it
 * and PLAN_SAMPLE_LEAST hashes below it, the larger of equals; who takes no part, or alone, goes by the
 * model. */
struct plan_crowd *plan_crowd_new(const struct plan_problem *p, const size_t *members, size_t n,
                                  struct arena *a);
/* How much of it rests on samples. */
struct plan_coverage plan_crowd_coverage(const struct plan_crowd *c);
/* The part in[0..n-1] (NULL: all) for a goal. The sampled of creator i, n_i below theta, stand for all whom i
 * reaches, and are those who engage: each for x_i = p_ig / n_i of segment g for the goal reach, p_ig c_i /
 * n_i for the others. Who is in several samples counts once, for the largest x; an engaged person buys of
 * each by chance, x (1 - prod(1 - x_i gamma_i / x)). At most .9 of a segment; groups of samples and the
 * others meet by chance. Never above the sum of each alone, never below the largest, never less for one more.
 * Where all samples weigh the same it is the union of sketches. */
void plan_crowd_net(const struct plan_crowd *c, enum plan_goal goal, const bool *in,
                    struct plan_net *ret_net);
/* The place in `members` of a creator to plan without: not forced, and less than PLAN_TWIN_SHARE of its
 * people are news to the samples of the others, of these the least per dollar. SIZE_MAX: there is none. */
size_t plan_crowd_twin(const struct plan_crowd *c, enum plan_goal goal);

#endif
