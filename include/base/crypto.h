/* Keyed hashes and randomness, by libsodium. */
#ifndef NICHED_BASE_CRYPTO_H
#define NICHED_BASE_CRYPTO_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CRYPTO_SECRET_BYTES = 32, CRYPTO_TAG_BYTES = 16, CRYPTO_SECRETS_MAX = 8 };

struct crypto_secret {
    unsigned char bytes[CRYPTO_SECRET_BYTES];
};

/* The secrets of a file, the newest first: that one signs and salts, the others are there to know again what
 * they signed and salted. */
struct crypto_secrets {
    struct crypto_secret at[CRYPTO_SECRETS_MAX];
    size_t count;
    bool lasting; /* of a file; else one that lives as long as the process */
};

/* Reads a file of 1 to 8 secrets of 32 bytes, or makes one with one (mode 0600) if there is none and `make`;
 * an empty path gives one that lives as long as the process. ERR_IO, ERR_DATA_INVALID. */
NODISCARD enum err crypto_secrets_load(const char *path, bool make, struct fault *f,
                                       struct crypto_secrets *ret_secrets);
/* Puts a new secret in front of those of the file, which is replaced as a whole or not at all; *s holds them
 * afterwards. ERR_IO, ERR_DATA_INVALID if there is no room. */
NODISCARD enum err crypto_secrets_rotate(const char *path, struct fault *f, struct crypto_secrets *s);
/* Keyed BLAKE2b of n bytes, 16 bytes. `purpose` (at most 16 bytes are used) keeps uses of one secret apart.
 */
void crypto_tag(const struct crypto_secret *secret, const char *purpose, const void *data, size_t n,
                unsigned char ret_tag[CRYPTO_TAG_BYTES]);
/* Compares two tags in constant time. */
bool crypto_tag_equal(const unsigned char a[CRYPTO_TAG_BYTES], const unsigned char b[CRYPTO_TAG_BYTES]);
/* Signs with the newest secret. */
void crypto_secrets_sign(const struct crypto_secrets *s, const char *purpose, const void *data, size_t n,
                         unsigned char ret_tag[CRYPTO_TAG_BYTES]);
/* Whether the tag is that of the data under any of the secrets. */
bool crypto_secrets_signed(const struct crypto_secrets *s, const char *purpose, const void *data, size_t n,
                           const unsigned char tag[CRYPTO_TAG_BYTES]);
/* A tag as 32 hexadecimal digits, terminated. */
void crypto_hex(const unsigned char tag[CRYPTO_TAG_BYTES], char ret_text[2 * CRYPTO_TAG_BYTES + 1]);
/* Base64url without padding of n bytes, terminated; out holds at least n * 4 / 3 + 4 bytes. */
void crypto_base64(const void *data, size_t n, char *out);
/* The reverse; false if it is not base64url of at most cap bytes. */
bool crypto_unbase64(const char *text, size_t n, void *out, size_t cap, size_t *ret_len);
/* 64 random bits. */
uint64_t crypto_random(void);

#endif
