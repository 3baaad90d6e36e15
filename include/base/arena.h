/* A request's memory: allocate forward, free all at once. Not thread-safe; one arena belongs to one request
 * or job. */
#ifndef NICHED_BASE_ARENA_H
#define NICHED_BASE_ARENA_H

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

/* A new arena whose blocks have at least `block_bytes`; NULL when memory is out. */
struct arena *arena_new(size_t block_bytes);
/* Frees everything taken from it. Accepts NULL. */
void arena_free(struct arena *a);
/* For CLEANUP(arena_free_at). */
void arena_free_at(struct arena **a);
/* Forgets all allocations but keeps the first block for reuse. */
void arena_reset(struct arena *a);
/* Where an arena stands. */
struct arena_mark {
    void *block;
    size_t used, handed_out;
};
/* Remembers where it stands now. */
struct arena_mark arena_mark(const struct arena *a);
/* Frees all that was taken since the mark; marks made in between are void. */
void arena_back(struct arena *a, struct arena_mark mark);
/* n zeroed bytes aligned for any type; never NULL (the process stops when memory is out: bounds are checked
 * before). */
void *arena_alloc(struct arena *a, size_t n);
/* A copy of n bytes with a NUL behind them. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* A copy of a string. */
char *arena_strdup(struct arena *a, const char *s);
/* A formatted string of any length. */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* n texts one after the other. */
char *arena_join(struct arena *a, size_t n, const char *const *parts);
/* The texts given one after the other, at a tenth of what arena_printf() costs. */
#define arena_concat(a, ...)                                                                                 \
    arena_join((a), sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                             \
               (const char *const[]){__VA_ARGS__})
/* A number as people write it: 12,345. */
char *arena_thousands(struct arena *a, uint64_t v);
/* A number with two decimals, as "%.2f" writes it. */
char *arena_hundredths(struct arena *a, double v);
/* A whole number. */
char *arena_i64(struct arena *a, int64_t v);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#endif
