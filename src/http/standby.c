/* Reads on a standby. Invariants: a position counts for the connection that told it; an exchange that asked
 * the primary, or a connection that is gone, asks no standby any more. */
#include "standby.h"

#include "base/clock.h"
#include "base/embed.h"
#include "exchange.h"

#include <stdlib.h>

enum { SILENT_MS = 300, ASK_MS = 5 };

/* Whether the route reads nothing that its caller may have written by another one a moment ago. */
static bool may_lag(const struct route *r) {
    return r->need == NEED_READ || r->need == NEED_NOTHING;
}

static void on_replayed(void *ctx, enum err e, const struct rows *rows, const struct fault *f) {
    (void)f;
    struct loop *l = ctx;
    struct standby *s = &l->standby;
    s->asking = false;
    if (e)
        return;
    int64_t position = rows_i64(rows, 0, 0);
    s->replayed = position == FIELD_NULL_I64 ? 0 : (uint64_t)position;
}

static void ask_replayed(struct loop *l, int64_t now_ms) {
    static const char name[] = "standby_replayed";
    struct standby *s = &l->standby;
    const struct embedded *sql = embed_find("sql/queries/standby_replayed.sql");
    struct fault f;
    if (!sql)
        abort();
    if (s->asking || now_ms - s->asked_ms < ASK_MS)
        return;
    const struct statement st = {.name = name, .sql = sql->data};
    s->asked_ms = now_ms;
    s->asking = pipe_query(s->pipe, &st, 0, NULL, on_replayed, l, &f) == ERR_OK;
}

/* Whether it knows all that an answer must know. */
static bool fresh(struct loop *l, int64_t now_us) {
    struct standby *s = &l->standby;
    uint64_t needs = l->program->standby_needs(l->app, now_us);
    if (s->serial != pipe_serial(s->pipe)) {
        s->serial = pipe_serial(s->pipe);
        s->replayed = 0;
    }
    if (needs == UINT64_MAX)
        return false;
    if (s->replayed < needs)
        ask_replayed(l, now_us / 1000);
    return s->replayed >= needs;
}

static bool standby_serves(const struct exchange *x, int64_t now_us) {
    struct loop *l = x->req.loop;
    struct standby *s = &l->standby;
    bool promoted = !pipe_on_standby(s->pipe);
    if (x->on_primary || !pipe_is_ready(s->pipe) || (!may_lag(x->req.route) && !promoted))
        return false;
    if (x->standby_serial && x->standby_serial != pipe_serial(s->pipe))
        return false;
    if (!pipe_is_ready(l->pipe))
        return true;
    return !promoted && pipe_silent_ms(s->pipe, now_us / 1000) < SILENT_MS && fresh(l, now_us);
}

struct pipe *standby_choose(struct exchange *x) {
    struct loop *l = x->req.loop;
    struct standby *s = &l->standby;
    if (!s->pipe)
        return l->pipe;
    x->on_primary = !standby_serves(x, clock_mono_us());
    if (x->on_primary)
        return l->pipe;
    x->standby_serial = pipe_serial(s->pipe);
    count_add(&l->meters.standby_statements, 1);
    return s->pipe;
}

/* The primary is gone: a standby answers those that it told nothing yet. */
static struct pipe *instead_of_primary(struct exchange *x) {
    struct pipe *standby = x->req.loop->standby.pipe;
    if (x->primary_told || !may_lag(x->req.route) || !pipe_is_ready(standby) ||
        (x->standby_serial && x->standby_serial != pipe_serial(standby)))
        return NULL;
    x->on_primary = false;
    x->standby_serial = pipe_serial(standby);
    return standby;
}

struct pipe *standby_instead(struct exchange *x, const struct pipe *failed, enum err e) {
    struct loop *l = x->req.loop;
    bool lost = e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_CONFLICT; /* gone, or let a row go */
    if (!lost || !l->standby.pipe)
        return NULL;
    if (failed == l->pipe)
        return instead_of_primary(x);
    if (!pipe_is_ready(l->pipe))
        return NULL;
    x->on_primary = true;
    count_add(&l->meters.standby_again, 1);
    return l->pipe;
}

void standby_tick(struct loop *l, int64_t mono_ms) {
    struct standby *s = &l->standby;
    if (!s->pipe)
        return;
    bool promoted = pipe_is_ready(s->pipe) && !pipe_on_standby(s->pipe);
    if (promoted && pipe_is_ready(l->pipe) && !pipe_waiting(s->pipe))
        pipe_renew(s->pipe);
    pipe_tick(s->pipe, mono_ms);
}

void standby_flush(struct loop *l) {
    if (l->standby.pipe)
        pipe_flush(l->standby.pipe);
}

void standby_shut(struct loop *l) {
    if (l->standby.pipe)
        pipe_shut(l->standby.pipe);
}
