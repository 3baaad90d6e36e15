/* Erasure, the one function for requests of creators and for DELETE. Invariants: nothing of the person stays
 * but salted hashes; it happens under the lock that imports and writes take. */
#include "ingest/erase.h"

#include "base/buf.h"
#include "ingest/secrets.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_TEXT = 16 };

void erase_hash(const struct crypto_secret *secret, int world, int platform, const char *kind,
                const char *key, char ret_text[ERASE_HASH_TEXT]) {
    unsigned char tag[CRYPTO_TAG_BYTES];
    CLEANUP(buf_free) struct buf text = {0};
    buf_printf(&text, "%d %d %s %s", world, platform, kind, key);
    crypto_tag(secret, "tombstone", text.data, text.len, tag);
    memcpy(ret_text, "\\x", 2);
    crypto_hex(tag, ret_text + 2);
}

struct erased {
    struct buf hashes, platforms, keys, all;
    const char *creator; /* NULL: the store does not know the account */
};

static void erased_done(struct erased *e) {
    buf_free(&e->hashes);
    buf_free(&e->platforms);
    buf_free(&e->keys);
    buf_free(&e->all);
}

/* The hash as merge_erased.c looks for it. */
static void take_key(const struct crypto_secret *secret, int world, const struct rows *k, size_t i,
                     struct erased *ret) {
    char hex[ERASE_HASH_TEXT];
    erase_hash(secret, world, (int)rows_i64(k, i, 1), rows_text(k, i, 2), rows_text(k, i, 3), hex);
    db_array_put(&ret->hashes, hex);
    db_array_put(&ret->all, rows_text(k, i, 3));
    if (rows_text(k, i, 0))
        ret->creator = rows_text(k, i, 0);
    if (strcmp(rows_text(k, i, 2), "username") != 0)
        return;
    db_array_put(&ret->platforms, rows_text(k, i, 1));
    db_array_put(&ret->keys, rows_text(k, i, 3));
}

enum err erase_creator(struct db *db, const struct crypto_secrets *secrets, const struct erase_account *who,
                       const char *request, struct fault *f, bool *ret_known, int64_t *ret_keys) {
    char world[NUMBER_TEXT], platform[NUMBER_TEXT];
    const char *account[] = {world, platform, who->key};
    snprintf(world, sizeof world, "%d", who->world);
    snprintf(platform, sizeof platform, "%d", who->platform);
    CLEANUP(rows_free_at) struct rows *k = NULL;
    enum err e = db_run(db, "select pg_advisory_xact_lock(20261, 0)", f, NULL);
    if (!e)
        e = secrets_check(db, secrets, f);
    if (!e)
        e = secrets_note(db, secrets, f);
    if (!e)
        e = db_query(db, "erase_keys", COUNT_OF(account), account, f, &k);
    if (e)
        return e;
    CLEANUP(erased_done) struct erased gone = {0};
    for (size_t i = 0; i < rows_count(k); i++)
        take_key(&secrets->at[0], who->world, k, i, &gone);
    const char *params[] = {gone.creator,
                            db_array_end(&gone.hashes),
                            db_array_end(&gone.platforms),
                            db_array_end(&gone.keys),
                            world,
                            request,
                            db_array_end(&gone.all)};
    e = db_query(db, "erase_forget", COUNT_OF(params), params, f, NULL);
    if (e)
        return e;
    *ret_known = gone.creator != NULL;
    *ret_keys = (int64_t)rows_count(k);
    return ERR_OK;
}

/* The hashes of a name under each secret, as an array's text. */
static void put_hashes(const struct crypto_secrets *secrets, const struct erase_account *who, bool id,
                       struct buf *out) {
    char hex[ERASE_HASH_TEXT];
    for (size_t i = 0; i < secrets->count; i++) {
        erase_hash(&secrets->at[i], who->world, who->platform, id ? "id" : "username", who->key, hex);
        db_array_put(out, hex);
    }
}

enum err erase_remembers(struct db *db, const struct crypto_secrets *secrets, const struct erase_account *who,
                         bool id, struct fault *f, bool *ret_erased) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    CLEANUP(buf_free) struct buf hashes = {0};
    put_hashes(secrets, who, id, &hashes);
    const char *params[] = {db_array_end(&hashes)};
    enum err e = db_query(db, "erase_find", COUNT_OF(params), params, f, &rows);
    if (!e)
        *ret_erased = rows_count(rows) > 0;
    return e;
}

enum err erase_lift(struct db *db, const struct crypto_secrets *secrets, const struct erase_account *who,
                    bool id, struct fault *f, bool *ret_lifted) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    CLEANUP(buf_free) struct buf hashes = {0};
    put_hashes(secrets, who, id, &hashes);
    const char *params[] = {db_array_end(&hashes)};
    enum err e = db_query(db, "erase_lift", COUNT_OF(params), params, f, &rows);
    if (!e)
        *ret_lifted = rows_affected(rows) > 0;
    return e;
}
