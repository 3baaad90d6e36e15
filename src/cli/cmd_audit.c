/* niched audit: the log of writes. */
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "usage: niched audit [--limit N] [--key ID] [--object KIND:ID]\n\n"
                           "Writes that were carried out, the newest first: when, by which key, in which "
                           "workspace, what, to what, with\n"
                           "what status, under which request id (as in the log of the service). 100 of them, "
                           "or N. They are kept for\n"
                           "NICHED_AUDIT_DAYS.\n\n"
                           "  niched audit --key 3 --limit 20\n"
                           "  niched audit --object creator:42\n";

struct audit_args {
    const char *limit, *key, *object;
};

static bool is_count(const char *s) {
    size_t n = strlen(s);
    return n >= 1 && n <= 9 && strspn(s, "0123456789") == n && atol(s) >= 1;
}

static enum err parse(int argc, char **argv, struct audit_args *a, struct fault *f) {
    *a = (struct audit_args){.limit = "100"};
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--limit") == 0 && is_count(value))
            a->limit = value;
        else if (strcmp(argv[i], "--key") == 0 && is_count(value))
            a->key = value;
        else if (strcmp(argv[i], "--object") == 0 && strchr(value, ':'))
            a->object = value;
        else
            return fault_set(f, ERR_USAGE, "cannot take \"%s %s\": see niched audit --help", argv[i], value);
    }
    return ERR_OK;
}

static enum err list(struct db *db, const struct audit_args *a, struct fault *f) {
    static const char *const names[] = {"at",        "key",     "workspace", "method",
                                        "operation", "objects", "status",    "request_id"};
    static const int widths[] = {20, 6, 16, 8, 24, 20, 7, 0};
    const char *params[] = {a->limit, a->key, a->object};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "audit_list", COUNT_OF(params), params, f, &rows);
    for (size_t i = 0; !e && i <= rows_count(rows); i++)
        for (int c = 0; c < (int)COUNT_OF(names); c++)
            printf("%-*s%s", widths[c], i ? rows_text(rows, i - 1, c) : names[c],
                   c == (int)COUNT_OF(names) - 1 ? "\n" : " ");
    return e;
}

int cmd_audit(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct audit_args args;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open("audit", &settings, &f, &db);
    if (!e)
        e = list(db, &args, &f);
    return e ? cli_fault("audit", &f) : 0;
}
