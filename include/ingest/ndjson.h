/* Reading NDJSON (one JSON object a line) from chunks of any size, in bounded memory, as records with a
 * header.
 */
#ifndef NICHED_INGEST_NDJSON_H
#define NICHED_INGEST_NDJSON_H

#include "ingest/record.h"

/* Lines that are looked at for the names of the columns. */
enum { NDJSON_LOOK_LINES = 1000, NDJSON_LOOK_BYTES = 1 << 20, NDJSON_DEPTH = 4 };

struct ndjson;

/* A reader that hands records to `sink`: first the header, all keys of the first NDJSON_LOOK lines in the
 * order they are met, then one record an object. Keys of nested objects are joined by dots ("author.name"),
 * deeper than NDJSON_DEPTH their JSON is the value; a list is its JSON, a list of objects with a "name" or
 * "title" the list of those; null is empty; whole numbers keep all digits. NULL when memory is out. */
struct ndjson *ndjson_new(record_sink sink, void *ctx);
/* Reads n more bytes. A line that is no object, is longer than RECORD_MAX_BYTES, holds \u0000 or has a key
 * that none of the first lines had comes as a record with `problem`. At most RECORD_MAX_FIELDS keys are
 * taken. ERR_DATA_FORMAT: no line of the beginning is an object; or what the sink returned. */
NODISCARD enum err ndjson_feed(struct ndjson *r, const char *data, size_t n, struct fault *f);
/* Tells that the file ended. Errors as ndjson_feed. */
NODISCARD enum err ndjson_finish(struct ndjson *r, struct fault *f);
/* Frees the reader. Accepts NULL. */
void ndjson_free(struct ndjson *r);

#endif
