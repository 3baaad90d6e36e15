/* One job. Invariants: whoever works on it holds its advisory lock on the connection that merges, so that a
 * merge of somebody who lost the lock cannot commit; what fails or is cancelled in the middle is taken back,
 * as far as nothing newer touched it; only a broken store leaves a job to be tried again. */
#include "job_run.h"

#include "base/clock.h"
#include "base/log.h"
#include "import_job.h"
#include "ingest/import_ask.h"
#include "ingest/jobs.h"
#include "ingest/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 10000, ATTEMPTS = 10 };

/* Columns of import_claim. */
enum {
    ID,
    STATUS,
    SOURCE,
    WORLD,
    KIND,
    PLATFORM,
    FORMAT,
    DELIMITER,
    ENCODING,
    MAP,
    STRICT,
    OBSERVED,
    LATEST,
    WORKSPACE,
    ROWS,
    REFUSED,
    ACCEPTED,
    ERASED,
    DUPLICATES,
    CREATED,
    UPDATED,
    UNCHANGED,
    ACCOUNTS,
    PROBLEMS,
    ATTEMPT
};

struct job {
    const struct job_home *home;
    struct db *side; /* reads the file and tells how far it is */
    const struct rows *row;
    char id[24];
    bool cancelled;
};

static enum err run(const struct job *j, const char *query, struct fault *f, struct rows **ret_rows) {
    const char *params[] = {j->id};
    return db_query(j->home->db, query, 1, params, f, ret_rows);
}

static struct import_begun begun(const struct rows *r) {
    return (struct import_begun){.import_id = rows_i64(r, 0, ID),
                                 .rows = rows_i64(r, 0, ROWS),
                                 .refused = rows_i64(r, 0, REFUSED),
                                 .accepted = rows_i64(r, 0, ACCEPTED),
                                 .erased = rows_i64(r, 0, ERASED),
                                 .duplicates = rows_i64(r, 0, DUPLICATES),
                                 .created = rows_i64(r, 0, CREATED),
                                 .updated = rows_i64(r, 0, UPDATED),
                                 .unchanged = rows_i64(r, 0, UNCHANGED),
                                 .accounts_created = rows_i64(r, 0, ACCOUNTS),
                                 .problems = rows_i64(r, 0, PROBLEMS)};
}

static enum err read_options(const struct job *j, struct import_ask *ask, struct fault *f,
                             struct import_options *ret) {
    const struct rows *r = j->row;
    const struct settings *s = j->home->settings;
    ask->kind = rows_text(r, 0, KIND);
    ask->platform = rows_text(r, 0, PLATFORM);
    ask->format = rows_text(r, 0, FORMAT);
    ask->delimiter = rows_text(r, 0, DELIMITER);
    ask->encoding = rows_text(r, 0, ENCODING);
    ask->map = rows_text(r, 0, MAP);
    ask->source = rows_text(r, 0, SOURCE);
    ask->strict = rows_bool(r, 0, STRICT);
    ask->world = (int)rows_i64(r, 0, WORLD);
    ask->observed_us = rows_i64(r, 0, OBSERVED);
    ask->latest_us = rows_i64(r, 0, LATEST);
    ask->workspace_id = rows_i64(r, 0, WORKSPACE);
    enum err e = import_ask_read(ask, f, ret);
    if (e)
        return e;
    ret->max_bytes = s->import_max_bytes;
    ret->batch_rows = BATCH_ROWS;
    ret->undo = true;
    ret->secrets = j->home->secrets;
    return secrets_for_samples(j->home->db, ret->secrets, f, &ret->map.secret);
}

/* Tells how far it is and asks whether to go on. */
static bool tell(void *ctx, const struct import_progress *p) {
    struct job *j = ctx;
    const int64_t numbers[] = {p->bytes, p->rows, p->refused};
    char text[COUNT_OF(numbers)][24];
    const char *params[1 + COUNT_OF(numbers)] = {j->id};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        snprintf(text[i], sizeof text[i], "%lld", (long long)numbers[i]);
        params[1 + i] = text[i];
    }
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    if (leash_stopped(j->home->leash))
        return false;
    if (db_query(j->side, "import_progress", COUNT_OF(params), params, NULL, &rows) != ERR_OK)
        return true; /* reading from it fails next, and says why */
    j->cancelled = rows_count(rows) == 0 || rows_bool(rows, 0, 0);
    return !j->cancelled;
}

