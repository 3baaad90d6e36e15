/* Keys in memory. Invariants: a published ring never changes; it is freed by whoever gives the last reference
 * back; of a secret only its hash is here.
 *
 * The hash is a fast one: a secret is 256 random bits, which nobody guesses however fast the hash is. Slow
 * ones (argon2) are for passwords, and would let anybody who sends wrong keys keep a loop busy. */
#include "api/keyring.h"

#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keyring {
    _Atomic int references;
    int64_t read_ms; /* monotonic, before the store was asked */
    struct arena *arena;
    struct api_key *keys; /* by id */
    size_t n;
};

enum { ID, WORKSPACE, SCOPE, PUBLISHABLE, HASH, ORIGINS, PER_MINUTE, EXPIRES };

static enum scope scope_of(const char *name) {
    static const char *const names[] = {
        [SCOPE_METRICS] = "metrics", [SCOPE_READ] = "read", [SCOPE_WRITE] = "write", [SCOPE_ADMIN] = "admin"};
    for (size_t i = SCOPE_METRICS; i < COUNT_OF(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum scope)i;
    return SCOPE_NONE; /* of a newer program */
}

static void read_hash(const char *hex, unsigned char ret[CRYPTO_TAG_BYTES]) {
    for (size_t i = 0; i < CRYPTO_TAG_BYTES; i++) {
        char two[3] = {hex[i * 2], hex[i * 2 + 1], '\0'};
        ret[i] = (unsigned char)strtoul(two, NULL, 16);
    }
}

static void read_key(const struct rows *rows, size_t i, struct arena *a, struct api_key *ret) {
    struct text_list origins = rows_list(rows, i, ORIGINS, a);
    *ret = (struct api_key){.id = rows_i64(rows, i, ID),
                            .workspace = (int32_t)rows_i64(rows, i, WORKSPACE),
                            .scope = scope_of(rows_text(rows, i, SCOPE)),
                            .publishable = rows_bool(rows, i, PUBLISHABLE),
                            .origins = origins.items,
                            .n_origins = origins.count,
                            .per_minute = rows_i64(rows, i, PER_MINUTE),
                            .expires_us = rows_i64(rows, i, EXPIRES)};
    read_hash(rows_text(rows, i, HASH), ret->hash);
}

enum err keyring_read(struct db *db, struct fault *f, struct keyring **ret_ring) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    int64_t now_ms = clock_mono_ms();
    enum err e = db_query(db, "keys_all", 0, NULL, f, &rows);
    if (e)
        return e;
    struct keyring *r = calloc(1, sizeof *r);
    struct arena *a = arena_new(4096);
    if (!r || !a) {
        free(r);
        arena_free(a);
        return fault_set(f, ERR_NO_MEMORY, "no memory for keys");
    }
    *r = (struct keyring){.references = 1, .read_ms = now_ms, .arena = a, .n = rows_count(rows)};
    r->keys = arena_alloc(a, (r->n + 1) * sizeof *r->keys);
    for (size_t i = 0; i < r->n; i++)
        read_key(rows, i, a, &r->keys[i]);
    *ret_ring = r;
    return ERR_OK;
}

struct keyring *keyring_hold(struct keyring *r) {
    if (r)
        atomic_fetch_add(&r->references, 1);
    return r;
}

void keyring_give(struct keyring *r) {
    if (!r || atomic_fetch_sub(&r->references, 1) > 1)
        return;
    arena_free(r->arena);
    free(r);
}

bool keyring_fresh(const struct keyring *r, int64_t mono_ms) {
    return r && mono_ms - r->read_ms < KEYRING_STALE_MS;
}

static bool names(const struct api_key *k, const char *origin) {
    for (size_t i = 0; i < k->n_origins; i++)
        if (strcmp(k->origins[i], origin) == 0)
            return true;
    return false;
}

bool keyring_knows(const struct keyring *r, const char *origin) {
    for (size_t i = 0; r && i < r->n; i++)
        if (names(&r->keys[i], origin))
            return true;
    return false;
}

static int by_id(const void *a, const void *b) {
    const struct api_key *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static void hash_secret(const unsigned char secret[KEY_SECRET_BYTES], unsigned char ret[CRYPTO_TAG_BYTES]) {
    static const struct crypto_secret none = {{0}}; /* a hash must outlive NICHED_SECRET_FILE */
    crypto_tag(&none, "niched key", secret, KEY_SECRET_BYTES, ret);
}

/* Parts of nk_<id>_<secret>. */
static bool split(const char *text, struct api_key *ret_named, unsigned char ret_secret[KEY_SECRET_BYTES]) {
    size_t len = 0;
    if (strncmp(text, "nk_", 3) != 0)
        return false;
    text += 3;
    ret_named->publishable = strncmp(text, "pub_", 4) == 0;
    text += ret_named->publishable ? 4 : 0;
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 18 || text[digits] != '_')
        return false;
    ret_named->id = strtoll(text, NULL, 10);
    text += digits + 1;
    return crypto_unbase64(text, strlen(text), ret_secret, KEY_SECRET_BYTES, &len) && len == KEY_SECRET_BYTES;
}

const struct api_key *keyring_find(const struct keyring *r, const char *text, int64_t now_us) {
    struct api_key named = {0};
    unsigned char secret[KEY_SECRET_BYTES], hash[CRYPTO_TAG_BYTES];
    if (!r || !split(text, &named, secret))
        return NULL;
    const struct api_key *k = bsearch(&named, r->keys, r->n, sizeof named, by_id);
    hash_secret(secret, hash);
    bool same = crypto_tag_equal(hash, k ? k->hash : named.hash);
    bool good =
        same && k && k->publishable == named.publishable && (!k->expires_us || now_us < k->expires_us);
    return good ? k : NULL;
}

void key_make(unsigned char ret_secret[KEY_SECRET_BYTES], unsigned char ret_hash[CRYPTO_TAG_BYTES]) {
    uint64_t random[KEY_SECRET_BYTES / sizeof(uint64_t)] = {0};
    for (size_t i = 0; i < COUNT_OF(random); i++)
        random[i] = crypto_random();
    memcpy(ret_secret, random, sizeof random);
    hash_secret(ret_secret, ret_hash);
}

void key_text(int64_t id, bool publishable, const unsigned char secret[KEY_SECRET_BYTES],
              char ret_text[KEY_TEXT_MAX]) {
    char text[KEY_SECRET_BYTES * 4 / 3 + 4];
    crypto_base64(secret, KEY_SECRET_BYTES, text);
    snprintf(ret_text, KEY_TEXT_MAX, "nk_%s%lld_%s", publishable ? "pub_" : "", (long long)id, text);
}
