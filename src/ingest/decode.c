/* Decoding in two steps: raw bytes -> unpacked bytes -> UTF-8. Invariants: memory is the two chunks, whatever
 * the file; the encoding is decided once, on the first chunk. */
#include "ingest/decode.h"

#include "base/inflate.h"
#include "base/macros.h"
#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHUNK = 64 * 1024, MOST_BYTES_A_CHAR = 6 };

struct span {
    char *bytes; /* CHUNK of them */
    size_t from, len;
    bool end;
};

struct decode {
    struct import_source source;
    struct span raw, plain;
    struct inflate *gzip; /* NULL: not packed */
    iconv_t convert;      /* (iconv_t)-1: UTF-8 as it is */
    const char *encoding; /* NULL: not decided */
    bool begun;
    int64_t bytes;
};

static const struct {
    const char *name, *iconv;
} encodings[] = {
    {"utf-8", NULL},
    {"utf-16", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"windows-1252", "WINDOWS-1252"},
    {"latin-1", "WINDOWS-1252"},
};

static enum err fill_raw(struct decode *d, struct fault *f) {
    struct span *s = &d->raw;
    s->from = s->len = 0;
    enum err e = s->end ? ERR_OK : d->source.read(d->source.ctx, s->bytes, CHUNK, f, &s->len);
    s->end |= !e && s->len == 0;
    d->bytes += e ? 0 : (int64_t)s->len;
    return e;
}

static enum err unpack(struct decode *d, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    const char *in = d->raw.bytes + d->raw.from;
    size_t left = d->raw.len - d->raw.from;
    enum err e = inflate_run(d->gzip, &in, &left, buf, n, f, ret_n);
    d->raw.from = d->raw.len - left;
    return e;
}

/* Unpacked bytes; *ret_n 0 at the end of the file. */
static enum err read_plain(struct decode *d, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    *ret_n = 0;
    while (!*ret_n) {
        enum err e = d->raw.from == d->raw.len ? fill_raw(d, f) : ERR_OK;
        if (e)
            return e;
        if (d->raw.end && d->gzip && !inflate_whole(d->gzip))
            return fault_set(f, ERR_DATA_FORMAT, "the gzip data is cut off");
        if (d->raw.end)
            return ERR_OK;
        if (d->gzip) {
            e = unpack(d, buf, n, f, ret_n);
            if (e)
                return e;
            continue;
        }
        *ret_n = d->raw.len - d->raw.from < n ? d->raw.len - d->raw.from : n;
        memcpy(buf, d->raw.bytes + d->raw.from, *ret_n);
        d->raw.from += *ret_n;
    }
    return ERR_OK;
}

/* Fills the second chunk as far as it goes. */
static enum err fill_plain(struct decode *d, struct fault *f) {
    struct span *s = &d->plain;
    memmove(s->bytes, s->bytes + s->from, s->len - s->from);
    s->len -= s->from;
    s->from = 0;
    while (!s->end && s->len < CHUNK) {
        size_t n = 0;
        enum err e = read_plain(d, s->bytes + s->len, CHUNK - s->len, f, &n);
        if (e)
            return e;
        s->end = n == 0;
        s->len += n;
        if (d->begun)
            break; /* one read at a time once the encoding is known: a slow source is not waited for */
    }
    return ERR_OK;
}

/* Whether the bytes hold what is no UTF-8, and no whole character of two bytes or more either. */
static bool is_single_byte(const char *s, size_t n, bool whole) {
    bool wrong = false;
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)s[i];
        size_t len = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
        if (i + len > n && !whole)
            break; /* the chunk ends inside a character */
        bool good = i + len <= n && text_utf8_valid(s + i, len);
        if (good && len > 1)
            return false;
        wrong |= !good;
        i += good ? len : 1;
    }
    return wrong;
}

/* UTF-16 without a mark: the first characters are ASCII, one byte of each is NUL. */
static bool has_nuls(const char *b, size_t n, size_t first) {
    size_t i = 0;
    while (i < 8 && i + 1 < n && !b[i + first] && b[i + 1 - first])
        i += 2;
    return i == 8;
}

static const char *guess(const struct span *s) {
    const char *b = s->bytes;
    size_t n = s->len;
    if (n >= 2 && (memcmp(b, "\xff\xfe", 2) == 0 || has_nuls(b, n, 1)))
        return "utf-16le";
    if (n >= 2 && (memcmp(b, "\xfe\xff", 2) == 0 || has_nuls(b, n, 0)))
        return "utf-16be";
    return is_single_byte(b, n, s->end) ? "windows-1252" : "utf-8";
}

