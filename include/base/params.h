/* Parameter tables: one line names a parameter, its type, bounds and default, and for a filter its column and
 * operator. From that line come parsing, the error with the nearest valid name, the echo of what was applied,
 * the WHERE clause and the check against openapi.yaml. */
#ifndef NICHED_BASE_PARAMS_H
#define NICHED_BASE_PARAMS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARAM_MAX = 48, PARAM_LIST_MAX = 50, PARAM_TEXT_MAX = 500 };
#define PARAM_NONE INT64_MIN

enum param_type {
    PARAM_INT,    /* int64_t, min..max; PARAM_NONE if absent */
    PARAM_RATE,   /* double, min..max as a fraction: 0.03 or 3pct; NAN if absent */
    PARAM_NUMBER, /* double, min..max, plain decimals; NAN if absent */
    PARAM_BOOL,   /* bool: true or false */
    PARAM_CHOICE, /* const char *, one of `choices`; NULL if absent */
    PARAM_TEXT,   /* struct param_text, min..max bytes; text NULL if absent; given more than once: joined by
                     commas if   `choices` is "list" */
    PARAM_LIST,   /* struct param_list: words of `choices`, or of a `shape`; -word excludes */
    PARAM_WORDS,  /* struct param_list: words of `choices`, none excluded; `out` stays empty */
    PARAM_JSON,   /* const struct json_value *, a list or object of a body; NULL if absent; never in a query
                     string */
};

enum param_op { PARAM_NO_FILTER, PARAM_GE, PARAM_LE, PARAM_IN, PARAM_IN_ID };

struct param_text {
    const char *text;
    size_t len;
};

/* Words wanted and words excluded. */
struct param_list {
    const char *in[PARAM_LIST_MAX];
    size_t in_count;
    const char *out[PARAM_LIST_MAX];
    size_t out_count;
};

struct param {
    const char *name;
    enum param_type type;
    size_t offset;
    double min, max;
    const char *fallback; /* as a caller would write it; NULL: none */
    const char *choices;  /* comma separated; for lists of codes "AA" (upper case) or "aa" (lower case) */
    bool required;
    enum param_op op;
    const char
        *column; /* SQL expression for a filter; PARAM_IN_ID compares with 1-based positions in `choices` */
    const char *help; /* for the command line */
};

/* One argument as it came, percent-decoded. The name and value are not terminated by their length alone: both
 * are also NUL-terminated. */
struct param_arg {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

/* Fills *ret_query (a struct that the table's offsets describe) by the table; bit i of *ret_given says that
 * line i was sent by the caller. ERR_PARAM_*: unknown (with the nearest names), duplicate, missing, invalid
 * (with what is allowed). */
NODISCARD enum err params_parse(const struct param *table, size_t n, const struct param_arg *args,
                                size_t n_args, struct arena *a, struct fault *f, void *ret_query,
                                uint64_t *ret_given);
/* Sets one line's member from an argument, as params_parse() does: ERR_PARAM_INVALID with what is allowed. A
 * list grows. */
NODISCARD enum err param_set(const struct param *p, const struct param_arg *arg, struct arena *a,
                             struct fault *f, void *ret_query);
/* Sets one line's member to its absence. */
void param_set_absent(const struct param *p, void *ret_query);
/* Adds the names of the table that are like `name` to the fault's hints and the nearest to its detail. */
void params_hint(const struct param *table, size_t n, const char *name, size_t len, struct fault *f);
/* Whether line i holds a value: given or by default. */
bool param_is_set(const struct param *p, const void *query);
/* Writes "name":value of every line with a filter into an open object; absent ones as null. */
void params_json(const struct param *table, size_t n, const void *query, struct json *w);

/* The filters that are set, as SQL: " and <predicate>" each, with parameters $first, $first+1, ... whose text
 * goes to values (at least 2 * n). The text depends only on which lines are set, which is also returned as a
 * key for naming the prepared statement: two bits a line (wanted, excluded). `each` has the same predicates
 * one by one, one a line in use; a predicate is SQL null where the value is not known. */
struct params_where {
    const char *sql;
    uint64_t key;
    size_t count;
    const char *values[2 * PARAM_MAX];
    struct {
        size_t line; /* in the table */
        const char *sql;
    } each[PARAM_MAX];
    size_t each_count;
};
/* Builds the above; bounds and defaults were checked by params_parse(). */
struct params_where params_where(const struct param *table, size_t n, const void *query, size_t first,
                                 struct arena *a);

#endif
