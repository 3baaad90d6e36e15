/* The taxonomy between the store and memory. Invariant: a reader sees one whole version or another, never a
 * mixture. */
#include "store/taxonomy_store.h"

#include "base/buf.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tax_niche_in *read_niches(const struct rows *r, struct arena *a) {
    struct tax_niche_in *out = arena_alloc(a, rows_count(r) * sizeof *out + 1);
    for (size_t i = 0; i < rows_count(r); i++)
        out[i] = (struct tax_niche_in){.id = (int32_t)rows_i64(r, i, 0),
                                       .slug = rows_text(r, i, 1),
                                       .label = rows_text(r, i, 2),
                                       .base_rate = rows_f64(r, i, 3),
                                       .generic = rows_bool(r, i, 4)};
    return out;
}

static struct tax_edge_in *read_edges(const struct rows *r, struct arena *a) {
    struct tax_edge_in *out = arena_alloc(a, rows_count(r) * sizeof *out + 1);
    for (size_t i = 0; i < rows_count(r); i++)
        out[i] = (struct tax_edge_in){.child_id = (int32_t)rows_i64(r, i, 0),
                                      .parent_id = (int32_t)rows_i64(r, i, 1)};
    return out;
}

static struct tax_alias_in *read_aliases(const struct rows *r, struct arena *a) {
    struct tax_alias_in *out = arena_alloc(a, rows_count(r) * sizeof *out + 1);
    for (size_t i = 0; i < rows_count(r); i++)
        out[i] = (struct tax_alias_in){.alias = rows_text(r, i, 0),
                                       .niche_id = (int32_t)rows_i64(r, i, 1),
                                       .weight = rows_f64(r, i, 2),
                                       .hashtag_only = rows_bool(r, i, 3)};
    return out;
}

static const char **read_words(const struct rows *r, struct arena *a) {
    const char **out = arena_alloc(a, rows_count(r) * sizeof *out + 1);
    for (size_t i = 0; i < rows_count(r); i++)
        out[i] = rows_text(r, i, 0);
    return out;
}

static struct tax_in in_of(const struct rows *const answers[4], struct arena *a) {
    return (struct tax_in){.niches = read_niches(answers[0], a),
                           .niche_count = rows_count(answers[0]),
                           .edges = read_edges(answers[1], a),
                           .edge_count = rows_count(answers[1]),
                           .aliases = read_aliases(answers[2], a),
                           .alias_count = rows_count(answers[2]),
                           .generic_tags = read_words(answers[3], a),
                           .generic_count = rows_count(answers[3])};
}

enum err taxonomy_of_rows(const struct rows *const answers[4], struct fault *f, struct taxonomy **ret_tax) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(1 << 20);
    if (!a)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the taxonomy");
    struct tax_in in = in_of(answers, a);
    return taxonomy_new(&in, f, ret_tax);
}

enum err taxonomy_version(struct db *db, struct fault *f, int64_t *ret_version) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_run(db, "select value::bigint from state where key = 'taxonomy_version'", f, &rows);
    if (!e)
        *ret_version = rows_i64(rows, 0, 0);
    return e;
}

static enum err read_answers(struct db *db, struct fault *f, struct rows *answers[4]) {
    static const char *const names[4] = {"taxonomy_niches", "taxonomy_edges", "taxonomy_aliases",
                                         "taxonomy_generic"};
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < COUNT_OF(names); i++)
        e = db_query(db, names[i], 0, NULL, f, &answers[i]);
    return e;
}

static enum err read_all(struct db *db, struct fault *f, struct taxonomy **ret_tax, int64_t *ret_version) {
    struct rows *answers[4] = {0};
    enum err e = taxonomy_version(db, f, ret_version);
    if (!e)
        e = read_answers(db, f, answers);
    if (!e)
        e = taxonomy_of_rows((const struct rows *const *)answers, f, ret_tax);
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        rows_free(answers[i]);
    return e;
}

enum err taxonomy_read(struct db *db, struct fault *f, struct taxonomy **ret_tax, int64_t *ret_version) {
    enum err e = db_run(db, "begin isolation level repeatable read read only", f, NULL);
    if (!e)
        e = read_all(db, f, ret_tax, ret_version);
    db_rollback(db); /* nothing was written */
    return e;
}

