/* Linking accounts. Invariants: only an explicit call links; one transaction moves every row; it waits for a
 * scorer that has one of the accounts, and none has one before the commit. */
#include "ingest/link.h"

#include <stdio.h>
#include <stdlib.h>

enum column { WORLD, OPTED_OUT, TAG, ACCOUNTS, ACCOUNT, OWNER, OWNER_ACCOUNTS, OWNER_OPTED_OUT };

enum { NUMBER_TEXT = 24 };

enum err link_find(struct db *db, const char *creator, int platform, const char *key, struct fault *f,
                   struct link_pair *ret_pair) {
    char platform_text[NUMBER_TEXT];
    const char *params[] = {creator, platform_text, key};
    snprintf(platform_text, sizeof platform_text, "%d", platform);
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_run(db, "select pg_advisory_xact_lock(20261, 0)", f, NULL);
    if (!e)
        e = db_query(db, "link_lock", 0, NULL, f, NULL);
    if (!e)
        e = db_query(db, "link_find", 3, params, f, &r);
    if (e)
        return e;
    if (!rows_count(r))
        return fault_set(f, ERR_CREATOR_UNKNOWN, "there is no creator \"%.100s\"", creator);
    struct link_pair p = {.creator_id = strtoll(creator, NULL, 10),
                          .world = (int)rows_i64(r, 0, WORLD),
                          .opted_out = rows_bool(r, 0, OPTED_OUT),
                          .accounts = rows_i64(r, 0, ACCOUNTS)};
    snprintf(p.tag, sizeof p.tag, "%s", rows_text(r, 0, TAG) ? rows_text(r, 0, TAG) : "");
    if (rows_text(r, 0, ACCOUNT)) {
        p.account_id = rows_i64(r, 0, ACCOUNT);
        p.owner_id = rows_i64(r, 0, OWNER);
        p.owner_accounts = rows_i64(r, 0, OWNER_ACCOUNTS);
        p.owner_opted_out = rows_bool(r, 0, OWNER_OPTED_OUT);
    }
    *ret_pair = p;
    return ERR_OK;
}

static enum err check(const struct link_pair *p, const char *name, struct fault *f) {
    if (p->opted_out)
        return fault_set(f, ERR_CREATOR_UNKNOWN, "there is no creator \"%lld\"", (long long)p->creator_id);
    if (!p->account_id)
        return fault_set(f, ERR_CREATOR_UNKNOWN, "there is no account \"%s\" in the creator's world", name);
    if (p->owner_opted_out)
        return fault_set(f, ERR_CREATOR_OPTED_OUT, "%s asked not to be listed: nothing more is kept", name);
    return ERR_OK;
}

enum err link_account(struct db *db, const struct link_pair *p, const char *name, struct fault *f,
                      bool *ret_changed) {
    enum err e = check(p, name, f);
    if (e)
        return e;
    *ret_changed = p->owner_id != p->creator_id;
    if (!*ret_changed)
        return ERR_OK;
    if (p->owner_accounts > 1)
        return fault_set(f, ERR_CREATOR_LINKED,
                         "%s is one of %lld accounts of creator %lld: take it out there first", name,
                         (long long)p->owner_accounts, (long long)p->owner_id);
    if (p->accounts >= LINK_ACCOUNTS_MAX)
        return fault_set(f, ERR_CREATOR_LINKED, "creator %lld has %d accounts already, which is the most",
                         (long long)p->creator_id, LINK_ACCOUNTS_MAX);
    char owner[NUMBER_TEXT], creator[NUMBER_TEXT];
    const char *params[] = {owner, creator};
    snprintf(owner, sizeof owner, "%lld", (long long)p->owner_id);
    snprintf(creator, sizeof creator, "%lld", (long long)p->creator_id);
    e = db_query(db, "link_undo", 2, params, f, NULL);
    return e ? e : db_query(db, "link_creator", 2, params, f, NULL);
}

enum err link_part(struct db *db, const struct link_pair *p, const char *name, struct fault *f,
                   int64_t *ret_creator) {
    if (p->opted_out || p->owner_id != p->creator_id)
        return fault_set(f, ERR_CREATOR_UNKNOWN, "%s is no account of creator %lld", name,
                         (long long)p->creator_id);
    if (p->accounts < 2)
        return fault_set(f, ERR_CREATOR_LINKED, "%s is the only account of creator %lld", name,
                         (long long)p->creator_id);
    char creator[NUMBER_TEXT], account[NUMBER_TEXT];
    const char *params[] = {creator, account};
    snprintf(creator, sizeof creator, "%lld", (long long)p->creator_id);
    snprintf(account, sizeof account, "%lld", (long long)p->account_id);
    CLEANUP(rows_free_at) struct rows *r = NULL;
    enum err e = db_query(db, "link_part", 2, params, f, &r);
    if (!e)
        *ret_creator = rows_i64(r, 0, 0);
    return e;
}
