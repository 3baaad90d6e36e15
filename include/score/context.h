/* What every account is scored against: the taxonomy, the active model and the day. Built once, then
 * read-only and shareable between threads, the day and the compounds apart. */
#ifndef NICHED_SCORE_CONTEXT_H
#define NICHED_SCORE_CONTEXT_H

#include "base/err.h"
#include "rank/benchmark.h"
#include "rank/compound.h"
#include "rank/relevance.h"
#include "rank/taxonomy.h"

#include <stddef.h>
#include <stdint.h>

enum { SCORE_WORLDS_MAX = 4, SCORE_MODEL_BYTES = 32, SCORE_COMPOUNDS_MAX = 1000 };

/* Size of an affordability reference where no fit knows the niche's median size [A]. */
#define SCORE_REFERENCE_FOLLOWERS 10000.0
/* Least number of creators behind a related niche (ranking specification, b1). */
#define SCORE_RELATED_SUPPORT 3

/* What a fit found for a niche. */
struct score_fit {
    int32_t niche_id;
    double base_rate;        /* 0..1 */
    double median_followers; /* > 0 */
};

/* Focus in related_id transfers to niche_id. */
struct score_relation {
    int32_t niche_id;
    int32_t related_id;
    double npmi;
    int64_t support;
};

/* A model as rows. Benchmarks override the seeds of src/rank; niches that the taxonomy does not know are
 * skipped. Arrays may be NULL where their count is 0. */
struct score_model {
    const char *version;
    const struct benchmark *benchmarks;
    size_t n_benchmarks;
    const struct score_fit *fits;
    size_t n_fits;
    const struct score_relation *relations;
    size_t n_relations;
};

/* A related niche by index, and how closely. */
struct score_related {
    uint16_t niche;
    float npmi;
};

/* The related niches of one niche, best npmi first, at most RELEVANCE_RELATED_MAX, none generic. */
struct score_related_list {
    const struct score_related *at;
    size_t count;
};

/* A compound of which rows are kept: parts by niche index, in the order of their ids. */
struct score_compound {
    int32_t id;
    int world;
    size_t n_parts;
    uint16_t part[COMPOUND_PARTS_MAX];
};

/* Ascending by id, at most SCORE_COMPOUNDS_MAX. */
struct score_compounds {
    size_t count;
    struct score_compound item[SCORE_COMPOUNDS_MAX];
};

struct score_context {
    const struct taxonomy *tax; /* borrowed */
    char model_version[SCORE_MODEL_BYTES];
    int64_t now_us[SCORE_WORLDS_MAX]; /* the day's first microsecond; set by score_context_set_now() */
    struct benchmark benchmark[RANK_PLATFORM_COUNT][RANK_BASIS_COUNT];
    double *base_rate;                       /* by niche index */
    double *cpe_usual[RANK_PLATFORM_COUNT];  /* by niche index: USD per engagement at its median size */
    struct score_related_list *related;      /* by niche index: whose focus transfers to it */
    struct tax_list *related_to;             /* by niche index: to which niches its focus transfers */
    struct arena *mem;                       /* owns all of the above */
    const struct score_compounds *compounds; /* borrowed, NULL: none; may change between accounts */
};

/* Builds a context over a taxonomy that outlives it. A model without version gets MODEL_VERSION.
 * ERR_NO_MEMORY. */
NODISCARD enum err score_context_new(const struct taxonomy *tax, const struct score_model *model,
                                     struct fault *f, struct score_context **ret_context);
/* Accepts NULL. */
void score_context_free(struct score_context *ctx);
/* For CLEANUP(score_context_free_at). */
void score_context_free_at(struct score_context **ctx);
/* Sets what "now" means in a world (0..SCORE_WORLDS_MAX-1): the UTC day of now_us, so that what is stored
 * changes at midnight only. */
void score_context_set_now(struct score_context *ctx, int world, int64_t now_us);

#endif
