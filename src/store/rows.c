/* Rows: a PGresult behind a door. */
#include "rows_pg.h"

#include "base/err.h"

#include <endian.h>
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

/* Numbers in network byte order. */
static uint64_t number64_at(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return be64toh(v);
}

static uint32_t number32_at(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return be32toh(v);
}

static int64_t integer_at(const char *p, Oid type) {
    switch (type) {
    case TYPE_I64:
        return (int64_t)number64_at(p);
    case TYPE_I32:
        return (int32_t)number32_at(p);
    case TYPE_I16:
        return (int16_t)((unsigned char)p[0] << 8 | (unsigned char)p[1]);
    default:
        abort();
    }
}

static double real_at(const char *p, Oid type) {
    if (type == TYPE_F64) {
        uint64_t bits = number64_at(p);
        double v;
        memcpy(&v, &bits, sizeof v);
        return v;
    }
    if (type != TYPE_F32)
        return (double)integer_at(p, type);
    uint32_t bits = number32_at(p);
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
    if (number32_at(p) == 0)
        return list;
    Oid type = number32_at(p + ARRAY_TYPE);
    size_t n = number32_at(p + ARRAY_SIZE);
    list.items = arena_alloc(a, n * sizeof *list.items + 1);
    for (p += ARRAY_DATA; list.count < n;) {
        int32_t len = (int32_t)number32_at(p);
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

/* A binary int4[] without nulls. */
static struct number_list number_list(const char *p, struct arena *a) {
    struct number_list list = {0};
    if (number32_at(p) == 0)
        return list;
    if (number32_at(p + ARRAY_TYPE) != TYPE_I32)
        abort();
    size_t n = number32_at(p + ARRAY_SIZE);
    list.items = arena_alloc(a, n * sizeof *list.items + 1);
    for (p += ARRAY_DATA; list.count < n; p += 8)
        list.items[list.count++] = (int32_t)number32_at(p + 4);
    return list;
}

/* Sets one member from a value of a binary answer. */
static void take_binary(const struct field *f, const char *bytes, Oid type, struct arena *a,
                        void *ret_struct) {
    void *member = (char *)ret_struct + f->offset;
    switch (f->type) {
    case FIELD_I64:
    case FIELD_ID:
    case FIELD_TIME:
        *(int64_t *)member = integer_at(bytes, type);
        break;
    case FIELD_F64:
        *(double *)member = real_at(bytes, type);
        break;
    case FIELD_TEXT:
        if (!is_text(type))
            abort();
        *(const char **)member = bytes;
        break;
    case FIELD_BOOL:
        *(int8_t *)member = bytes[0] == 1;
        break;
    case FIELD_TEXTS:
        *(struct text_list *)member = array_list(bytes, a);
        break;
    case FIELD_NUMBERS:
        *(struct number_list *)member = number_list(bytes, a);
        break;
    }
}

/* Sets one member from a value. */
static void take(const struct rows *r, size_t row, int col, Oid type, const struct field *f, struct arena *a,
                 void *ret_struct) {
    const char *bytes = bytes_of(r, row, col);
    if (bytes && r->binary)
        take_binary(f, bytes, type, a, ret_struct);
    else if (f->type == FIELD_TEXTS)
        *(struct text_list *)(void *)((char *)ret_struct + f->offset) = rows_list(r, row, col, a);
    else
        field_set(f, bytes, ret_struct);
}

/* How a packed value of a field is sent; 0: arrays say themselves what they are of. */
static const Oid packed_types[] = {
    [FIELD_I64] = TYPE_I64,   [FIELD_ID] = TYPE_I64,   [FIELD_F64] = TYPE_F64, [FIELD_TEXT] = TYPE_TEXT,
    [FIELD_BOOL] = TYPE_BOOL, [FIELD_TIME] = TYPE_I64, [FIELD_TEXTS] = 0,      [FIELD_NUMBERS] = 0,
};

/* Sets the members of all packed lines from the values of one column. */
static void unpack(const struct rows *r, size_t row, int col, const struct field *fields, size_t n,
                   struct arena *a, void *ret_struct) {
    const char *p = bytes_of(r, row, col);
    if (!r->binary || !p)
        abort();
    for (size_t i = 0; i < n; i++) {
        if (!fields[i].packed)
            continue;
        int32_t len = (int32_t)number32_at(p);
        p += 4;
        if (len < 0) {
            field_set_null(&fields[i], ret_struct);
            continue;
        }
        take_binary(&fields[i], p, packed_types[fields[i].type], a, ret_struct);
        p += len + 1;
    }
}

void rows_decode(const struct rows *r, size_t row, const struct field *fields, size_t n, struct arena *a,
                 void *ret_struct) {
    int next = 0;
    bool unpacked = false;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        if (!f->column || (f->packed && unpacked))
            continue;
        int col = column_of(r, f->column, next);
        next = col + 1;
        unpacked |= f->packed;
        if (f->packed)
            unpack(r, row, col, fields, n, a, ret_struct);
        else
            take(r, row, col, PQftype(pg(r), col), f, a, ret_struct);
    }
    for (size_t i = 0; i < n; i++) {
        const char **text = (const char **)(void *)((char *)ret_struct + fields[i].offset);
        if (fields[i].type == FIELD_TEXT && fields[i].column && *text)
            *text = arena_strdup(a, *text);
    }
}

void rows_decode_all(const struct rows *r, size_t n_rows, const struct field *fields, size_t n,
                     struct arena *a, void *ret_structs, size_t size) {
    int next = 0;
    bool unpacked = false;
    for (size_t i = 0; i < n && n_rows; i++) {
        const struct field *f = &fields[i];
        if (!f->column || (f->packed && unpacked))
            continue;
        int col = column_of(r, f->column, next);
        next = col + 1;
        unpacked |= f->packed;
        Oid type = PQftype(pg(r), col);
        char *at = (char *)ret_structs;
        for (size_t row = 0; row < n_rows; row++, at += size)
            if (f->packed)
                unpack(r, row, col, fields, n, a, at);
            else
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
