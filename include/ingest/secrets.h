/* The secrets of NICHED_SECRET_FILE and the store that was written with them. The store has a mark (a keyed
 * hash of nothing, which tells nothing about the secret) of each secret that it remembers erased creators
 * under, and of the one that its samples of engagers were hashed with: without these, erased creators would
 * come back and samples could not be continued. */
#ifndef NICHED_INGEST_SECRETS_H
#define NICHED_INGEST_SECRETS_H

#include "base/crypto.h"
#include "store/db.h"

enum { SECRETS_MARK = 2 * CRYPTO_TAG_BYTES + 1 };

/* The mark of a secret under which creators are erased. */
void secrets_mark(const struct crypto_secret *secret, char ret_mark[SECRETS_MARK]);
/* The mark of a secret that engagers are hashed with. */
void secrets_sample_mark(const struct crypto_secret *secret, char ret_mark[SECRETS_MARK]);
/* Loads the secrets and checks them; where the store needs none, a file that is not there is made. Also notes
 * the newest for erased creators of a time before marks. ERR_IO, ERR_DATA_INVALID, ERR_STORE_*,
 * ERR_STORE_SECRET as secrets_check(). */
NODISCARD enum err secrets_open(struct db *db, const char *path, struct fault *f,
                                struct crypto_secrets *ret_secrets);
/* ERR_STORE_SECRET if the store was written with a secret that is not among these. */
NODISCARD enum err secrets_check(struct db *db, const struct crypto_secrets *s, struct fault *f);
/* Notes that creators are erased under the newest. */
NODISCARD enum err secrets_note(struct db *db, const struct crypto_secrets *s, struct fault *f);
/* The secret that engagers of the live world are hashed with: that of the samples in the store, else the
 * newest; NULL: none of them lasts. It is borrowed from *s. */
NODISCARD enum err secrets_for_samples(struct db *db, const struct crypto_secrets *s, struct fault *f,
                                       const struct crypto_secret **ret_secret);

#endif
