/* What /metrics says of the store: read by one statement that names its own samples. */
#ifndef NICHED_API_GAUGES_H
#define NICHED_API_GAUGES_H

#include "base/buf.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

enum { GAUGES_MAX = 160 };

struct gauge {
    char name[48];   /* of its family */
    char labels[64]; /* as they are written */
    double value;
};

/* Zeroed: nothing was read. */
struct gauges {
    int64_t read_at_us; /* real time; 0: it could not be read */
    size_t count;
    struct gauge sample[GAUGES_MAX];
};

/* Reads them. A statement that takes longer than a second is given up. ERR_STORE_*. */
NODISCARD enum err gauges_read(struct db *db, struct fault *f, struct gauges *ret_gauges);
/* Appends all families in Prometheus' text format; those that were not read have no samples. */
void gauges_write(const struct gauges *g, struct buf *out);

#endif
