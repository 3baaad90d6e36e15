/* Inside the store only: statements on their way, and the mirror of libpq's command queue. */
#ifndef NICHED_STORE_PIPE_OP_H
#define NICHED_STORE_PIPE_OP_H

#include "store/pipe.h"

/* One statement with its copied parameters; one block of memory. */
struct op {
    struct op *next;
    pipe_done *done;
    void *ctx;
    int64_t deadline_ms;
    uint64_t name_hash;
    const char *name;
    const char *sql;
    const char *workspace; /* NULL: none */
    size_t param_count;
    char **params;
    int tries;
    bool binary;
    struct fault prepare_fault;
};

struct op_list {
    struct op *first, *last;
    size_t count;
};

enum entry_kind { ENTRY_PREPARE, ENTRY_EXEC, ENTRY_SYNC, ENTRY_GREETING, ENTRY_SET };

struct entry {
    enum entry_kind kind;
    struct op *op;
};

/* A ring of entries that grows. */
struct entry_list {
    struct entry *ring;
    size_t cap, first, count;
};

/* Copies everything; the process stops when memory is out. */
struct op *op_new(const struct statement *st, size_t n, const char *const *params, pipe_done *done,
                  void *ctx);
/* Frees it. */
void op_free(struct op *op);
/* Appends to a list. */
void op_append(struct op_list *l, struct op *op);
/* Takes the first, NULL if empty. */
struct op *op_pop(struct op_list *l);
/* Appends; always true. */
bool entry_push(struct entry_list *l, enum entry_kind kind, struct op *op);
/* Takes the first; false if empty. */
bool entry_pop(struct entry_list *l, struct entry *ret);
/* Whether the first statement in flight is past its deadline. */
bool entry_overdue(const struct entry_list *l, int64_t mono_ms);
/* Frees the ring. */
void entry_list_free(struct entry_list *l);

#endif
