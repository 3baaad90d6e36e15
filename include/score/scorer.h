/* The scorer: takes accounts whose evidence changed, in batches, and brings account_score, creator_niche,
 * niche_match and niche_version up to date, one transaction a batch. Several scorers may run beside each
 * other, each on its own connection; an account is never scored by two of them at once.
 *
 * Whoever changes evidence marks the account in the same transaction by
 *   insert into account_dirty (creator_id, account_id) ... on conflict (creator_id, account_id)
 *   do update set tries = 0, error = null
 * "do nothing" would lose a change that meets a batch under way. */
#ifndef NICHED_SCORE_SCORER_H
#define NICHED_SCORE_SCORER_H

#include "base/err.h"
#include "store/taxonomy_shelf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCORER_BATCH_MIN = 16,
    SCORER_BATCH = 200,
    SCORER_BATCH_BULK = 1000,
    SCORER_BATCH_MAX = 5000,
    SCORER_TRIES = 3
};

/* taxonomies: outlives the scorer, NULL: it has a taxonomy of its own. now_us: the clock of worlds that have
 * none of their own, 0: the real time. batch: accounts a transaction, 0: SCORER_BATCH. batch_ms: how long one
 * may take, 0: any time; the next has fewer accounts after one that took longer, at least SCORER_BATCH_MIN.
 * compounds: those of which rows are kept at most, 0: none are made or dropped. */
struct scorer_options {
    struct taxonomy_shelf *taxonomies;
    int64_t now_us;
    size_t batch;
    int64_t batch_ms;
    size_t compounds;
    size_t due_rows;    /* that scorer_mark_due() marks at most in a world; 0: 50,000 */
    size_t market_rows; /* that scorer_market() reads at a time, about; 0: 200,000 */
};

/* Since scorer_open(). changed: accounts of which any row changed. failed: attempts that failed. */
struct scorer_totals {
    uint64_t scored;
    uint64_t changed;
    uint64_t failed;
    uint64_t batches;
    uint64_t compounds; /* of which rows were made */
    int64_t read_us;    /* spent in reading, computing and writing */
    int64_t compute_us;
    int64_t write_us;
    char last_error[480]; /* of the last failed attempt; empty: none */
};

struct scorer;

/* Reads taxonomy, model, platforms and clocks, and sets the connection up for batches; the connection is the
 * scorer's until scorer_free(), which does not close it. ERR_STORE_*, ERR_DATA_INVALID, ERR_NO_MEMORY. */
NODISCARD enum err scorer_open(struct db *db, const struct scorer_options *options, struct fault *f,
                               struct scorer **ret_scorer);
/* Accepts NULL. */
void scorer_free(struct scorer *s);
/* For CLEANUP(scorer_free_at). */
void scorer_free_at(struct scorer **s);
/* Makes the rows of one compound that was asked for, if any, and drops those beyond options.compounds; then
 * scores one batch in one transaction and notifies "niched" if any ranked row changed. When the batch fails,
 * its accounts are tried singly; one that fails gets its error and one more try on record and is set aside
 * after SCORER_TRIES. *ret_handled: accounts scored or failed, 1 for a compound alone, 0 when nothing is to
 * do. Reads the taxonomy anew when its version changed. ERR_STORE_* when it was not an account's fault. */
NODISCARD enum err scorer_step(struct scorer *s, struct fault *f, size_t *ret_handled);
/* Marks accounts whose due_at has passed in their world as dirty, due_rows a call at most, and notifies
 * "niched_dirty"; *ret_marked tells how many, 0 when none is left. ERR_STORE_*. */
NODISCARD enum err scorer_mark_due(struct scorer *s, struct fault *f, size_t *ret_marked);
/* Counts the creators of niches whose ranked rows changed since they were counted, some 50,000 rows at a
 * time; *ret_niches: how many niches, 0 when all are right. ERR_STORE_*. */
NODISCARD enum err scorer_recount(struct scorer *s, struct fault *f, size_t *ret_niches);
/* Marks every account as dirty, in bounded transactions. ERR_STORE_*. */
NODISCARD enum err scorer_mark_all(struct scorer *s, struct fault *f, size_t *ret_marked);
/* Measures supply, demand and usual numbers of niches whose ranked rows changed since, some market_rows at a
 * time; *ret_niches tells how many, 0 when none is left or another scorer does it. For when nothing else is
 * to do: a call may take seconds on a large store. ERR_STORE_*. */
NODISCARD enum err scorer_market(struct scorer *s, struct fault *f, size_t *ret_niches);
/* Whether the last batch was as large as it may be: more may wait. */
bool scorer_more(const struct scorer *s);
/* Accounts that wait (those set aside left out). ERR_STORE_*. */
NODISCARD enum err scorer_waiting(struct scorer *s, struct fault *f, size_t *ret_waiting);
/* What was done so far. */
const struct scorer_totals *scorer_totals(const struct scorer *s);

#endif
