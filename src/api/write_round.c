/* Writes that wait at the same time are one transaction: its round trips and its commit are paid once. Rounds
 * that leave accounts as they are run beside each other, since on a store that is larger than memory each is
 * a line of reads from disk; imports and all other rounds have the store's writing to themselves. A round is
 * requests of one way, world and source about different creators, in the order in which they came; rows of a
 * workspace, erasures and whatever has no body make a round each. Invariants: each request is
 * answered as if it had come alone: who is refused takes nobody along (the round is undone and done again
 * without them), and where the store fails at a round that several share, each is tried by itself; an answer
 * is given after the commit that it speaks of, and its Idempotency-Key is kept in it. */
#include "writes.h"

#include "api/writer.h"
#include "audit.h"
#include "base/clock.h"
#include "http/body.h"
#include "own.h"

#include <stdlib.h>
#include <string.h>

enum { ROUND_MAX = AUDITS_MAX };

struct round {
    struct db *db;
    struct request *req[ROUND_MAX];
    size_t n, rows;
    bool blamed; /* it failed because of some of its requests, which are over */
    struct fault fault;
};

static struct write_state *state_of(const struct round *r, size_t i) {
    return r->req[i]->state;
}

static bool is_the_stores(enum err e) {
    return e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_TIMEOUT || e == ERR_STORE_CONFLICT ||
           e == ERR_STORE_FAILED || e == ERR_STORE_SCHEMA;
}

/* What another try at once would not change, and a wait for each would make worse. */
static bool is_everybodys(enum err e) {
    return e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_TIMEOUT || e == ERR_STORE_SCHEMA;
}

static void over(struct request *req, enum err e) {
    struct write_state *st = req->state;
    st->e = e;
    st->place = WRITE_OVER;
}

/* Takes those out that are over. */
static void close_ranks(struct round *r) {
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (state_of(r, i)->place == WRITE_IN)
            r->req[n++] = r->req[i];
    r->n = n;
}

static const char *source_of(const struct write_state *st) {
    return st->source ? st->source : st->q.source.text ? st->q.source.text : "api";
}

static bool same_text(const char *a, const char *b) {
    return a && b && strcmp(a, b) == 0;
}

/* Whether one more goes with those that are in. */
static bool goes_with(const struct round *r, const struct write_state *st) {
    const struct write_state *first = state_of(r, 0);
    if (st->alone || first->alone || !st->way->kind || st->way->own || st->way != first->way ||
        st->who.world != first->who.world || strcmp(source_of(st), source_of(first)) != 0 ||
        r->n == ROUND_MAX || r->rows + st->n_records > WRITE_ROWS_MAX)
        return false;
    for (size_t i = 0; i < r->n; i++)
        if (same_text(st->once_key, state_of(r, i)->once_key))
            return false;
    return true;
}

/* As it was when its body had been read: an earlier round may have been undone. */
static void enter(struct round *r, struct request *req) {
    struct write_state *st = req->state;
    struct body_fault **end = &req->body_faults;
    for (size_t i = 0; i < st->n_faults && *end; i++)
        end = &(*end)->next;
    *end = NULL;
    st->refused = st->n_refused;
    st->answer = NULL;
    st->place = WRITE_IN;
    r->rows += st->n_records;
    r->req[r->n++] = req;
}

/* Takes the first that waits and those that go with it. */
static bool choose(struct request *const *reqs, size_t n, struct round *r) {
    *r = (struct round){0};
    for (size_t i = 0; i < n; i++) {
        const struct write_state *st = reqs[i]->state;
        if (st->place == WRITE_WAITS && (r->n == 0 || goes_with(r, st)))
            enter(r, reqs[i]);
    }
    return r->n > 0;
}

/* A failure in the middle: of the store, or of one request. */
static enum err fail(struct round *r, struct request *req, enum err e) {
    if (e && is_the_stores(e)) {
        r->fault = req->fault;
    } else if (e) {
        over(req, e);
        r->blamed = true;
    }
    return e;
}

