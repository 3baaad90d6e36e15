/* niched erased: taking an erasure back. Only the hashes of names are there, so the name must be said. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "ingest/erase.h"
#include "ingest/secrets.h"
#include "ingest/values.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: niched erased lift PLATFORM USERNAME [--id ID] [--world live|sandbox]\n\n"
    "Lets an erased creator in again, when they ask for it: forgets the hash of the username, and of the "
    "platform's\nown id where it is given. What was erased does not come back; the next import or PUT may "
    "bring "
    "them.\nNeeds the NICHED_SECRET_FILE that the erasure was made with.\n\n"
    "  niched erased lift tiktok ivy.vegan --id 6812345678901234567\n";

struct lift {
    struct erase_account who;
    const char *username, *id;
};

static enum err set_option(const char *name, const char *value, struct lift *l, struct fault *f) {
    if (strcmp(name, "--id") == 0 && value && *value)
        l->id = value;
    else if (strcmp(name, "--world") == 0 && value && strcmp(value, "live") == 0)
        l->who.world = 0;
    else if (strcmp(name, "--world") == 0 && value && strcmp(value, "sandbox") == 0)
        l->who.world = 1;
    else
        return fault_set(f, ERR_USAGE, "cannot take \"%s%s%s\": see niched erased --help", name,
                         value ? " " : "", value ? value : "");
    return ERR_OK;
}

static enum err parse(int argc, char **argv, struct lift *ret, struct fault *f) {
    *ret = (struct lift){0};
    if (argc < 4 || strcmp(argv[1], "lift") != 0)
        return fault_set(f, ERR_USAGE, "say lift PLATFORM USERNAME, got \"%s\"", argc > 1 ? argv[1] : "");
    ret->who.platform = platform_of(argv[2], strlen(argv[2]));
    if (!ret->who.platform)
        return fault_set(f, ERR_USAGE, "platform must be instagram, tiktok or youtube, got \"%s\"", argv[2]);
    ret->username = argv[3];
    enum err e = ERR_OK;
    for (int i = 4; i < argc && !e; i += 2)
        e = set_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, ret, f);
    return e;
}

/* The username as account_key has it. */
static enum err read_username(const struct lift *l, struct buf *ret_key, struct fault *f) {
    const struct value_rule rule = {.type = VALUE_USERNAME};
    const struct value_context ctx = {.platform = l->who.platform};
    const char *reason = "";
    const char *name = l->username ? l->username : "";
    if (value_read(&rule, &ctx, name, strlen(name), ret_key, &reason) != VALUE_OK)
        return fault_set(f, ERR_USAGE, "username %s, got \"%s\"", reason, name);
    for (char *c = ret_key->data; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    return ERR_OK;
}

static enum err lift_one(struct db *db, const struct crypto_secrets *secrets, struct erase_account who,
                         const char *key, bool id, struct fault *f) {
    bool lifted = false;
    who.key = key;
    enum err e = erase_lift(db, secrets, &who, id, f, &lifted);
    if (e)
        return e;
    if (!lifted)
        return fault_set(f, ERR_CREATOR_UNKNOWN,
                         "no erasure of %s %s %s is remembered with this NICHED_SECRET_FILE",
                         platform_name(who.platform), id ? "id" : "username", key);
    e = cli_audit(db, "erased lift", NULL, f);
    if (e)
        return e;
    printf("%s %s %s may come in again\n", platform_name(who.platform), id ? "id" : "username", key);
    return ERR_OK;
}

static enum err run(struct db *db, const struct settings *s, const struct lift *l, struct fault *f) {
    CLEANUP(buf_free) struct buf key = {0};
    struct crypto_secrets secrets;
    if (!s->secret_file[0])
        return fault_set(f, ERR_USAGE, "NICHED_SECRET_FILE is not set: without it nobody is recognised");
    enum err e = read_username(l, &key, f);
    if (!e)
        e = secrets_open(db, s->secret_file, f, &secrets);
    if (!e)
        e = lift_one(db, &secrets, l->who, key.data, false, f);
    return !e && l->id ? lift_one(db, &secrets, l->who, l->id, true, f) : e;
}

int cmd_erased(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct lift lift;
    struct fault f = {0};
    enum err e = parse(argc, argv, &lift, &f);
    if (!e)
        e = cli_open("erased", &settings, &f, &db);
    if (!e)
        e = run(db, &settings, &lift, &f);
    return e ? cli_fault("erased", &f) : 0;
}
