/* Looks up embedded files. The table comes from src/embed.sh; invariant: sorted by strcmp, every name once.
 */
#include "base/embed.h"

#include <stdlib.h>
#include <string.h>

extern const struct embedded embed_table[];
extern const size_t embed_table_len;

static int by_name(const void *key, const void *line) {
    return strcmp(key, ((const struct embedded *)line)->name);
}

const struct embedded *embed_find(const char *name) {
    return bsearch(name, embed_table, embed_table_len, sizeof *embed_table, by_name);
}

size_t embed_list(const struct embedded **ret_first) {
    *ret_first = embed_table;
    return embed_table_len;
}
