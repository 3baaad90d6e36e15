/* What a changed taxonomy does to the accounts, before it is in force: every account is scored in memory with
 * both taxonomies, and what differs is counted. Nothing is written. */
#ifndef NICHED_SCORE_EFFECT_H
#define NICHED_SCORE_EFFECT_H

#include "base/err.h"
#include "rank/taxonomy.h"
#include "store/db.h"

#include <stdint.h>

/* The list of one niche in one world; related rows are not counted. */
struct effect_list {
    int world;
    int32_t niche_id;
    uint64_t before, gained, lost;
};

/* changed: accounts of which any derived row will differ, as creators[i], accounts_at[i]; ascending. lists:
 * those that gain or lose anybody, by world and niche. */
struct effect {
    uint64_t accounts, changed;
    int64_t *creators, *accounts_at;
    size_t list_count;
    struct effect_list *lists;
};

/* Called after each batch: accounts done and in all. */
typedef void effect_progress(void *user, uint64_t done, uint64_t total);

/* Reads the evidence of all accounts in batches of SCORER_BATCH_BULK and scores each with `now` and `next`,
 * which have the ids of the store, under the active model and the kept compounds. Exact: an account is
 * unchanged when everything that the taxonomy has a part in comes out the same, on this day and on any other.
 * now_us as in scorer_options. Evidence that changes meanwhile is the caller's matter (hold the lock of
 * taxonomy_lock). ERR_STORE_*, ERR_NO_MEMORY. */
NODISCARD enum err effect_find(struct db *db, const struct taxonomy *now, const struct taxonomy *next,
                               int64_t now_us, effect_progress *progress, void *user, struct fault *f,
                               struct effect *ret_effect);
/* Frees what it holds. */
void effect_done(struct effect *e);

#endif
