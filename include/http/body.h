/* JSON bodies, for handlers. A route takes a body where its line names a struct route_body; the loop has then
 * collected at most its max_bytes, refused a larger one (413), another media type than application/json (415)
 * and an empty one (400 BODY_MISSING) before the handler runs.
 *
 *     struct correction c;                        // described by correction_members[], a table like those of
 * queries struct body_given given; const struct json_value *body; enum err e = body_object(req, &body); //
 * strict JSON, an object if (!e) { body_read(req, body, correction_members, correction_member_count, &c,
 * &given); if (c.posts) ...                        // PARAM_JSON: walk c.posts->first, ->next; body_read()
 * each if (c.from_us > c.to_us) body_fault(req, json_member(body, "from"), "from must not be after to"); e =
 * body_checked(req);                  // all that was found, in one answer
 *     }
 *
 * In the answer each fault has its JSON pointer: "errors": [{"pointer": "/posts/3/likes", "detail": "..."}].
 */
#ifndef NICHED_HTTP_BODY_H
#define NICHED_HTTP_BODY_H

#include "base/json_read.h"
#include "http/route.h"

enum { BODY_FAULTS_MAX = 32 };

/* Which lines of a table an object had: bit i for line i. A null is in `cleared`, not in `given`. */
struct body_given {
    uint64_t given, cleared;
};

/* The request's body, whatever it is. ERR_BODY_SYNTAX. */
NODISCARD enum err body_value(struct request *req, const struct json_value **ret_value);
/* The request's body as an object. ERR_BODY_SYNTAX, or ERR_BODY_INVALID when it is no object. */
NODISCARD enum err body_object(struct request *req, const struct json_value **ret_object);
/* Fills *ret_struct by the table from an object. Types are strict: a number is not taken for a text, nor a
 * text for a number (a share may be written "3pct"); a list may be one text. Null sets what absence sets.
 * Whatever is wrong (unknown or missing members too) is noted at its place; the member then has its absence.
 */
void body_read(struct request *req, const struct json_value *object, const struct param *table, size_t n,
               void *ret_struct, struct body_given *ret_given);
/* Notes a fault at a value: lower case, what would be right. The first BODY_FAULTS_MAX are kept. */
void body_fault(struct request *req, const struct json_value *at, const char *fmt, ...) PRINTF(3, 4);
/* ERR_BODY_INVALID if a fault was noted, with the first one as its detail. */
NODISCARD enum err body_checked(struct request *req);

#endif
