/* Kinds of rows that an import takes: one table says the fields of each, how their columns are called in
 * files, and which queries merge them. A new kind is one more line and its fields. */
#ifndef NICHED_INGEST_KINDS_H
#define NICHED_INGEST_KINDS_H

#include "base/buf.h"
#include "base/err.h"
#include "ingest/values.h"

#include <stdbool.h>
#include <stddef.h>

enum { KIND_MAX_FIELDS = 40 };

/* One field. `name` is what --map takes and the staging column; `aliases` are names of columns, folded to
 * letters and digits, blank separated, best first (the name itself, folded, comes before them). Of two fields
 * of which one does (kind_instead) the first is required only of rows that do not have the other. */
struct field_spec {
    const char *name;
    struct value_rule rule;
    bool required;
    const char *aliases;
};

/* One query (sql/queries/<query>.sql) of a merge. `params` says what its parameters are, in order: w world, s
 * source, o workspace (null: public), k name of the kind, r days for which a currency's rate holds, i id of
 * the import (null: nothing is noted). */
struct kind_step {
    const char *query;
    const char *params;
    bool counts; /* its answer is how many rows it created and updated: number of the caller (import.h), both
                  */
};

/* Whose rows are: everybody's, or (also) a workspace's. */
enum kind_owner { KIND_SHARED, KIND_EITHER, KIND_PRIVATE };

struct kind {
    const char *name;
    const struct field_spec *fields;
    size_t count;
    bool creates_accounts;  /* rows of unknown accounts create them; else such rows are refused */
    bool rows_are_accounts; /* what is created and updated are the accounts themselves */
    const struct kind_step
        *checks; /* refuse rows of known accounts: answer how many, then line and reason of each */
    const struct kind_step *steps; /* run after the accounts are written; the last has no query */
    const char *duplicates; /* query that drops rows which later rows of the file replace; answers caller and
                               how many */
    enum kind_owner owner;
};

/* The table; *ret_count kinds. The first that fits a header best is taken when no kind is asked for. */
const struct kind *kinds_all(size_t *ret_count);
/* The names of all kinds, for messages: "creators, posts, ... or audience". */
const char *kinds_names(void);
/* The kind of that name, or NULL. */
const struct kind *kind_find(const char *name);
/* The field of that name, or NULL. */
const struct field_spec *kind_field(const struct kind *k, const char *name);
/* The field that does in the place of a required one, NULL if none does; *ret_words names both. */
const char *kind_instead(const char *field, const char **ret_words);
/* Refuses shared rows for a workspace, and rows without one that need it. ERR_USAGE. */
NODISCARD enum err kind_check_owner(const struct kind *k, bool workspace, struct fault *f);
/* How well a column of that header (as written, n bytes) fits a field: 0 not at all, else the higher the
 * better. */
int kind_header_fit(const struct field_spec *field, const char *header, size_t n);
/* Appends the DDL of the temporary tables of imports where the connection has none yet: import_stage (the
 * rows: line, platform, ident, observed_at, posted_at, every field of every kind, and what
 * checks find of a row), import_account (one row an
 * account of the file) and import_hash (of new accounts, against tombstones). */
void kind_staging_ddl(struct buf *out);

#endif
