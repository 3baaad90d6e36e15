/* Files of the repository carried inside the binary: migrations, queries, the taxonomy, the sample world,
 * openapi.yaml, the page. The Makefile names them, src/embed.sh writes the table, the assembler puts the
 * bytes in verbatim. */
#ifndef NICHED_BASE_EMBED_H
#define NICHED_BASE_EMBED_H

#include <stddef.h>

struct embedded {
    const char *name; /* path relative to the repository, e.g. "sql/queries/match.sql" */
    const char *data; /* the file's bytes; one NUL behind them that is not counted */
    size_t len;       /* bytes */
};

/* The file of that path, or NULL if there is none. The result lives as long as the process. */
const struct embedded *embed_find(const char *name);
/* All files as one array sorted by strcmp of the name, so that a folder's files stand together; *ret_first is
 * its first element. Returns how many there are. */
size_t embed_list(const struct embedded **ret_first);

#endif
