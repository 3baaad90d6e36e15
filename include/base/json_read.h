/* Reading JSON strictly (RFC 8259, and what it leaves open decided): one value and nothing behind it, valid
 * UTF-8, no NUL in a text, no name twice in an object, numbers within a double's range. */
#ifndef NICHED_BASE_JSON_READ_H
#define NICHED_BASE_JSON_READ_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_DEPTH_MAX = 16, JSON_MEMBERS_MAX = 256 };

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

/* A value in the arena; a tree of them is a document. */
struct json_value {
    enum json_kind kind;
    const char *name; /* of a member of an object, NUL-terminated; else NULL */
    size_t name_len;
    const char *text; /* a text decoded; a number, true, false and null as written; NUL-terminated */
    size_t len;
    double number;                   /* JSON_NUMBER; 64-bit integers are exact in `text` only */
    const struct json_value *parent; /* NULL: the document */
    const struct json_value *first;  /* of a list or object */
    const struct json_value *next;   /* of the same list or object */
    size_t index;                    /* place in the parent, from 0 */
    size_t count;                    /* of a list or object */
};

/* Reads n bytes as one document of at most JSON_DEPTH_MAX nested lists and objects of at most
 * JSON_MEMBERS_MAX members. ERR_BODY_SYNTAX with what was expected and at which byte (from 1); then
 * *ret_pointer is the JSON pointer of the value that was being read, in the arena. */
NODISCARD enum err json_read(const char *s, size_t n, struct arena *a, struct fault *f,
                             const struct json_value **ret_value, const char **ret_pointer);
/* The JSON pointer (RFC 6901) of a value, in the arena; "" for the document. */
const char *json_pointer(const struct json_value *v, struct arena *a);
/* A member of an object by name; NULL where there is none. */
const struct json_value *json_member(const struct json_value *object, const char *name);
/* "a text", "a list", ...: a kind in words. */
const char *json_kind_name(enum json_kind kind);

#endif
