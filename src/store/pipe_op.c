/* Statements on their way. */
#include "pipe_op.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static char *copy(char **at, const char *s) {
    size_t n = strlen(s) + 1;
    char *p = memcpy(*at, s, n);
    *at += n;
    return p;
}

struct op *op_new(const struct statement *st, size_t n, const char *const *params, pipe_done *done,
                  void *ctx) {
    size_t bytes = strlen(st->name) + strlen(st->sql) + 2 + (st->workspace ? strlen(st->workspace) + 1 : 0);
    for (size_t i = 0; i < n; i++)
        bytes += params[i] ? strlen(params[i]) + 1 : 0;
    struct op *op = calloc(1, sizeof *op + n * sizeof *op->params + bytes);
    if (!op)
        abort();
    op->params = (char **)(op + 1);
    char *at = (char *)(op->params + n);
    op->name = copy(&at, st->name);
    op->sql = copy(&at, st->sql);
    op->workspace = st->workspace ? copy(&at, st->workspace) : NULL;
    op->name_hash = hash_text(HASH_START, st->name);
    op->binary = st->binary;
    op->param_count = n;
    for (size_t i = 0; i < n; i++)
        op->params[i] = params[i] ? copy(&at, params[i]) : NULL;
    op->done = done;
    op->ctx = ctx;
    return op;
}

void op_free(struct op *op) {
    free(op);
}

void op_append(struct op_list *l, struct op *op) {
    op->next = NULL;
    if (l->last)
        l->last->next = op;
    else
        l->first = op;
    l->last = op;
    l->count++;
}

struct op *op_pop(struct op_list *l) {
    struct op *op = l->first;
    if (!op)
        return NULL;
    l->first = op->next;
    if (!l->first)
        l->last = NULL;
    l->count--;
    return op;
}

static void grow(struct entry_list *l) {
    size_t cap = l->cap ? l->cap * 2 : 64;
    struct entry *ring = calloc(cap, sizeof *ring);
    if (!ring)
        abort();
    for (size_t i = 0; i < l->count; i++)
        ring[i] = l->ring[(l->first + i) % l->cap];
    free(l->ring);
    l->ring = ring;
    l->cap = cap;
    l->first = 0;
}

bool entry_push(struct entry_list *l, enum entry_kind kind, struct op *op) {
    if (l->count == l->cap)
        grow(l);
    l->ring[(l->first + l->count++) % l->cap] = (struct entry){kind, op};
    return true;
}

bool entry_pop(struct entry_list *l, struct entry *ret) {
    if (!l->count)
        return false;
    *ret = l->ring[l->first];
    l->first = (l->first + 1) % l->cap;
    l->count--;
    return true;
}

bool entry_overdue(const struct entry_list *l, int64_t mono_ms) {
    for (size_t i = 0; i < l->count; i++) {
        const struct entry *e = &l->ring[(l->first + i) % l->cap];
        if (e->op)
            return mono_ms > e->op->deadline_ms;
    }
    return false;
}

void entry_list_free(struct entry_list *l) {
    free(l->ring);
    *l = (struct entry_list){0};
}
