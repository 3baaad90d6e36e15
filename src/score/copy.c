/* Why: ten doubles a row in text cost more to print and to parse than to rank; the binary format of COPY is
 * their bytes in network order. Invariant: each value is its length in 4 bytes (-1: null) and its bytes. */
#include "store.h"

#include "base/clock.h"
#include "base/fields.h"

#include <arpa/inet.h>
#include <endian.h>
#include <math.h>
#include <string.h>

#define EPOCH_2000_US INT64_C(946684800000000)

enum { OID_INT4 = 23, OID_TEXT = 25, OID_FLOAT4 = 700, OID_FLOAT8 = 701 };

static void put16(struct buf *out, int16_t v) {
    uint16_t be = htobe16((uint16_t)v);
    buf_put(out, (const char *)&be, sizeof be);
}

static void put32(struct buf *out, int32_t v) {
    uint32_t be = htobe32((uint32_t)v);
    buf_put(out, (const char *)&be, sizeof be);
}

static void put64(struct buf *out, uint64_t v) {
    uint64_t be = htobe64(v);
    buf_put(out, (const char *)&be, sizeof be);
}

static uint32_t bits32(float v) {
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static uint64_t bits64(double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

void copy_begin(struct buf *out) {
    static const char signature[] = "PGCOPY\n\377\r\n";
    out->len = 0;
    buf_put(out, signature, sizeof signature);
    put32(out, 0);
    put32(out, 0);
}

void copy_row(struct buf *out, int fields) {
    put16(out, (int16_t)fields);
}

void copy_end(struct buf *out) {
    put16(out, -1);
}

void copy_null(struct buf *out) {
    put32(out, -1);
}

void copy_i16(struct buf *out, int64_t v) {
    put32(out, 2);
    put16(out, (int16_t)v);
}

void copy_i32(struct buf *out, int64_t v) {
    put32(out, 4);
    put32(out, (int32_t)v);
}

void copy_i64(struct buf *out, int64_t v) {
    put32(out, 8);
    put64(out, (uint64_t)v);
}

void copy_f32(struct buf *out, float v) {
    if (isnan(v)) {
        put32(out, -1);
        return;
    }
    put32(out, 4);
    put32(out, (int32_t)bits32(v));
}

void copy_f64(struct buf *out, double v) {
    if (isnan(v)) {
        put32(out, -1);
        return;
    }
    put32(out, 8);
    put64(out, bits64(v));
}

void copy_bool(struct buf *out, bool v) {
    put32(out, 1);
    buf_putc(out, v ? 1 : 0);
}

void copy_flag(struct buf *out, int8_t v) {
    if (v < 0)
        put32(out, -1);
    else
        copy_bool(out, v);
}

void copy_day(struct buf *out, int64_t us) {
    if (us == FIELD_NULL_I64)
        put32(out, -1);
    else
        copy_i32(out, us / CLOCK_DAY);
}

void copy_text(struct buf *out, const char *s) {
    if (!s) {
        put32(out, -1);
        return;
    }
    size_t n = strlen(s);
    put32(out, (int32_t)n);
    buf_put(out, s, n);
}

void copy_time(struct buf *out, int64_t us) {
    if (us == FIELD_NULL_I64) {
        put32(out, -1);
        return;
    }
    put32(out, 8);
    put64(out, (uint64_t)(us - EPOCH_2000_US));
}

/* The head of a one-dimensional array whose elements take `bytes` in all; an empty array has no dimension. */
static void array_head(struct buf *out, int32_t oid, size_t n, size_t bytes) {
    put32(out, (int32_t)((n ? 20 : 12) + bytes));
    put32(out, n ? 1 : 0);
    put32(out, 0);
    put32(out, oid);
    if (n) {
        put32(out, (int32_t)n);
        put32(out, 1);
    }
}

void copy_i32s(struct buf *out, const int32_t *v, size_t n) {
    array_head(out, OID_INT4, n, n * 8);
    for (size_t i = 0; i < n; i++)
        copy_i32(out, v[i]);
}

void copy_f32s(struct buf *out, const float *v, size_t n) {
    array_head(out, OID_FLOAT4, n, n * 8);
    for (size_t i = 0; i < n; i++)
        copy_f32(out, v[i]);
}

void copy_f64s(struct buf *out, const double *v, size_t n) {
    array_head(out, OID_FLOAT8, n, n * 12);
    for (size_t i = 0; i < n; i++) {
        put32(out, 8);
        put64(out, bits64(v[i]));
    }
}

size_t copy_texts(struct buf *out, size_t n) {
    size_t mark = out->len;
    array_head(out, OID_TEXT, n, 0);
    return mark;
}

void copy_texts_end(struct buf *out, size_t mark) {
    uint32_t be = htobe32((uint32_t)(out->len - mark - 4));
    memcpy(out->data + mark, &be, sizeof be);
}
