/* Idempotency-Key: a write that is sent again is answered, not done again. Invariants: the answer is kept in
 * the transaction of the write, so that there is either both or neither; only hashes of key and request are
 * kept, and no answer that says something about a person. A refused write is not kept: it may be sent again.
 */
#include "writes.h"

#include <string.h>

enum { KEY_MAX = 255 };

static const char *hash_text(struct request *req, const char *purpose, const char *text, size_t n) {
    static const struct crypto_secret none = {{0}};
    unsigned char tag[CRYPTO_TAG_BYTES];
    crypto_tag(&none, purpose, text, n, tag);
    const char *hex = "\\x";
    for (size_t i = 0; i < sizeof tag; i++)
        hex = arena_printf(req->arena, "%s%02x", hex, tag[i]);
    return hex;
}

static const char *key_hash(struct request *req) {
    const struct write_state *st = req->state;
    const char *whose =
        arena_printf(req->arena, "%d %lld %s", req->caller.workspace, (long long)req->caller.key,
                     st->once_key); /* another caller's key is another one */
    return hash_text(req, "idempotency key", whose, strlen(whose));
}

static const char *request_hash(struct request *req) {
    const struct write_state *st = req->state;
    CLEANUP(buf_free) struct buf all = {0};
    buf_printf(&all, "%s %s %s", req->method, req->path, st->if_match ? st->if_match : "");
    for (size_t i = 0; i < req->n_args; i++)
        buf_printf(&all, "&%s=%s", req->args[i].name, req->args[i].value);
    buf_putc(&all, '\n');
    buf_put(&all, req->upload.data ? req->upload.data : "", req->upload.len);
    return hash_text(req, "idempotent body", all.data, all.len);
}

static enum err check_key(struct request *req, const char *key) {
    size_t n = strlen(key);
    bool plain = n >= 1 && n <= KEY_MAX;
    for (size_t i = 0; i < n && plain; i++)
        plain = key[i] > ' ' && key[i] < 0x7f;
    if (plain)
        return ERR_OK;
    request_fail(req, ERR_PARAM_INVALID,
                 "Idempotency-Key must be 1 to %d visible characters without blanks, got \"%.100s\"", KEY_MAX,
                 key);
    return fault_param(&req->fault, "Idempotency-Key", key, "1 to 255 visible characters");
}

/* Takes what was answered then. */
static enum err take_answer(struct request *req, const struct rows *rows, bool *ret_again) {
    struct write_state *st = req->state;
    if (!rows_count(rows))
        return ERR_OK;
    if (!rows_bool(rows, 0, 0))
        return request_fail(req, ERR_IDEMPOTENCY_MISMATCH,
                            "this Idempotency-Key was used for another request within 24 hours: take a new "
                            "one for each write");
    st->status = (int)rows_i64(rows, 0, 1);
    st->answer = rows_text(rows, 0, 2) ? arena_strdup(req->arena, rows_text(rows, 0, 2)) : NULL;
    *ret_again = true;
    return ERR_OK;
}

enum err write_once_begin(struct request *req, bool *ret_again) {
    struct write_state *st = req->state;
    *ret_again = false;
    if (!st->once_key)
        return ERR_OK;
    enum err e = check_key(req, st->once_key);
    if (e)
        return e;
    CLEANUP(rows_free_at) struct rows *locked = NULL;
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    const char *params[] = {key_hash(req), request_hash(req)};
    e = db_query(st->db, "once_lock", 1, params, &req->fault, &locked);
    if (!e && !rows_bool(locked, 0, 0))
        e = request_fail(
            req, ERR_IDEMPOTENCY_BUSY,
            "a request with this Idempotency-Key is being carried out: ask again when it is done");
    if (!e)
        e = db_query(st->db, "once_find", COUNT_OF(params), params, &req->fault, &rows);
    return e ? e : take_answer(req, rows, ret_again);
}

enum err write_once_end(struct request *req) {
    struct write_state *st = req->state;
    if (!st->once_key)
        return ERR_OK;
    const char *params[] = {key_hash(req), req->route->name, request_hash(req),
                            arena_printf(req->arena, "%d", st->status), st->answer};
    return db_query(st->db, "once_put", COUNT_OF(params), params, &req->fault, NULL);
}
