/* GET /plan: whom to book for a budget. Steps: parse, resolve the niche as /match does, three statements at
 * once (who could be booked, who is big, who is named), the search on a thread of the pool, the samples of
 * those chosen, the measuring (and the search again, plan_measure.c), the items of those chosen, write. The
 * answer is tagged by its bytes: it reads prices and audiences that no version counts.
 */
#include "plan.h"

#include "api/suggest.h"
#include "authority.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plan_state *plan_state_of(const struct request *req) {
    return req->state; /* the match_state is its first member */
}

double plan_posts(const struct plan_query *q) {
    return (double)(q->posts_per_creator * q->months);
}

static enum err refuse(struct request *req, const char *param, const char *value, const char *allowed) {
    request_fail(req, ERR_PARAM_INVALID, "%s must be %s%s%.100s%s", param, allowed, value ? ", got \"" : "",
                 value ? value : "", value ? "\"" : "");
    return fault_param(&req->fault, param, value, allowed);
}

static enum err check(struct request *req, const struct plan_state *st) {
    const struct plan_query *q = &st->q;
    if (q->min_creators > q->max_creators)
        return refuse(req, "min_creators", arena_printf(req->arena, "%lld", (long long)q->min_creators),
                      "at most max_creators");
    if (q->include.in_count > (size_t)q->max_creators)
        return refuse(req, "include", NULL, "no more creators than max_creators");
    return ERR_OK;
}

/* The lines of /match that /plan does not borrow stand at their defaults. */
static enum err set_defaults(struct request *req, struct match_query *q) {
    enum err e = ERR_OK;
    for (size_t i = 0; i < match_param_count && !e; i++) {
        const struct param *p = &match_params[i];
        param_set_absent(p, q);
        struct param_arg arg = {.name = p->name, .value = p->fallback};
        arg.value_len = p->fallback ? strlen(p->fallback) : 0;
        if (p->fallback)
            e = param_set(p, &arg, req->arena, &req->fault, q);
    }
    return e;
}

/* Which lines of /match were sent: bits by match_params. */
static uint64_t given_of_match(const struct request *req) {
    uint64_t given = 0;
    for (size_t i = 0; i < match_param_count; i++)
        for (size_t k = 0; k < req->n_args; k++)
            given |= (uint64_t)(strcmp(req->args[k].name, match_params[i].name) == 0) << i;
    return given;
}

static enum err parse(struct request *req, struct plan_state *st) {
    uint64_t given;
    enum err e = set_defaults(req, &st->q.match);
    if (!e)
        e = api_params(req, &st->q, &given);
    return e ? e : check(req, st);
}

static enum err item_rows(struct request *req, const struct rows *rows) {
    struct plan_state *st = plan_state_of(req);
    struct match_row *items = arena_alloc(req->arena, (rows_count(rows) + 1) * sizeof *items);
    const struct snapshot *s;
    enum err e = api_snapshot(req, &s);
    if (e)
        return e;
    int64_t now_us = api_now_us(req->app, s, st->match.world);
    for (size_t i = 0; i < rows_count(rows); i++) {
        rows_decode(rows, i, match_fields, match_field_count, req->arena, &items[i]);
        match_row_finish(&items[i], i ? &items[i - 1] : NULL, s, &st->match, now_us, req->arena);
    }
    st->items = items;
    st->item_count = rows_count(rows);
    return plan_write(req);
}

/* The plan is there and measured: reads what is shown of its creators and of the big one. */
static enum err measured(struct request *req, const struct rows *rows) {
    (void)rows;
    struct plan_state *st = plan_state_of(req);
    if (st->overlap.again)
        return plan_ask_samples(req, measured);
    CLEANUP(buf_free) struct buf creators = {0};
    CLEANUP(buf_free) struct buf accounts = {0};
    CLEANUP(buf_free) struct buf niches = {0};
    size_t n = st->plan.n + (st->big.there && st->big.stored);
    for (size_t i = 0; i < n; i++) {
        const struct plan_creator *c =
            i < st->plan.n ? &st->creators[st->plan.members[i].candidate] : &st->big.creator;
        buf_printf(&creators, "%c%lld", i ? ',' : '{', (long long)c->creator_id);
        buf_printf(&accounts, "%c%lld", i ? ',' : '{', (long long)c->account_id);
        buf_printf(&niches, "%c%d", i ? ',' : '{', st->match.niche_ids[0]);
    }
    if (!n)
        return plan_write(req);
    buf_putc(&creators, '}');
    buf_putc(&accounts, '}');
    buf_putc(&niches, '}');
    const char *params[] = {creators.data, accounts.data, niches.data};
    struct statement stmt = api_statement(req, "match_items");
    stmt.binary = true;
    return request_query(req, &stmt, COUNT_OF(params), params, item_rows);
}

