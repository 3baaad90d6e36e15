/* Reading gzip as it arrives, in bounded memory (zlib). */
#ifndef NICHED_BASE_INFLATE_H
#define NICHED_BASE_INFLATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct inflate;

/* A reader of gzip, also of several members one behind the other. NULL when memory is out. */
struct inflate *inflate_new(void);
/* Unpacks from *in (moved on by what was used, *n less) into at most cap bytes of out, their number in
 * *ret_n. 0 with *n 0: more input is needed. ERR_DATA_FORMAT for damaged data, also for bytes behind the end
 * that are no further member. */
NODISCARD enum err inflate_run(struct inflate *z, const char **in, size_t *n, char *out, size_t cap,
                               struct fault *f, size_t *ret_n);
/* Whether the input may end here: the last member is whole. */
bool inflate_whole(const struct inflate *z);
/* Frees the reader. Accepts NULL. */
void inflate_free(struct inflate *z);

#endif
