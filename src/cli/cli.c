/* What commands share. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

int cli_fault(const char *command, const struct fault *f) {
    fprintf(stderr, "niched %s: %s\n", command, f->detail[0] ? f->detail : err_title(f->code));
    for (size_t i = 0; i < f->hint_count; i++)
        fprintf(stderr, "%s%s", i ? ", " : "did you mean: ", f->hints[i]);
    if (f->hint_count)
        fputc('\n', stderr);
    return err_exit(f->code);
}

enum err cli_open(const char *command, struct settings *ret_settings, struct fault *f, struct db **ret_db) {
    enum err e = settings_read(f, ret_settings);
    if (e)
        return e;
    char app[64];
    snprintf(app, sizeof app, "niched %s", command);
    return db_open(ret_settings->database_url, app, f, ret_db);
}

int cli_help(int argc, char **argv, const char *text) {
    if (argc != 2 || (strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0))
        return 0;
    fputs(text, stdout);
    return 1;
}
