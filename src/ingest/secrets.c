/* Why: a store that is served with another secret forgets silently whom it erased. Invariant: who writes or
 * looks up an erased creator has checked the secrets in the same transaction, or knows that there is none. */
#include "ingest/secrets.h"

#include <string.h>
#include <unistd.h>

/* Columns of secret_marks. */
enum { MARK, SAMPLE };

static void put_mark(const struct crypto_secret *secret, const char *purpose, char ret_mark[SECRETS_MARK]) {
    unsigned char tag[CRYPTO_TAG_BYTES];
    crypto_tag(secret, purpose, "", 0, tag);
    crypto_hex(tag, ret_mark);
}

void secrets_mark(const struct crypto_secret *secret, char ret_mark[SECRETS_MARK]) {
    put_mark(secret, "erasure salt", ret_mark);
}

void secrets_sample_mark(const struct crypto_secret *secret, char ret_mark[SECRETS_MARK]) {
    put_mark(secret, "engager salt", ret_mark);
}

/* The secret of that mark, NULL: there is none. */
static const struct crypto_secret *find(const struct crypto_secrets *s, const char *mark, bool sample) {
    for (size_t i = 0; s->lasting && i < s->count; i++) {
        char own[SECRETS_MARK];
        put_mark(&s->at[i], sample ? "engager salt" : "erasure salt", own);
        if (strcmp(own, mark) == 0)
            return &s->at[i];
    }
    return NULL;
}

static enum err lacks(const struct rows *marks, size_t row, struct fault *f) {
    return fault_set(f, ERR_STORE_SECRET,
                     "%s with a secret (mark %.8s) that is not in NICHED_SECRET_FILE: put the file of then "
                     "back; if it is lost for good, see niched secret --help",
                     rows_bool(marks, row, SAMPLE) ? "the store's samples of audiences were hashed"
                                                   : "creators were erased from the store",
                     rows_text(marks, row, MARK));
}

static enum err check(const struct rows *marks, const struct crypto_secrets *s, struct fault *f) {
    for (size_t i = 0; i < rows_count(marks); i++)
        if (!find(s, rows_text(marks, i, MARK), rows_bool(marks, i, SAMPLE)))
            return lacks(marks, i, f);
    return ERR_OK;
}

enum err secrets_check(struct db *db, const struct crypto_secrets *s, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *marks = NULL;
    enum err e = db_query(db, "secret_marks", 0, NULL, f, &marks);
    return e ? e : check(marks, s, f);
}

static enum err note(struct db *db, const struct crypto_secrets *s, const char *always, struct fault *f) {
    char mark[SECRETS_MARK];
    const char *params[] = {mark, always};
    secrets_mark(&s->at[0], mark);
    return db_query(db, "secret_note", COUNT_OF(params), params, f, NULL);
}

enum err secrets_note(struct db *db, const struct crypto_secrets *s, struct fault *f) {
    return note(db, s, "true", f);
}

enum err secrets_open(struct db *db, const char *path, struct fault *f, struct crypto_secrets *ret_secrets) {
    CLEANUP(rows_free_at) struct rows *marks = NULL;
    struct crypto_secrets s = {0};
    enum err e = db_query(db, "secret_marks", 0, NULL, f, &marks);
    if (!e && rows_count(marks) && *path && access(path, F_OK) != 0)
        return lacks(marks, 0, f);
    if (!e)
        e = crypto_secrets_load(path, true, f, &s);
    if (!e)
        e = check(marks, &s, f);
    if (!e && s.lasting && !db_read_only(db))
        e = note(db, &s, "false", f);
    if (!e)
        *ret_secrets = s;
    return e;
}

enum err secrets_for_samples(struct db *db, const struct crypto_secrets *s, struct fault *f,
                             const struct crypto_secret **ret_secret) {
    CLEANUP(rows_free_at) struct rows *marks = NULL;
    enum err e = db_query(db, "secret_marks", 0, NULL, f, &marks);
    if (e)
        return e;
    const struct crypto_secret *one = NULL;
    for (size_t i = 0; i < rows_count(marks); i++)
        if (rows_bool(marks, i, SAMPLE))
            one = find(s, rows_text(marks, i, MARK), true);
    if (!one && s->lasting)
        one = &s->at[0]; /* if it is another than that of the samples, merge_check_salt() says so */
    *ret_secret = one;
    return ERR_OK;
}