static enum err solved(struct request *req, const struct rows *rows) {
    (void)rows;
    return plan_ask_samples(req, measured);
}

static enum err go_on(struct request *req) {
    return req->waiting ? ERR_OK : request_work(req, plan_job, solved);
}

static enum err pool_rows(struct request *req, const struct rows *rows) {
    plan_state_of(req)->pool_rows = request_keep(req, rows);
    return go_on(req);
}

static enum err big_rows(struct request *req, const struct rows *rows) {
    plan_state_of(req)->big_rows = request_keep(req, rows);
    return go_on(req);
}

static enum err named_rows(struct request *req, const struct rows *rows) {
    plan_state_of(req)->named_rows = request_keep(req, rows);
    return go_on(req);
}

/* Days since 1970, in the world asked. */
static const char *today(const struct request *req) {
    return plan_state_of(req)->match.named[0].value;
}

/* Asks for those who pass the filters as they stand in the state. */
static enum err ask_pool(struct request *req, int64_t rows, int64_t score, request_next *next) {
    const struct plan_state *st = plan_state_of(req);
    const char *ids = "";
    for (size_t i = 0; i < st->match.niche_count; i++)
        ids = arena_printf(req->arena, "%s%s%d", ids, i ? "," : "", st->match.niche_ids[i]);
    const char *own[] = {
        arena_printf(req->arena, "%d", st->match.world),
        arena_printf(req->arena, "{%s}", ids),
        arena_printf(req->arena, "%lld", (long long)rows),
        arena_printf(req->arena, "%lld", (long long)score),
        st->q.deliverable,
        request_workspace(req),
        today(req),
    };
    return match_ask_filtered(req, "plan", COUNT_OF(own), own, next);
}

/* The same filters but for the size. */
static enum err ask_big(struct request *req) {
    struct match_query *q = &plan_state_of(req)->match.q;
    struct match_query asked = *q;
    q->min_followers = PLAN_BIG_FOLLOWERS + 1;
    q->max_followers = PARAM_NONE;
    enum err e = ask_pool(req, PLAN_BIG_MAX, 0, big_rows);
    *q = asked;
    return e;
}

/* An element of an array's text. */
static void put_element(struct buf *out, const char *word, bool first) {
    buf_puts(out, first ? "{\"" : ",\"");
    for (; *word; word++) {
        if (*word == '"' || *word == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *word);
    }
    buf_putc(out, '"');
}

static enum err ask_named(struct request *req) {
    const struct plan_state *st = plan_state_of(req);
    const struct param_list *include = &st->q.include;
    CLEANUP(buf_free) struct buf words = {0};
    for (size_t i = 0; i < include->in_count; i++)
        put_element(&words, include->in[i], i == 0);
    if (!include->in_count)
        return ERR_OK;
    buf_putc(&words, '}');
    const char *params[] = {arena_printf(req->arena, "%d", st->match.world),
                            arena_printf(req->arena, "%d", st->match.niche_ids[0]),
                            words.data,
                            st->q.deliverable,
                            request_workspace(req),
                            today(req)};
    struct statement stmt = api_private(req, "plan_named");
    return request_query(req, &stmt, COUNT_OF(params), params, named_rows);
}

enum err api_plan(struct request *req) {
    struct plan_state *st = arena_alloc(req->arena, sizeof *st);
    const struct snapshot *s = NULL;
    req->state = st;
    enum err e = parse(req, st);
    st->match.q = st->q.match;
    st->match.reads_private = true;
    if (!e)
        e = list_choose(req, &st->q.match.list, plan_fields, plan_field_count, "");
    if (!e)
        e = match_begin(req, given_of_match(req), &s);
    if (e == ERR_NICHE_UNKNOWN && s)
        return suggest_ask(req, api_world(s, st->match.q.world));
    if (e)
        return e;
    match_name_values(req, s);
    if (!e)
        e = ask_pool(req, PLAN_POOL_MAX, st->q.min_score * (MATCH_SCALE / 100), pool_rows);
    if (!e)
        e = ask_big(req);
    return e ? e : ask_named(req);
}
