/* From the bytes that people have to UTF-8: unpacks gzip, turns UTF-16 and Windows-1252 (which holds Latin-1)
 * into UTF-8. */
#ifndef NICHED_INGEST_DECODE_H
#define NICHED_INGEST_DECODE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where bytes come from. `read` puts at most n bytes into buf and their number (0: the end) into *ret_n. */
struct import_source {
    enum err (*read)(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n);
    void *ctx;
};

struct decode;

/* A reader over `source`. encoding: "utf-8", "utf-16", "windows-1252" or "latin-1"; NULL: UTF-16 by its byte
 * order mark or its NULs; Windows-1252 if the first 64 KiB are no UTF-8 and hold not one whole UTF-8
 * character beyond ASCII (a file of broken UTF-8 is not guessed at: its rows are refused); else UTF-8.
 * ERR_USAGE for another name, ERR_NO_MEMORY. */
NODISCARD enum err decode_new(struct import_source source, const char *encoding, struct fault *f,
                              struct decode **ret_decode);
/* As import_source.read; the first call gives at least 16 KiB if the file has them. ERR_DATA_FORMAT for
 * damaged gzip and for UTF-16 that ends in half a character. */
NODISCARD enum err decode_read(void *decode, char *buf, size_t n, struct fault *f, size_t *ret_n);
/* Bytes taken from the source so far. */
int64_t decode_bytes(const struct decode *d);
/* What the text was in, "utf-8" before the first read. */
const char *decode_encoding(const struct decode *d);
/* Whether it was gzip. */
bool decode_packed(const struct decode *d);
/* Frees the reader, not its source. Accepts NULL. */
void decode_free(struct decode *d);

#endif
