/* One taxonomy beside another: what an edit of the files changes against what a store has. */
#ifndef NICHED_RANK_TAXONOMY_EDIT_H
#define NICHED_RANK_TAXONOMY_EDIT_H

#include "rank/taxonomy.h"

enum { TAX_SHOWN = 5 }; /* examples kept of what changed */

/* A niche that a store knows, active or retired. */
struct tax_known {
    int32_t id;
    const char *slug;
};

/* A niche that keeps its id under another slug. */
struct tax_rename {
    int32_t id;
    const char *from, *to;
};

/* A taxonomy of files as a store will have it. */
struct tax_edit {
    struct tax_in next; /* ids of the store, ascending, those of new niches behind all known ones; each folded
                           alias once, ascending */
    struct tax_rename *renames;
    size_t rename_count;
};

/* Gives the niches of `files` (ids 1, 2, ... in file order) the ids that `known` has for their slugs, new
 * ones the ids behind. A niche of `now` that is gone while its slug is an alias of a new niche of `files` is
 * renamed: the new one keeps its id. Of lines with the same folded alias the first counts. All in the arena
 * or borrowed from `files`. */
void taxonomy_edit(struct arena *a, const struct tax_in *files, const struct tax_in *now,
                   const struct tax_known *known, size_t known_count, struct tax_edit *ret_edit);

enum tax_change {
    TAX_ADDED = 1,
    TAX_RETIRED = 2,
    TAX_RENAMED = 4,
    TAX_RELABELLED = 8,
    TAX_REPARENTED = 16,
    TAX_RATED = 32,
    TAX_REGENERIC = 64, /* generic or no longer so */
};

/* Some of what changed: how many, and the first TAX_SHOWN of them. */
struct tax_examples {
    size_t count;
    const char *first[TAX_SHOWN];
};

/* What changes about one niche; `changes` (bits of enum tax_change) may be 0 where only aliases do. */
struct tax_niche_change {
    int32_t id;
    unsigned changes;
    const struct tax_niche_in *now, *next;       /* NULL: added, retired */
    const char *parents_now, *parents_next;      /* slugs with ", " between, ascending; "none" */
    struct tax_examples added, removed, altered; /* aliases; altered: another weight or kind */
};

struct tax_diff {
    size_t count; /* niches that change, by id */
    struct tax_niche_change *niche;
    struct tax_examples tags_added, tags_removed; /* generic hashtags */
};

/* What `next` changes against `now`; both with the ids of one store. In the arena, borrowing from both. */
void taxonomy_diff(struct arena *a, const struct tax_in *now, const struct tax_in *next,
                   struct tax_diff *ret_diff);
/* Whether nothing changes. */
bool taxonomy_diff_empty(const struct tax_diff *diff);

#endif
