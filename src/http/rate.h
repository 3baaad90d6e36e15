/* Inside http only: how often somebody may ask. A token bucket for each caller, shared by all loops without a
 * lock. */
#ifndef NICHED_HTTP_RATE_H
#define NICHED_HTTP_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rates;

/* So many at once, filled again at so many a minute. */
struct rate {
    int64_t per_minute; /* > 0 */
    int64_t burst;      /* > 0 */
};

/* What a caller has left. */
struct rate_left {
    int64_t requests; /* that may come now */
    int64_t full_us;  /* until all of them may */
    int64_t wait_us;  /* until one may, where none was left */
};

/* Buckets for `slots` callers (a power of two), all full. NULL without memory. */
struct rates *rates_new(size_t slots);
/* Frees them. Accepts NULL. */
void rates_free(struct rates *r);
/* Takes a request out of the bucket of `who` (0 is nobody) at a monotonic time. False: none was left. Where
 * more callers ask at once than there are slots, those who are nearest to a full bucket are forgotten. */
bool rates_take(struct rates *r, uint64_t who, struct rate rate, int64_t now_us, struct rate_left *ret_left);

#endif
