/* The merge. Its order is its meaning: find accounts, refuse what may not come in, drop duplicates, write
 * accounts, then what hangs on them. Invariant: every statement is idempotent for the same staged rows. */
#include "ingest/merge.h"

#include "ingest/stage.h"

#include <stdio.h>

struct merge {
    struct db *db;
    const struct import_options *o;
    const struct kind *kind;
    struct import_summary *s;
    char world[16];
    char workspace[24];
    int64_t staged;
    char import_id[24];
    struct fault *f;
};

/* Rates are of banking days: over Easter or the new year there is none for up to five days. */
static const char rate_days[] = "7";

/* Runs a query with the parameters that the letters name (kinds.h). */
static enum err ask(struct merge *m, const char *query, const char *letters, struct rows **ret_rows) {
    const char *params[4];
    int n = 0;
    for (const char *p = letters; *p && n < 4; p++)
        params[n++] = *p == 'w'   ? m->world
                      : *p == 's' ? m->o->source
                      : *p == 'k' ? m->kind->name
                      : *p == 'r' ? rate_days
                      : *p == 'i' ? (m->o->undo ? m->import_id : NULL)
                                  : (m->o->workspace_id ? m->workspace : NULL);
    return db_query(m->db, query, n, params, m->f, ret_rows);
}

static enum err run(struct merge *m, const char *query, const char *letters) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    return ask(m, query, letters, &rows);
}

/* The same; what it answers, a number, goes to *ret_n. */
static enum err run_counted(struct merge *m, const char *query, const char *letters, int64_t *ret_n) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = ask(m, query, letters, &rows);
    if (!e)
        *ret_n = rows_i64(rows, 0, 0);
    return e;
}

/* A step whose answer is a caller's number and two counts a row. */
static enum err run_step(struct merge *m, const struct kind_step *step) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = ask(m, step->query, step->params, &rows);
    for (size_t i = 0; !e && step->counts && i < rows_count(rows); i++) {
        int64_t created = rows_i64(rows, i, 1), updated = rows_i64(rows, i, 2);
        struct import_part *part = m->s->parts ? &m->s->parts[rows_i64(rows, i, 0)] : NULL;
        m->s->created += created;
        m->s->updated += updated;
        if (part) {
            part->created += created;
            part->updated += updated;
        }
    }
    return e;
}

/* Drops rows that later ones replace. */
static enum err drop_duplicates(struct merge *m) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = ask(m, m->kind->duplicates, "", &rows);
    for (size_t i = 0; !e && i < rows_count(rows); i++) {
        m->s->duplicates += rows_i64(rows, i, 1);
        if (m->s->parts)
            m->s->parts[rows_i64(rows, i, 0)].duplicates += rows_i64(rows, i, 1);
    }
    return e;
}

void merge_refused(const struct rows *r, const char *reason, struct import_summary *s) {
    if (!rows_count(r))
        return;
    s->refused += rows_i64(r, 0, 0);
    for (size_t i = 0; i < rows_count(r); i++)
        problems_add(&s->problems, rows_i64(r, i, 1), "", "", 0, reason ? reason : rows_text(r, i, 2));
}

/* Runs a query that takes rows out of import_stage; `reason` as of merge_refused(). */
static enum err drop(struct merge *m, const char *query, const char *letters, const char *reason) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = ask(m, query, letters, &rows);
    if (!e)
        merge_refused(rows, reason, m->s);
    return e;
}

/* Rows of accounts that nobody knows, of a kind that does not make accounts; of a workspace also those of
 * whom nothing more is kept. */
static enum err drop_unknown(struct merge *m) {
    enum err e =
        drop(m, "import_drop_unknown", "", "the creator is not in the store: import the profile first");
    return e || !m->o->workspace_id ? e
                                    : drop(m, "import_drop_opted_out", "",
                                           "the creator asked not to be listed: nothing more is kept");
}

/* Rows that would make an account but have only its id. */
static enum err drop_nameless(struct merge *m) {
    enum err e = run(m, "import_name_channels", "");
    return e ? e
             : drop(m, "import_drop_nameless", "",
                    "the account's id is not in the store and the row has no username: import the profile "
                    "first");
}

static enum err find_accounts(struct merge *m) {
    int64_t with_id, without_id;
    map_id_counts(m->s->map, &with_id, &without_id);
    enum err e = db_run(m->db, "select pg_advisory_xact_lock(20261, 0)", m->f, NULL);
    if (!e && with_id && without_id)
        e = run(m, "import_fill_ids", "");
    if (!e)
        e = run(m, "import_accounts", "");
    if (!e)
        e = stage_analyse(m->db,
                          "analyze import_account (line, platform, ident, username_key, platform_account_id, "
                          "creator_id, account_id, is_new, main)",
                          m->staged, m->f);
    if (!e)
        e = run(m, "import_find_by_id", "w");
    if (!e)
        e = run(m, "import_find_by_username", "w");
    return e;
}

static enum err write_accounts(struct merge *m) {
    enum err e = run(m, "import_creators", "wi");
    if (!e)
        e = run_counted(m, "import_account_insert", "wsi", &m->s->accounts_created);
    if (!e)
        e = run_counted(m, "import_account_update", "si", &m->s->accounts_updated);
    if (!e)
        e = run(m, "import_keys", "wi");
    return e ? e : run(m, "import_requests", "w");
}

static enum err number_accounts(struct merge *m) {
    enum err e = run(m, "import_number", "");
    return e ? e : run(m, "import_main", "");
}

static enum err check_rows(struct merge *m) {
    enum err e = ERR_OK;
    for (const struct kind_step *step = m->kind->checks; step->query && !e; step++)
        e = drop(m, step->query, step->params, NULL);
    return e;
}

static enum err write_rows(struct merge *m) {
    enum err e = ERR_OK;
    for (const struct kind_step *step = m->kind->steps; step->query && !e; step++)
        e = run_step(m, step);
    bool own = m->o->workspace_id && m->s->created + m->s->updated > 0;
    return e || !own ? e : run(m, "workspace_touch", "o");
}

enum err merge_run(struct db *db, const struct import_options *o, int64_t staged, struct fault *f,
                   struct import_summary *s) {
    struct merge m = {.db = db, .o = o, .kind = map_kind(s->map), .s = s, .staged = staged, .f = f};
    snprintf(m.world, sizeof m.world, "%d", o->world);
    snprintf(m.workspace, sizeof m.workspace, "%lld", (long long)o->workspace_id);
    snprintf(m.import_id, sizeof m.import_id, "%lld", (long long)s->import_id);
    int64_t refused_before = s->refused;
    enum err e = find_accounts(&m);
    if (!e)
        e = m.kind->creates_accounts ? drop_nameless(&m) : drop_unknown(&m);
    if (!e && m.kind->creates_accounts)
        e = merge_drop_erased(db, o, f, s);
    if (!e)
        e = number_accounts(&m);
    if (!e)
        e = check_rows(&m);
    if (!e)
        e = drop_duplicates(&m);
    if (!e && map_has(s->map, "engager"))
        e = merge_check_salt(db, o, f);
    if (!e && m.kind->creates_accounts)
        e = write_accounts(&m);
    if (!e)
        e = write_rows(&m);
    if (!e && o->world == IMPORT_WORLD_LIVE)
        e = run(&m, "import_first_live", "");
    if (e)
        return e;
    if (m.kind->rows_are_accounts) {
        s->created = s->accounts_created;
        s->updated = s->accounts_updated;
    }
    s->accepted = staged - (s->refused - refused_before) - s->duplicates;
    s->unchanged = s->accepted - s->created - s->updated;
    return ERR_OK;
}
