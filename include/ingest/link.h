/* One person, several accounts: linking an account to a creator and taking it out again, for HTTP and command
 * line. */
#ifndef NICHED_INGEST_LINK_H
#define NICHED_INGEST_LINK_H

#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINK_ACCOUNTS_MAX = 16 };

/* A creator and an account, as the store has them. */
struct link_pair {
    int64_t creator_id;
    int world;
    bool opted_out;
    char tag[40]; /* of the creator's profiles, as GET /creators/{id} begins its ETag */
    int64_t accounts;
    int64_t account_id, owner_id; /* 0: there is no such account in the creator's world */
    int64_t owner_accounts;
    bool owner_opted_out;
};

/* Finds them, inside the caller's transaction, with the locks of an import and of a scorer. `creator`:
 * digits; `platform`: 1..3; `key`: the username in lower case (ASCII) without @. ERR_CREATOR_UNKNOWN when
 * there is no such creator, ERR_STORE_*. */
NODISCARD enum err link_find(struct db *db, const char *creator, int platform, const char *key,
                             struct fault *f, struct link_pair *ret_pair);
/* Makes the account one of the creator's, with all that is known of it; its own creator's id leads there from
 * now on. *ret_changed: false if it was already. No score changes. `name`: the account, for what is said.
 * ERR_CREATOR_UNKNOWN, ERR_CREATOR_OPTED_OUT, ERR_CREATOR_LINKED when the account's owner has others or the
 * creator has LINK_ACCOUNTS_MAX, ERR_STORE_*. */
NODISCARD enum err link_account(struct db *db, const struct link_pair *pair, const char *name,
                                struct fault *f, bool *ret_changed);
/* The reverse: the account is a creator of its own again, under the id it had before it was linked if there
 * was one. ERR_CREATOR_UNKNOWN when it is not the creator's, ERR_CREATOR_LINKED when it is the only one. */
NODISCARD enum err link_part(struct db *db, const struct link_pair *pair, const char *name, struct fault *f,
                             int64_t *ret_creator);

#endif
