/* What loops want written and may not write themselves: compounds whose rows are to be made, and which of the
 * kept ones were used. Bounded; what does not fit is dropped, for it will be asked for again. Any thread may
 * add, one takes. */
#ifndef NICHED_API_WISHES_H
#define NICHED_API_WISHES_H

#include "rank/compound.h"
#include "store/db.h"

#include <stdint.h>

struct wishes;

/* Makes an empty list. NULL without memory. */
struct wishes *wishes_new(void);
/* Accepts NULL. */
void wishes_free(struct wishes *w);
/* A compound of niches (ids, ascending) that has no rows is wanted in a world. */
void wishes_compound(struct wishes *w, int world, const int32_t *parts, size_t n);
/* The rows of a compound were used. */
void wishes_used(struct wishes *w, int32_t compound_id);
/* Whether anything is wanted that should not wait. */
bool wishes_waiting(struct wishes *w);
/* Writes all wishes down and forgets them; when the store takes no writes, or when it fails, they are
 * forgotten all the same. ERR_STORE_*. */
NODISCARD enum err wishes_write(struct wishes *w, struct db *db, bool read_only, struct fault *f);

#endif
