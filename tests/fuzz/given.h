/* Bytes that a decoder reads in chunks of a size that the target chooses. */
#ifndef NICHED_FUZZ_GIVEN_H
#define NICHED_FUZZ_GIVEN_H

#include "fuzz.h"

#include "ingest/decode.h"

struct given {
    const uint8_t *data;
    size_t n, at, chunk;
};

/* The next chunk of the struct given at ctx, as import_source has it. Never fails. */
static inline enum err give(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    (void)f;
    struct given *g = ctx;
    size_t left = g->n - g->at, take = left < g->chunk ? left : g->chunk;
    take = take < n ? take : n;
    memcpy(buf, g->data + g->at, take);
    g->at += take;
    *ret_n = take;
    return ERR_OK;
}

#endif
