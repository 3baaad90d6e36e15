/* niched workspace: owners of private rows. */
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 60 };

static const char help[] =
    "usage: niched workspace create NAME\n"
    "       niched workspace list\n"
    "       niched workspace rename NAME NEW_NAME\n"
    "       niched workspace delete NAME --yes\n\n"
    "A workspace owns prices, collaborations, conversions and the imports of these: a brand, or a client of "
    "an\n"
    "agency. A key belongs to one (niched key create --workspace NAME) and sees its rows beside what is "
    "shared.\n"
    "Deleting one takes its keys and rows with it, for good. There is always the one that was there first "
    "(default),\n"
    "for who writes without a key.\n\n"
    "  niched workspace create acme && niched key create --workspace acme --scope write\n";

struct workspace_args {
    const char *name, *new_name;
    enum err (*run)(struct db *db, const struct workspace_args *a, struct fault *f);
};

static enum err check_name(const char *name, struct fault *f) {
    size_t n = strlen(name);
    bool plain = n >= 1 && n <= NAME_MAX_BYTES && name[0] != '-';
    for (size_t i = 0; i < n && plain; i++)
        plain = (unsigned char)name[i] > ' ' && name[i] != 0x7f;
    if (plain)
        return ERR_OK;
    return fault_set(f, ERR_USAGE, "a workspace's name has 1 to %d bytes and no blanks, got \"%.80s\"",
                     NAME_MAX_BYTES, name);
}

/* Runs a query that answers with a row if it did something. */
static enum err change(struct db *db, const char *query, const char *said, const struct workspace_args *a,
                       const char *otherwise, struct fault *f, int64_t *ret_number) {
    const char *params[] = {a->name, a->new_name};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, query, a->new_name ? 2 : 1, params, f, &rows);
    if (!e && !rows_count(rows))
        e = fault_set(f, ERR_USAGE, "%s: see niched workspace list", otherwise);
    if (!e)
        *ret_number = rows_i64(rows, 0, 0);
    return e ? e : cli_audit(db, said, NULL, f);
}

static enum err create(struct db *db, const struct workspace_args *a, struct fault *f) {
    int64_t id;
    enum err e = check_name(a->name, f);
    if (!e)
        e = change(db, "workspace_add", "workspace create", a, "there is a workspace of that name already", f,
                   &id);
    if (!e)
        printf("workspace %s\n", a->name);
    return e;
}

static enum err rename_one(struct db *db, const struct workspace_args *a, struct fault *f) {
    int64_t id;
    enum err e = check_name(a->new_name, f);
    if (!e)
        e = change(db, "workspace_rename", "workspace rename", a,
                   "there is no workspace of the first name, or one of the second", f, &id);
    if (!e)
        printf("workspace %s, before %s\n", a->new_name, a->name);
    return e;
}

static enum err delete_one(struct db *db, const struct workspace_args *a, struct fault *f) {
    int64_t rows;
    enum err e = change(db, "workspace_delete", "workspace delete", a,
                        "there is no workspace of that name that can be deleted", f, &rows);
    if (!e)
        printf("workspace %s is gone, with %lld rows and its keys\n", a->name, (long long)rows);
    return e;
}

static enum err list(struct db *db, const struct workspace_args *a, struct fault *f) {
    (void)a;
    static const char *const names[] = {"id",     "name",           "created",    "keys",
                                        "prices", "collaborations", "conversions"};
    static const int widths[] = {6, 20, 12, 6, 8, 14, 0};
    CLEANUP(rows_free_at) struct rows *rows = NULL;
    enum err e = db_query(db, "workspace_list", 0, NULL, f, &rows);
    for (size_t i = 0; !e && i <= rows_count(rows); i++)
        for (int c = 0; c < (int)COUNT_OF(names); c++)
            printf("%-*s%s", widths[c], i ? rows_text(rows, i - 1, c) : names[c],
                   c == (int)COUNT_OF(names) - 1 ? "\n" : " ");
    return e;
}

static enum err parse(int argc, char **argv, struct workspace_args *a, struct fault *f) {
    const char *word = argc > 1 ? argv[1] : "";
    *a = (struct workspace_args){.name = argc > 2 ? argv[2] : NULL};
    if (argc == 2 && strcmp(word, "list") == 0)
        a->run = list;
    else if (argc == 3 && strcmp(word, "create") == 0)
        a->run = create;
    else if (argc == 4 && strcmp(word, "delete") == 0 && strcmp(argv[3], "--yes") == 0)
        a->run = delete_one;
    else if (argc == 4 && strcmp(word, "rename") == 0)
        a->run = rename_one;
    if (a->run == rename_one)
        a->new_name = argv[3];
    if (a->run)
        return ERR_OK;
    if (argc == 3 && strcmp(word, "delete") == 0)
        return fault_set(f, ERR_USAGE, "this deletes the rows and keys of %s for good: say --yes too",
                         a->name);
    return fault_set(f, ERR_USAGE,
                     "say create NAME, list, rename NAME NEW_NAME or delete NAME --yes, got \"%s\"", word);
}

int cmd_workspace(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings settings;
    struct workspace_args args;
    struct fault f = {0};
    enum err e = parse(argc, argv, &args, &f);
    if (!e)
        e = cli_open("workspace", &settings, &f, &db);
    if (!e && args.run)
        e = args.run(db, &args, &f);
    return e ? cli_fault("workspace", &f) : 0;
}
