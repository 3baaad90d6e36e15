/* Authorization and Origin, parted by a line end: nobody who sends a key is taken for anybody else, no text
 * is a key but those that were given out, one that has expired is none, and a publishable one is good for the
 * pages it names alone. */
#include "fuzz.h"

#include "../../src/api/keyring.c"
#include "../../src/http/exchange.h"
#include "api/api.h"

enum { GOOD = 7, PAGE = 12, EXPIRED = 40 };

static const char page[] = "https://shop.example";

/* The secret of a key: its id, 32 times. */
static void secret_of(int64_t id, unsigned char ret[KEY_SECRET_BYTES]) {
    memset(ret, (int)id, KEY_SECRET_BYTES);
}

static struct api_key key(int64_t id, bool publishable, int64_t expires_us) {
    static const char *const origins[] = {page};
    unsigned char secret[KEY_SECRET_BYTES];
    struct api_key k = {.id = id, .workspace = 1, .scope = SCOPE_WRITE, .expires_us = expires_us};
    k.publishable = publishable;
    k.scope = publishable ? SCOPE_READ : SCOPE_WRITE;
    k.origins = origins;
    k.n_origins = publishable;
    secret_of(id, secret);
    hash_secret(secret, k.hash);
    return k;
}

/* Whether the text is that key's, but for zeros in front of its number. */
static bool is_given_out(const char *text, const struct api_key *k) {
    unsigned char secret[KEY_SECRET_BYTES];
    char good[KEY_TEXT_MAX];
    secret_of(k->id, secret);
    key_text(k->id, k->publishable, secret, good);
    size_t front = k->publishable ? strlen("nk_pub_") : strlen("nk_");
    return strncmp(text, good, front) == 0 &&
           strcmp(text + front + strspn(text + front, "0"), good + front) == 0;
}

static void check(const struct request *req, enum err e, const char *header, const char *origin) {
    const struct caller *c = &req->caller;
    if (e) {
        HOLDS(e == ERR_AUTH_INVALID || e == ERR_AUTH_FORBIDDEN);
        return;
    }
    HOLDS(c->key == GOOD || c->key == PAGE);
    HOLDS(c->publishable == (c->key == PAGE) && c->workspace == (c->key == GOOD));
    HOLDS(c->scope == (c->key == PAGE ? SCOPE_READ : SCOPE_WRITE));
    HOLDS(c->key != PAGE || (origin && strcmp(origin, page) == 0));
    struct api_key k = key(c->key, c->publishable, 0);
    const char *from = header + strspn(header, " ");
    HOLDS(strncasecmp(from, "bearer ", 7) == 0);
    HOLDS(is_given_out(from + 7 + strspn(from + 7, " "), &k));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char *header = fuzz_text(data, n), *end = strchr(header, '\n');
    const char *origin = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    struct api_key keys[] = {key(GOOD, false, 0), key(PAGE, true, 0), key(EXPIRED, false, 1)};
    /* never stale, however long the machine lets this wait */
    struct keyring ring = {.references = 1, .read_ms = INT64_MAX / 2, .keys = keys, .n = COUNT_OF(keys)};
    struct settings settings = {.writes = "on", .anonymous_read = "on", .address = "127.0.0.1"};
    const struct api_shared shared = {.settings = &settings};
    struct api api = {.shared = &shared, .keys = &ring};
    struct loop *loop = calloc(1, sizeof *loop);
    struct exchange *x = calloc(1, sizeof *x);
    const struct route route = {.need = NEED_READ};
    HOLDS(loop && x);
    loop->settings = &settings;
    x->req.arena = arena_new(4096);
    x->req.loop = loop;
    x->req.app = &api;
    x->req.route = &route;
    x->headers.authorization = header;
    x->headers.origin = origin;
    check(&x->req, api_admit(&x->req), header, origin);
    arena_free(x->req.arena);
    free(x);
    free(loop);
    free(header);
    return 0;
}
