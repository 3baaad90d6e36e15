/* Telling from its first bytes that a file is not text with columns, in words a person can act on. */
#ifndef NICHED_INGEST_SNIFF_H
#define NICHED_INGEST_SNIFF_H

#include "base/err.h"

#include <stddef.h>

/* Bytes of the beginning that a look is taken at; what is told does not depend on more. */
enum { SNIFF_BYTES = 4096 };

/* ERR_DATA_FORMAT if the n bytes, the beginning of a file, are of a known other format, hold a NUL in the
 * first line or many control characters, or are nothing but blanks (`n` may then be the whole file). */
NODISCARD enum err sniff_text(const char *data, size_t n, struct fault *f);
/* The most frequent of , ; tab and | outside quotes in the first line; a comma if there is none. */
char sniff_delimiter(const char *line, size_t n);

#endif
