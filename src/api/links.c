/* PUT and DELETE of /creators/{id}/accounts/{platform}/{username}: an account becomes one of a creator's, or
 * a creator of its own again. Invariants as of writes.c: one transaction on a thread of the pool, under the
 * importer's lock, answered once for an Idempotency-Key. */
#include "writes.h"

#include "api/writer.h"
#include "audit.h"
#include "ingest/link.h"

#include <string.h>

/* Links, or takes out; *ret_owner: whose the account is then. */
static enum err change(struct request *req, const struct link_pair *pair, int64_t *ret_owner) {
    struct write_state *st = req->state;
    const char *name = arena_printf(req->arena, "%s/%s", st->platform, st->username);
    if (st->if_match && !write_matches(st->if_match, pair->tag))
        return request_fail(req, ERR_CREATOR_CHANGED,
                            "If-Match is %.100s, the creator has another tag: GET it, and write again with "
                            "its ETag",
                            st->if_match);
    st->status = 200;
    if (strcmp(req->route->name, "account_unlink") == 0)
        return link_part(st->db, pair, name, &req->fault, ret_owner);
    bool changed;
    enum err e = link_account(st->db, pair, name, &req->fault, &changed);
    if (e)
        return e;
    st->status = changed ? 201 : 200;
    *ret_owner = pair->creator_id;
    return ERR_OK;
}

static enum err in_transaction(struct request *req) {
    struct write_state *st = req->state;
    struct link_pair pair;
    bool again = false;
    enum err e = write_once_begin(req, &again);
    if (!e)
        e = link_find(st->db, req->segments[0], st->who.platform, st->who.key, &req->fault, &pair);
    if (e)
        return e;
    int64_t owner = pair.owner_id;
    if (!again)
        e = change(req, &pair, &owner);
    if (!e && !again)
        e = write_once_end(req);
    st->account.creator_id = arena_printf(req->arena, "%lld", (long long)owner);
    struct audit audit = {req, arena_printf(req->arena, "creator:%s", st->account.creator_id), st->status};
    return e || again ? e : audit_write(st->db, &audit, 1, &req->fault);
}

static enum err link_job(struct request *req) {
    struct write_state *st = req->state;
    struct writer *writer = ((const struct api *)req->app)->shared->writer;
    enum err e = writer_begin(writer, req->caller.workspace, &req->fault, &st->db);
    return e ? e : writer_end(writer, st->db, in_transaction(req), &req->fault);
}

static enum err link_done(struct request *req, const struct rows *rows) {
    (void)rows;
    const struct write_state *st = req->state;
    versions_changed(((const struct api *)req->app)->shared->versions);
    if (st->status == 201)
        request_header(req, "Location", arena_printf(req->arena, "/creators/%s", st->account.creator_id));
    return api_creator_show(req, st->account.creator_id, st->status);
}

enum err api_link(struct request *req) {
    struct write_state *st = arena_alloc(req->arena, sizeof *st);
    uint64_t given;
    char none;
    req->state = st;
    enum err e = api_params(req, &none, &given);
    if (!e)
        e = api_creator_id(req);
    if (!e)
        e = write_address(req, req->segments[1], req->segments[2]);
    if (e)
        return e;
    st->if_match = request_given(req, "If-Match");
    st->once_key = request_given(req, "Idempotency-Key");
    return request_work(req, link_job, link_done);
}
