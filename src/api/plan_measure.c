/* The plan's people, each counted once, by samples of audiences where there are any. The search lets
 * audiences meet by chance; where samples say that a creator's audience follows the others anyway, it is done
 * again without that creator, and the plan that does more by the samples stays. Invariant: what is proven
 * about the search is proven for the whole pool: leaving out lowers the plan's share of the bound, never the
 * bound. */
#include "plan_assume.h"

#include "similar.h"

#include <math.h>
#include <string.h>

/* Columns of similar_audiences. */
enum { PLACE, THETA, HASHES, MIX };

static void list_members(struct plan_state *st, struct arena *a) {
    st->members = arena_alloc(a, (st->plan.n + 1) * sizeof *st->members);
    for (size_t i = 0; i < st->plan.n; i++)
        st->members[i] = st->plan.members[i].candidate;
}

void plan_solve_now(struct plan_state *st, struct arena *a) {
    plan_solve(&st->problem, a, &st->plan);
    list_members(st, a);
}

static enum err sample_rows(struct request *req, const struct rows *rows) {
    struct plan_state *st = plan_state_of(req);
    st->sample_rows = request_keep(req, rows);
    return request_work(req, plan_measure_job, st->measured);
}

enum err plan_ask_samples(struct request *req, request_next *next) {
    struct plan_state *st = plan_state_of(req);
    CLEANUP(buf_free) struct buf creators = {0};
    CLEANUP(buf_free) struct buf accounts = {0};
    st->measured = next;
    if (!st->plan.n)
        return request_work(req, plan_measure_job, next);
    for (size_t i = 0; i < st->plan.n; i++) {
        const struct plan_creator *c = &st->creators[st->members[i]];
        buf_printf(&creators, "%c%lld", i ? ',' : '{', (long long)c->creator_id);
        buf_printf(&accounts, "%c%lld", i ? ',' : '{', (long long)c->account_id);
    }
    buf_putc(&creators, '}');
    buf_putc(&accounts, '}');
    const char *params[] = {creators.data, accounts.data};
    struct statement audiences = api_statement(req, "similar_audiences");
    return request_query(req, &audiences, COUNT_OF(params), params, sample_rows);
}

/* The samples stay with the candidates, for the rounds to come. */
static void take_samples(struct plan_state *st, struct arena *a) {
    for (size_t i = 0; st->sample_rows && i < rows_count(st->sample_rows); i++) {
        size_t candidate = st->members[rows_i64(st->sample_rows, i, PLACE) - 1];
        struct audience audience;
        audience_read(st->sample_rows, i, THETA, HASHES, MIX, a, &audience);
        if (audience.sampled)
            st->candidates[candidate].sketch = audience.sketch;
    }
    st->sample_rows = NULL;
}

/* Back to the best plan measured. */
static void take_back(struct plan_state *st, struct arena *a) {
    struct plan_overlap *o = &st->overlap;
    st->candidates[o->tried].exclude = false;
    o->left_out_count--;
    st->plan = o->plan;
    list_members(st, a);
}

/* Plans without a creator whose audience the others have. False: there is none, or no plan without. */
static bool leave_one_out(struct plan_state *st, const struct plan_crowd *crowd, struct arena *a) {
    struct plan_overlap *o = &st->overlap;
    size_t twin = o->rounds <= PLAN_ROUNDS ? plan_crowd_twin(crowd, st->problem.goal) : SIZE_MAX;
    if (twin == SIZE_MAX)
        return false;
    o->tried = st->members[twin];
    o->left_out[o->left_out_count++] = st->creators[o->tried].creator_id;
    st->candidates[o->tried].exclude = true;
    plan_solve_now(st, a);
    if (st->plan.outcome == PLAN_FOUND)
        return true;
    take_back(st, a);
    return false;
}

/* What each creator adds to those before, by the same count. */
static void count_gains(struct plan_state *st, const struct plan_crowd *crowd, struct arena *a) {
    bool *in = arena_alloc(a, st->plan.n + 1);
    double before = 0;
    st->gains = arena_alloc(a, (st->plan.n + 1) * sizeof *st->gains);
    for (size_t i = 0; i < st->plan.n; i++)
        in[i] = false;
    for (size_t i = 0; i < st->plan.n; i++) {
        struct plan_net net;
        in[i] = true;
        plan_crowd_net(crowd, st->problem.goal, in, &net);
        st->gains[i] = fmax(0, net.together - before);
        before = net.together;
    }
}

static void finish(struct plan_state *st, struct arena *a) {
    struct plan_overlap *o = &st->overlap;
    size_t n = st->plan.n;
    const struct plan_crowd *crowd = plan_crowd_new(&st->problem, st->members, n, a);
    struct plan_net net;
    plan_crowd_net(crowd, st->problem.goal, NULL, &net);
    memcpy(st->plan.share_of_segments, net.share_of_segments, sizeof net.share_of_segments);
    count_gains(st, crowd, a);
    o->coverage = plan_crowd_coverage(crowd);
    st->side = plan_side_of(&st->problem, st->members, n, a);
    if (o->left_out_count) {
        st->plan.optimal = false;
        st->plan.at_least = o->bound > 0 ? fmin(1, st->plan.utility / o->bound) : 1;
    }
    plan_compare(st, a);
}

/* More people, or as many for less money. */
static bool is_better(const struct plan_overlap *o, const struct plan *plan, double value) {
    return value > o->value || (value >= o->value * (1 - 1e-9) && plan->cost_usd < o->plan.cost_usd);
}

enum err plan_measure_job(struct request *req) {
    struct plan_state *st = plan_state_of(req);
    struct plan_overlap *o = &st->overlap;
    struct arena *a = req->arena;
    o->again = false;
    take_samples(st, a);
    if (st->plan.outcome == PLAN_FOUND) {
        const struct plan_crowd *crowd = plan_crowd_new(&st->problem, st->members, st->plan.n, a);
        struct plan_net net;
        plan_crowd_net(crowd, st->problem.goal, NULL, &net);
        bool better = !o->rounds || is_better(o, &st->plan, net.together);
        if (!o->rounds++)
            o->bound = st->plan.bound;
        if (!better)
            take_back(st, a);
        else {
            o->plan = st->plan;
            o->value = net.together;
            o->again = leave_one_out(st, crowd, a);
        }
    }
    if (!o->again)
        finish(st, a);
    return ERR_OK;
}
