/* niched key: keys of callers. A key is shown once, when it is made: the store has a hash of its secret
 * alone. */
#include "api/keyring.h"
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORIGINS_MAX = 20 };

static const char help[] =
    "usage: niched key create [--scope metrics|read|write|admin] [--workspace NAME] [--name TEXT]\n"
    "                         [--origin ORIGIN ...] [--expires-days DAYS] [--per-minute REQUESTS]\n"
    "       niched key list\n"
    "       niched key rotate ID [--grace-days DAYS]\n"
    "       niched key revoke ID\n\n"
    "Makes a key for a program, a colleague or a page, and shows it once: the store keeps only a hash. It is "
    "sent\n"
    "as \"Authorization: Bearer nk_...\". Scope metrics reads /metrics alone, read reads, write also writes, "
    "admin also decides what "
    "cannot be\n"
    "taken back; the rows that are private to a workspace (default: default) are those of its key. With "
    "--origin\n"
    "the key is publishable (nk_pub_...): it may stand in a page of that origin, and reads what is shared.\n"
    "A revoked key is refused within 5 seconds. rotate makes another key with the same rights; the old one "
    "is good for\n"
    "7 days more, or DAYS.\n\n"
    "  niched key create --scope write --name importer\n"
    "  niched key create --origin https://shop.example --per-minute 60\n";

struct key_args {
    const char *scope, *workspace, *name, *expires_days, *per_minute;
    const char *origins[ORIGINS_MAX];
    size_t n_origins;
    const char *id; /* to revoke or rotate */
    const char *grace_days;
    enum err (*run)(struct db *db, const struct key_args *a, struct fault *f);
};

/* scheme://host[:port], as a browser sends it. */
static bool is_origin(const char *s) {
    size_t scheme = strncmp(s, "https://", 8) == 0 ? 8 : strncmp(s, "http://", 7) == 0 ? 7 : 0;
    size_t n = strlen(s + scheme);
    return scheme && n && n <= 255 && strspn(s + scheme, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == n;
}

static bool is_count(const char *s, long most) {
    size_t n = strlen(s);
    return n >= 1 && n <= 9 && strspn(s, "0123456789") == n && atol(s) >= 1 && atol(s) <= most;
}

static enum err add_origin(struct key_args *a, const char *value, struct fault *f) {
    if (!is_origin(value))
        return fault_set(f, ERR_USAGE,
                         "--origin must be as browsers send it, such as https://shop.example, got \"%s\"",
                         value);
    if (a->n_origins == ORIGINS_MAX)
        return fault_set(f, ERR_USAGE, "a key has at most %d origins", ORIGINS_MAX);
    a->origins[a->n_origins++] = value;
    return ERR_OK;
}

static enum err set_option(const char *name, const char *value, struct key_args *a, struct fault *f) {
    static const char *const scopes[] = {"metrics", "read", "write", "admin"};
    bool scope = false;
    for (size_t i = 0; value && i < COUNT_OF(scopes); i++)
        scope |= strcmp(value, scopes[i]) == 0;
    if (!value || !*value)
        return fault_set(f, ERR_USAGE, "\"%s\" wants a value: see niched key --help", name);
    if (strcmp(name, "--origin") == 0)
        return add_origin(a, value, f);
    if (strcmp(name, "--scope") == 0 && scope)
        a->scope = value;
    else if (strcmp(name, "--workspace") == 0)
        a->workspace = value;
    else if (strcmp(name, "--name") == 0 && strlen(value) <= 100)
        a->name = value;
    else if (strcmp(name, "--expires-days") == 0 && is_count(value, 36500))
        a->expires_days = value;
    else if (strcmp(name, "--per-minute") == 0 && is_count(value, 1000000))
        a->per_minute = value;
    else
        return fault_set(f, ERR_USAGE, "cannot take \"%s %s\": see niched key --help", name, value);
    return ERR_OK;
}

static enum err find_workspace(struct db *db, const char *name, struct fault *f, char ret_id[24]) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "workspace_find", 1, &name, f, &rows);
    if (!e && !rows_text(rows, 0, 0))
        e = fault_set(f, ERR_USAGE, "there is no workspace \"%s\": there is %s", name, rows_text(rows, 0, 1));
    if (!e)
        snprintf(ret_id, 24, "%s", rows_text(rows, 0, 0));
    return e;
}

static enum err create(struct db *db, const struct key_args *a, struct fault *f) {
    unsigned char secret[KEY_SECRET_BYTES], hash[CRYPTO_TAG_BYTES];
    char workspace[24], hex[CRYPTO_TAG_BYTES * 2 + 1], text[KEY_TEXT_MAX], object[32];
    CLEANUP(buf_free) struct buf origins = {0};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    buf_putc(&origins, '{');
    for (size_t i = 0; i < a->n_origins; i++)
        buf_printf(&origins, "%s\"%s\"", i ? "," : "",
                   a->origins[i]); /* no quote or backslash: is_origin() */
    buf_puts(&origins, "}");
    key_make(secret, hash);
    crypto_hex(hash, hex);
    enum err e = find_workspace(db, a->workspace, f, workspace);
    const char *params[] = {workspace, a->name, a->scope, origins.data, hex, a->per_minute, a->expires_days};
    if (!e)
        e = db_query(db, "key_add", COUNT_OF(params), params, f, &rows);
    if (e)
        return e;
    snprintf(object, sizeof object, "key:%s", rows_text(rows, 0, 0));
    e = cli_audit(db, "key create", object, f);
    if (e)
        return e;
    key_text(rows_i64(rows, 0, 0), a->n_origins > 0, secret, text);
    printf("%s\n", text);
    fprintf(stderr, "key %s, scope %s, workspace %s: keep it now, it is not shown again\n",
            rows_text(rows, 0, 0), a->scope, a->workspace);
    return ERR_OK;
}

