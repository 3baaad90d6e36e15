/* Inside the fit only: what goes between reading, fitting and writing. */
#ifndef NICHED_SCORE_FIT_OWN_H
#define NICHED_SCORE_FIT_OWN_H

#include "score/fit.h"
#include "store.h"

/* ---- fit_read.c ---- */

/* Accounts of one platform and basis, growing. */
struct fit_set {
    struct fit_account *accounts;
    size_t n;
    size_t room;
    struct fit_post *posts;
    size_t n_posts;
    size_t room_posts;
};

struct fit_sets {
    struct fit_set set[RANK_PLATFORM_COUNT][RANK_BASIS_COUNT];
};

/* Reads the accounts that curves are fitted on, batch by batch; memory is that of the sample. *ret_sets must
 * be zeroed, and is to be freed also on failure. ERR_STORE_*, ERR_DATA_INVALID, ERR_NO_MEMORY. */
NODISCARD enum err fit_sets_read(struct db *db, struct fault *f, struct fit_sets *ret_sets);
/* Frees them. */
void fit_sets_free(struct fit_sets *s);

/* ---- fit_niches.c ---- */

/* A row of niche_fit. */
struct fit_niche {
    int32_t niche_id;
    double base_rate;
    double base_rate_posts;
    int32_t median_followers;
    int32_t creators;
};

/* A row of niche_related. */
struct fit_pair {
    int32_t niche_id;
    int32_t related_id;
    double npmi;
    int32_t support;
};

/* What a model knows of niches, in order of the niches. */
struct fit_niches {
    const struct fit_niche *niches;
    size_t n_niches;
    const struct fit_pair *pairs;
    size_t n_pairs;
};

/* Fits base rates, median sizes and related niches, or carries over those in force. Fills the counts of *r;
 * both results live in r->mem. ERR_STORE_*. */
NODISCARD enum err fit_niches_find(struct db *db, const struct taxonomy *tax, struct fault *f,
                                   struct fit_report *r, struct fit_niches *ret_before,
                                   struct fit_niches *ret_after);

/* ---- fit_write.c ---- */

/* The program's own seed as a row. */
struct fit_row fit_seed_row(enum rank_platform p, enum rank_basis b);
/* Reads the version and the curves in force into the `before` of *r. ERR_STORE_*, ERR_DATA_INVALID. */
NODISCARD enum err fit_active_read(struct db *db, struct fault *f, struct fit_report *r);
/* Writes a new version, puts it in force and marks all accounts. `day` is an ISO date. ERR_STORE_*. */
NODISCARD enum err fit_write(struct db *db, const struct fit_niches *niches, const char *day,
                             const char *note, struct fault *f, struct fit_report *r);

#endif
