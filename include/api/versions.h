/* What the store said last of the versions of niches and workspaces: by what loops know, without asking, that
 * an answer they keep is still the one they would give. A thread with a connection of its own listens on the
 * channel "niched" and reads all versions at each notification and twice a second; where it cannot listen (a
 * standby) five times a second. */
#ifndef NICHED_API_VERSIONS_H
#define NICHED_API_VERSIONS_H

#include "base/settings.h"
#include "store/db.h"

#include <stdatomic.h>

/* Niches are kept by world: its number is the kind. */
enum version_kind { VERSION_WORKSPACE = 2, VERSION_TAXONOMY = 3 };

struct version_line {
    int32_t kind, id;
    int64_t version;
};

/* All versions at one moment; never changes. */
struct version_table {
    _Atomic int references;
    uint64_t serial;
    char model[32]; /* the active one */
    size_t n;
    struct version_line line[]; /* ascending by kind and id */
};

struct versions;

/* Starts the thread; it waits for the database by itself. */
NODISCARD enum err versions_start(const struct settings *s, struct fault *f, struct versions **ret_versions);
/* Ends it. Accepts NULL. */
void versions_stop(struct versions *v);
/* From any thread: something was changed a moment ago. Until the versions were read anew none is known.
 * Accepts NULL. */
void versions_changed(struct versions *v);
/* From any thread: something was committed a moment ago that changes no version yet. Accepts NULL. */
void versions_wrote(struct versions *v);
/* From any thread: a position of the primary's log behind all that was notified, all that this process wrote
 * and all that is older than two seconds; UINT64_MAX: not known now. */
uint64_t versions_position(struct versions *v, int64_t mono_us);
/* From any thread: puts the newest table in place of *io_table (NULL: none yet). True if it tells of
 * everything that the store has notified and is not older than two seconds; at that moment of
 * clock_mono_us(). */
bool versions_see(struct versions *v, int64_t mono_us, struct version_table **io_table);
/* From any thread: the same however long ago it was read (*ret_read_us of clock_mono_us()); false where it is
 * known that something changed since: what came by a notification or by versions_changed() and could not be
 * read. */
bool versions_last(struct versions *v, struct version_table **io_table, int64_t *ret_read_us);
/* A version; 0 for what has none. */
int64_t version_find(const struct version_table *t, int kind, int32_t id);
/* Gives a table back. Accepts NULL. */
void version_table_give(struct version_table *t);

#endif