static enum err choose(struct decode *d, const char *name, struct fault *f) {
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        if (strcasecmp(encodings[i].name, name) != 0)
            continue;
        d->encoding = encodings[i].name;
        if (!encodings[i].iconv)
            return ERR_OK;
        d->convert = iconv_open("UTF-8", encodings[i].iconv);
        return d->convert == (iconv_t)-1
                   ? fault_set(f, ERR_INTERNAL, "this system cannot read %s", encodings[i].name)
                   : ERR_OK;
    }
    return fault_set(f, ERR_USAGE, "encoding must be utf-8, utf-16, windows-1252 or latin-1, got \"%.40s\"",
                     name);
}

/* The first look: is it packed, and in what. */
static enum err begin(struct decode *d, struct fault *f) {
    enum err e = fill_raw(d, f);
    while (!e && d->raw.len == 1 && !d->raw.end) { /* the magic number has two bytes */
        size_t n = 0;
        e = d->source.read(d->source.ctx, d->raw.bytes + 1, CHUNK - 1, f, &n);
        d->raw.len += e ? 0 : n;
        d->bytes += e ? 0 : (int64_t)n;
        if (!n)
            break;
    }
    if (!e && d->raw.len >= 2 && memcmp(d->raw.bytes, "\x1f\x8b", 2) == 0) {
        d->gzip = inflate_new();
        e = d->gzip ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory to unpack with");
    }
    if (!e)
        e = fill_plain(d, f);
    if (!e && !d->encoding)
        e = choose(d, guess(&d->plain), f);
    d->begun = true;
    return e;
}

static enum err copy_plain(struct decode *d, char *buf, size_t n, size_t *ret_n) {
    struct span *s = &d->plain;
    *ret_n = s->len - s->from < n ? s->len - s->from : n;
    memcpy(buf, s->bytes + s->from, *ret_n);
    s->from += *ret_n;
    return ERR_OK;
}

static const char no_character[3] = "\xef\xbf\xbd"; /* U+FFFD, in place of bytes that mean nothing there */

static enum err convert(struct decode *d, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    struct span *s = &d->plain;
    char *out = buf;
    size_t room = n;
    while (s->from < s->len && room > MOST_BYTES_A_CHAR) {
        char *in = s->bytes + s->from;
        size_t left = s->len - s->from;
        room -= sizeof no_character; /* kept free, for one may have to follow what is converted */
        size_t status = iconv(d->convert, &in, &left, &out, &room);
        room += sizeof no_character;
        int why = status == (size_t)-1 ? errno : 0;
        s->from = s->len - left;
        if (why == EINVAL && s->end)
            return fault_set(f, ERR_DATA_FORMAT, "the file ends inside a character: it may be cut off");
        if (why == EINVAL)
            break; /* half a character: the rest is still to come */
        if (why != EILSEQ)
            continue;
        memcpy(out, no_character, sizeof no_character);
        out += sizeof no_character;
        room -= sizeof no_character;
        s->from += strncmp(d->encoding, "utf-16", 6) == 0 && s->len - s->from > 1 ? 2 : 1;
    }
    *ret_n = n - room;
    return ERR_OK;
}

enum err decode_read(void *decode, char *buf, size_t n, struct fault *f, size_t *ret_n) {
    struct decode *d = decode;
    enum err e = d->begun ? ERR_OK : begin(d, f);
    *ret_n = 0;
    while (!e && !*ret_n) {
        if (d->convert == (iconv_t)-1 && d->plain.from < d->plain.len)
            return copy_plain(d, buf, n, ret_n);
        if (d->plain.from < d->plain.len)
            e = convert(d, buf, n, f, ret_n);
        if (e || *ret_n)
            return e;
        if (d->plain.end)
            return ERR_OK;
        e = fill_plain(d, f);
    }
    return e;
}

enum err decode_new(struct import_source source, const char *encoding, struct fault *f,
                    struct decode **ret_decode) {
    struct decode *d = calloc(1, sizeof *d);
    if (!d)
        return fault_set(f, ERR_NO_MEMORY, "no memory to read with");
    d->source = source;
    d->convert = (iconv_t)-1;
    d->raw.bytes = malloc(CHUNK);
    d->plain.bytes = malloc(CHUNK);
    enum err e =
        d->raw.bytes && d->plain.bytes ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory to read with");
    if (!e && encoding)
        e = choose(d, encoding, f);
    if (e)
        decode_free(d);
    else
        *ret_decode = d;
    return e;
}

int64_t decode_bytes(const struct decode *d) {
    return d->bytes;
}

const char *decode_encoding(const struct decode *d) {
    return d->encoding ? d->encoding : "utf-8";
}

bool decode_packed(const struct decode *d) {
    return d->gzip != NULL;
}

void decode_free(struct decode *d) {
    if (!d)
        return;
    if (d->convert != (iconv_t)-1)
        iconv_close(d->convert);
    inflate_free(d->gzip);
    free(d->raw.bytes);
    free(d->plain.bytes);
    free(d);
}