enum err taxonomy_lock(struct db *db, struct fault *f) {
    return db_query(db, "taxonomy_lock", 0, NULL, f, NULL);
}

void taxonomy_stored_done(struct taxonomy_stored *stored) {
    for (size_t i = 0; i < COUNT_OF(stored->answers); i++)
        rows_free(stored->answers[i]);
}

enum err taxonomy_fetch(struct db *db, struct arena *a, struct fault *f, struct taxonomy_stored *ret_stored) {
    struct taxonomy_stored s = {0};
    CLEANUP(rows_free_at) struct rows *state = NULL;
    enum err e = db_query(db, "taxonomy_fetch_state", 0, NULL, f, &state);
    if (!e)
        e = read_answers(db, f, s.answers);
    if (!e)
        e = db_query(db, "taxonomy_known", 0, NULL, f, &s.answers[4]);
    if (e) {
        taxonomy_stored_done(&s);
        return e;
    }
    s.now = in_of((const struct rows *const *)s.answers, a);
    s.known_count = rows_count(s.answers[4]);
    s.known = arena_alloc(a, (s.known_count + 1) * sizeof *s.known);
    for (size_t i = 0; i < s.known_count; i++)
        s.known[i] = (struct tax_known){(int32_t)rows_i64(s.answers[4], i, 0), rows_text(s.answers[4], i, 1)};
    const char *checksum = rows_text(state, 0, 0);
    snprintf(s.checksum, sizeof s.checksum, "%s", checksum ? checksum : "");
    *ret_stored = s;
    return ERR_OK;
}

/* The text of a PostgreSQL array, element by element. */
static void array_begin(struct buf *b) {
    b->len = 0;
    buf_putc(b, '{');
}

static void array_add(struct buf *b, const char *s) {
    if (b->len > 1)
        buf_putc(b, ',');
    buf_putc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_putc(b, '\\');
        buf_putc(b, *s);
    }
    buf_putc(b, '"');
}

static void array_add_i64(struct buf *b, int64_t v) {
    if (b->len > 1)
        buf_putc(b, ',');
    buf_printf(b, "%" PRId64, v);
}

static void array_add_f64(struct buf *b, double v) {
    if (b->len > 1)
        buf_putc(b, ',');
    buf_printf(b, "%.17g", v);
}

enum { COLUMNS = 6, MARKS_AT_ONCE = 10000 };

struct columns {
    struct buf b[COLUMNS];
};

static void columns_free(struct columns *c) {
    for (size_t i = 0; i < COLUMNS; i++)
        buf_free(&c->b[i]);
}

static enum err columns_send(struct db *db, const char *query, struct columns *c, int n, struct fault *f) {
    const char *params[COLUMNS];
    for (int i = 0; i < n; i++) {
        buf_putc(&c->b[i], '}');
        params[i] = c->b[i].data;
    }
    return db_query(db, query, n, params, f, NULL);
}

static enum err put_niches(struct db *db, const struct tax_in *in, struct fault *f) {
    CLEANUP(columns_free) struct columns c = {0};
    for (int i = 0; i < 5; i++)
        array_begin(&c.b[i]);
    for (size_t i = 0; i < in->niche_count; i++) {
        const struct tax_niche_in *n = &in->niches[i];
        array_add(&c.b[0], n->slug);
        array_add(&c.b[1], n->label);
        array_add_f64(&c.b[2], n->base_rate);
        array_add(&c.b[3], n->iab_id ? n->iab_id : "");
        array_add(&c.b[4], n->generic ? "t" : "f");
    }
    return columns_send(db, "taxonomy_put_niches", &c, 5, f);
}

static const char *slug_of(const struct tax_in *in, int32_t id) {
    for (size_t i = 0; i < in->niche_count; i++)
        if (in->niches[i].id == id)
            return in->niches[i].slug;
    return "";
}

static enum err put_edges(struct db *db, const struct tax_in *in, struct fault *f) {
    CLEANUP(columns_free) struct columns c = {0};
    for (int i = 0; i < 2; i++)
        array_begin(&c.b[i]);
    for (size_t i = 0; i < in->edge_count; i++) {
        array_add(&c.b[0], slug_of(in, in->edges[i].child_id));
        array_add(&c.b[1], slug_of(in, in->edges[i].parent_id));
    }
    return columns_send(db, "taxonomy_put_edges", &c, 2, f);
}

