/* One taxonomy for all threads of a process: the keeper and every scorer need the same one. */
#ifndef NICHED_STORE_TAXONOMY_SHELF_H
#define NICHED_STORE_TAXONOMY_SHELF_H

#include "store/taxonomy_store.h"

#include <stdatomic.h>

/* A taxonomy with those who hold it. */
struct taxonomy_held {
    _Atomic int references;
    struct taxonomy *taxonomy;
    int64_t version; /* in the store */
};

struct taxonomy_shelf;

/* An empty shelf, for any number of threads; NULL when memory is out. */
struct taxonomy_shelf *taxonomy_shelf_new(void);
/* Frees it; what others hold stays theirs. Accepts NULL. */
void taxonomy_shelf_free(struct taxonomy_shelf *shelf);
/* The store's active taxonomy with a reference for the caller: the shelf's if it has that version, else read
 * and put there. Whoever finds another thread reading waits for it a second, then reads for itself. shelf
 * NULL: reads. Errors of taxonomy_read(). */
NODISCARD enum err taxonomy_take(struct db *db, struct taxonomy_shelf *shelf, struct fault *f,
                                 struct taxonomy_held **ret_held);
/* Gives a reference back. Accepts NULL. */
void taxonomy_give(struct taxonomy_held *held);
/* For CLEANUP(taxonomy_give_at). */
void taxonomy_give_at(struct taxonomy_held **held);

#endif
