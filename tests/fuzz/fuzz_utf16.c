/* Files in UTF-16, by name or by their mark, in chunks of any size: what is read is what a plain decoder
 * makes of the same units, with U+FFFD for half a pair; a file that ends inside a character is refused. The
 * first byte says the order, whether there is a mark, and the size of the chunks. */
#include "given.h"

#include "base/macros.h"

enum { BIG = 1, MARKED = 2, OUT_BYTES = 3 /* at most, of a unit */, MARK = 0xfeff, NO_CHARACTER = 0xfffd };

struct text {
    char *bytes;
    size_t n;
};

static void put(struct text *t, unsigned c) {
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
    t->bytes[t->n++] = (char)(first[more] | (c >> (6 * more)));
    while (more--)
        t->bytes[t->n++] = (char)(0x80 | ((c >> (6 * more)) & 0x3f));
}

static unsigned unit(const uint8_t *b, bool big) {
    return big ? (unsigned)b[0] << 8 | b[1] : (unsigned)b[1] << 8 | b[0];
}

/* False: it ends inside a character. */
static bool plainly(const uint8_t *data, size_t n, bool big, struct text *out) {
    for (size_t i = 0; i < n;) {
        if (n - i < 2)
            return false;
        unsigned c = unit(data + i, big);
        bool high = c >= 0xd800 && c < 0xdc00, low = c >= 0xdc00 && c < 0xe000;
        if (high && n - i < 4)
            return false;
        unsigned next = high ? unit(data + i + 2, big) : 0;
        bool pair = high && next >= 0xdc00 && next < 0xe000;
        i += pair ? 4 : 2;
        put(out, pair ? 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00) : high || low ? NO_CHARACTER : c);
    }
    return true;
}

static enum err read_all(struct given *g, const char *encoding, struct text *out) {
    struct decode *d = NULL;
    struct fault f = {0};
    enum err e = decode_new((struct import_source){give, g}, encoding, &f, &d);
    for (size_t got = 1; !e && got;) {
        char buf[509];
        e = decode_read(d, buf, sizeof buf, &f, &got);
        if (!e)
            memcpy(out->bytes + out->n, buf, got);
        out->n += e ? 0 : got;
    }
    HOLDS(e || strncmp(decode_encoding(d), "utf-16", 6) == 0);
    decode_free(d);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n < 1 || (n > 2 && data[1] == 0x1f && data[2] == 0x8b)) /* gzip */
        return 0;
    bool big = data[0] & BIG, marked = data[0] & MARKED;
    uint8_t *file = malloc(n + 1);
    struct text want = {malloc((n + 1) * OUT_BYTES), 0}, got = {malloc((n + 1) * OUT_BYTES + 509), 0};
    HOLDS(file && want.bytes && got.bytes);
    size_t front = marked ? 2 : 0;
    file[0] = big ? MARK >> 8 : MARK & 0xff;
    file[1] = big ? MARK & 0xff : MARK >> 8;
    memcpy(file + front, data + 1, n - 1);
    struct given g = {file, front + n - 1, 0, (size_t)(data[0] >> 2) + 1};
    bool whole = plainly(file, g.n, big, &want);
    enum err e = read_all(&g, marked ? NULL : big ? "utf-16be" : "utf-16le", &got);
    HOLDS(e == (whole ? ERR_OK : ERR_DATA_FORMAT));
    HOLDS(e || (got.n == want.n && memcmp(got.bytes, want.bytes, got.n) == 0));
    free(file);
    free(want.bytes);
    free(got.bytes);
    return 0;
}
