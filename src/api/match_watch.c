/* Counting who is ahead of those that why_not names, in rankings that are not read by one statement.
 * Invariant: a creator is seen once in a ranking, by the account that the list shows. */
#include "match_why_not.h"

#include <string.h>

/* What a ranking shows while it reads: the place of everybody, and those asked about whole. */
struct match_watch {
    struct arena *arena;
    struct match_why_not *why;
    struct match_place *at;
    size_t count, cap;
    bool closed;
};

struct match_watch *match_watch_new(const struct match_state *st, struct arena *a) {
    struct match_why_not *why = st->why_not;
    bool any = false;
    for (size_t i = 0; why && i < why->count; i++)
        any |= why->accounts[i].watched;
    if (!any || st->related_phase)
        return NULL;
    if (why->watch && why->watch->closed)
        return why->watch;
    for (size_t i = 0; i < why->count; i++)
        why->accounts[i].ranked = false, why->accounts[i].other = FIELD_NULL_I64;
    why->watch = arena_alloc(a, sizeof *why->watch);
    *why->watch = (struct match_watch){.arena = a, .why = why};
    return why->watch;
}

void match_watch_close(const struct match_state *st) {
    if (st->why_not && st->why_not->watch)
        st->why_not->watch->closed = true;
}

void match_watch_see(struct match_watch *watch, const struct match_pick *pick) {
    if (watch->closed)
        return;
    if (watch->count == watch->cap) {
        watch->cap = watch->cap ? 2 * watch->cap : 1024;
        struct match_place *more = arena_alloc(watch->arena, watch->cap * sizeof *more);
        if (watch->count)
            memcpy(more, watch->at, watch->count * sizeof *more);
        watch->at = more;
    }
    watch->at[watch->count++] = (struct match_place){
        .score = (int32_t)pick->score, .conf = (int32_t)pick->conf, .account_id = pick->account_id};
    for (size_t i = 0; i < watch->why->count; i++) {
        struct why_account *x = &watch->why->accounts[i];
        if (!x->watched || x->creator_id != pick->creator_id)
            continue;
        x->ranked = x->account_id == pick->account_id;
        if (x->ranked)
            x->pick = *pick;
        else
            x->other = pick->account_id;
    }
}

int64_t match_watch_lowest(const struct match_watch *watch) {
    int64_t lowest = MATCH_SCALE;
    for (size_t i = 0; i < watch->why->count; i++) {
        const struct why_account *x = &watch->why->accounts[i];
        if (x->watched && !x->ranked && x->other == FIELD_NULL_I64)
            return 0;
        if (x->ranked && x->pick.score < lowest)
            lowest = x->pick.score;
    }
    return lowest;
}

int64_t match_watch_ahead(const struct match_watch *watch, const struct why_account *x) {
    int64_t n = 0;
    for (size_t i = 0; i < watch->count; i++) {
        struct match_pick other = {
            .score = watch->at[i].score, .conf = watch->at[i].conf, .account_id = watch->at[i].account_id};
        n += match_pick_ahead(&other, &x->pick);
    }
    return n;
}
