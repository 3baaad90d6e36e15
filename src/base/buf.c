/* The append buffer. Invariant: cap > len whenever data is not NULL, and data[len] is NUL. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b) {
    free(b->data);
    *b = (struct buf){0};
}

void buf_reserve(struct buf *b, size_t n) {
    size_t need = b->len + n + 1;
    if (need <= b->cap)
        return;
    size_t cap = b->cap ? b->cap : 512;
    while (cap < need)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (!data)
        abort();
    b->data = data;
    b->cap = cap;
}

void buf_trim(struct buf *b) {
    enum { MUCH = 4096 };
    char *data = b->data && b->cap - b->len > MUCH ? realloc(b->data, b->len + 1) : NULL;
    if (!data)
        return;
    b->data = data;
    b->cap = b->len + 1;
}

void buf_put_percent(struct buf *b, const char *s, size_t n) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,";
    for (size_t i = 0; i < n; i++)
        if (s[i] && strchr(plain, s[i]))
            buf_putc(b, s[i]);
        else
            buf_printf(b, "%%%02X", (unsigned char)s[i]);
}

void buf_printf(struct buf *b, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    buf_reserve(b, 64);
    int n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    if (len >= b->cap - b->len) {
        buf_reserve(b, len);
        vsnprintf(b->data + b->len, len + 1, fmt, again);
    }
    va_end(again);
    b->len += len;
    b->data[b->len] = '\0';
}

char *buf_take(struct buf *b, size_t *ret_len) {
    char *data = b->data;
    *ret_len = b->len;
    *b = (struct buf){0};
    return data;
}
