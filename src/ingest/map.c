/* The header map. Invariants: a field has at most one column and a column at most one field; a line is
 * written only if every value of the row is right, so that a COPY of it never fails. Rows are written in
 * map_row.c. */
#include "map_own.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct map_rule *rule_for(const struct map_options *o, const char *header, size_t n) {
    char word[96];
    char asked[96];
    text_compact(header, n, word, sizeof word);
    for (size_t i = 0; i < o->rule_count; i++) {
        const char *column = o->rules[i].column;
        if (strlen(column) == n && memcmp(column, header, n) == 0)
            return &o->rules[i];
    }
    for (size_t i = 0; i < o->rule_count; i++) {
        text_compact(o->rules[i].column, strlen(o->rules[i].column), asked, sizeof asked);
        if (*asked && strcmp(asked, word) == 0)
            return &o->rules[i];
    }
    return NULL;
}

/* How well a column fits a field of the kind, --map counted; 0: not. */
static int fit(const struct map_options *o, const struct field_spec *field,
               const struct record_field *header) {
    const struct map_rule *rule = rule_for(o, header->text, header->len);
    if (rule)
        return strcmp(rule->field, field->name) == 0 ? 2000 : 0;
    return kind_header_fit(field, header->text, header->len);
}

static int place_of(const struct kind *k, const char *name) {
    const struct field_spec *field = kind_field(k, name);
    return field ? (int)(field - k->fields) : -1;
}

/* Fills column_of (-1: none) for a kind; returns how many fields have one, or -1 if a required one has none.
 */
static int assign(const struct map_options *o, const struct kind *k, const struct record *header,
                  int column_of[KIND_MAX_FIELDS], const struct field_spec **ret_missing) {
    int found = 0;
    *ret_missing = NULL;
    for (size_t i = 0; i < k->count; i++) {
        int best = 0;
        column_of[i] = -1;
        for (size_t c = 0; c < header->count; c++) {
            int value = fit(o, &k->fields[i], &header->fields[c]);
            if (value > best) {
                best = value;
                column_of[i] = (int)c;
            }
        }
        found += column_of[i] >= 0;
    }
    for (size_t i = 0; i < k->count && !*ret_missing; i++) {
        const char *words, *other = kind_instead(k->fields[i].name, &words);
        int at = other ? place_of(k, other) : -1;
        if (column_of[i] < 0 && k->fields[i].required && (at < 0 || column_of[at] < 0))
            *ret_missing = &k->fields[i];
    }
    return *ret_missing ? -1 : found;
}

static const struct kind *detect(const struct map_options *o, const struct record *header) {
    size_t n;
    const struct kind *all = kinds_all(&n);
    const struct kind *best = &all[0];
    int best_found = 0;
    for (size_t i = 0; i < n; i++) {
        int column_of[KIND_MAX_FIELDS];
        const struct field_spec *missing;
        int found = assign(o, &all[i], header, column_of, &missing);
        if (found > best_found) {
            best_found = found;
            best = &all[i];
        }
    }
    return best;
}

static void list_headers(const struct record *header, struct buf *out) {
    for (size_t i = 0; i < header->count && out->len < 160; i++) {
        buf_puts(out, i ? ", \"" : "\"");
        problem_show(header->fields[i].text, header->fields[i].len, out);
        buf_putc(out, '"');
    }
    if (out->len >= 160)
        buf_puts(out, ", ...");
}

static enum err missing_fault(const struct kind *k, const struct field_spec *field,
                              const struct record *header, struct fault *f) {
    CLEANUP(buf_free) struct buf list = {0};
    list_headers(header, &list);
    if (header->count == 1)
        return fault_set(f, ERR_DATA_FORMAT,
                         "no column for %s: the header is the one column %s; is the delimiter another "
                         "(--delimiter), or has the file no header line?",
                         field->name, list.data ? list.data : "\"\"");
    return fault_set(f, ERR_DATA_FORMAT,
                     "no column for %s, which %s need: the header has %s; name one with --map 'column=%s'",
                     field->name, k->name, list.data ? list.data : "none", field->name);
}

