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

enum { PARAM_MAX = 64, PARAM_LIST_MAX = 50, PARAM_TEXT_MAX = 500, PARAM_VALUES_MAX = 3 * PARAM_MAX };
#define PARAM_NONE INT64_MIN

enum param_type {
    PARAM_INT,    /* int64_t, min..max; PARAM_NONE if absent */
    PARAM_RATE,   /* double, min..max as a fraction: 0.03 or 3pct; NAN if absent. Where max exceeds 1, a bare
                     value from 0.5 up may be either and is refused */
    PARAM_NUMBER, /* double, min..max, plain decimals; NAN if absent */
    PARAM_BOOL,   /* bool: true or false; false if absent */
    PARAM_FLAG,   /* int8_t: 1 true, 0 false, PARAM_NO_FLAG if absent */
    PARAM_CHOICE, /* const char *, one of `choices`; NULL if absent */
    PARAM_TEXT,   /* struct param_text, min..max bytes; text NULL if absent; given more than once: joined by
                     commas if   `choices` is "list" */
    PARAM_PHRASE, /* struct param_text of at least one word of letters or digits, min..max bytes */
    PARAM_LIST,  /* struct param_list: words of `choices`, or of a shape (below) of at most `max` bytes; -word
                    excludes */
    PARAM_WORDS, /* the same, none excluded; `out` stays empty */
    PARAM_JSON,  /* const struct json_value *, a list or object of a body; NULL if absent; never in a query
                    string */
};
#define PARAM_NO_FLAG INT8_MIN

/* Shapes of lists, in the place of choices: "AA" and "aa" codes in upper or lower case; "words" free words
 * that are compared folded to letters and digits; "names" free words as they are; "handles" ids or @handles.
 */

/* What a line does to the list. `column` is an SQL expression; in it {} stands for the line's own value,
 * {name} for the value of another line or of a name that params_where() is given. A predicate is null where
 * what it looks at is not known. */
enum param_op {
    PARAM_NO_FILTER,
    PARAM_WITH,  /* part of another line's filter: echoed as filters are, no predicate of its own */
    PARAM_GE,    /* column >= value */
    PARAM_LE,    /* column <= value */
    PARAM_EQ,    /* column = value */
    PARAM_IN,    /* column is one of the words; none of those excluded */
    PARAM_IN_ID, /* the same with 1-based positions in `choices` */
    PARAM_LIKE,  /* column holds every word of a phrase; it is " folded words " with a blank around each */
    PARAM_HOLDS, /* column is a predicate over the words {}; not for those excluded */
    PARAM_NOT,   /* column is a predicate over the words {}; what it holds for is left out */
};

struct param_text {
    const char *text;
    size_t len;
};

/* Words wanted and words excluded, in the arena. */
struct param_list {
    const char **in;
    size_t in_count;
    const char **out;
    size_t out_count;
};

struct param {
    const char *name;
    enum param_type type;
    size_t offset;
    double min, max;
    const char *fallback; /* as a caller would write it; NULL: none */
    const char *choices;  /* comma separated, or a shape */
    bool required;
    enum param_op op;
    const char *column; /* see enum param_op */
    const char *help;   /* for the command line */
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
/* Position from 1 of a word in comma separated choices, 0 if it is none of them. */
size_t param_choice(const char *choices, const char *word, size_t len);
/* Whether line i holds a value: given or by default. */
bool param_is_set(const struct param *p, const void *query);
/* Writes "name":value of every line with a filter into an open object; absent ones as null. */
void params_json(const struct param *table, size_t n, const void *query, struct json *w);

/* A value that filters may name though it is no parameter: {today}, say. A list ends with a NULL name. */
struct param_named {
    const char *name;
    const char *value; /* NULL: SQL null */
};

/* The filters that are set, as SQL: " and <predicate>" each, with parameters $first, $first+1, ... whose text
 * goes to values. The text depends only on which lines are set, and on which of them have one word alone. */
struct params_where {
    const char *sql;
    struct {
        size_t line; /* of the table */
        const char *sql;
        const char *column; /* what is compared, with the same parameters; NULL where sql is all there is */
    } each[PARAM_MAX]; /* the same predicates one by one, one a line in use; SQL null where the value is not
                          known */
    size_t each_count;
    const char *values[PARAM_VALUES_MAX];
    size_t count;
};
/* Builds the above; bounds and defaults were checked by params_parse(). */
struct params_where params_where(const struct param *table, size_t n, const void *query, size_t first,
                                 const struct param_named *named, struct arena *a);
/* An SQL expression with its {names} made parameters $first, ...; their text is appended to values at *io_n.
 * A name that the expression has and nobody gave is a mistake of the program. */
const char *params_expression(const struct param *table, size_t n, const void *query, const char *expression,
                              size_t first, const struct param_named *named, struct arena *a,
                              const char **values, size_t *io_n);

#endif
