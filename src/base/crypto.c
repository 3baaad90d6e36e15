/* The door to libsodium. Invariant: a secret never leaves memory but to its own file. */
#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

static enum err read_secret(int fd, const char *path, struct fault *f, struct crypto_secret *ret) {
    unsigned char bytes[CRYPTO_SECRET_BYTES + 1];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n != CRYPTO_SECRET_BYTES)
        return fault_set(f, ERR_DATA_INVALID, "secret file \"%s\" must hold exactly %d bytes", path,
                         CRYPTO_SECRET_BYTES);
    memcpy(ret->bytes, bytes, CRYPTO_SECRET_BYTES);
    return ERR_OK;
}

static enum err make_secret(const char *path, struct fault *f, struct crypto_secret *ret) {
    struct crypto_secret s;
    randombytes_buf(s.bytes, sizeof s.bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(f, ERR_IO, "cannot make secret file \"%s\": %s", path, strerror(errno));
    ssize_t n = write(fd, s.bytes, sizeof s.bytes);
    if (close(fd) != 0 || n != (ssize_t)sizeof s.bytes)
        return fault_set(f, ERR_IO, "cannot write secret file \"%s\"", path);
    *ret = s;
    return ERR_OK;
}

enum err crypto_secret_load(const char *path, struct fault *f, struct crypto_secret *ret_secret) {
    if (sodium_init() < 0)
        return fault_set(f, ERR_INTERNAL, "libsodium did not start");
    if (!*path) {
        randombytes_buf(ret_secret->bytes, sizeof ret_secret->bytes);
        return ERR_OK;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return make_secret(path, f, ret_secret);
    if (fd < 0)
        return fault_set(f, ERR_IO, "cannot read secret file \"%s\": %s", path, strerror(errno));
    enum err e = read_secret(fd, path, f, ret_secret);
    close(fd);
    return e;
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
