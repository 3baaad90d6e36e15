/* Rows: a PGresult behind a door. */
#include "rows_pg.h"

#include "base/err.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types of a binary answer (pg_type.dat); what is not here is a mistake of the program (abort). */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTES = 17,
    TYPE_I64 = 20,
    TYPE_I16 = 21,
    TYPE_I32 = 23,
    TYPE_TEXT = 25,
    TYPE_F32 = 700,
    TYPE_F64 = 701,
    TYPE_VARCHAR = 1043
};

struct rows {
    PGresult *res; /* NULL: taken over */
    bool binary;   /* the values are in network byte order, not text */
};

struct rows *rows_wrap(PGresult *res) {
    struct rows *r = malloc(sizeof *r);
    if (!r)
        abort();
    r->res = res;
    r->binary = PQbinaryTuples(res) == 1;
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

/* The bytes of a value, NULL for SQL null. */
static const char *bytes_of(const struct rows *r, size_t row, int col) {
    return PQgetisnull(pg(r), (int)row, col) ? NULL : PQgetvalue(pg(r), (int)row, col);
}

static bool is_text(Oid type) {
    return type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_BYTES;
}

const char *rows_text(const struct rows *r, size_t row, int col) {
    if (r->binary && !is_text(PQftype(pg(r), col)))
        abort();
    return bytes_of(r, row, col);
}

size_t rows_len(const struct rows *r, size_t row, int col) {
    return (size_t)PQgetlength(pg(r), (int)row, col);
}

/* An unsigned number of n bytes in network byte order. */
static uint64_t number_at(const char *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static int64_t integer_at(const char *p, Oid type) {
    switch (type) {
    case TYPE_I64:
        return (int64_t)number_at(p, 8);
    case TYPE_I32:
        return (int32_t)number_at(p, 4);
    case TYPE_I16:
        return (int16_t)number_at(p, 2);
    default:
        abort();
    }
}

static double real_at(const char *p, Oid type) {
    if (type == TYPE_F64) {
        uint64_t bits = number_at(p, 8);
        double v;
        memcpy(&v, &bits, sizeof v);
        return v;
    }
    if (type != TYPE_F32)
        return (double)integer_at(p, type);
    uint32_t bits = (uint32_t)number_at(p, 4);
    float v;
    memcpy(&v, &bits, sizeof v);
    for (int digits = FLT_DIG;; digits++) { /* as its text reads: .1, not .100000001 */
        char text[32];
        snprintf(text, sizeof text, "%.*g", digits, (double)v);
        if (digits == FLT_DECIMAL_DIG || strtof(text, NULL) == v)
            return strtod(text, NULL);
    }
}

int64_t rows_i64(const struct rows *r, size_t row, int col) {
    const char *s = bytes_of(r, row, col);
    if (!s)
        return FIELD_NULL_I64;
    return r->binary ? integer_at(s, PQftype(pg(r), col)) : strtoll(s, NULL, 10);
}

double rows_f64(const struct rows *r, size_t row, int col) {
    const char *s = bytes_of(r, row, col);
    if (!s)
        return NAN;
    return r->binary ? real_at(s, PQftype(pg(r), col)) : strtod(s, NULL);
}

bool rows_bool(const struct rows *r, size_t row, int col) {
    const char *s = bytes_of(r, row, col);
    return s && (r->binary ? s[0] == 1 : s[0] == 't');
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

/* A binary array: dimensions, whether there are nulls, the type; of the one dimension its size and lower
 * bound; then of each element its length (-1: null) and bytes. */
enum { ARRAY_TYPE = 8, ARRAY_SIZE = 12, ARRAY_DATA = 20 };

static const char *element_text(const char *p, size_t n, Oid type, struct arena *a) {
    if (is_text(type))
        return arena_strndup(a, p, n);
    if (type == TYPE_F32 || type == TYPE_F64)
        return arena_printf(a, "%.17g", real_at(p, type));
    return arena_i64(a, integer_at(p, type));
}

static struct text_list array_list(const char *p, struct arena *a) {
    struct text_list list = {0};
    if (number_at(p, 4) == 0)
        return list;
    Oid type = (Oid)number_at(p + ARRAY_TYPE, 4);
    size_t n = (size_t)number_at(p + ARRAY_SIZE, 4);
    list.items = arena_alloc(a, n * sizeof *list.items + 1);
    for (p += ARRAY_DATA; list.count < n;) {
        int32_t len = (int32_t)number_at(p, 4);
        p += 4;
        list.items[list.count++] = len < 0 ? NULL : element_text(p, (size_t)len, type, a);
        p += len < 0 ? 0 : len;
    }
    return list;
}

struct text_list rows_list(const struct rows *r, size_t row, int col, struct arena *a) {
    struct text_list list = {0};
    const char *p = bytes_of(r, row, col);
    if (p && r->binary)
        return array_list(p, a);
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

/* Sets one member from a value. */
static void take(const struct rows *r, size_t row, int col, Oid type, const struct field *f, struct arena *a,
                 void *ret_struct) {
    void *member = (char *)ret_struct + f->offset;
    const char *bytes = bytes_of(r, row, col);
    if (f->type == FIELD_TEXTS)
        *(struct text_list *)member = rows_list(r, row, col, a);
    else if (!bytes || !r->binary)
        field_set(f, bytes, ret_struct);
    else if (f->type == FIELD_F64)
        *(double *)member = real_at(bytes, type);
    else if (f->type == FIELD_BOOL)
        *(int8_t *)member = bytes[0] == 1;
    else if (f->type == FIELD_TEXT)
        *(const char **)member = rows_text(r, row, col);
    else
        *(int64_t *)member = integer_at(bytes, type);
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
        take(r, row, col, PQftype(pg(r), col), f, a, ret_struct);
        const char **text = (const char **)(void *)((char *)ret_struct + f->offset);
        if (f->type == FIELD_TEXT && *text)
            *text = arena_strndup(a, *text, rows_len(r, row, col));
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
        Oid type = PQftype(pg(r), col);
        char *at = (char *)ret_structs;
        for (size_t row = 0; row < n_rows; row++, at += size)
            take(r, row, col, type, f, a, at);
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
