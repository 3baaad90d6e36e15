/* From bytes to UTF-8: gzip, UTF-16, Windows-1252; the first byte says the encoding and the size of the
 * chunks. What comes out is the same whatever the chunks. */
#include "given.h"

#include "base/hash.h"

enum { OUT_MAX = 1 << 22 }; /* of gzip that unpacks to more, the beginning */

static enum err read_by(const uint8_t *data, size_t n, const char *encoding, size_t chunk,
                        uint64_t *ret_hash) {
    struct given g = {data, n, 0, chunk};
    struct decode *d = NULL;
    struct fault f = {0};
    char buf[509];
    enum err e = decode_new((struct import_source){give, &g}, encoding, &f, &d);
    size_t total = 0;
    for (size_t got = 1; !e && got && total < OUT_MAX; total += got) {
        e = decode_read(d, buf, sizeof buf, &f, &got);
        HOLDS(e || got <= sizeof buf);
        if (!e)
            *ret_hash = hash_bytes(*ret_hash, buf, got);
        else
            got = 0;
    }
    decode_free(d);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static const char *const encodings[] = {NULL, "utf-8", "utf-16", "windows-1252"};
    if (n < 1)
        return 0;
    const char *encoding = encodings[data[0] & 3];
    uint64_t whole = HASH_START, parts = HASH_START;
    enum err e = read_by(data + 1, n - 1, encoding, SIZE_MAX, &whole);
    enum err again = read_by(data + 1, n - 1, encoding, (size_t)(data[0] >> 2) + 1, &parts);
    HOLDS((e == ERR_OK) == (again == ERR_OK));
    HOLDS(e || whole == parts);
    return 0;
}
