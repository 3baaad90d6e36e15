/* What commands share. */
#include "cli/cli.h"

#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
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
    e = db_open(ret_settings->database_url, app, f, ret_db);
    return e ? e : migrate_check(*ret_db, strcmp(command, "migrate") != 0, f);
}

enum err cli_audit(struct db *db, const char *operation, const char *object, struct fault *f) {
    CLEANUP(buf_free) struct buf operations = {0};
    CLEANUP(buf_free) struct buf objects = {0};
    buf_printf(&operations, "{\"%s\"}", operation);
    buf_printf(&objects, "{%s}", object ? object : "NULL");
    const char *params[] = {"{0}", "{0}", "{command}", operations.data, objects.data, "{0}", "{\"\"}"};
    return db_query(db, "audit_put", COUNT_OF(params), params, f, NULL);
}

/* Not getrusage(): that counts the memory of who started us, too. */
double cli_peak_mib(void) {
    char line[128];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (status)
        fclose(status);
    return (double)kib / 1024;
}

int cli_help(int argc, char **argv, const char *text) {
    if (argc != 2 || (strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0))
        return 0;
    fputs(text, stdout);
    return 1;
}
