/* Inside cli only: how the answer of a read command is shown. */
#ifndef NICHED_CLI_CMD_READ_H
#define NICHED_CLI_CMD_READ_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* Whether an operation has a table; else its JSON is shown. */
bool read_table_known(const char *operation);
/* Appends the answer of an operation (JSON of n bytes) as aligned tables for people, `width` columns wide
 * where that can be done (0: as wide as they are). Control characters of what creators wrote are replaced: a
 * terminal obeys them. */
NODISCARD enum err read_table_print(const char *operation, const char *json, size_t n, size_t width,
                                    struct arena *a, struct fault *f, struct buf *out);

#endif
