/* From a record to a line of a COPY: read every value, then write. */
#include "map_own.h"

#include "base/clock.h"
#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields whose place in the line is fixed; all others follow in the order of the kind. */
static bool is_fixed(const struct map *m, size_t i) {
    return (int)i == m->platform_at || (int)i == m->observed_at;
}

void map_copy_sql(const struct map *m, struct buf *out) {
    buf_puts(out, "copy import_stage (line, platform, ident, observed_at");
    for (size_t i = 0; i < m->kind->count; i++)
        if (m->column_of[i] >= 0 && !is_fixed(m, i))
            buf_printf(out, ", %s", m->kind->fields[i].name);
    buf_puts(out, ") from stdin");
}

static void keep_sample(struct map_column *c, const struct record_field *value) {
    size_t i = 0;
    if (c->samples[MAP_SAMPLES - 1])
        return;
    CLEANUP(buf_free) struct buf text = {0};
    buf_puts(&text, "");
    problem_show(value->text, value->len, &text);
    for (; c->samples[i]; i++)
        if (strcmp(c->samples[i], text.data) == 0)
            return;
    size_t len;
    c->samples[i] = buf_take(&text, &len);
}

/* Reads one field of the record into its cell. */
static bool read_cell(struct map *m, size_t i, const struct value_context *ctx, const struct record *r,
                      struct problems *p) {
    const struct field_spec *field = &m->kind->fields[i];
    struct cell *cell = &m->cells[i];
    *cell = (struct cell){.state = VALUE_NULL, .from = m->values.len};
    if (m->column_of[i] < 0)
        return true;
    struct map_column *column = &m->columns[m->column_of[i]];
    const struct record_field *value = &r->fields[m->column_of[i]];
    const char *reason = "";
    cell->state = value_read(&field->rule, ctx, value->text, value->len, &m->values, &reason);
    cell->len = cell->state == VALUE_OK ? m->values.len - cell->from : 0;
    bool secret = field->rule.type == VALUE_ENGAGER; /* shown to nobody, kept in no report */
    static const struct record_field hidden = {"(not shown)", 11};
    if (value->len)
        keep_sample(column, secret ? &hidden : value);
    if (secret)
        value = &hidden;
    column->dropped += cell->state == VALUE_DROPPED;
    if (cell->state == VALUE_BAD) {
        problems_add(p, r->line, column->header, value->text, value->len, reason);
        return false;
    }
    const char *words;
    if (cell->state != VALUE_OK && field->required && !kind_instead(field->name, &words)) {
        problems_add(p, r->line, column->header, value->text, value->len, "is missing");
        return false;
    }
    return true;
}

static const char *cell_text(const struct map *m, int i, size_t *ret_len) {
    if (i < 0 || m->cells[i].state != VALUE_OK)
        return NULL;
    *ret_len = m->cells[i].len;
    return m->values.data + m->cells[i].from;
}

/* Whether the row has each required field, or the one that does in its place. */
static bool check_instead(const struct map *m, const struct record *r, struct problems *p) {
    bool good = true;
    for (size_t i = 0; i < m->kind->count; i++) {
        const char *words, *other = kind_instead(m->kind->fields[i].name, &words);
        const struct field_spec *field = other ? kind_field(m->kind, other) : NULL;
        size_t len;
        if (!field || cell_text(m, (int)i, &len) || cell_text(m, (int)(field - m->kind->fields), &len))
            continue;
        char reason[128];
        int column = m->column_of[i];
        snprintf(reason, sizeof reason, "is missing: a row needs %s", words);
        problems_add(p, r->line, column < 0 ? "" : m->columns[column].header, "", 0, reason);
        good = false;
    }
    return good;
}

/* Reads all values, the platform first: usernames depend on it. */
static bool read_cells(struct map *m, const struct record *r, struct problems *p, int *ret_platform) {
    struct value_context ctx = {
        .platform = m->options.platform, .latest_us = m->options.latest_us, .secret = m->options.secret};
    int platform = m->platform_at;
    size_t len;
    m->values.len = 0;
    buf_puts(&m->values, "");
    bool good = read_cell(m, (size_t)platform, &ctx, r, p);
    const char *given = cell_text(m, platform, &len);
    if (given)
        ctx.platform = given[0] - '0';
    if (good && !ctx.platform) {
        problems_add(p, r->line, m->columns[m->column_of[platform]].header, "", 0, "is missing");
        good = false;
    }
    for (size_t i = 0; i < m->kind->count; i++) {
        if ((int)i != platform)
            good &= read_cell(m, i, &ctx, r, p);
        const char *dimension = (int)i == m->dimension_at ? cell_text(m, m->dimension_at, &len) : NULL;
        if (dimension)
            snprintf(ctx.dimension, sizeof ctx.dimension, "%.*s", (int)len, dimension);
    }
    good = good && check_instead(m, r, p);
    *ret_platform = ctx.platform;
    return good;
}

static bool has_all_columns(const struct map *m, const struct record *r, struct problems *p) {
    size_t count = r->count;
    while (count > m->column_count && r->fields[count - 1].len == 0)
        count--;
    if (count == m->column_count)
        return true;
    char reason[128];
    snprintf(reason, sizeof reason, "the row has %zu columns, the header %zu%s", r->count, m->column_count,
             r->unended ? ": the file may be cut off" : "");
    problems_add(p, r->line, "", "", 0, reason);
    return false;
}

/* Within the file an account is its platform id, or its username in lower case (ASCII, as account_key has
 * it). */
static void put_ident(struct map *m, struct buf *out) {
    size_t len = 0;
    const char *id = cell_text(m, m->id_at, &len);
    m->with_id += id != NULL;
    m->without_id += id == NULL;
    buf_putc(out, id ? 'i' : 'u');
    if (id) {
        db_copy_escape(out, id, len);
        return;
    }
    const char *name = cell_text(m, m->username_at, &len);
    for (size_t i = 0; i < len; i++)
        buf_putc(out, (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]));
}

static void put_observed(const struct map *m, struct buf *out) {
    size_t len;
    const char *given = cell_text(m, m->observed_at, &len);
    char text[32];
    if (given) {
        buf_put(out, given, len);
        return;
    }
    clock_format(m->options.observed_us, text);
    buf_puts(out, text);
}

bool map_row(struct map *m, const struct record *r, struct problems *p, struct buf *ret_line) {
    int platform;
    if (r->problem) {
        problems_add(p, r->line, "", "", 0, r->problem);
        return false;
    }
    if (!has_all_columns(m, r, p) || !read_cells(m, r, p, &platform))
        return false;
    buf_printf(ret_line, "%lld\t%d\t", (long long)r->line, platform);
    put_ident(m, ret_line);
    buf_putc(ret_line, '\t');
    put_observed(m, ret_line);
    for (size_t i = 0; i < m->kind->count; i++) {
        if (m->column_of[i] < 0 || is_fixed(m, i))
            continue;
        size_t len = 0;
        const char *text = cell_text(m, (int)i, &len);
        buf_putc(ret_line, '\t');
        db_copy_escape(ret_line, text, len);
    }
    buf_putc(ret_line, '\n');
    return true;
}