static enum err put_aliases(struct db *db, const struct tax_in *in, struct fault *f) {
    CLEANUP(columns_free) struct columns c = {0};
    for (int i = 0; i < 6; i++)
        array_begin(&c.b[i]);
    for (size_t i = 0; i < in->alias_count; i++) {
        const struct tax_alias_in *x = &in->aliases[i];
        char key[256];
        text_words(x->alias, strlen(x->alias), key, sizeof key);
        array_add(&c.b[0], key);
        array_add(&c.b[1], slug_of(in, x->niche_id));
        array_add(&c.b[2], x->alias);
        array_add(&c.b[3], x->lang ? x->lang : "und");
        array_add(&c.b[4], x->hashtag_only ? "hashtag" : "word");
        array_add_f64(&c.b[5], x->weight);
    }
    return columns_send(db, "taxonomy_put_aliases", &c, 6, f);
}

static enum err put_generic(struct db *db, const struct tax_in *in, struct fault *f) {
    CLEANUP(columns_free) struct columns c = {0};
    array_begin(&c.b[0]);
    for (size_t i = 0; i < in->generic_count; i++) {
        char key[256];
        text_compact(in->generic_tags[i], strlen(in->generic_tags[i]), key, sizeof key);
        array_add(&c.b[0], key);
    }
    return columns_send(db, "taxonomy_put_generic", &c, 1, f);
}

static enum err put_renames(struct db *db, const struct tax_edit *edit, struct fault *f) {
    CLEANUP(columns_free) struct columns c = {0};
    array_begin(&c.b[0]);
    array_begin(&c.b[1]);
    for (size_t i = 0; i < edit->rename_count; i++) {
        array_add_i64(&c.b[0], edit->renames[i].id);
        array_add(&c.b[1], edit->renames[i].to);
    }
    return columns_send(db, "taxonomy_rename", &c, 2, f);
}

static enum err put_all(struct db *db, const struct tax_edit *edit, const char *checksum, struct fault *f) {
    const struct tax_in *in = &edit->next;
    enum err e = put_renames(db, edit, f);
    if (!e)
        e = put_niches(db, in, f);
    if (!e)
        e = db_run(db, "delete from niche_edge; delete from niche_alias; delete from generic_hashtag", f,
                   NULL);
    if (!e)
        e = put_edges(db, in, f);
    if (!e)
        e = put_aliases(db, in, f);
    if (!e)
        e = put_generic(db, in, f);
    if (!e)
        e = db_query(db, "taxonomy_put_state", 1, &checksum, f, NULL);
    return e;
}

static enum err mark_some(struct db *db, const struct taxonomy_marks *m, size_t from, struct fault *f) {
    CLEANUP(columns_free) struct columns c = {0};
    array_begin(&c.b[0]);
    array_begin(&c.b[1]);
    for (size_t i = from; i < m->count && i < from + MARKS_AT_ONCE; i++) {
        array_add_i64(&c.b[0], m->creators[i]);
        array_add_i64(&c.b[1], m->accounts[i]);
    }
    return columns_send(db, "taxonomy_mark", &c, 2, f);
}

static enum err mark(struct db *db, const struct taxonomy_marks *m, struct fault *f) {
    enum err e = m->all ? db_query(db, "taxonomy_mark_all", 0, NULL, f, NULL) : ERR_OK;
    for (size_t i = 0; !e && !m->all && i < m->count; i += MARKS_AT_ONCE)
        e = mark_some(db, m, i, f);
    return e ? e : db_query(db, "taxonomy_retry", 0, NULL, f, NULL);
}

enum err taxonomy_write(struct db *db, const struct tax_edit *edit, const char *checksum,
                        const struct taxonomy_marks *marks, struct fault *f) {
    enum err e = db_run(db, "begin", f, NULL);
    if (!e)
        e = put_all(db, edit, checksum, f);
    if (!e)
        e = mark(db, marks, f);
    if (!e)
        e = db_run(db,
                   "select pg_notify('niched', 'taxonomy'); select pg_notify('niched_dirty', 'taxonomy'); "
                   "commit",
                   f, NULL);
    if (e)
        db_rollback(db);
    return e;
}