/* Who was answered before is over; before anything is written, so nothing needs to be undone. */
static enum err take_keys(struct round *r) {
    for (size_t i = 0; i < r->n; i++) {
        struct write_state *st = state_of(r, i);
        st->db = r->db;
        st->again = false;
        enum err e = write_once_begin(r->req[i], &st->again);
        if (e && is_the_stores(e))
            return fail(r, r->req[i], e);
        if (e)
            over(r->req[i], e);
    }
    close_ranks(r);
    return ERR_OK;
}

static const char *account_text(struct request *req, const struct rows *rows, size_t row, int column) {
    return rows_text(rows, row, column) ? arena_strdup(req->arena, rows_text(rows, row, column)) : NULL;
}

static void take_accounts(void *ctx, const struct rows *rows) {
    const struct round *r = ctx;
    for (size_t row = 0; row < rows_count(rows); row++) {
        size_t i = (size_t)rows_i64(rows, row, 0) - 1;
        struct request *req = r->req[i];
        state_of(r, i)->account = (struct write_account){.creator_id = account_text(req, rows, row, 1),
                                                         .account_id = account_text(req, rows, row, 2),
                                                         .username = account_text(req, rows, row, 3),
                                                         .opted_out = rows_bool(rows, row, 4),
                                                         .observed_us = rows_i64(rows, row, 5),
                                                         .tag = account_text(req, rows, row, 6)};
    }
}

/* Asks, in a line, for the accounts that the requests mean. */
static enum err ask_accounts(struct round *r) {
    CLEANUP(buf_free) struct buf platforms = {0}, keys = {0}, ids = {0};
    if (!r->n || state_of(r, 0)->way->own)
        return ERR_OK;
    for (size_t i = 0; i < r->n; i++) {
        struct write_state *st = state_of(r, i);
        db_array_put(&platforms, arena_printf(r->req[i]->arena, "%d", st->who.platform));
        db_array_put(&keys, st->who.key);
        db_array_put(&ids, st->way->makes ? st->id : NULL);
        st->account = (struct write_account){0};
    }
    const char *params[] = {state_of(r, 0)->who.world ? "1" : "0", db_array_end(&platforms),
                            db_array_end(&keys), db_array_end(&ids)};
    return db_line_query(r->db, "write_account", COUNT_OF(params), params, take_accounts, r, &r->fault);
}

/* Waits for its turn in the line: of those that leave accounts as they are only for the same accounts. */
static enum err lock(struct round *r) {
    CLEANUP(buf_free) struct buf platforms = {0}, keys = {0};
    if (!state_of(r, 0)->way->beside)
        return db_line_run(r->db, "select pg_advisory_xact_lock(20261, 0)", NULL, NULL, &r->fault);
    for (size_t i = 0; i < r->n; i++) {
        db_array_put(&platforms, arena_printf(r->req[i]->arena, "%d", state_of(r, i)->who.platform));
        db_array_put(&keys, state_of(r, i)->who.key);
    }
    const char *params[] = {state_of(r, 0)->who.world ? "1" : "0", db_array_end(&platforms),
                            db_array_end(&keys)};
    enum err e = db_line_run(r->db, "select pg_advisory_xact_lock_shared(20261, 0)", NULL, NULL, &r->fault);
    return e ? e : db_line_query(r->db, "write_lock", COUNT_OF(params), params, NULL, NULL, &r->fault);
}

/* Takes its turn if there is something to write (whoever is answered again need not wait for an import), and
 * finds the accounts in it. */
static enum err find_accounts(struct round *r, bool locked) {
    bool writes = false;
    for (size_t i = 0; i < r->n; i++)
        writes |= !state_of(r, i)->again;
    enum err e = db_line_begin(r->db, &r->fault);
    if (!e && writes && !locked)
        e = lock(r);
    if (!e)
        e = ask_accounts(r);
    enum err end = db_line_end(r->db, e ? NULL : &r->fault);
    return e ? e : end;
}

