/* Reading CSV (RFC 4180 and its usual dialects) from chunks of any size, in bounded memory. */
#ifndef NICHED_INGEST_CSV_H
#define NICHED_INGEST_CSV_H

#include "ingest/record.h"

struct csv;

/* A reader that hands records to `sink`. `delimiter` is one byte, or 0: the most frequent of , ; tab | in the
 * first line. NULL when memory is out. */
struct csv *csv_new(char delimiter, record_sink sink, void *ctx);
/* Reads n more bytes. Quoted fields may hold delimiters, line ends and doubled quotes; lines end in LF, CRLF
 * or CR; a byte order mark and blank lines are skipped. A record that is broken (text behind a closing quote,
 * a quote never closed, more than RECORD_MAX_BYTES or RECORD_MAX_FIELDS, a NUL byte) comes as a record with
 * `problem`; reading goes on with the first following line that has as many fields as the header.
 * ERR_DATA_FORMAT: the file is not CSV at all (binary, another format, a header that is broken or too long);
 * or what the sink returned. */
NODISCARD enum err csv_feed(struct csv *c, const char *data, size_t n, struct fault *f);
/* Tells that the file ended. Errors as csv_feed, and ERR_DATA_FORMAT for an empty file. */
NODISCARD enum err csv_finish(struct csv *c, struct fault *f);
/* The delimiter in use; 0 until the first line was seen. */
char csv_delimiter(const struct csv *c);
/* Frees the reader. Accepts NULL. */
void csv_free(struct csv *c);

#endif
