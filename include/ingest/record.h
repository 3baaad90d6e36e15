/* What every format of file gives: records of fields. A reader (csv.h; others later) turns bytes into records
 * and hands each to one sink. */
#ifndef NICHED_INGEST_RECORD_H
#define NICHED_INGEST_RECORD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_MAX_FIELDS = 512, RECORD_MAX_BYTES = 1 << 20 };

/* One value as it stood in the file, unescaped; any bytes, not terminated. */
struct record_field {
    const char *text;
    size_t len;
};

/* One record. The first that a reader hands over holds the names of the columns. */
struct record {
    int64_t line; /* where it begins, from 1 */
    size_t count;
    const struct record_field *fields;
    bool unended;        /* the file ended in it without a line end: it may be cut off */
    const char *problem; /* NULL, or why it is unreadable as a record (fields are not set then) */
};

/* Takes one record, borrowed for the call. An error other than ERR_OK ends the reading and is passed on. */
typedef enum err (*record_sink)(void *ctx, const struct record *r, struct fault *f);

#endif
