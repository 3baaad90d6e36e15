/* What was wrong with rows: kept for the caller and for import_error, with personal data masked. */
#ifndef NICHED_INGEST_PROBLEMS_H
#define NICHED_INGEST_PROBLEMS_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum { PROBLEMS_MAX = 1000 };

struct problem {
    int64_t line; /* of the file, from 1; 0: the file as a whole */
    char *column; /* header as written; "" : the whole row */
    char *value;  /* at most 80 characters, addresses and telephone numbers masked, no controls */
    char *reason; /* "must be ...", "is ..." */
};

/* The first PROBLEMS_MAX problems, in the order found. Zeroed is empty. */
struct problems {
    struct problem items[PROBLEMS_MAX];
    size_t count;
    size_t not_kept;
};

/* Adds one; beyond the bound it is only counted. A second problem of the same line and column is dropped. */
void problems_add(struct problems *p, int64_t line, const char *column, const char *value, size_t n,
                  const char *reason);
/* Frees what it holds and makes it empty. */
void problems_done(struct problems *p);
/* Appends n bytes as one printable line of valid UTF-8: cut at 80 characters, e-mail
 * addresses and telephone numbers masked. */
void problem_show(const char *s, size_t n, struct buf *out);

#endif
