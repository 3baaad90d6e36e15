/* Inside api only: one /overlap. */
#ifndef NICHED_API_OVERLAP_H
#define NICHED_API_OVERLAP_H

#include "similar.h"

enum { OVERLAP_CREATORS = 20, OVERLAP_PAIRS = OVERLAP_CREATORS * (OVERLAP_CREATORS - 1) / 2 };

struct overlap_query {
    struct param_text creators;
    const char *world;
    struct list_choice list;
};

struct overlap_creator {
    int64_t creator_id, account_id, followers;
    int world, platform_id;
    const char *platform, *username;
    int8_t sampled;
    double engagers, engagers_error;
    struct lookalike_niches niches;
    struct audience audience;
};

struct overlap_row {
    int64_t a, b;
    const char *platform_a, *username_a, *platform_b, *username_b, *method, *basis;
    double people_a, people_b, shared, jaccard, error, share_of_a, share_of_b, population;
};

struct overlap_sum {
    const char *method, *basis;
    double summed, unique, duplicated, error, reach;
};

struct overlap_state {
    struct overlap_query q;
    const char *asked[OVERLAP_CREATORS];
    size_t n;
    struct overlap_creator creators[OVERLAP_CREATORS];
    struct overlap_row pairs[OVERLAP_PAIRS];
    size_t pair_count;
    struct overlap_sum total;
    double idf[TAX_NICHES_MAX];
    double listed[TAX_NICHES_MAX]; /* creators of each niche */
    double most;
};

/* Splits the list of the query into st->asked, and into the arrays of overlap_creators: ids, platforms,
 * handles. ERR_PARAM_INVALID. */
NODISCARD enum err overlap_list(struct request *req, struct overlap_state *st, const char *ret_arrays[3]);
/* Weighs the niches and fills pairs and total. Samples that are joined go to the arena. */
void overlap_measure(struct overlap_state *st, const struct snapshot *s, struct arena *a);

#endif
