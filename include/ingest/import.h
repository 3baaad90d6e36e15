/* Importing one file: bytes -> records -> staged rows -> one merge, in one transaction. */
#ifndef NICHED_INGEST_IMPORT_H
#define NICHED_INGEST_IMPORT_H

#include "base/crypto.h"
#include "ingest/decode.h"
#include "ingest/map.h"
#include "ingest/problems.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMPORT_WORLD_LIVE = 0, IMPORT_WORLD_SANDBOX = 1 };

struct import_progress {
    const char *phase; /* "reading", "merging" */
    int64_t bytes;
    int64_t rows;
    int64_t refused;
};

/* Told about four times a second and at each new phase. False: give up, ERR_IO; nothing of what is not
 * committed is kept. */
typedef bool (*import_on_progress)(void *ctx, const struct import_progress *p);

struct import_options {
    const char *source;   /* provenance: name of the file or the like; required */
    int world;            /* IMPORT_WORLD_* */
    char delimiter;       /* of CSV; 0: sniffed */
    const char *encoding; /* NULL: by the first bytes, see decode_new() */
    struct map_options map;
    int64_t workspace_id; /* owner of prices and collaborations; 0: public */
    bool strict;          /* one bad row and nothing is imported */
    bool dry_run;         /* read and check everything, write nothing; db may be NULL */
    const char *format;   /* "csv" or "ndjson"; NULL: by the first character */
    int64_t max_bytes;    /* of the text, unpacked; 0: any */
    int64_t batch_rows;   /* so many are merged and committed at a time; 0 or strict: all at once */
    bool undo;            /* what is written is noted in import_undo, so that it can be taken back */
    bool locked;          /* the caller holds what keeps others from the accounts: import_records() alone */
    const struct crypto_secrets *secrets; /* know erased creators again; NULL or not lasting: an import into a
                                             store that has any is refused */
};

/* What came of the rows of one caller, where those of several are merged at once. */
struct import_part {
    int64_t rows, refused, duplicates, created, updated;
};
/* A record's line is that of its caller's rows, from 1, plus the caller's number (from 0) shifted by this. */
enum { IMPORT_PART_BITS = 40 };

/* What happened. Rows are accepted + refused + duplicates; accepted rows are created + updated + unchanged.
 */
struct import_summary {
    int64_t import_id; /* of import_job; 0 for a dry run */
    const char *kind;  /* NULL if the header was not understood */
    char delimiter;    /* 0: NDJSON */
    const char *encoding;
    bool packed;   /* it was gzip */
    int64_t bytes; /* of the file as it came */
    int64_t rows;
    int64_t accepted;
    int64_t refused;
    int64_t erased;     /* of the refused: creators who asked to be forgotten */
    int64_t duplicates; /* rows that a later row of the file replaces */
    int64_t created;
    int64_t updated;
    int64_t unchanged;
    int64_t accounts_created;
    int64_t accounts_updated;
    double read_s;
    double merge_s;
    struct map *map; /* the columns as understood; NULL if the header was not */
    struct problems problems;
    struct import_part *parts; /* NULL: all is one caller's */
};

/* Imports one file: CSV or NDJSON, either also as gzip, in UTF-8, UTF-16 or Windows-1252. Everything of it is
 * merged in one transaction or nothing is; a failed import leaves a row of import_job with status failed and
 * its problems. Importing the same file again as the same observation (map.observed_us, source) changes no
 * row of evidence. Rules of the merge:
 * - an account is found by its platform id, else by its username (unless the account found has another id); a
 * new username of a known id is added, the old one keeps leading to the account until somebody else has it
 * - of several rows of an account the newest observation wins, then the last line; a value that a file does
 * not have never wipes a known one; an observation older than the stored one changes no profile, only fills
 * the history
 * - other counts of a known post move the old ones to post_metric; followers given are a follower_snapshot of
 * their day
 * - accounts whose evidence changed are put in account_dirty
 * `*ret_summary` is filled as far as the import came, also on failure; the caller calls
 * import_summary_done(). Errors: ERR_DATA_FORMAT (not a file that can be read), ERR_DATA_INVALID (strict, or
 * no row could be accepted), ERR_USAGE, ERR_STORE_*, ERR_IO and what the source returns. */
NODISCARD enum err import_run(struct db *db, const struct import_options *o, struct import_source source,
                              import_on_progress on_progress, void *progress_ctx, struct fault *f,
                              struct import_summary *ret_summary);

/* A job of import_job that was begun: what it came to so far. */
struct import_begun {
    int64_t import_id;
    int64_t rows, refused; /* of the file, dealt with for good */
    int64_t accepted, erased, duplicates, created, updated, unchanged, accounts_created;
    int64_t problems; /* kept in import_error */
};

/* The same for a job that is there already: rows dealt with are read over, the others are merged in batches,
 * each with the job's new state in one transaction. On success the job is done; on failure it is left as the
 * last batch left it (ERR_STORE_*: it may be tried again). */
NODISCARD enum err import_resume(struct db *db, const struct import_options *o,
                                 const struct import_begun *begun, struct import_source source,
                                 import_on_progress on_progress, void *progress_ctx, struct fault *f,
                                 struct import_summary *ret_summary);
/* Merges records at hand (the first names the columns) inside the caller's transaction, by the same rules; no
 * row of import_job. o->map.kind must be named. A record that cannot be read is in the summary's problems,
 * its line as given, and is left out: nothing of it is written. `ret_parts` (NULL: the records are one
 * caller's): of several callers, no account is of two of them; each learns what came of its rows. ERR_USAGE,
 * ERR_DATA_*, ERR_STORE_*. */
NODISCARD enum err import_records(struct db *db, const struct import_options *o, const struct record *records,
                                  size_t n, struct import_part *ret_parts, struct fault *f,
                                  struct import_summary *ret_summary);
/* Frees what a summary holds. */
void import_summary_done(struct import_summary *s);

#endif
