/* The arithmetic of /overlap: two accounts with samples of one platform are compared by these, all others by
 * the segment model. Invariant: for two creators the total is the pair. */
#include "overlap.h"

#include "rank/overlap.h"

#include <math.h>
#include <stdlib.h>

#define PEOPLE_PER_CREATOR 10000.0 /* followers that a creator of a niche stands for, an assumption */

static bool comparable(const struct overlap_creator *a, const struct overlap_creator *b) {
    return a->audience.sampled && b->audience.sampled && a->platform_id == b->platform_id;
}

static void by_sketch(const struct overlap_creator *a, const struct overlap_creator *b,
                      struct overlap_row *row) {
    struct sketch_estimate j = sketch_jaccard(&a->audience.sketch, &b->audience.sketch);
    row->method = "sketch";
    row->basis = "engagers";
    row->people_a = a->engagers;
    row->people_b = b->engagers;
    row->shared = sketch_shared(&a->audience.sketch, &b->audience.sketch).value;
    row->jaccard = j.value;
    row->error = j.error;
    row->population = NAN;
}

/* People among whom the two overlap by chance: those of the niche that tells most of what both make, else of
 * the largest; at least the followers of both. */
static double population_of(const struct overlap_state *st, const struct overlap_creator *a,
                            const struct overlap_creator *b, const struct snapshot *s) {
    double best = 0.0, creators = st->most;
    for (size_t i = 0; i < a->niches.count; i++)
        for (size_t j = 0; j < b->niches.count; j++) {
            double product = a->niches.weight[i] * b->niches.weight[j];
            int at = taxonomy_by_id(s->taxonomy, a->niches.niche[i]);
            if (a->niches.niche[i] != b->niches.niche[j] || at < 0 || product <= best)
                continue;
            best = product;
            creators = st->listed[at];
        }
    return fmax(PEOPLE_PER_CREATOR * creators, (double)a->followers + (double)b->followers);
}

static void by_model(const struct overlap_state *st, const struct overlap_creator *a,
                     const struct overlap_creator *b, const struct snapshot *s, struct overlap_row *row) {
    double people_a = (double)a->followers, people_b = (double)b->followers;
    row->method = "model";
    row->basis = "followers";
    row->population = population_of(st, a, b, s);
    struct overlap_pair p = overlap_of_segments(&people_a, &people_b, &row->population, 1,
                                                lookalike_cosine(&a->niches, &b->niches));
    row->people_a = people_a;
    row->people_b = people_b;
    row->shared = p.both;
    row->jaccard = p.jaccard;
    row->error = NAN;
}

static void finish_pair(struct overlap_row *row) {
    row->share_of_a = row->people_a > 0 ? fmin(row->shared / row->people_a, 1) : NAN;
    row->share_of_b = row->people_b > 0 ? fmin(row->shared / row->people_b, 1) : NAN;
}

static int by_followers(const void *a, const void *b) {
    const struct overlap_creator *const *x = a;
    const struct overlap_creator *const *y = b;
    if ((*x)->followers != (*y)->followers)
        return (*x)->followers < (*y)->followers ? 1 : -1;
    return ((*x)->account_id > (*y)->account_id) - ((*x)->account_id < (*y)->account_id);
}

/* Each creator, largest first, adds those of its followers whom none of the earlier ones has, as if the pairs
 * were independent. */
static void total_by_model(struct overlap_state *st, const struct snapshot *s) {
    const struct overlap_creator *order[OVERLAP_CREATORS] = {0};
    st->total = (struct overlap_sum){.method = "model", .basis = "followers", .error = NAN};
    for (size_t i = 0; i < st->n; i++)
        order[i] = &st->creators[i];
    qsort(order, st->n, sizeof order[0], by_followers);
    for (size_t i = 0; i < st->n; i++) {
        double alone = (double)order[i]->followers;
        st->total.summed += alone;
        for (size_t j = 0; j < i && alone > 0; j++) {
            struct overlap_row row;
            by_model(st, order[i], order[j], s, &row);
            alone *= 1.0 - fmin(row.shared / row.people_a, 1.0);
        }
        st->total.unique += alone;
    }
}

static void total_by_sketch(struct overlap_state *st, struct arena *a) {
    struct sketch all = st->creators[0].audience.sketch;
    double summed = st->creators[0].engagers;
    for (size_t i = 1; i < st->n; i++) {
        const struct sketch *next = &st->creators[i].audience.sketch;
        uint64_t *room = arena_alloc(a, (all.count + next->count) * sizeof *room);
        sketch_union(&all, next, SIZE_MAX, room, &all);
        summed += st->creators[i].engagers;
    }
    struct sketch_estimate people = sketch_people(&all);
    st->total = (struct overlap_sum){.method = "sketch",
                                     .basis = "engagers",
                                     .summed = summed,
                                     .unique = fmin(people.value, summed),
                                     .error = people.error};
}

void overlap_measure(struct overlap_state *st, const struct snapshot *s, struct arena *a) {
    bool sampled = true;
    double followers = 0;
    for (size_t i = 0; i < st->n; i++) {
        for (size_t k = 0; k < st->creators[i].niches.count; k++) {
            int at = taxonomy_by_id(s->taxonomy, st->creators[i].niches.niche[k]);
            st->creators[i].niches.weight[k] *= at < 0 ? 0 : st->idf[at];
        }
        followers += (double)st->creators[i].followers;
    }
    for (size_t i = 0; i < st->n; i++)
        for (size_t j = i + 1; j < st->n; j++) {
            const struct overlap_creator *x = &st->creators[i], *y = &st->creators[j];
            struct overlap_row *row = &st->pairs[st->pair_count++];
            *row = (struct overlap_row){.a = x->creator_id,
                                        .b = y->creator_id,
                                        .platform_a = x->platform,
                                        .username_a = x->username,
                                        .platform_b = y->platform,
                                        .username_b = y->username};
            sampled &= comparable(x, y);
            if (comparable(x, y))
                by_sketch(x, y, row);
            else
                by_model(st, x, y, s, row);
            finish_pair(row);
        }
    if (sampled)
        total_by_sketch(st, a);
    else
        total_by_model(st, s);
    double kept = st->total.summed > 0 ? st->total.unique / st->total.summed : NAN;
    st->total.duplicated = 1 - kept;
    st->total.reach = followers * kept;
}
