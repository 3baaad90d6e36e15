/* Why: evidence of years ago counts for nothing, and need not be kept. Invariants: no step waits for an
 * import, nor an import for longer than a step; scores change by dirty marks alone. */
#include "ingest/retain.h"

#include "base/clock.h"

#include <stdio.h>

enum { STEP_MS = 1000, ROUND_MS = 24 * 3600 * 1000 };

static enum err delete_some(struct db *db, const struct retain *r, int64_t before_us, struct fault *f,
                            struct rows **ret_rows) {
    char creator[24], account[24], before[32];
    const char *params[] = {creator, account, before};
    snprintf(creator, sizeof creator, "%lld", (long long)r->creator_id);
    snprintf(account, sizeof account, "%lld", (long long)r->account_id);
    clock_format(before_us, before);
    return db_query(db, "retain", COUNT_OF(params), params, f, ret_rows);
}

static enum err step(struct db *db, struct retain *r, int64_t before_us, struct fault *f, int64_t *ret_gone) {
    CLEANUP(rows_free_at) struct rows *locked = NULL;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_run(db, "select pg_try_advisory_xact_lock(20261, 0)", f, &locked);
    if (e || !rows_bool(locked, 0, 0))
        return e;
    e = delete_some(db, r, before_us, f, &rows);
    if (e)
        return e;
    bool over = !rows_text(rows, 0, 0);
    r->creator_id = over ? 0 : rows_i64(rows, 0, 0);
    r->account_id = over ? 0 : rows_i64(rows, 0, 1);
    r->next_ms = clock_mono_ms() + (over ? ROUND_MS : STEP_MS);
    *ret_gone = rows_i64(rows, 0, 2);
    return *ret_gone ? db_run(db, "notify niched_dirty", f, NULL) : ERR_OK;
}

enum err retain_step(struct db *db, struct retain *r, int64_t before_us, struct fault *f, int64_t *ret_gone) {
    struct retain next = *r;
    int64_t gone = 0;
    *ret_gone = 0;
    if (clock_mono_ms() < r->next_ms)
        return ERR_OK;
    enum err e = db_run(db, "begin", f, NULL);
    if (!e)
        e = step(db, &next, before_us, f, &gone);
    if (!e)
        e = db_run(db, "commit", f, NULL);
    if (e) {
        db_rollback(db);
        return e;
    }
    *r = next;
    *ret_gone = gone;
    return ERR_OK;
}
