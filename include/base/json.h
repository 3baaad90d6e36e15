/* Writing JSON by appending. Invalid UTF-8 is written as U+FFFD, NaN and infinity as null. */
#ifndef NICHED_BASE_JSON_H
#define NICHED_BASE_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
    struct buf *out;
    bool comma; /* the next value or key needs a comma before it */
};

/* A writer that appends to `out`, which the caller owns. */
struct json json_to(struct buf *out);
/* Opens an object as a value. */
void json_object(struct json *w);
/* Closes it. */
void json_object_end(struct json *w);
/* Opens an array as a value. */
void json_array(struct json *w);
/* Closes it. */
void json_array_end(struct json *w);
/* A key; a value must follow. Keys are the program's own words and are not escaped. */
void json_key(struct json *w, const char *key);
/* A string of n bytes. */
void json_strn(struct json *w, const char *s, size_t n);
/* A string, or null for NULL. */
void json_str(struct json *w, const char *s);
/* An integer. */
void json_i64(struct json *w, int64_t v);
/* An integer as a string. */
void json_id(struct json *w, int64_t v);
/* A number rounded half away from zero to `decimals` (0..9), trailing zeros dropped. */
void json_f64(struct json *w, double v, int decimals);
/* A number with as few of 15 to 17 digits as round-trip: 0.6, not 0.59999999999999998. */
void json_f64_exact(struct json *w, double v);
/* true or false. */
void json_bool(struct json *w, bool v);
/* null. */
void json_null(struct json *w);
/* n bytes that are JSON already. */
void json_raw(struct json *w, const char *s, size_t n);
/* key and value in one call. */
void json_kstr(struct json *w, const char *key, const char *v);
/* key and integer. */
void json_ki64(struct json *w, const char *key, int64_t v);
/* key and rounded number. */
void json_kf64(struct json *w, const char *key, double v, int decimals);
/* key and boolean. */
void json_kbool(struct json *w, const char *key, bool v);

#endif
