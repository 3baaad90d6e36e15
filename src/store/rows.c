/* Rows: a PGresult behind a door. */
#include "rows_pg.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rows {
    PGresult *res; /* NULL: taken over */
};

struct rows *rows_wrap(PGresult *res) {
    struct rows *r = malloc(sizeof *r);
    if (!r)
        abort();
    r->res = res;
    return r;
}

struct rows *rows_steal(const struct rows *r) {
    struct rows *from = (struct rows *)(uintptr_t)r;
    struct rows *taken = rows_wrap(from->res);
    from->res = NULL;
    return taken;
}

static const PGresult *pg(const struct rows *r) {
    return r->res;
}

size_t rows_count(const struct rows *r) {
    return (size_t)PQntuples(pg(r));
}

int64_t rows_affected(const struct rows *r) {
    return strtoll(PQcmdTuples(r->res), NULL, 10);
}

const char *rows_text(const struct rows *r, size_t row, int col) {
    return PQgetisnull(pg(r), (int)row, col) ? NULL : PQgetvalue(pg(r), (int)row, col);
}

size_t rows_len(const struct rows *r, size_t row, int col) {
    return (size_t)PQgetlength(pg(r), (int)row, col);
}

int64_t rows_i64(const struct rows *r, size_t row, int col) {
    const char *s = rows_text(r, row, col);
    return s ? strtoll(s, NULL, 10) : FIELD_NULL_I64;
}

double rows_f64(const struct rows *r, size_t row, int col) {
    const char *s = rows_text(r, row, col);
    return s ? strtod(s, NULL) : NAN;
}

bool rows_bool(const struct rows *r, size_t row, int col) {
    const char *s = rows_text(r, row, col);
    return s && s[0] == 't';
}

/* One element of an array's text: its unescaped bytes go to out (large enough); returns the first byte behind
 * it. */
static const char *array_element(const char *p, char *out, bool *ret_quoted) {
    bool quoted = *p == '"';
    *ret_quoted = quoted;
    if (quoted)
        p++;
    while (*p && (quoted ? *p != '"' : *p != ',' && *p != '}')) {
        if (*p == '\\' && p[1])
            p++;
        *out++ = *p++;
    }
    *out = '\0';
    return quoted && *p ? p + 1 : p;
}

struct text_list rows_list(const struct rows *r, size_t row, int col, struct arena *a) {
    struct text_list list = {0};
    const char *p = rows_text(r, row, col);
    if (!p || p[0] != '{' || p[1] == '}')
        return list;
    size_t bound = 1;
    for (const char *q = p; *q; q++)
        bound += *q == ',';
    list.items = arena_alloc(a, bound * sizeof *list.items);
    char *scratch = arena_alloc(a, strlen(p) + bound);
    for (p++; *p && *p != '}';) {
        bool quoted;
        p = array_element(p, scratch, &quoted);
        bool null = !quoted && strcmp(scratch, "NULL") == 0;
        list.items[list.count++] = null ? NULL : scratch;
        scratch += strlen(scratch) + 1;
        if (*p == ',')
            p++;
    }
    return list;
}

/* The column of a name. Tables and statements mostly have the same order: the one behind the last is tried
 * first, for PQfnumber() copies and folds the name each time. */
static int column_of(const struct rows *r, const char *name, int guess) {
    if (guess < PQnfields(pg(r)) && strcmp(PQfname(pg(r), guess), name) == 0)
        return guess;
    int col = PQfnumber(pg(r), name);
    if (col < 0)
        abort();
    return col;
}

int rows_column(const struct rows *r, const char *name) {
    return column_of(r, name, 0);
}

void rows_decode(const struct rows *r, size_t row, const struct field *fields, size_t n, struct arena *a,
                 void *ret_struct) {
    int next = 0;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        if (!f->column)
            continue;
        int col = column_of(r, f->column, next);
        next = col + 1;
        if (f->type == FIELD_TEXTS) {
            *(struct text_list *)(void *)((char *)ret_struct + f->offset) = rows_list(r, row, col, a);
            continue;
        }
        const char *text = rows_text(r, row, col);
        if (text && f->type == FIELD_TEXT)
            text = arena_strndup(a, text, rows_len(r, row, col));
        field_set(f, text, ret_struct);
    }
}

void rows_decode_all(const struct rows *r, size_t n_rows, const struct field *fields, size_t n,
                     struct arena *a, void *ret_structs, size_t size) {
    int next = 0;
    for (size_t i = 0; i < n && n_rows; i++) {
        const struct field *f = &fields[i];
        if (!f->column)
            continue;
        int col = column_of(r, f->column, next);
        next = col + 1;
        char *at = (char *)ret_structs;
        for (size_t row = 0; row < n_rows; row++, at += size) {
            if (f->type == FIELD_TEXTS)
                *(struct text_list *)(void *)(at + f->offset) = rows_list(r, row, col, a);
            else
                field_set(f, rows_text(r, row, col), at);
        }
    }
}

void rows_free(struct rows *r) {
    if (r)
        PQclear(r->res);
    free(r);
}

void rows_free_at(struct rows **r) {
    rows_free(*r);
}
