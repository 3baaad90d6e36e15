/* From the header of a file to fields, and from its records to lines of a COPY. */
#ifndef NICHED_INGEST_MAP_H
#define NICHED_INGEST_MAP_H

#include "ingest/kinds.h"
#include "ingest/problems.h"
#include "ingest/record.h"

enum { MAP_SAMPLES = 3 };

/* "The column with this header is this field": what --map says. The field "-" leaves the column out. */
struct map_rule {
    const char *column;
    const char *field;
};

struct map_options {
    const char *kind; /* NULL: by the header */
    int platform;     /* of rows that name none; 0: every row must */
    const struct map_rule *rules;
    size_t rule_count;
    int64_t observed_us; /* when rows were seen that do not say so */
    int64_t latest_us;   /* later times are refused */
    const struct crypto_secret
        *secret; /* salts hashes of engagers; NULL: such rows can be checked, not kept */
};

/* One column of the file, as understood. */
struct map_column {
    char *header;
    const struct field_spec *field; /* NULL: not used */
    char *
        samples[MAP_SAMPLES]; /* first different values, as problem_show() shows them; NULL behind the last */
    int64_t dropped;          /* values left empty because they are not what the field is for */
};

struct map;

/* Reads the header. Options are copied but for the strings, which must outlive the map. Errors: ERR_USAGE for
 * a kind, field or column that does not exist and for a platform that is nowhere given; ERR_DATA_FORMAT when
 * a required column is not there, telling what is. */
NODISCARD enum err map_new(const struct map_options *o, const struct record *header, struct fault *f,
                           struct map **ret_map);
/* Frees the map. Accepts NULL. */
void map_free(struct map *m);
/* The kind in use. */
const struct kind *map_kind(const struct map *m);
/* The columns in the order of the file. */
const struct map_column *map_columns(const struct map *m, size_t *ret_count);
/* Whether a field has a column. */
bool map_has(const struct map *m, const char *field);
/* Rows so far that had a platform account id, and that had none: both above 0 means some may be the same
 * account. */
void map_id_counts(const struct map *m, int64_t *ret_with, int64_t *ret_without);
/* Appends the COPY statement that takes what map_row() writes. */
void map_copy_sql(const struct map *m, struct buf *out);
/* Reads one record. True: appends its COPY line to *ret_line. False: the row is refused, *p knows why. */
bool map_row(struct map *m, const struct record *r, struct problems *p, struct buf *ret_line);

#endif