static enum err list(struct db *db, const struct key_args *a, struct fault *f) {
    (void)a;
    static const char *const names[] = {"id", "workspace", "scope", "name", "created", "state", "origins"};
    static const int widths[] = {6, 16, 8, 20, 12, 20, 0};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "key_list", 0, NULL, f, &rows);
    for (size_t i = 0; !e && i <= rows_count(rows); i++)
        for (int c = 0; c < (int)COUNT_OF(names); c++)
            printf("%-*s%s", widths[c], i ? rows_text(rows, i - 1, c) : names[c],
                   c == (int)COUNT_OF(names) - 1 ? "\n" : " ");
    return e;
}

static enum err revoke(struct db *db, const struct key_args *a, struct fault *f) {
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "key_revoke", 1, &a->id, f, &rows);
    if (!e && !rows_count(rows))
        e = fault_set(f, ERR_ROW_UNKNOWN, "there is no key %s: see niched key list", a->id);
    char object[32];
    snprintf(object, sizeof object, "key:%s", a->id);
    if (!e)
        e = cli_audit(db, "key revoke", object, f);
    if (!e)
        printf("key %s is refused from now on\n", a->id);
    return e;
}

static enum err rotate(struct db *db, const struct key_args *a, struct fault *f) {
    unsigned char secret[KEY_SECRET_BYTES], hash[CRYPTO_TAG_BYTES];
    char hex[CRYPTO_TAG_BYTES * 2 + 1], text[KEY_TEXT_MAX], object[32];
    const char *params[] = {a->id, hex, a->grace_days};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    key_make(secret, hash);
    crypto_hex(hash, hex);
    enum err e = db_query(db, "key_rotate", COUNT_OF(params), params, f, &rows);
    if (!e && !rows_count(rows))
        e = fault_set(f, ERR_ROW_UNKNOWN, "there is no key %s that is still good: see niched key list",
                      a->id);
    snprintf(object, sizeof object, "key:%s", a->id);
    if (!e)
        e = cli_audit(db, "key rotate", object, f);
    if (e)
        return e;
    key_text(rows_i64(rows, 0, 0), rows_bool(rows, 0, 1), secret, text);
    printf("%s\n", text);
    fprintf(stderr,
            "key %s in place of key %s, which is good for %s days more: keep it now, it is not shown again\n",
            rows_text(rows, 0, 0), a->id, a->grace_days);
    return ERR_OK;
}

static enum err parse_create(int argc, char **argv, struct key_args *a, struct fault *f) {
    enum err e = ERR_OK;
    a->run = create;
    for (int i = 2; i < argc && !e; i += 2)
        e = set_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, a, f);
    if (!e && a->n_origins && strcmp(a->scope, "read") != 0)
        e = fault_set(f, ERR_USAGE,
                      "a key with --origin is in a page for all to read: its scope is read, got \"%s\"",
                      a->scope);
    return e;
}

static enum err parse_rotate(int argc, char **argv, struct key_args *a, struct fault *f) {
    a->run = rotate;
    a->id = argv[2];
    a->grace_days = argc == 5 ? argv[4] : "7";
    if (!is_count(a->grace_days, 365))
        return fault_set(f, ERR_USAGE, "--grace-days must be 1 to 365, got \"%s\"", a->grace_days);
    return ERR_OK;
}

static enum err parse(int argc, char **argv, struct key_args *a, struct fault *f) {
    *a = (struct key_args){.scope = "read", .workspace = "default", .name = ""};
    if (argc >= 2 && strcmp(argv[1], "create") == 0)
        return parse_create(argc, argv, a, f);
    bool rotates = argc >= 3 && strcmp(argv[1], "rotate") == 0 &&
                   (argc == 3 || (argc == 5 && strcmp(argv[3], "--grace-days") == 0));
    enum err e = rotates ? parse_rotate(argc, argv, a, f) : ERR_OK;
    if (e)
        return e;
    if (!rotates)
        a->run = argc == 2 && strcmp(argv[1], "list") == 0     ? list
                 : argc == 3 && strcmp(argv[1], "revoke") == 0 ? revoke
                                                               : NULL;
    if (a->run == revoke)
        a->id = argv[2];
    if (a->id && !is_count(a->id, 999999999))
        return fault_set(f, ERR_USAGE, "a key's id is a number, as niched key list has it, got \"%s\"",
                         a->id);
    return a->run ? ERR_OK
                  : fault_set(f, ERR_USAGE, "say create, list, rotate ID or revoke ID, got \"%s\"",
                              argc > 1 ? argv[1] : "");
}

int cmd_key(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct key_args args;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open("key", &settings, &f, &db);
    if (!e && args.run)
        e = args.run(db, &args, &f);
    return e ? cli_fault("key", &f) : 0;
}
