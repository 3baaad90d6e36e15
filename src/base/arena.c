/* The arena: a chain of blocks, newest first. Invariant: `first` is the oldest block and survives a reset. */
#include "base/arena.h"

#include <stdarg.h>
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

void arena_reset(struct arena *a) {
    while (a->newest != a->first) {
        struct block *b = a->newest;
        a->newest = b->older;
        free(b);
    }
    a->first->used = 0;
    a->handed_out = 0;
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

char *arena_thousands(struct arena *a, uint64_t v) {
    char *digits = arena_printf(a, "%llu", (unsigned long long)v);
    size_t n = strlen(digits), out = 0;
    char *text = arena_alloc(a, n + n / 3 + 1);
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            text[out++] = ',';
        text[out++] = digits[i];
    }
    return text;
}