static void hint_fields(const struct kind *k, const char *word, struct fault *f) {
    for (size_t i = 0; i < k->count; i++)
        if (text_distance(word, strlen(word), k->fields[i].name, strlen(k->fields[i].name), 3) <= 3)
            fault_hint(f, k->fields[i].name);
}

static enum err check_rules(const struct map_options *o, const struct kind *k, const struct record *header,
                            struct fault *f) {
    for (size_t i = 0; i < o->rule_count; i++) {
        const struct map_rule *rule = &o->rules[i];
        if (strcmp(rule->field, "-") != 0 && !kind_field(k, rule->field)) {
            fault_set(f, ERR_USAGE, "--map %s=%s: %s have no field \"%s\"", rule->column, rule->field,
                      k->name, rule->field);
            hint_fields(k, rule->field, f);
            return ERR_USAGE;
        }
        bool used = false;
        for (size_t c = 0; c < header->count && !used; c++)
            used = rule_for(o, header->fields[c].text, header->fields[c].len) == rule;
        if (!used)
            return fault_set(f, ERR_USAGE, "--map %s=%s: the file has no column \"%s\"", rule->column,
                             rule->field, rule->column);
    }
    return ERR_OK;
}

static void take_columns(struct map *m, const struct record *header) {
    m->columns = calloc(header->count, sizeof *m->columns);
    if (!m->columns)
        abort();
    m->column_count = header->count;
    for (size_t c = 0; c < header->count; c++) {
        struct buf name = {0};
        size_t len;
        buf_puts(&name, "");
        problem_show(header->fields[c].text, header->fields[c].len, &name);
        m->columns[c].header = buf_take(&name, &len);
    }
    for (size_t i = 0; i < m->kind->count; i++)
        if (m->column_of[i] >= 0)
            m->columns[m->column_of[i]].field = &m->kind->fields[i];
}

enum err map_new(const struct map_options *o, const struct record *header, struct fault *f,
                 struct map **ret_map) {
    const struct kind *k = o->kind ? kind_find(o->kind) : detect(o, header);
    if (!k)
        return fault_set(f, ERR_USAGE, "kind must be %s, got \"%s\"", kinds_names(), o->kind);
    enum err e = check_rules(o, k, header, f);
    if (e)
        return e;
    struct map *m = calloc(1, sizeof *m);
    if (!m)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the header map");
    m->options = *o;
    m->kind = k;
    m->platform_at = place_of(k, "platform");
    m->id_at = place_of(k, "platform_account_id");
    m->username_at = place_of(k, "username");
    m->observed_at = place_of(k, "observed_at");
    m->dimension_at = place_of(k, "dimension");
    const struct field_spec *missing;
    assign(o, k, header, m->column_of, &missing);
    take_columns(m, header);
    if (missing)
        e = missing_fault(k, missing, header, f);
    else if (!o->platform && !map_has(m, "platform"))
        e = fault_set(f, ERR_USAGE,
                      "the file has no platform column: say --platform instagram, tiktok or youtube");
    if (e) {
        map_free(m);
        return e;
    }
    *ret_map = m;
    return ERR_OK;
}

void map_free(struct map *m) {
    if (!m)
        return;
    for (size_t c = 0; c < m->column_count; c++) {
        free(m->columns[c].header);
        for (size_t i = 0; i < MAP_SAMPLES; i++)
            free(m->columns[c].samples[i]);
    }
    free(m->columns);
    buf_free(&m->values);
    free(m);
}

const struct kind *map_kind(const struct map *m) {
    return m->kind;
}

const struct map_column *map_columns(const struct map *m, size_t *ret_count) {
    *ret_count = m->column_count;
    return m->columns;
}

bool map_has(const struct map *m, const char *field) {
    int i = place_of(m->kind, field);
    return i >= 0 && m->column_of[i] >= 0;
}

void map_id_counts(const struct map *m, int64_t *ret_with, int64_t *ret_without) {
    *ret_with = m->with_id;
    *ret_without = m->without_id;
}
