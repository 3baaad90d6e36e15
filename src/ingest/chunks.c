/* Reading an upload back. Invariant: one piece is held at a time. */
#include "ingest/jobs.h"

#include <stdio.h>
#include <string.h>

static enum err next_piece(struct chunks *c, struct fault *f) {
    char id[24], nth[24];
    const char *params[] = {id, nth};
    static const int as_text[] = {0, 0};
    snprintf(id, sizeof id, "%lld", (long long)c->import_id);
    snprintf(nth, sizeof nth, "%lld", (long long)c->next);
    rows_free(c->rows);
    c->rows = NULL;
    c->from = 0;
    c->next++;
    return db_query_bytes(c->db, "import_chunk_get", COUNT_OF(params), params, as_text, f, &c->rows);
}

enum err chunks_read(void *ctx, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    struct chunks *c = ctx;
    *ret_n = 0;
    bool spent = !c->rows || (rows_count(c->rows) && c->from == rows_len(c->rows, 0, 0));
    enum err e = spent ? next_piece(c, f) : ERR_OK;
    if (e || !rows_count(c->rows))
        return e;
    size_t left = rows_len(c->rows, 0, 0) - c->from;
    *ret_n = left < n ? left : n;
    memcpy(buf, rows_text(c->rows, 0, 0) + c->from, *ret_n);
    c->from += *ret_n;
    return ERR_OK;
}

void chunks_done(struct chunks *c) {
    rows_free(c->rows);
    c->rows = NULL;
}
