/* niched link, niched unlink: one person, several accounts. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "ingest/link.h"
#include "ingest/values.h"

#include <stdio.h>
#include <string.h>

static const char help_link[] =
    "usage: niched link CREATOR PLATFORM/USERNAME [--world live|sandbox]\n\n"
    "Makes an account one of a creator's (an id, or PLATFORM/USERNAME of another account of theirs), with "
    "all "
    "that is\nknown of it; lists then show the creator once. No score changes, and niched unlink takes it "
    "back. "
    "niched suggestions\nnames accounts whose profile has the same link: nothing is linked by itself.\n\n"
    "  niched link 76 instagram/ivy.vegan\n";
static const char help_unlink[] =
    "usage: niched unlink CREATOR PLATFORM/USERNAME [--world live|sandbox]\n\n"
    "Makes one of several accounts of a creator (an id, or PLATFORM/USERNAME of any account of theirs) a "
    "creator "
    "of its own\nagain, under the id that it had before it was linked. No score changes.\n\n"
    "  niched unlink tiktok/ivy.vegan instagram/ivy.vegan\n";

struct link_args {
    const char *creator, *account;
    int world;
};

static enum err parse(int argc, char **argv, struct link_args *ret, struct fault *f) {
    *ret = (struct link_args){.creator = "", .account = ""};
    if (argc != 3 && argc != 5)
        return fault_set(f, ERR_USAGE, "say CREATOR PLATFORM/USERNAME; see niched %s --help", argv[0]);
    ret->creator = argv[1];
    ret->account = argv[2];
    if (argc == 3)
        return ERR_OK;
    ret->world = strcmp(argv[4], "sandbox") == 0;
    if (strcmp(argv[3], "--world") != 0 || (!ret->world && strcmp(argv[4], "live") != 0))
        return fault_set(f, ERR_USAGE, "cannot take \"%s %s\": see niched %s --help", argv[3], argv[4],
                         argv[0]);
    return ERR_OK;
}

/* "tiktok/anna" as account_key has it. */
static enum err read_account(const char *text, int *ret_platform, struct buf *ret_key, struct fault *f) {
    const char *slash = strchr(text, '/');
    int platform = slash ? platform_of(text, (size_t)(slash - text)) : 0;
    const struct value_rule rule = {.type = VALUE_USERNAME};
    const struct value_context ctx = {.platform = platform};
    const char *reason = "";
    if (!platform || value_read(&rule, &ctx, slash + 1, strlen(slash + 1), ret_key, &reason) != VALUE_OK)
        return fault_set(f, ERR_USAGE, "an account is written like tiktok/anna, got \"%.200s\"", text);
    for (char *c = ret_key->data; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    *ret_platform = platform;
    return ERR_OK;
}

/* The creator's id from what was said. */
static enum err find_creator(struct db *db, const struct link_args *args, char ret_id[24], struct fault *f) {
    if (strspn(args->creator, "0123456789") == strlen(args->creator) && *args->creator) {
        if (strlen(args->creator) > 18)
            return fault_set(f, ERR_USAGE, "an id has 1 to 18 digits, got \"%.100s\"", args->creator);
        snprintf(ret_id, 24, "%s", args->creator);
        return ERR_OK;
    }
    CLEANUP(buf_free) struct buf key = {0};
    CLEANUP(rows_free_at) struct rows *r = NULL;
    int platform = 0;
    enum err e = read_account(args->creator, &platform, &key, f);
    if (e)
        return e;
    char platform_text[16];
    const char *params[] = {args->world ? "1" : "0", platform_text, key.data};
    snprintf(platform_text, sizeof platform_text, "%d", platform);
    e = db_query(db, "link_owner", 3, params, f, &r);
    if (!e && !rows_count(r))
        e = fault_set(f, ERR_CREATOR_UNKNOWN, "there is no account \"%s\" in the %s world", args->creator,
                      args->world ? "sandbox" : "live");
    if (!e)
        snprintf(ret_id, 24, "%s", rows_text(r, 0, 0));
    return e;
}

static enum err change(struct db *db, const struct link_args *args, bool link, struct fault *f) {
    CLEANUP(buf_free) struct buf key = {0};
    struct link_pair pair = {0};
    char id[24] = "";
    int platform = 0;
    int64_t fresh = 0;
    bool changed = false;
    enum err e = read_account(args->account, &platform, &key, f);
    if (!e)
        e = find_creator(db, args, id, f);
    if (!e)
        e = link_find(db, id, platform, key.data, f, &pair);
    if (e)
        return e;
    e = link ? link_account(db, &pair, args->account, f, &changed)
             : link_part(db, &pair, args->account, f, &fresh);
    if (!e && link)
        printf("%s is %s of creator %s\n", args->account, changed ? "now an account" : "already an account",
               id);
    else if (!e)
        printf("%s is creator %lld now\n", args->account, (long long)fresh);
    return e;
}

static int run(int argc, char **argv, bool link) {
    if (cli_help(argc, argv, link ? help_link : help_unlink))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct link_args args;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open(argv[0], &settings, &f, &db);
    if (!e)
        e = db_run(db, "begin", &f, NULL);
    if (!e)
        e = change(db, &args, link, &f);
    if (!e)
        e = db_run(db, "commit", &f, NULL);
    return e ? cli_fault(argv[0], &f) : 0;
}

int cmd_link(int argc, char **argv) {
    return run(argc, argv, true);
}

int cmd_unlink(int argc, char **argv) {
    return run(argc, argv, false);
}
