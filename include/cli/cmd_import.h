/* What niched import shows: help, columns, problems, summary, progress. */
#ifndef NICHED_CLI_CMD_IMPORT_H
#define NICHED_CLI_CMD_IMPORT_H

#include "ingest/import.h"

#include <stdio.h>

/* The help text (cmd_import_print.c, as the following). */
void import_print_help(FILE *out);
/* What a dry run understood, column by column. */
void import_print_columns(FILE *out, const struct import_summary *s);
/* At most `max` bad rows, one a line, and how many more there are. */
void import_print_problems(FILE *out, const struct import_summary *s, long max);
/* The counts, one a line. */
void import_print_summary(FILE *out, const char *name, const struct import_summary *s, bool dry_run);

/* A progress line on a terminal. Zeroed but for `out` and `total` it is ready. */
struct import_bar {
    FILE *out;     /* NULL: silent */
    int64_t total; /* bytes of the file; 0: unknown */
    int64_t began_ms;
    bool shown;
};

/* For import_run(): draws the line; ctx is the bar. */
bool import_bar_draw(void *ctx, const struct import_progress *p);
/* Wipes the line. */
void import_bar_clear(struct import_bar *b);

#endif
