/* The inside of the header map, shared by map.c and map_row.c. */
#ifndef NICHED_INGEST_MAP_OWN_H
#define NICHED_INGEST_MAP_OWN_H

#include "ingest/map.h"

/* A value read from the row at hand: text in map.values. */
struct cell {
    enum value_state state;
    size_t from;
    size_t len;
};

struct map {
    struct map_options options;
    const struct kind *kind;
    int column_of[KIND_MAX_FIELDS]; /* by field; -1: no column */
    int platform_at; /* fields that every row needs, by their place in the kind; -1: not in it */
    int id_at;
    int username_at;
    int observed_at;
    int dimension_at;
    struct cell cells[KIND_MAX_FIELDS];
    struct buf values;
    struct map_column *columns;
    size_t column_count;
    int64_t with_id;
    int64_t without_id;
};

#endif
