/* Cursors of /match. Invariant: what is read back was written by this installation for the same query and
 * model. */
#include "match.h"

#include "base/hash.h"

#include <string.h>

struct cursor_bytes {
    unsigned char tag[CRYPTO_TAG_BYTES];
    uint64_t query_hash;
    uint64_t model_hash;
    double key;
    int64_t account_id;
    int32_t score;
    int32_t conf;
    int64_t related;
};

static const struct crypto_secrets *secrets_of(const struct request *req) {
    return &((const struct api *)req->app)->shared->secrets;
}

const char *match_cursor_write(const struct request *req, uint64_t query_hash, const char *model_version,
                               struct match_place place) {
    struct cursor_bytes c = {.query_hash = query_hash,
                             .model_hash = hash_text(HASH_START, model_version),
                             .key = place.key,
                             .account_id = place.account_id,
                             .score = place.score,
                             .conf = place.conf,
                             .related = place.related};
    crypto_secrets_sign(secrets_of(req), "cursor", &c.query_hash, sizeof c - sizeof c.tag, c.tag);
    char *out = arena_alloc(req->arena, sizeof c * 4 / 3 + 8);
    crypto_base64(&c, sizeof c, out);
    return out;
}

enum err match_cursor_read(struct request *req, struct param_text cursor, uint64_t query_hash,
                           const char *model_version, struct match_place *ret_place) {
    struct cursor_bytes c;
    size_t len = 0;
    bool ok = crypto_unbase64(cursor.text, cursor.len, &c, sizeof c, &len) && len == sizeof c &&
              crypto_secrets_signed(secrets_of(req), "cursor", &c.query_hash, sizeof c - sizeof c.tag, c.tag);
    if (!ok || c.query_hash != query_hash) {
        request_fail(req, ERR_PARAM_CURSOR,
                     "the cursor is not one that this query gave; begin again without it");
        return fault_param(&req->fault, "cursor", cursor.text, "next_cursor of the same query");
    }
    if (c.model_hash != hash_text(HASH_START, model_version)) {
        request_fail(req, ERR_PARAM_CURSOR_RETIRED,
                     "the ranking model changed since this cursor; begin again without it");
        return fault_param(&req->fault, "cursor", cursor.text, "next_cursor of the same query");
    }
    *ret_place = (struct match_place){c.key, c.score, c.conf, c.account_id, c.related != 0};
    return ERR_OK;
}
