/* Erasing a creator for good, and taking an erasure back. */
#ifndef NICHED_INGEST_ERASE_H
#define NICHED_INGEST_ERASE_H

#include "base/crypto.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

/* An account as people name it: world 0 live, 1 sandbox; platform 1..3; key the username in lower case
 * (ASCII) without @, or the platform's own id. */
struct erase_account {
    int world, platform;
    const char *key;
};

enum { ERASE_HASH_TEXT = 2 * CRYPTO_TAG_BYTES + 3 };

/* The keyed hash of a name (kind "username") or platform id (kind "id") under which an erased creator is
 * remembered, as PostgreSQL writes bytes: \x and hexadecimal digits. */
void erase_hash(const struct crypto_secret *secret, int world, int platform, const char *kind,
                const char *key, char ret_text[ERASE_HASH_TEXT]);
/* Forgets the creator who has this username now or had it, with every row in every table, and remembers only
 * salted hashes of all their names and ids; open requests of theirs lose what they say about the person
 * (`request`: the id of the one that asked, NULL: none). Inside the caller's transaction; takes the
 * importer's lock. A creator whom the store does not know is remembered by the name alone. The secrets must
 * be lasting ones; the newest is used, and the store notes its mark. ERR_STORE_SECRET as secrets_check().
 * *ret_known: whether the store knew them; *ret_keys: how many names and ids. ERR_STORE_*. */
NODISCARD enum err erase_creator(struct db *db, const struct crypto_secrets *secrets,
                                 const struct erase_account *who, const char *request, struct fault *f,
                                 bool *ret_known, int64_t *ret_keys);
/* Whether a username (or, with `id`, a platform's id) is that of an erased creator, under any of the secrets.
 * ERR_STORE_*. */
NODISCARD enum err erase_remembers(struct db *db, const struct crypto_secrets *secrets,
                                   const struct erase_account *who, bool id, struct fault *f,
                                   bool *ret_erased);
/* Forgets that a username (or id) was erased, so that it may come in again. *ret_lifted: false if it was not.
 * ERR_STORE_*. */
NODISCARD enum err erase_lift(struct db *db, const struct crypto_secrets *secrets,
                              const struct erase_account *who, bool id, struct fault *f, bool *ret_lifted);

#endif