/* Whether two are about one creator, whose tag one of them moves, or make the same account. */
static bool same_account(const struct write_state *a, const struct write_state *b) {
    if (a->account.creator_id && b->account.creator_id)
        return strcmp(a->account.creator_id, b->account.creator_id) == 0;
    return (a->who.platform == b->who.platform && strcmp(a->who.key, b->who.key) == 0) ||
           (a->who.platform == b->who.platform && same_text(a->id, b->id));
}

/* The second about a creator waits for the next round. */
static void put_off(struct round *r) {
    for (size_t i = 1; i < r->n; i++)
        for (size_t k = 0; k < i && state_of(r, i)->place == WRITE_IN; k++)
            if (state_of(r, k)->place == WRITE_IN && same_account(state_of(r, k), state_of(r, i)))
                state_of(r, i)->place = WRITE_WAITS;
    close_ranks(r);
}

static enum err check_accounts(struct round *r) {
    for (size_t i = 0; i < r->n; i++) {
        enum err e = write_check_account(r->req[i]);
        if (e && is_the_stores(e))
            return fail(r, r->req[i], e);
        if (e)
            over(r->req[i], e);
    }
    close_ranks(r);
    return ERR_OK;
}

/* The records of all, each with its request's number in its line. */
static struct record *gather(const struct round *r, size_t *ret_n) {
    size_t n = 1;
    struct record *all = arena_alloc(r->req[0]->arena, (r->rows + 1) * sizeof *all);
    all[0] = state_of(r, 0)->records[0];
    for (size_t i = 0; i < r->n; i++) {
        const struct write_state *st = state_of(r, i);
        for (size_t k = 1; k < st->n_records; k++, n++) {
            all[n] = st->records[k];
            all[n].line |= (int64_t)i << IMPORT_PART_BITS;
        }
    }
    *ret_n = n;
    return all;
}

/* Merges the records of all as an import would; each learns what came of its own. */
static enum err merge(struct round *r, struct import_summary *s) {
    const struct write_state *first = state_of(r, 0);
    const struct api_shared *shared = ((const struct api *)r->req[0]->app)->shared;
    int64_t now_us = 0;
    for (size_t i = 0; i < r->n; i++)
        now_us = state_of(r, i)->now_us > now_us ? state_of(r, i)->now_us : now_us;
    struct import_options o = {
        .source = source_of(first),
        .world = first->who.world,
        .workspace_id = first->workspace ? strtoll(first->workspace, NULL, 10) : 0,
        .locked = true,
        .map = {.kind = first->way->kind, .observed_us = now_us, .latest_us = now_us + CLOCK_DAY},
        .secrets = &shared->secrets};
    struct import_part parts[ROUND_MAX] = {{0}};
    size_t n;
    struct record *records = gather(r, &n);
    enum err e = import_records(r->db, &o, records, n, parts, &r->fault, s);
    for (size_t i = 0; i < r->n; i++)
        state_of(r, i)->part = parts[i];
    return e;
}

/* Those whose rows were refused are told why. ERR_*: of one who wanted all or nothing. */
static enum err check_merged(struct round *r, const struct import_summary *s) {
    enum err first = ERR_OK;
    for (size_t i = 0; i < r->n; i++) {
        enum err e = state_of(r, i)->part.refused ? write_refused(r->req[i], (int64_t)i, s) : ERR_OK;
        if (e)
            fail(r, r->req[i], e);
        first = first ? first : e;
    }
    return first;
}

static enum err merge_and_free(struct round *r) {
    if (!state_of(r, 0)->way->kind)
        return ERR_OK;
    struct import_summary *s = arena_alloc(r->req[0]->arena, sizeof *s);
    enum err e = merge(r, s);
    if (!e)
        e = check_merged(r, s);
    import_summary_done(s);
    return e;
}

