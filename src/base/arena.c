/* The arena: a chain of blocks, newest first. Invariant: `first` is the oldest block and survives a reset. */
#include "base/arena.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };

struct block {
    struct block *older;
    size_t size;
    size_t used;
    _Alignas(ALIGN) unsigned char data[];
};

struct arena {
    struct block *newest;
    struct block *first;
    size_t block_bytes;
    size_t handed_out;
};

static struct block *block_new(size_t size, struct block *older) {
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        return NULL;
    *b = (struct block){.older = older, .size = size};
    return b;
}

struct arena *arena_new(size_t block_bytes) {
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->block_bytes = block_bytes < 256 ? 256 : block_bytes;
    a->first = a->newest = block_new(a->block_bytes, NULL);
    if (!a->first) {
        free(a);
        return NULL;
    }
    return a;
}

struct arena_mark arena_mark(const struct arena *a) {
    return (struct arena_mark){a->newest, a->newest->used, a->handed_out};
}

void arena_back(struct arena *a, struct arena_mark mark) {
    while (a->newest != mark.block) {
        struct block *b = a->newest;
        a->newest = b->older;
        free(b);
    }
    a->newest->used = mark.used;
    a->handed_out = mark.handed_out;
}

void arena_reset(struct arena *a) {
    arena_back(a, (struct arena_mark){.block = a->first});
}

void arena_free(struct arena *a) {
    if (!a)
        return;
    arena_reset(a);
    free(a->first);
    free(a);
}

void arena_free_at(struct arena **a) {
    arena_free(*a);
}

void *arena_alloc(struct arena *a, size_t n) {
    size_t need = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (need < n)
        abort();
    struct block *b = a->newest;
    if (b->size - b->used < need) {
        b = block_new(need > a->block_bytes ? need : a->block_bytes, b);
        if (!b)
            abort();
        a->newest = b;
    }
    void *p = b->data + b->used;
    b->used += need;
    a->handed_out += need;
    return memset(p, 0, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n) {
    char *p = arena_alloc(a, n + 1);
    if (n)
        memcpy(p, s, n);
    return p;
}

char *arena_strdup(struct arena *a, const char *s) {
    return arena_strndup(a, s, strlen(s));
}

/* Written where there is room first: most texts are short, and formatting costs more than the room. */
char *arena_printf(struct arena *a, const char *fmt, ...) {
    struct block *b = a->newest;
    char *p = (char *)b->data + b->used;
    size_t room = b->size - b->used;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(p, room, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    size_t need = (len + ALIGN) & ~(size_t)(ALIGN - 1);
    if (need <= room) {
        p[len] = '\0';
        b->used += need;
        a->handed_out += need;
        return p;
    }
    p = arena_alloc(a, len + 1);
    va_start(ap, fmt);
    vsnprintf(p, len + 1, fmt, ap);
    va_end(ap);
    return p;
}

size_t arena_used(const struct arena *a) {
    return a->handed_out;
}

char *arena_join(struct arena *a, size_t n, const char *const *parts) {
    size_t bytes = 1;
    for (size_t i = 0; i < n; i++)
        bytes += strlen(parts[i]);
    char *text = arena_alloc(a, bytes), *at = text;
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, parts[i]);
    return text;
}

/* Characters of any 64-bit number: its digits, and with six commas, sign and end. */
enum { DIGITS = 20, GROUPED = 28 };

/* The digits of v before `end`, in groups of three with `comma`; returns their start. */
static char *digits_before(char *end, uint64_t v, bool comma) {
    for (int n = 1;; n++) {
        *--end = (char)('0' + v % 10);
        v /= 10;
        if (!v)
            return end;
        if (comma && n % 3 == 0)
            *--end = ',';
    }
}

char *arena_thousands(struct arena *a, uint64_t v) {
    char *end = (char *)arena_alloc(a, GROUPED) + GROUPED - 1;
    return digits_before(end, v, true);
}

char *arena_i64(struct arena *a, int64_t v) {
    char *end = (char *)arena_alloc(a, DIGITS + 2) + DIGITS + 1;
    char *text = digits_before(end, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, false);
    if (v < 0)
        *--text = '-';
    return text;
}

char *arena_hundredths(struct arena *a, double v) {
    double scaled = v * 100, whole = floor(scaled);
    bool near_half = fabs(scaled - whole - 0.5) < 1e-6; /* printf() decides by the exact value */
    if (!(v >= 0 && v < 1e12) || near_half)
        return arena_printf(a, "%.2f", v);
    uint64_t n = (uint64_t)(scaled - whole > 0.5 ? whole + 1 : whole);
    char *end = (char *)arena_alloc(a, DIGITS + 4) + DIGITS + 3;
    *--end = (char)('0' + n % 10);
    *--end = (char)('0' + n / 10 % 10);
    *--end = '.';
    return digits_before(end, n / 100, false);
}
