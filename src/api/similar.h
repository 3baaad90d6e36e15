/* Inside api only: one /creators/{id}/similar, and what it shares with /overlap. */
#ifndef NICHED_API_SIMILAR_H
#define NICHED_API_SIMILAR_H

#include "api/api.h"
#include "base/fields.h"
#include "http/list.h"
#include "rank/lookalike.h"
#include "rank/sketch.h"
#include "tables.h"

/* What is known of who engages with an account. */
struct audience {
    bool sampled; /* there is a sketch */
    struct sketch sketch;
    const char *const *keys; /* "country:US", ascending */
    double *shares;
    size_t share_count;
};

struct similar_query {
    struct param_text niche;
    struct param_list platform, country;
    int64_t min_followers, max_followers, limit;
    struct list_choice list;
};

/* The creator that others are compared with: one account. */
struct similar_seed {
    int64_t creator_id, account_id, followers;
    int world, platform_id;
    const char *platform, *username;
    const char *pairs_a, *pairs_b, *buckets; /* as PostgreSQL writes arrays; NULL: none */
    struct lookalike_niches niches;
    struct audience audience;
};

struct similar_candidate {
    int64_t creator_id, account_id, followers;
    struct lookalike_niches niches;
    int platform_id;
    bool kept; /* its audience is looked at */
    struct audience audience;
    double part[LIKE_PARTS], weight[LIKE_PARTS], score;
    double audience_error;
    size_t mix_dimensions;
};

/* One item, by similar_fields[]. */
struct similar_item {
    int64_t rank, creator_id, followers;
    double similarity;
    const char *name, *bio, *picture_url, *platform, *username, *url, *country, *language;
    int8_t has_contact;
    struct text_list also_on, niches, not_measured, reasons;
    const struct similar_candidate *of;
};

struct similar_state {
    struct similar_query q;
    int32_t niche_id; /* that they must make; 0: any */
    struct similar_seed seed;
    double idf[TAX_NICHES_MAX]; /* by index of the taxonomy */
    struct similar_candidate *found;
    size_t found_count, room;
    size_t considered;
    bool nearest_only; /* a list of candidates was cut */
    struct similar_item *items;
    size_t item_count;
};

/* Reads theta, hashes as hexadecimal digits and audience shares (columns of a row) into the arena. */
void audience_read(const struct rows *r, size_t row, int theta, int hashes, int mix, struct arena *a,
                   struct audience *ret_audience);
/* Reads a niche vector (two arrays as PostgreSQL writes them, or NULL): shares, not yet weighed by idf. */
void similar_niches(const char *ids, const char *shares, struct lookalike_niches *ret_niches);
/* lookalike_idf() of every niche of the taxonomy from the rows of similar_counts. */
void similar_idf(const struct rows *counts, const struct snapshot *s, double *ret_idf);
/* The creator id in the request's path, or ERR_PARAM_INVALID. */
NODISCARD enum err similar_id(struct request *req, const char **ret_id);
/* Writes the answer from the state. */
NODISCARD enum err similar_write(struct request *req);
/* Fills what an item says beside what was read: niches, what was not measured, reasons. */
void similar_item_finish(struct similar_item *item, const struct similar_state *st, const struct snapshot *s,
                         struct arena *a);
/* Writes the traits of an item into its open object. */
void similar_traits(const struct similar_item *item, const struct similar_state *st, const struct snapshot *s,
                    struct json *w);

#endif