/* Runs a part of the way for each. */
static enum err each(struct round *r, write_part *part) {
    for (size_t i = 0; part && i < r->n; i++) {
        enum err e = part(r->req[i]);
        if (e)
            return fail(r, r->req[i], e);
    }
    return ERR_OK;
}

/* Those who are answered with what was answered before need but to know whose it is. */
static void leave_answered(struct round *r) {
    for (size_t i = 0; i < r->n; i++)
        if (state_of(r, i)->again)
            over(r->req[i], ERR_OK);
    close_ranks(r);
}

/* What a write was done to; of rows of a workspace how many. */
static const char *object_of(const struct request *req) {
    const struct write_state *st = req->state;
    if (!st->way->own)
        return st->account.creator_id ? arena_printf(req->arena, "creator:%s", st->account.creator_id) : NULL;
    return st->way->kind ? arena_printf(req->arena, "rows:%zu", st->n_records - 1)
                         : arena_printf(req->arena, "row:%s", req->segments[0]);
}

static enum err note(struct round *r) {
    struct audit all[ROUND_MAX];
    for (size_t i = 0; i < r->n; i++)
        all[i] = (struct audit){r->req[i], object_of(r->req[i]), state_of(r, i)->status};
    return audit_write(r->db, all, r->n, &r->fault);
}

static enum err write_all(struct round *r) {
    const struct write_way *way = state_of(r, 0)->way;
    enum err e = each(r, way->before);
    if (!e)
        e = merge_and_free(r);
    if (!e)
        e = each(r, way->after);
    if (!e)
        e = each(r, write_once_end);
    if (!e && way->shows)
        e = find_accounts(r, true);
    return e ? e : note(r);
}

static enum err transact(struct round *r) {
    bool own = state_of(r, 0)->way->own;
    enum err e = take_keys(r);
    if (!e)
        e = find_accounts(r, false);
    if (e)
        return e;
    leave_answered(r);
    if (!own)
        put_off(r);
    e = own ? each(r, own_check_tag) : check_accounts(r);
    return e || !r->n ? e : write_all(r);
}

/* What becomes of those who are still in. */
static void settle(struct round *r, enum err e) {
    bool lone = r->n == 1;
    for (size_t i = 0; i < r->n; i++) {
        struct write_state *st = state_of(r, i);
        if (st->place != WRITE_IN)
            continue;
        if (e && (r->blamed || (!lone && !is_everybodys(e)))) {
            st->place = WRITE_WAITS;
            st->alone = !r->blamed;
            continue;
        }
        if (e)
            r->req[i]->fault = r->fault;
        over(r->req[i], e);
    }
}

static void run(struct round *r) {
    struct writer *writer = ((const struct api *)r->req[0]->app)->shared->writer;
    /* private rows are written alone, so that a round of several callers needs, and sees, nobody's */
    int32_t workspace = state_of(r, 0)->way->own ? r->req[0]->caller.workspace : 0;
    enum err e = writer_begin(writer, workspace, &r->fault, &r->db);
    if (!e)
        e = writer_end(writer, r->db, transact(r), &r->fault);
    settle(r, e);
}

void write_jobs(struct request *const *reqs, size_t n, enum err *ret_e) {
    struct round r;
    for (size_t i = 0; i < n; i++) {
        struct write_state *st = reqs[i]->state;
        enum err e = st->way->read ? st->way->read(reqs[i]) : ERR_OK;
        for (const struct body_fault *b = reqs[i]->body_faults; b; b = b->next)
            st->n_faults++;
        st->n_refused = st->refused;
        st->place = WRITE_WAITS;
        if (e)
            over(reqs[i], e);
    }
    while (choose(reqs, n, &r))
        run(&r);
    for (size_t i = 0; i < n; i++) {
        struct write_state *st = reqs[i]->state;
        buf_free(&st->cleared);
        ret_e[i] = st->e;
    }
}
