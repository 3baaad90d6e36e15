/* Work of requests that would hold their loop up: to a thread and back. Invariant: while it is there, the
 * request and its arena are that thread's alone. */
#include "exchange.h"

/* A job with its request. */
struct worked {
    struct work_item item; /* first: an item's address is its job's */
    struct exchange *x;
    request_job *job;
    request_jobs *jobs; /* instead, of several requests at once */
    request_next *next;
    enum err e;
};

static void run_job(struct work_item *item) {
    struct worked *w = (struct worked *)(void *)item;
    w->e = w->job(&w->x->req);
}

static void run_jobs(struct work_item *first) {
    struct request *reqs[WORK_TOGETHER];
    enum err e[WORK_TOGETHER];
    size_t n = 0;
    struct work_item *item = first;
    do
        reqs[n++] = &((struct worked *)(void *)item)->x->req;
    while ((item = item->next));
    ((struct worked *)(void *)first)->jobs(reqs, n, e);
    n = 0;
    for (item = first; item; item = item->next)
        ((struct worked *)(void *)item)->e = e[n++];
}

void exchange_worked(struct work_item *item) {
    struct worked *w = (struct worked *)(void *)item;
    struct exchange *x = w->x;
    x->req.waiting--;
    x->req.loop->working--;
    meters_work(x->req.loop, x->req.route, item->us);
    request_timing(&x->req, arena_printf(x->req.arena, "work;dur=%.3f", (double)item->us / 1e3));
    exchange_failed(x, w->e ? w->e : w->next(&x->req, NULL));
    exchange_resume(x);
}

/* Queues the work; the request is the thread's until it comes back. */
static enum err put_work(struct work *pool, const struct worked *what) {
    struct request *req = &what->x->req;
    struct loop *l = req->loop;
    if (req->waiting > 0)
        return request_fail(req, ERR_INTERNAL, "work was begun while statements were in flight");
    struct worked *w = arena_alloc(req->arena, sizeof *w);
    *w = *what;
    w->item.inbox = &l->inbox;
    req->waiting++;
    enum err e = work_put(pool, &w->item, &req->fault);
    req->waiting -= e != ERR_OK;
    l->working += e == ERR_OK;
    return e;
}

enum err exchange_work(struct exchange *x, bool must, request_job *job, request_next *next) {
    struct request *req = &x->req;
    if (!req->loop->work) {
        enum err e = job(req);
        return e ? e : next(req, NULL);
    }
    const struct worked w = {.item = {.run = run_job, .must = must}, .x = x, .job = job, .next = next};
    return put_work(req->loop->work, &w);
}

enum err request_work(struct request *req, request_job *job, request_next *next) {
    return exchange_work(exchange_of(req), false, job, next);
}

enum err request_work_together(struct request *req, uint64_t group, bool beside, request_jobs *jobs,
                               request_next *next) {
    if (!req->loop->writes) {
        enum err e = ERR_OK;
        jobs(&req, 1, &e);
        return e ? e : next(req, NULL);
    }
    const struct worked w = {.item = {.run = run_jobs, .group = group, .one = !beside},
                             .x = exchange_of(req),
                             .jobs = jobs,
                             .next = next};
    return put_work(req->loop->writes, &w);
}
