/* gzip and zstd: the one door of both libraries. A compressor keeps its working memory; one belongs to one
 * thread. */
#ifndef NICHED_BASE_COMPRESS_H
#define NICHED_BASE_COMPRESS_H

#include "base/buf.h"

#include <stdbool.h>

enum coding { CODING_IDENTITY, CODING_ZSTD, CODING_GZIP, CODING_COUNT };

struct compressor;

/* A new one; its memory is taken at first use. NULL when memory is out. */
struct compressor *compressor_new(void);
/* Frees it. Accepts NULL. */
void compressor_free(struct compressor *c);
/* Appends n bytes in a coding to *out. The same bytes give the same bytes. False, with nothing appended, for
 * identity and when memory is out. */
bool compress_to(struct compressor *c, enum coding coding, const char *bytes, size_t n, struct buf *out);
/* "identity", "zstd" or "gzip", as in Content-Encoding. */
const char *coding_name(enum coding coding);

#endif
