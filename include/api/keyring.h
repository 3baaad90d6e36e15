/* The keys that are good, as one reading of the store found them. The keeper reads them about once a second
 * and whenever one is made or revoked, and publishes immutable rings; loops hold one by reference, so that a
 * key costs a request no question to the store. A ring that is older than KEYRING_STALE_MS vouches for
 * nobody: what was revoked is refused within that time, whatever becomes of the keeper. */
#ifndef NICHED_API_KEYRING_H
#define NICHED_API_KEYRING_H

#include "base/crypto.h"
#include "http/request.h"
#include "store/db.h"

enum { KEYRING_STALE_MS = 4000, KEY_SECRET_BYTES = 32, KEY_TEXT_MAX = 96 };

struct api_key {
    int64_t id;
    int32_t workspace;
    enum scope scope;
    bool publishable;
    unsigned char hash[CRYPTO_TAG_BYTES];
    const char *const *origins; /* of pages; a publishable key has some */
    size_t n_origins;
    int64_t per_minute; /* 0: as the settings say */
    int64_t expires_us; /* 0: never */
};

struct keyring;

/* Reads all keys that are not revoked. ERR_STORE_*. */
NODISCARD enum err keyring_read(struct db *db, struct fault *f, struct keyring **ret_ring);
/* One more reference. Accepts NULL. */
struct keyring *keyring_hold(struct keyring *r);
/* Gives a reference back. Accepts NULL. */
void keyring_give(struct keyring *r);
/* Whether it vouches at a time of the monotonic clock. NULL does not. */
bool keyring_fresh(const struct keyring *r, int64_t mono_ms);
/* Whether a publishable key names the origin. NULL has none. */
bool keyring_knows(const struct keyring *r, const char *origin);
/* The key that a text (nk_<id>_<secret>, nk_pub_<id>_<secret>) is at a time, NULL if it is none; the secrets
 * are compared in constant time. */
const struct api_key *keyring_find(const struct keyring *r, const char *text, int64_t now_us);

/* A new secret and its hash. */
void key_make(unsigned char ret_secret[KEY_SECRET_BYTES], unsigned char ret_hash[CRYPTO_TAG_BYTES]);
/* The key as its owner gets it, at most KEY_TEXT_MAX bytes with the NUL. */
void key_text(int64_t id, bool publishable, const unsigned char secret[KEY_SECRET_BYTES],
              char ret_text[KEY_TEXT_MAX]);

#endif
