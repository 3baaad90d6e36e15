/* A growing byte buffer: what writers append to. Grows by doubling; the process stops when memory is out. */
#ifndef NICHED_BASE_BUF_H
#define NICHED_BASE_BUF_H

#include "base/macros.h"

#include <stddef.h>
#include <string.h>

struct buf {
    char *data; /* always NUL-terminated once something was appended; NULL before */
    size_t len;
    size_t cap;
};

/* Frees the bytes and makes *b empty and reusable. */
void buf_free(struct buf *b);
/* Makes room for n more bytes (and a NUL). */
void buf_reserve(struct buf *b, size_t n);
/* Gives back what it has room for beyond its bytes, where that is much. */
void buf_trim(struct buf *b);
/* Appends n bytes. */
static inline void buf_put(struct buf *b, const char *s, size_t n) {
    if (b->cap - b->len <= n)
        buf_reserve(b, n);
    if (n)
        memcpy(b->data + b->len, s, n);
    b->len += n;
    b->data[b->len] = '\0';
}
/* Appends a string. */
static inline void buf_puts(struct buf *b, const char *s) {
    buf_put(b, s, strlen(s));
}
/* Appends one byte. */
static inline void buf_putc(struct buf *b, char c) {
    if (b->cap - b->len <= 1)
        buf_reserve(b, 1);
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}
/* Appends n bytes percent-encoded for a query: letters, digits and -._~, stay. */
void buf_put_percent(struct buf *b, const char *s, size_t n);
/* Appends formatted text. */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Hands the bytes to the caller, who frees them with free(); *b becomes empty. NULL if nothing was appended.
 */
char *buf_take(struct buf *b, size_t *ret_len);

#endif
