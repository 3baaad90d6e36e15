/* gzip, unpacked as it arrives. Invariant: memory is zlib's window and nothing more, whatever the ratio. */
#include "base/inflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_ONLY = 16 };

struct inflate {
    z_stream z;
    bool whole; /* between members */
};

struct inflate *inflate_new(void) {
    struct inflate *z = calloc(1, sizeof *z);
    if (z && inflateInit2(&z->z, GZIP_ONLY + MAX_WBITS) == Z_OK)
        return z;
    free(z);
    return NULL;
}

enum err inflate_run(struct inflate *z, const char **in, size_t *n, char *out, size_t cap, struct fault *f,
                     size_t *ret_n) {
    z->z.next_in = (unsigned char *)(uintptr_t)*in;
    z->z.avail_in = (unsigned)*n;
    z->z.next_out = (unsigned char *)out;
    z->z.avail_out = (unsigned)cap;
    int status = Z_OK;
    while (status == Z_OK && z->z.avail_in && z->z.avail_out) {
        if (z->whole && inflateReset(&z->z) != Z_OK)
            return fault_set(f, ERR_INTERNAL, "gzip cannot begin again");
        z->whole = false;
        status = inflate(&z->z, Z_NO_FLUSH);
        z->whole = status == Z_STREAM_END;
        status = z->whole ? Z_OK : status;
    }
    *in = (const char *)z->z.next_in;
    *n = z->z.avail_in;
    *ret_n = cap - z->z.avail_out;
    if (status != Z_OK && status != Z_BUF_ERROR)
        return fault_set(f, ERR_DATA_FORMAT, "the gzip data is damaged: %s",
                         z->z.msg ? z->z.msg : "unreadable");
    return ERR_OK;
}

bool inflate_whole(const struct inflate *z) {
    return z->whole;
}

void inflate_free(struct inflate *z) {
    if (!z)
        return;
    inflateEnd(&z->z);
    free(z);
}
