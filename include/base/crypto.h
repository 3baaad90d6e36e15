/* Keyed hashes and randomness, by libsodium. */
#ifndef NICHED_BASE_CRYPTO_H
#define NICHED_BASE_CRYPTO_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CRYPTO_SECRET_BYTES = 32, CRYPTO_TAG_BYTES = 16 };

struct crypto_secret {
    unsigned char bytes[CRYPTO_SECRET_BYTES];
};

/* Reads the secret from a file of exactly 32 bytes, or makes both if there is none (mode 0600); an empty path
 * gives a secret that lives as long as the process. ERR_IO, ERR_DATA_INVALID. */
NODISCARD enum err crypto_secret_load(const char *path, struct fault *f, struct crypto_secret *ret_secret);
/* Keyed BLAKE2b of n bytes, 16 bytes. `purpose` (at most 16 bytes are used) keeps uses of one secret apart.
 */
void crypto_tag(const struct crypto_secret *secret, const char *purpose, const void *data, size_t n,
                unsigned char ret_tag[CRYPTO_TAG_BYTES]);
/* Compares two tags in constant time. */
bool crypto_tag_equal(const unsigned char a[CRYPTO_TAG_BYTES], const unsigned char b[CRYPTO_TAG_BYTES]);
/* Base64url without padding of n bytes, terminated; out holds at least n * 4 / 3 + 4 bytes. */
void crypto_base64(const void *data, size_t n, char *out);
/* The reverse; false if it is not base64url of at most cap bytes. */
bool crypto_unbase64(const char *text, size_t n, void *out, size_t cap, size_t *ret_len);
/* 64 random bits. */
uint64_t crypto_random(void);

#endif
