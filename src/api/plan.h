/* Inside api only: one /plan between its steps. */
#ifndef NICHED_API_PLAN_H
#define NICHED_API_PLAN_H

#include "match.h"
#include "rank/affordability.h"
#include "rank/plan_crowd.h"
#include "rank/plan_versus.h"

enum { PLAN_POOL_MAX = 5000, PLAN_BIG_MAX = 100, PLAN_BIG_FOLLOWERS = 100000, PLAN_ROUNDS = 4 };

struct plan_query {
    struct match_query match; /* first: what /plan borrows from /match lands here */
    int64_t budget_usd, posts_per_creator, months, min_creators, max_creators, handling_usd, min_score;
    const char *deliverable;
    struct param_list include;
};

/* A creator as the store knows it, by plan_pool_fields[]. */
struct plan_creator {
    int64_t place, creator_id, account_id, score, followers, platform;
    const char *country, *price_source, *amount_source, *basis;
    double l_rel, price_usd, amount_usd, typical, usual, theta, sigma, post_sd, credibility;
    double orders, reported_posts, clicks; /* what the workspace reported; NaN: nothing */
    struct text_list countries, shares;
    /* computed */
    struct price price; /* of all posts */
    double target_share, reach_rate, conversion_rate;
};

/* One group of the audience. */
struct plan_country {
    const char *code; /* NULL: the others and the unknown */
    double followers; /* of creators who live there */
};

/* One line of the answer, by plan_fields[]. */
struct plan_row {
    int64_t rank, creator_id, followers, posts;
    const char *name, *platform, *username, *url, *country, *deliverable, *price_source;
    double score, price_low_usd, price_usd, price_high_usd, cost_usd, reach, wanted_reach, engaged, gain;
    double conversion_rate, orders_reported;
    bool quoted;
    int8_t included;
    struct text_list why, cautions;
};

/* The big creator compared with. */
struct plan_big {
    bool there, stored;
    struct plan_creator creator;
    struct plan_candidate candidate;
    struct plan_versus versus;
    const struct match_row *item; /* NULL: made up */
};

/* The chosen creators counted by samples of their audiences, and who was left out for them. */
struct plan_overlap {
    bool again;       /* the plan changed: the samples of its creators are to be read */
    size_t rounds;    /* plans measured so far */
    struct plan plan; /* the best of them, which does `value` */
    double value;
    double bound;                  /* of the whole search, by the model */
    int64_t left_out[PLAN_ROUNDS]; /* creators */
    size_t left_out_count;
    size_t tried; /* the candidate that the present plan is without */
    struct plan_coverage coverage;
};

struct plan_state {
    struct match_state match; /* first: what /match's steps find at req->state */
    struct plan_query q;
    const struct rows *pool_rows, *big_rows, *named_rows, *sample_rows;
    request_next *measured; /* goes on once the plan is measured */
    /* what the job makes */
    struct plan_creator *creators; /* as the problem's candidates */
    struct plan_creator *bigs;
    size_t big_count;
    struct plan_candidate *candidates;
    struct plan_country countries[PLAN_SEGMENTS_MAX];
    struct plan_segment segments[PLAN_SEGMENTS_MAX];
    struct plan_problem problem;
    struct plan plan;
    size_t *members; /* of the plan, as candidates */
    double *gains;   /* what each adds to those before */
    struct plan_overlap overlap;
    struct plan_side side;
    struct plan_risk risk;
    struct plan_big big;
    /* what is shown */
    const struct match_row *items;
    size_t item_count;
};

extern const struct route_loan plan_loan;

/* The state of a request for a plan. */
struct plan_state *plan_state_of(const struct request *req);
/* The posts that each creator makes in all. */
double plan_posts(const struct plan_query *q);
/* On a thread of the pool: from the rows read to the plan. ERR_PARAM_INVALID or ERR_CREATOR_UNKNOWN for a
 * creator named that cannot be booked. */
enum err plan_job(struct request *req);
/* Solves the problem as it stands, and lists the members. */
void plan_solve_now(struct plan_state *st, struct arena *a);
/* Reads the samples of the plan's creators, then goes on. */
NODISCARD enum err plan_ask_samples(struct request *req, request_next *next);
/* On a thread of the pool, with samples or without: what the plan does with each person once, whether it does
 * more without somebody (then overlap.again), the comparison and the risk. */
enum err plan_measure_job(struct request *req);
/* Writes the answer. */
NODISCARD enum err plan_write(struct request *req);

#endif
