/* A growing byte buffer: what writers append to. Grows by doubling; the process stops when memory is out. */
#ifndef NICHED_BASE_BUF_H
#define NICHED_BASE_BUF_H

#include "base/macros.h"

#include <stddef.h>

struct buf {
    char *data; /* always NUL-terminated once something was appended; NULL before */
    size_t len;
    size_t cap;
};

/* Frees the bytes and makes *b empty and reusable. */
void buf_free(struct buf *b);
/* Makes room for n more bytes (and a NUL). */
void buf_reserve(struct buf *b, size_t n);
/* Appends n bytes. */
void buf_put(struct buf *b, const char *s, size_t n);
/* Appends a string. */
void buf_puts(struct buf *b, const char *s);
/* Appends one byte. */
void buf_putc(struct buf *b, char c);
/* Appends n bytes percent-encoded for a query: letters, digits and -._~, stay. */
void buf_put_percent(struct buf *b, const char *s, size_t n);
/* Appends formatted text. */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Hands the bytes to the caller, who frees them with free(); *b becomes empty. NULL if nothing was appended.
 */
char *buf_take(struct buf *b, size_t *ret_len);

#endif