static enum err take_back(const struct job *j, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *touched = NULL;
    enum err e = db_run(j->home->db, "analyze import_undo", f, NULL); /* as in import.c */
    if (!e)
        e = import_job_analyse(j->home->db, f);
    if (!e)
        e = db_run(j->home->db,
                   "begin; set local statement_timeout = 0; set local jit = off; set local work_mem = "
                   "'128MB'; select pg_advisory_xact_lock(20261, 0)",
                   f, NULL);
    if (!e)
        e = run(j, "import_touched", f, &touched);
    if (!e && rows_count(touched))
        e = run(j, "import_stays", f, NULL);
    else if (!e)
        e = run(j, "import_revert", f, NULL);
    if (!e)
        e = db_run(j->home->db, "commit", f, NULL);
    return e;
}

/* The job is not to be gone on with: what it did is taken back. */
static enum err end_badly(const struct job *j, const struct import_summary *s, const char *outcome,
                          const char *why, struct fault *f) {
    char bytes[24], rows[24], refused[24];
    const char *params[] = {j->id, outcome, why, s->kind, bytes, rows, refused};
    int64_t kept = rows_i64(j->row, 0, PROBLEMS);
    snprintf(bytes, sizeof bytes, "%lld", (long long)s->bytes);
    snprintf(rows, sizeof rows, "%lld", (long long)s->rows);
    snprintf(refused, sizeof refused, "%lld", (long long)s->refused);
    enum err e = db_run(j->home->db, "begin", f, NULL);
    if (!e)
        e = import_job_problems(j->home->db, s, 0, &kept, f);
    if (!e)
        e = db_query(j->home->db, "import_fail", COUNT_OF(params), params, f, NULL);
    if (!e)
        e = db_run(j->home->db, "commit", f, NULL);
    return e ? e : take_back(j, f);
}

static bool is_of_the_store(enum err e) {
    return e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_TIMEOUT || e == ERR_STORE_CONFLICT ||
           e == ERR_STORE_FAILED || e == ERR_STORE_SCHEMA;
}

static enum err import_file(struct job *j, struct import_summary *s, struct fault *f) {
    struct chunks chunks = {.db = j->side, .import_id = rows_i64(j->row, 0, ID)};
    struct import_begun from = begun(j->row);
    struct import_options o;
    struct import_ask ask = {0};
    enum err e = read_options(j, &ask, f, &o);
    if (!e)
        e = import_resume(j->home->db, &o, &from, (struct import_source){chunks_read, &chunks}, tell, j, f,
                          s);
    chunks_done(&chunks);
    if (!e || is_of_the_store(e) || leash_stopped(j->home->leash))
        return e;
    struct fault why = *f;
    import_ask_fault(&why);
    return end_badly(j, s, j->cancelled ? "cancelled" : "failed", j->cancelled ? NULL : why.detail, f);
}

static enum err work(struct job *j, struct fault *f) {
    bool back = strcmp(rows_text(j->row, 0, STATUS), "reverting") == 0;
    bool too_often = rows_i64(j->row, 0, ATTEMPT) > ATTEMPTS;
    if (back)
        return too_often ? run(j, "import_stays", f, NULL) : take_back(j, f);
    struct import_summary *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    enum err e = too_often ? end_badly(j, s, "failed", "it was begun 10 times without coming further", f)
                           : import_file(j, s, f);
    import_summary_done(s);
    free(s);
    return e;
}

static void log_end(const struct job *j, enum err e, const struct fault *f, int64_t began_ms) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    if (!e && run(j, "import_state", NULL, &rows) == ERR_OK && rows_count(rows))
        log_line(LOG_INFO, "import", LOG_STR("id", j->id), LOG_STR("status", rows_text(rows, 0, 0)),
                 LOG_NUM("accepted", rows_i64(rows, 0, 2)), LOG_NUM("ms", clock_mono_ms() - began_ms));
    else if (e)
        log_line(LOG_WARN, "import waits", LOG_STR("id", j->id), LOG_STR("code", err_name(e)),
                 LOG_STR("error", f->detail));
}

enum err job_run(const struct job_home *home, struct fault *f, bool *ret_any) {
    CLEANUP(rows_free_at) struct rows *row = NULL;
    CLEANUP(db_close_at) struct db *side = NULL;
    int64_t began_ms = clock_mono_ms();
    enum err e = db_query(home->db, "import_claim", 0, NULL, f, &row);
    *ret_any = !e && rows_count(row) > 0;
    if (e || !*ret_any)
        return e;
    struct job j = {.home = home, .row = row};
    snprintf(j.id, sizeof j.id, "%s", rows_text(row, 0, ID));
    e = db_open(home->settings->database_url, "niched imports", f, &side);
    j.side = side;
    if (!e)
        e = work(&j, f);
    log_end(&j, e, f, began_ms);
    if (!e)
        import_job_release(home->db, rows_i64(row, 0, ID));
    return e;
}
