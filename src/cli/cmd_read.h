/* Inside cli only: how the answer of a read command is shown. */
#ifndef NICHED_CLI_CMD_READ_H
#define NICHED_CLI_CMD_READ_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/params.h"

#include <stdbool.h>

/* The parameters of a read command; 0 for any other one. */
size_t read_params(const char *command, struct param ret_params[PARAM_MAX]);
/* Whether an operation has a table; else its JSON is shown. */
bool read_table_known(const char *operation);
/* How a table looks: columns of the terminal (0: as wide as it is), and whether heads and labels are bold. */
struct read_look {
    size_t width;
    bool colour;
};

/* Appends the answer of an operation (JSON of n bytes) as aligned tables for people. Control characters of
 * what creators wrote are replaced: a terminal obeys them. */
NODISCARD enum err read_table_print(const char *operation, const char *json, size_t n,
                                    const struct read_look *look, struct arena *a, struct fault *f,
                                    struct buf *out);

#endif
