/* Lists in the format that the caller asked for, by the same field table: JSON, CSV or NDJSON. What an
 * endpoint does:
 *
 *     struct niches_query { ...; struct list_choice list; };
 *     const struct param niches_params[] = { ..., LIST_PARAMS(struct niches_query, list) };     // format=,
 * fields=
 *
 *     e = list_choose(req, &q.list, niche_fields, niche_field_count, "");    // before anything is asked of
 * the store: 406, 400
 *     ...
 *     struct list l = {niche_fields, niche_field_count, rows, count, sizeof *rows, NULL};
 *     if (req->format != LIST_JSON)
 *         return list_reply(req, &l);                                    // CSV or NDJSON, the items alone
 *     json_key(&w, "items");
 *     list_json(req, &l, &w);                                            // within an answer of its own
 *
 * What stands beside the items in JSON goes to headers: request_header(req, "Link", ...), "X-World". */
#ifndef NICHED_HTTP_LIST_H
#define NICHED_HTTP_LIST_H

#include "base/fields.h"
#include "http/request.h"

/* What a caller said of the format. */
struct list_choice {
    const char *format;
    struct param_text fields;
};

/* The two lines of a parameter table for it; `member` is the struct list_choice within struct_. */
#define LIST_PARAMS(struct_, member)                                                                         \
    {"format",                                                                                               \
     PARAM_CHOICE,                                                                                           \
     offsetof(struct_, member.format),                                                                       \
     0,                                                                                                      \
     0,                                                                                                      \
     NULL,                                                                                                   \
     "json,csv,ndjson",                                                                                      \
     false,                                                                                                  \
     PARAM_NO_FILTER,                                                                                        \
     NULL,                                                                                                   \
     "json, csv or ndjson; by default what Accept prefers"},                                                 \
        FIELDS_PARAM(struct_, member)
enum { LIST_PARAM_COUNT = 2 };
/* The line for fields= alone, where there is no other format than JSON. */
#define FIELDS_PARAM(struct_, member)                                                                        \
    {                                                                                                        \
        "fields", PARAM_TEXT, offsetof(struct_, member.fields), 1, 1000, NULL, "list", false,                \
            PARAM_NO_FILTER, NULL, "keys of an item to show, such as rank,creator.name; by default all"      \
    }

/* Rows with the table that writes them. */
struct list {
    const struct field *fields;
    size_t n;
    const void *rows;
    size_t count, size; /* rows, bytes of one */
    /* Writes more into a row's open object, in JSON and NDJSON; NULL: nothing. */
    void (*more)(struct request *req, const void *row, struct json *w);
};

/* Settles req->format and req->chosen: `format` before Accept before JSON; `added` as of fields_choose().
 * ERR_ROUTE_NOT_ACCEPTABLE, ERR_PARAM_INVALID. */
NODISCARD enum err list_choose(struct request *req, const struct list_choice *choice,
                               const struct field *fields, size_t n, const char *added);
/* Writes the rows as an array of objects: a value of a JSON answer. */
void list_json(struct request *req, const struct list *l, struct json *w);
/* The header Link to the next page of a list: this address with that cursor. */
const char *request_next_link(struct request *req, const char *cursor);
/* Replies 200 with the rows alone, as CSV with a header line or as NDJSON. */
enum err list_reply(struct request *req, const struct list *l);

#endif
