/* Inside cli only: which values of an answer stand where in the tables for people. */
#ifndef NICHED_CLI_READ_COLUMNS_H
#define NICHED_CLI_READ_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* An operation whose answers are like another's. */
struct read_same {
    const char *operation, *as;
};

/* A table of an answer. */
struct list {
    const char *operation, *table, *path;
};

/* A column of a table. */
struct column {
    const char *table, *title, *path;
    bool number; /* to the right */
    bool spare;  /* left out where the terminal is narrow */
};

enum show {
    SHOW_PLAIN,
    SHOW_MONEY, /* a number of dollars, or an object of low, mid and high */
    SHOW_SHARE  /* a fraction, as per cent */
};

/* A single value below the tables. */
struct note {
    const char *operation, *label, *path;
    enum show show;
};

extern const struct read_same read_same[];
extern const struct list read_lists[];
extern const struct column read_columns[];
extern const struct note read_notes[];
extern const size_t read_same_count, read_list_count, read_column_count, read_note_count;

#endif
