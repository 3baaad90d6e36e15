/* Token buckets as one number each (GCRA, ITU-T I.371): the time at which the bucket is full again. It is in
 * the past for whoever may have the whole burst, so that a slot with such a time holds nothing that must be
 * kept, and is anybody's. Invariants: no lock; a slot is its owner's as long as its bucket is not full; two
 * threads that take at once for one caller both count. */
#include "rate.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { PROBES = 8 };

struct slot {
    _Atomic uint64_t who;
    _Atomic int64_t full_us;
};

struct rates {
    size_t mask;
    struct slot slots[];
};

struct rates *rates_new(size_t slots) {
    struct rates *r = calloc(1, sizeof *r + slots * sizeof r->slots[0]);
    if (r)
        r->mask = slots - 1;
    return r;
}

void rates_free(struct rates *r) {
    free(r);
}

/* The caller's slot, or the one whose bucket is nearest to full, which becomes his. */
static struct slot *slot_of(struct rates *r, uint64_t who) {
    struct slot *best = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        struct slot *s = &r->slots[(who + i) & r->mask];
        if (atomic_load_explicit(&s->who, memory_order_relaxed) == who)
            return s;
        if (!best || atomic_load_explicit(&s->full_us, memory_order_relaxed) <
                         atomic_load_explicit(&best->full_us, memory_order_relaxed))
            best = s;
    }
    atomic_store_explicit(&best->full_us, 0, memory_order_relaxed);
    atomic_store_explicit(&best->who, who, memory_order_relaxed);
    return best;
}

bool rates_take(struct rates *r, uint64_t who, struct rate rate, int64_t now_us, struct rate_left *ret_left) {
    struct slot *s = slot_of(r, who);
    int64_t each_us = 60000000 / rate.per_minute, whole_us = each_us * rate.burst;
    int64_t full = atomic_load_explicit(&s->full_us, memory_order_relaxed), then;
    bool taken;
    do {
        then = full > now_us ? full : now_us;
        taken = then + each_us - now_us <= whole_us;
        then += taken ? each_us : 0;
    } while (taken && !atomic_compare_exchange_weak_explicit(&s->full_us, &full, then, memory_order_relaxed,
                                                             memory_order_relaxed));
    *ret_left = (struct rate_left){.requests = (whole_us - (then - now_us)) / each_us,
                                   .full_us = then - now_us,
                                   .wait_us = taken ? 0 : then + each_us - whole_us - now_us};
    return taken;
}
