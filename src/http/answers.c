/* The table of kept answers. Invariants: what is kept is at most the bound, but for the one used last; an
 * answer that left the table lives on until the last exchange that sends it gave it back; one that is asked
 * for is in the table, and counts nothing. */
#include "answers.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum {
    BYTES_A_BUCKET = 4096,
    BUCKETS_LEAST = 256,
    BUCKETS_MOST = 65536,
    RAW_NAMES_MAX = 8, /* of an answer */
    SHARE_MAX = 8      /* an answer has at most one part in this of the bound */
};

struct answer_name {
    struct answer_name *next;   /* in its bucket */
    struct answer_name *sister; /* of the same answer, the one given before */
    struct answer *answer;
    uint64_t hash;
    enum coding coding;
    bool raw;
    size_t len;
    char bytes[];
};

struct answers {
    struct answer *newest, *oldest;
    size_t bytes, bound;
    uint64_t seed; /* unknown to callers, so that nobody fills a bucket on purpose */
    struct meters *meters;
    size_t buckets; /* a power of two */
    struct answer_name *bucket[];
};

struct answers *answers_new(size_t bytes, struct meters *meters, uint64_t seed) {
    size_t n = BUCKETS_LEAST;
    while (n < BUCKETS_MOST && n * BYTES_A_BUCKET < bytes)
        n *= 2;
    struct answers *all = calloc(1, sizeof *all + n * sizeof all->bucket[0]);
    if (!all)
        return NULL;
    all->bound = bytes;
    all->buckets = n;
    all->seed = HASH_START ^ seed;
    all->meters = meters;
    return all;
}

void answer_give(struct answer *a) {
    if (!a || --a->references > 0)
        return;
    for (size_t i = 0; i < COUNT_OF(a->copy); i++) {
        if (a->copy[i].ready)
            MHD_destroy_response(a->copy[i].ready);
        if (i != CODING_IDENTITY)
            free((void *)(uintptr_t)a->copy[i].data);
    }
    arena_free(a->arena);
    free(a);
}

static struct answer_name **bucket_of(struct answers *all, uint64_t hash) {
    return &all->bucket[(hash ^ hash >> 32) & (all->buckets - 1)];
}

static void unlink_name(struct answers *all, struct answer_name *name) {
    struct answer_name **at = bucket_of(all, name->hash);
    while (*at != name)
        at = &(*at)->next;
    *at = name->next;
    free(name);
}

static void count_bytes(struct answers *all, size_t bytes) {
    all->bytes = bytes;
    atomic_store_explicit(&all->meters->cache_bytes, bytes, memory_order_relaxed);
}

static void unlink_used(struct answers *all, struct answer *a) {
    *(a->newer ? &a->newer->older : &all->newest) = a->older;
    *(a->older ? &a->older->newer : &all->oldest) = a->newer;
    a->newer = a->older = NULL;
}

static void link_used(struct answers *all, struct answer *a) {
    a->older = all->newest;
    *(all->newest ? &all->newest->newer : &all->oldest) = a;
    all->newest = a;
}

void answers_used(struct answers *all, struct answer *a) {
    if (all->newest == a)
        return;
    unlink_used(all, a);
    link_used(all, a);
}

void answers_drop(struct answers *all, struct answer *a) {
    while (a->names) {
        struct answer_name *name = a->names;
        a->names = name->sister;
        unlink_name(all, name);
    }
    if (!a->asked) {
        unlink_used(all, a);
        count_bytes(all, all->bytes - a->bytes);
    }
    answer_give(a);
}

void answers_free(struct answers *all) {
    if (!all)
        return;
    while (all->newest)
        answers_drop(all, all->newest);
    free(all);
}

void answers_grow(struct answers *all, struct answer *a, size_t bytes) {
    a->bytes += bytes;
    if (!a->names || a->asked)
        return; /* it left the table */
    count_bytes(all, all->bytes + bytes);
    while (all->bytes > all->bound && all->oldest != a) {
        answers_drop(all, all->oldest);
        count_add(&all->meters->cache_evictions, 1);
    }
}

static uint64_t hash_of(const struct answers *all, const struct answer_key *key) {
    return hash_bytes(all->seed + key->raw, key->bytes, key->len);
}

struct answer *answers_find(const struct answers *all, const struct answer_key *key,
                            enum coding *ret_coding) {
    uint64_t hash = hash_of(all, key);
    const struct answer_name *name = *bucket_of((struct answers *)(uintptr_t)all, hash);
    for (; name; name = name->next)
        if (name->hash == hash && name->raw == key->raw && name->len == key->len &&
            memcmp(name->bytes, key->bytes, key->len) == 0) {
            *ret_coding = name->coding;
            return name->answer;
        }
    return NULL;
}

static size_t add_name(struct answers *all, struct answer *a, const struct answer_key *key,
                       enum coding coding) {
    struct answer_name *name = malloc(sizeof *name + key->len);
    if (!name)
        abort();
    *name = (struct answer_name){.sister = a->names,
                                 .answer = a,
                                 .hash = hash_of(all, key),
                                 .coding = coding,
                                 .raw = key->raw,
                                 .len = key->len};
    memcpy(name->bytes, key->bytes, key->len);
    struct answer_name **at = bucket_of(all, name->hash);
    name->next = *at;
    *at = name;
    a->names = name;
    return sizeof *name + key->len;
}

struct answer *answers_ask(struct answers *all, const struct answer_key *key) {
    struct answer *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    enum coding coding;
    a->references = 1;
    a->asked = true;
    a->before = answers_find(all, key, &coding);
    if (a->before)
        a->before->references++;
    a->bytes = sizeof *a + add_name(all, a, key, CODING_IDENTITY);
    return a;
}

void answers_name(struct answers *all, struct answer *a, const struct answer_key *key, enum coding coding) {
    size_t n = 0;
    struct answer_name **at = &a->names;
    for (; *at && n < RAW_NAMES_MAX; at = &(*at)->sister)
        n += (*at)->raw;
    if (*at && (*at)->raw) { /* the newest are first, the one that is not raw is last */
        struct answer_name *old = *at;
        *at = old->sister;
        size_t bytes = sizeof *old + old->len;
        a->bytes -= bytes;
        count_bytes(all, all->bytes - bytes);
        unlink_name(all, old);
    }
    answers_grow(all, a, add_name(all, a, key, coding));
}

bool answers_fill(struct answers *all, struct answer *a, const struct exchange *x) {
    const struct request *req = &x->req;
    size_t n = req->body.len;
    if (n > all->bound / SHARE_MAX)
        return false;
    a->arena = arena_new(n + 1024);
    if (!a->arena)
        return false;
    a->route = req->route;
    a->path = arena_strdup(a->arena, req->path);
    a->content_type = arena_strdup(a->arena, req->content_type);
    for (size_t i = x->own_headers; i < req->n_headers; i++)
        a->headers[a->n_headers++] = (struct reply_header){arena_strdup(a->arena, req->headers[i].name),
                                                           arena_strdup(a->arena, req->headers[i].value)};
    a->copy[CODING_IDENTITY] =
        (struct answer_copy){.data = arena_strndup(a->arena, req->body.data, n), .len = n};
    a->asked = false;
    link_used(all, a);
    size_t before = a->bytes;
    a->bytes = 0;
    answers_grow(all, a, before + n + 1024);
    return true;
}
