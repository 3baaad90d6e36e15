/* Field tables: struct member = SQL column = JSON key. One line of a table decodes a value of PostgreSQL and
 * writes it. Nullable members hold FIELD_NULL_I64, NAN, NULL or FIELD_NULL_BOOL. */
#ifndef NICHED_BASE_FIELDS_H
#define NICHED_BASE_FIELDS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

#include <stddef.h>
#include <stdint.h>

#define FIELD_NULL_I64  INT64_MIN
#define FIELD_NULL_BOOL ((int8_t)-1)

struct text_list {
    const char **items;
    size_t count;
};

struct number_list {
    int32_t *items;
    size_t count;
};

enum field_type {
    FIELD_I64,     /* int64_t, a JSON number */
    FIELD_ID,      /* int64_t, a JSON string: ids may exceed 2^53 */
    FIELD_F64,     /* double, rounded to `decimals` in JSON */
    FIELD_TEXT,    /* const char * */
    FIELD_BOOL,    /* int8_t: 0, 1 or FIELD_NULL_BOOL */
    FIELD_TIME,    /* int64_t microseconds since 1970 (UTC), RFC 3339 in JSON; decoded from a bigint column */
    FIELD_TEXTS,   /* struct text_list; null reads as empty */
    FIELD_NUMBERS, /* struct number_list, of a packed column; never shown */
};

struct field {
    const char
        *group; /* the JSON object that holds it; NULL: the row itself. Lines of a group stand together */
    const char *json;   /* JSON key; NULL: decoded but not shown */
    const char *column; /* SQL column; NULL: computed by the handler */
    enum field_type type;
    int decimals; /* FIELD_F64 only */
    size_t offset;
    bool packed; /* the column holds one value behind the other, in the order of their lines: rows.h */
};

#define FIELD(type_, struct_, member_, group_, json_, column_, decimals_)                                    \
    { (group_), (json_), (column_), (type_), (decimals_), offsetof(struct_, member_), false }
/* A value of a packed column. */
#define FIELD_PACKED(type_, struct_, member_, group_, json_, column_, decimals_)                             \
    { (group_), (json_), (column_), (type_), (decimals_), offsetof(struct_, member_), true }

/* Sets one member from its PostgreSQL text (NULL for SQL null). Strings are borrowed: the caller copies them
 * first. FIELD_TEXTS is not set here. */
void field_set(const struct field *f, const char *text, void *ret_struct);
/* Sets a member to its null. */
void field_set_null(const struct field *f, void *ret_struct);
/* Writes the shown members of a row as "key":value pairs into an object that is open. */
void fields_json(const struct field *fields, size_t n, const void *row, struct json *w);
/* The same of the lines chosen only; `chosen` is of fields_choose(), NULL for all. */
void fields_json_of(const struct field *fields, size_t n, const bool *chosen, const void *row,
                    struct json *w);
/* What is the same in all rows of a list: of each line shown what stands before its value. */
struct fields_plan {
    struct fields_step {
        const struct field *field;
        const char *before;
        size_t before_len;
    } * steps;
    size_t n;
    const char *after; /* the last value */
};
/* Made once for a list, in the arena; `chosen` as above. */
struct fields_plan fields_plan(const struct field *fields, size_t n, const bool *chosen, struct arena *a);
/* As fields_json_of(), into an object that is open and empty. */
void fields_json_planned(const struct fields_plan *plan, const void *row, struct json *w);
/* Which lines a caller wants: names separated by commas, each a key ("followers"), a group ("creator") or a
 * key of a group
 * ("creator.name"). One flag a line, then one for each of `added`: keys that the handler writes itself, a
 * blank between. The flags are in the arena. ERR_PARAM_INVALID with the nearest names. */
NODISCARD enum err fields_choose(const struct field *fields, size_t n, const char *added, const char *names,
                                 struct arena *a, struct fault *f, const bool **ret_chosen);
/* Writes a header line of CSV (RFC 4180, CRLF): a key of a group as group_key. */
void fields_csv_names(const struct field *fields, size_t n, const bool *chosen, struct buf *out);
/* Writes a row of CSV: null as an empty cell (quoted where it is the only one: readers skip empty lines), a
 * list joined by ";" (one inside becomes a comma), texts that a spreadsheet would take for a formula (= + - @
 * tab CR LF in front, but for plain numbers) behind an apostrophe. */
void fields_csv(const struct field *fields, size_t n, const bool *chosen, const void *row, struct buf *out);

#endif
