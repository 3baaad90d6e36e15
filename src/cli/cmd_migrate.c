/* niched migrate. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "store/migrate.h"

#include <stdio.h>

static const char help[] =
    "usage: niched migrate\n\nBrings the database to the schema of this program; does nothing when it is "
    "there already.\n\n  DATABASE_URL=postgresql:///niched niched migrate\n";

static void said(const char *name) {
    printf("%s\n", name);
}

int cmd_migrate(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(db_close_at) struct db *db = NULL;
    struct settings s;
    struct fault f = {0};
    int count = 0;
    enum err e = cli_open("migrate", &s, &f, &db);
    if (!e)
        e = migrate_run(db, said, &f, &count);
    if (e)
        return cli_fault("migrate", &f);
    printf("schema version %d, %d migration%s run\n", migrate_newest(), count, count == 1 ? "" : "s");
    return 0;
}
