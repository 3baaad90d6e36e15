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
    enum err e; /* why nothing more is sent */
    struct fault *f;
};

/* Rates are of banking days: over Easter or the new year there is none for up to five days. */
static const char rate_days[] = "7";

/* Sends a query with the parameters that the letters name (kinds.h) down the line; its answer goes to `take`.
 */
static void ask(struct merge *m, const char *query, const char *letters, db_take *take, void *ctx) {
    const char *params[4];
    int n = 0;
    for (const char *p = letters; *p && n < 4; p++)
        params[n++] = *p == 'w'   ? m->world
                      : *p == 's' ? m->o->source
                      : *p == 'k' ? m->kind->name
                      : *p == 'r' ? rate_days
                      : *p == 'i' ? (m->o->undo ? m->import_id : NULL)
                                  : (m->o->workspace_id ? m->workspace : NULL);
    if (!m->e)
        m->e = db_line_query(m->db, query, n, params, take, ctx, m->f);
}

static void run(struct merge *m, const char *query, const char *letters) {
    ask(m, query, letters, NULL, NULL);
}

static void begin(struct merge *m) {
    if (!m->e)
        m->e = db_line_begin(m->db, m->f);
}

static enum err end(struct merge *m) {
    enum err e = db_line_end(m->db, m->e ? NULL : m->f);
    return m->e = m->e ? m->e : e;
}

static void take_number(void *ctx, const struct rows *rows) {
    *(int64_t *)ctx = rows_i64(rows, 0, 0);
}

/* A caller's number and two counts a row. */
static void take_step(void *ctx, const struct rows *rows) {
    const struct merge *m = ctx;
    for (size_t i = 0; i < rows_count(rows); i++) {
        int64_t created = rows_i64(rows, i, 1), updated = rows_i64(rows, i, 2);
        struct import_part *part = m->s->parts ? &m->s->parts[rows_i64(rows, i, 0)] : NULL;
        m->s->created += created;
        m->s->updated += updated;
        if (part) {
            part->created += created;
            part->updated += updated;
        }
    }
}

/* A caller's number and how many rows later ones replace. */
static void take_duplicates(void *ctx, const struct rows *rows) {
    const struct merge *m = ctx;
    for (size_t i = 0; i < rows_count(rows); i++) {
        m->s->duplicates += rows_i64(rows, i, 1);
        if (m->s->parts)
            m->s->parts[rows_i64(rows, i, 0)].duplicates += rows_i64(rows, i, 1);
    }
}

void merge_refused(const struct rows *r, struct import_summary *s) {
    if (!rows_count(r))
        return;
    s->refused += rows_i64(r, 0, 0);
    for (size_t i = 0; i < rows_count(r); i++)
        problems_add(&s->problems, rows_i64(r, i, 1), "", "", 0, rows_text(r, i, 2));
}

static void take_refused(void *ctx, const struct rows *rows) {
    merge_refused(rows, ctx);
}

/* Sends a query that takes rows out of import_stage. */
static void drop(struct merge *m, const char *query, const char *letters) {
    ask(m, query, letters, take_refused, m->s);
}

static void find_accounts(struct merge *m) {
    int64_t with_id, without_id;
    map_id_counts(m->s->map, &with_id, &without_id);
    if (!m->e && !m->o->locked)
        m->e = db_line_run(m->db, "select pg_advisory_xact_lock(20261, 0)", NULL, NULL, m->f);
    if (with_id && without_id)
        run(m, "import_fill_ids", "");
    run(m, "import_accounts", "");
    if (!m->e && stage_is_large(m->staged))
        m->e = db_line_run(
            m->db,
            "analyze import_account (line, platform, ident, username_key, platform_account_id, creator_id, "
            "account_id, is_new, main)",
            NULL, NULL, m->f);
    run(m, "import_find_by_id", "w");
    run(m, "import_find_by_username", "w");
}

/* Rows of accounts that nobody knows: of a kind that makes accounts those that have only an id, of others
 * all; of a workspace also those of whom nothing more is kept. */
static void drop_unknown(struct merge *m) {
    if (m->kind->creates_accounts)
        run(m, "import_name_channels", "");
    drop(m, m->kind->creates_accounts ? "import_drop_nameless" : "import_drop_unknown", "");
    if (!m->kind->creates_accounts && m->o->workspace_id)
        drop(m, "import_drop_opted_out", "");
}

static void write_accounts(struct merge *m) {
    run(m, "import_creators", "wi");
    ask(m, "import_account_insert", "wsi", take_number, &m->s->accounts_created);
    ask(m, "import_account_update", "si", take_number, &m->s->accounts_updated);
    run(m, "import_keys", "wi");
    run(m, "import_requests", "w");
}

/* What is known to be right is written. */
static void write_rows(struct merge *m) {
    run(m, "import_number", "");
    run(m, "import_main", "");
    for (const struct kind_step *step = m->kind->checks; step->query; step++)
        drop(m, step->query, step->params);
    ask(m, m->kind->duplicates, "", take_duplicates, m);
    if (m->kind->creates_accounts)
        write_accounts(m);
    for (const struct kind_step *step = m->kind->steps; step->query; step++)
        ask(m, step->query, step->params, step->counts ? take_step : NULL, m);
    if (m->o->world == IMPORT_WORLD_LIVE)
        run(m, "import_first_live", "");
    if (!m->e)
        m->e = db_line_run(m->db, "notify niched_dirty", NULL, NULL, m->f);
}

/* Two lines of statements: what must be known before anything is written, and all that is written. */
static enum err merge(struct merge *m) {
    int64_t tombstones = 0;
    begin(m);
    find_accounts(m);
    drop_unknown(m);
    ask(m, "import_tombstones", "", take_number, &tombstones);
    if (end(m))
        return m->e;
    if (m->kind->creates_accounts && tombstones)
        m->e = merge_drop_erased(m->db, m->o, m->f, m->s);
    if (!m->e && map_has(m->s->map, "engager"))
        m->e = merge_check_salt(m->db, m->o, m->f);
    if (m->e)
        return m->e;
    begin(m);
    write_rows(m);
    if (end(m))
        return m->e;
    const char *own[] = {m->workspace};
    bool touched = m->o->workspace_id && m->s->created + m->s->updated > 0;
    return touched ? db_query(m->db, "workspace_touch", 1, own, m->f, NULL) : ERR_OK;
}

enum err merge_run(struct db *db, const struct import_options *o, int64_t staged, struct fault *f,
                   struct import_summary *s) {
    struct merge m = {.db = db, .o = o, .kind = map_kind(s->map), .s = s, .staged = staged, .f = f};
    snprintf(m.world, sizeof m.world, "%d", o->world);
    snprintf(m.workspace, sizeof m.workspace, "%lld", (long long)o->workspace_id);
    snprintf(m.import_id, sizeof m.import_id, "%lld", (long long)s->import_id);
    int64_t refused_before = s->refused;
    enum err e = merge(&m);
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
