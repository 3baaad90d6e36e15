/* For the targets of file formats: the same records whatever the size of the chunks. */
#ifndef NICHED_FUZZ_RECORDS_H
#define NICHED_FUZZ_RECORDS_H

#include "fuzz.h"

#include "base/buf.h"
#include "base/hash.h"
#include "ingest/record.h"

/* What was read, as a number that chunks may not change. */
struct fuzz_sum {
    uint64_t hash;
    size_t records;
};

static inline enum err fuzz_record(void *ctx, const struct record *r, struct fault *f) {
    (void)f;
    struct fuzz_sum *sum = ctx;
    sum->records++;
    HOLDS(r->line > 0 && r->count <= RECORD_MAX_FIELDS);
    sum->hash = hash_bytes(sum->hash, &r->line, sizeof r->line);
    if (r->problem) {
        sum->hash = hash_text(sum->hash, r->problem);
        return ERR_OK;
    }
    for (size_t i = 0; i < r->count; i++)
        sum->hash = hash_bytes(hash_bytes(sum->hash, &i, sizeof i), r->fields[i].text, r->fields[i].len);
    return ERR_OK;
}

#endif
