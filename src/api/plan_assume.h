/* Inside api only: what a plan takes for granted where nothing was measured. */
#ifndef NICHED_API_PLAN_ASSUME_H
#define NICHED_API_PLAN_ASSUME_H

#include "plan.h"

#define PLAN_DERIVED_PRICE_SD    0.3 /* of ln price, where one deliverable's is made from another's */
#define PLAN_SEED                1   /* of the draws */
#define PLAN_MADE_UP_CREDIBILITY 0.8 /* of a made-up big account: the prior of authenticity */

/* Fills countries and segments from `n` creators and the big ones: where their followers are, how many people
 * that makes and what one of them is worth. */
void plan_segments_of(struct plan_state *st, size_t n);
/* A creator as the planner sees them. */
struct plan_candidate plan_candidate_of(const struct plan_state *st, const struct plan_creator *c,
                                        struct arena *a);
/* Compares the plan with the best big creator for the budget, stored or made up, and draws the risk. */
void plan_compare(struct plan_state *st, struct arena *a);
/* Writes "cautions" of the n creators chosen. */
void plan_cautions_json(struct request *req, const struct plan_row *rows, size_t n, struct json *w);
/* Writes "assumptions". */
void plan_assumptions_json(const struct plan_state *st, struct json *w);

#endif
