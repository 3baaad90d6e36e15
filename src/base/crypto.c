/* The door to libsodium. Invariant: a secret never leaves memory but to its own file. */
#include "base/crypto.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum err read_secrets(int fd, const char *path, struct fault *f, struct crypto_secrets *ret) {
    unsigned char bytes[sizeof ret->at + 1];
    size_t got = 0;
    for (ssize_t n; (n = read(fd, bytes + got, sizeof bytes - got)) > 0;)
        got += (size_t)n;
    if (!got || got % CRYPTO_SECRET_BYTES || got > sizeof ret->at)
        return fault_set(f, ERR_DATA_INVALID,
                         "secret file \"%s\" must hold 1 to %d secrets of %d bytes, it has %zu bytes", path,
                         CRYPTO_SECRETS_MAX, CRYPTO_SECRET_BYTES, got);
    memcpy(ret->at, bytes, got);
    ret->count = got / CRYPTO_SECRET_BYTES;
    ret->lasting = true;
    return ERR_OK;
}

/* Writes a file that is not there yet; it lasts once this returns. */
static enum err write_secrets(const char *path, const struct crypto_secrets *s, struct fault *f) {
    size_t size = s->count * sizeof s->at[0];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(f, ERR_IO, "cannot make secret file \"%s\": %s", path, strerror(errno));
    bool written = write(fd, s->at, size) == (ssize_t)size && fsync(fd) == 0;
    if (close(fd) == 0 && written)
        return ERR_OK;
    (void)unlink(path);
    return fault_set(f, ERR_IO, "cannot write secret file \"%s\"", path);
}

static void add_newest(struct crypto_secrets *s) {
    memmove(&s->at[1], &s->at[0], s->count * sizeof s->at[0]);
    randombytes_buf(s->at[0].bytes, sizeof s->at[0].bytes);
    s->count++;
}

enum err crypto_secrets_load(const char *path, bool make, struct fault *f,
                             struct crypto_secrets *ret_secrets) {
    struct crypto_secrets s = {0};
    if (sodium_init() < 0)
        return fault_set(f, ERR_INTERNAL, "libsodium did not start");
    int fd = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool absent = *path && fd < 0 && errno == ENOENT;
    if (*path && fd < 0 && !(absent && make))
        return fault_set(f, ERR_IO, "cannot read secret file \"%s\": %s", path, strerror(errno));
    enum err e = ERR_OK;
    if (fd >= 0)
        e = read_secrets(fd, path, f, &s);
    else
        add_newest(&s);
    if (absent)
        e = write_secrets(path, &s, f);
    if (fd >= 0)
        close(fd);
    if (e)
        return e;
    s.lasting = *path != '\0';
    *ret_secrets = s;
    return ERR_OK;
}

enum err crypto_secrets_rotate(const char *path, struct fault *f, struct crypto_secrets *s) {
    CLEANUP(buf_free) struct buf fresh = {0};
    if (s->count == CRYPTO_SECRETS_MAX)
        return fault_set(f, ERR_DATA_INVALID, "secret file \"%s\" holds %d secrets already, there is no room",
                         path, CRYPTO_SECRETS_MAX);
    struct crypto_secrets all = *s;
    add_newest(&all);
    buf_printf(&fresh, "%s.new", path);
    enum err e = write_secrets(fresh.data, &all, f);
    if (e)
        return e;
    if (rename(fresh.data, path) != 0) {
        e = fault_set(f, ERR_IO, "cannot replace secret file \"%s\": %s", path, strerror(errno));
        (void)unlink(fresh.data);
        return e;
    }
    *s = all;
    return ERR_OK;
}

void crypto_tag(const struct crypto_secret *secret, const char *purpose, const void *data, size_t n,
                unsigned char ret_tag[CRYPTO_TAG_BYTES]) {
    unsigned char personal[crypto_generichash_blake2b_PERSONALBYTES] = {0};
    static const unsigned char salt[crypto_generichash_blake2b_SALTBYTES] = {0};
    size_t len = strlen(purpose);
    memcpy(personal, purpose, len < sizeof personal ? len : sizeof personal);
    crypto_generichash_blake2b_salt_personal(ret_tag, CRYPTO_TAG_BYTES, data, n, secret->bytes,
                                             sizeof secret->bytes, salt, personal);
}

bool crypto_tag_equal(const unsigned char a[CRYPTO_TAG_BYTES], const unsigned char b[CRYPTO_TAG_BYTES]) {
    return sodium_memcmp(a, b, CRYPTO_TAG_BYTES) == 0;
}

void crypto_secrets_sign(const struct crypto_secrets *s, const char *purpose, const void *data, size_t n,
                         unsigned char ret_tag[CRYPTO_TAG_BYTES]) {
    crypto_tag(&s->at[0], purpose, data, n, ret_tag);
}

bool crypto_secrets_signed(const struct crypto_secrets *s, const char *purpose, const void *data, size_t n,
                           const unsigned char tag[CRYPTO_TAG_BYTES]) {
    bool any = false;
    for (size_t i = 0; i < s->count; i++) {
        unsigned char own[CRYPTO_TAG_BYTES];
        crypto_tag(&s->at[i], purpose, data, n, own);
        any |= crypto_tag_equal(own, tag);
    }
    return any;
}

void crypto_hex(const unsigned char tag[CRYPTO_TAG_BYTES], char ret_text[2 * CRYPTO_TAG_BYTES + 1]) {
    sodium_bin2hex(ret_text, 2 * CRYPTO_TAG_BYTES + 1, tag, CRYPTO_TAG_BYTES);
}

void crypto_base64(const void *data, size_t n, char *out) {
    sodium_bin2base64(out, sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING), data, n,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypto_unbase64(const char *text, size_t n, void *out, size_t cap, size_t *ret_len) {
    return sodium_base642bin(out, cap, text, n, NULL, ret_len, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

uint64_t crypto_random(void) {
    uint64_t v;
    randombytes_buf(&v, sizeof v);
    return v;
}
