/* The pipelined connection. Invariants: `sent` mirrors libpq's command queue entry for entry; an op is in
 * exactly one of `queued` and `sent`; its callback runs exactly once. */
#include "store/pipe.h"

#include "base/clock.h"
#include "pipe_own.h"
#include "rows_pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRACE_MS = 1000,
    READS = 4 /* a turn, each of at most 16 KiB, which is little more than one answer */
};

enum err pipe_new(const struct pipe_config *config, struct fault *f, struct pipe **ret_pipe) {
    struct pipe *p = calloc(1, sizeof *p);
    if (!p)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a connection");
    p->config = *config;
    snprintf(p->conninfo, sizeof p->conninfo, "%s", config->conninfo ? config->conninfo : "");
    snprintf(p->app, sizeof p->app, "%s", config->app);
    snprintf(p->timeout, sizeof p->timeout, "%lld", (long long)config->statement_timeout_ms);
    p->pause_ms = PIPE_PAUSE_FIRST_MS;
    hosts_read(&p->hosts, p->conninfo, config->role);
    pipe_connect(p);
    *ret_pipe = p;
    return ERR_OK;
}

static void finish_op(struct op *op, enum err e, PGresult *res, const struct fault *f) {
    struct rows *rows = e ? NULL : rows_wrap(res);
    op->done(op->ctx, e, rows, f);
    if (!e)
        rows_free(rows);
    op_free(op);
}

/* The connection is lost: everything waiting fails, the next attempt comes after a pause. */
void pipe_drop(struct pipe *p, const struct fault *f) {
    struct op_list lost = {0};
    for (struct entry e; entry_pop(&p->sent, &e);)
        if (e.kind == ENTRY_EXEC)
            op_append(&lost, e.op);
    for (struct op *op; (op = op_pop(&p->queued));)
        op_append(&lost, op);
    PQclear(p->head_result);
    p->head_result = NULL;
    PQfinish(p->conn);
    p->conn = NULL;
    p->state = PIPE_DOWN;
    p->prepared_count = 0;
    p->workspace_prepared = false;
    pipe_plan_next(p);
    for (struct op *op; (op = op_pop(&lost));)
        finish_op(op, f->code, NULL, f);
}

void pipe_drop_broken(struct pipe *p) {
    struct fault f;
    (void)pg_conn_fault(p->conn, &f);
    pipe_drop(p, &f);
}

void pipe_shut(struct pipe *p) {
    struct fault f;
    fault_set(&f, ERR_STORE_UNAVAILABLE, "the service is stopping");
    pipe_drop(p, &f);
    p->next_try_ms = INT64_MAX;
}

void pipe_free(struct pipe *p) {
    if (!p)
        return;
    pipe_shut(p);
    entry_list_free(&p->sent);
    free(p);
}

int pipe_fd(const struct pipe *p) {
    return p->conn ? PQsocket(p->conn) : -1;
}

bool pipe_wants_write(const struct pipe *p) {
    return p->conn && p->wants_write;
}

bool pipe_is_ready(const struct pipe *p) {
    return p->state == PIPE_READY;
}

size_t pipe_waiting(const struct pipe *p) {
    return p->queued.count + p->sent.count;
}

uint64_t pipe_serial(const struct pipe *p) {
    return p->serial;
}

bool pipe_on_standby(const struct pipe *p) {
    const char *says = p->conn ? PQparameterStatus(p->conn, "in_hot_standby") : NULL;
    return says && strcmp(says, "on") == 0;
}

int64_t pipe_silent_ms(const struct pipe *p, int64_t mono_ms) {
    return p->sent.count ? mono_ms - p->heard_ms : 0;
}

void pipe_renew(struct pipe *p) {
    struct fault f;
    fault_set(&f, ERR_STORE_UNAVAILABLE, "another host is looked for");
    pipe_drop(p, &f);
}

enum err pipe_query(struct pipe *p, const struct statement *st, size_t n, const char *const *params,
                    pipe_done *done, void *ctx, struct fault *f) {
    if (p->state != PIPE_READY) {
        fault_set(f, ERR_STORE_UNAVAILABLE, "the database cannot be reached");
        f->retry_after_s = 1;
        return f->code;
    }
    if (pipe_waiting(p) >= p->config.max_waiting) {
        fault_set(f, ERR_LIMIT_OVERLOAD, "%zu requests wait for the database already", p->config.max_waiting);
        f->retry_after_s = 1;
        return f->code;
    }
    struct op *op = op_new(st, n, params, done, ctx);
    op->deadline_ms = clock_mono_ms() + p->config.statement_timeout_ms + GRACE_MS;
    op_append(&p->queued, op);
    return ERR_OK;
}

static bool is_prepared(const struct pipe *p, uint64_t hash) {
    for (size_t i = 0; i < p->prepared_count; i++)
        if (p->prepared[i] == hash)
            return true;
    return false;
}

/* The transaction's workspace, in front of a statement that reads private rows. */
static bool send_workspace(struct pipe *p, const struct op *op) {
    static const char name[] = "request_workspace";
    const char *const params[] = {op->workspace};
    if (!p->workspace_prepared) {
        if (PQsendPrepare(p->conn, name, pipe_query_text("sql/queries/request_workspace.sql"), 0, NULL) != 1)
            return false;
        entry_push(&p->sent, ENTRY_SET, NULL);
        p->workspace_prepared = true;
    }
    return PQsendQueryPrepared(p->conn, name, 1, params, NULL, NULL, 0) == 1 &&
           entry_push(&p->sent, ENTRY_SET, NULL);
}

/* Sends one op; a statement beyond the bound of kept ones goes unnamed. False: libpq took nothing. */
static bool send_op(struct pipe *p, struct op *op) {
    const char *const *params = (const char *const *)op->params;
    int n = (int)op->param_count;
    if (is_prepared(p, op->name_hash))
        return PQsendQueryPrepared(p->conn, op->name, n, params, NULL, NULL, op->binary) == 1 &&
               entry_push(&p->sent, ENTRY_EXEC, op);
    if (p->prepared_count == PIPE_PREPARED_MAX)
        return PQsendQueryParams(p->conn, op->sql, n, NULL, params, NULL, NULL, op->binary) == 1 &&
               entry_push(&p->sent, ENTRY_EXEC, op);
    if (PQsendPrepare(p->conn, op->name, op->sql, 0, NULL) != 1)
        return false;
    entry_push(&p->sent, ENTRY_PREPARE, op);
    p->prepared[p->prepared_count++] = op->name_hash;
    return PQsendQueryPrepared(p->conn, op->name, n, params, NULL, NULL, op->binary) == 1 &&
           entry_push(&p->sent, ENTRY_EXEC, op);
}

void pipe_flush(struct pipe *p) {
    if (p->state != PIPE_READY || !p->queued.count)
        return;
    bool ok = true;
    if (!p->sent.count)
        p->heard_ms = clock_mono_ms();
    for (struct op *op; ok && (op = op_pop(&p->queued));) {
        bool alone = op->tries > 0 || op->workspace; /* a workspace is set for one transaction */
        ok = (!alone || pipe_sync(p)) && (!op->workspace || send_workspace(p, op)) && send_op(p, op);
        if (!ok) {
            op_append(&p->queued, op);
            break;
        }
        ok = !alone || pipe_sync(p);
    }
    int left = ok && pipe_sync(p) ? PQflush(p->conn) : -1;
    p->wants_write = left == 1;
    if (left < 0)
        pipe_drop_broken(p);
}

static void forget_prepared(struct pipe *p, uint64_t hash) {
    for (size_t i = 0; i < p->prepared_count; i++)
        if (p->prepared[i] == hash) {
            p->prepared[i] = p->prepared[--p->prepared_count];
            return;
        }
}

/* An op whose neighbour failed is sent again alone, once. */
static void retry(struct pipe *p, struct op *op) {
    if (op->tries++ == 0) {
        op_append(&p->queued, op);
        return;
    }
    struct fault f;
    fault_set(&f, ERR_STORE_FAILED, "the statement was aborted twice");
    finish_op(op, f.code, NULL, &f);
}

static void complete_prepare(struct pipe *p, struct op *op, PGresult *res) {
    ExecStatusType s = PQresultStatus(res);
    if (s != PGRES_COMMAND_OK)
        forget_prepared(p, op->name_hash);
    if (s == PGRES_FATAL_ERROR)
        (void)pg_result_fault(res, &op->prepare_fault);
    PQclear(res);
}

static void complete_exec(struct pipe *p, struct op *op, PGresult *res) {
    ExecStatusType s = PQresultStatus(res);
    if (s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK) {
        finish_op(op, ERR_OK, res, NULL);
        return;
    }
    struct fault f = op->prepare_fault;
    bool aborted = s == PGRES_PIPELINE_ABORTED;
    if (!aborted)
        (void)pg_result_fault(res, &f);
    PQclear(res);
    if (aborted && !f.code)
        retry(p, op);
    else
        finish_op(op, f.code, NULL, &f);
}

/* The connection is a request's: statements may be sent. */
static void complete_greeting(struct pipe *p, PGresult *res) {
    struct fault f;
    bool ok = PQresultStatus(res) == PGRES_TUPLES_OK;
    if (!ok)
        (void)pg_result_fault(res, &f);
    PQclear(res);
    if (!ok) {
        pipe_drop(p, &f);
        return;
    }
    p->state = PIPE_READY;
    p->pause_ms = PIPE_PAUSE_FIRST_MS;
    p->hosts.failed = 0;
    p->serial++;
}

static void complete_set(struct pipe *p, PGresult *res) {
    ExecStatusType s = PQresultStatus(res);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
        p->workspace_prepared = false; /* the statement behind it was aborted and comes again */
    PQclear(res);
}

/* One step through the answers; false when nothing more can be read now. */
static bool take_result(struct pipe *p) {
    if (!p->sent.count || PQisBusy(p->conn))
        return false;
    PGresult *res = PQgetResult(p->conn);
    if (res && PQresultStatus(res) == PGRES_PIPELINE_SYNC) {
        struct entry sync;
        PQclear(res);
        return entry_pop(&p->sent, &sync);
    }
    if (res) {
        PQclear(p->head_result);
        p->head_result = res;
        return true;
    }
    if (!p->head_result)
        return true; /* the pause before the next command's results */
    struct entry e;
    res = p->head_result;
    p->head_result = NULL;
    if (!entry_pop(&p->sent, &e))
        PQclear(res);
    else if (e.kind == ENTRY_GREETING)
        complete_greeting(p, res);
    else if (e.kind == ENTRY_SET)
        complete_set(p, res);
    else if (e.kind == ENTRY_PREPARE)
        complete_prepare(p, e.op, res);
    else
        complete_exec(p, e.op, res);
    return true;
}

/* Reads, and takes what is whole. False when it is not worth to look again at once. */
static bool take_results(struct pipe *p) {
    if (PQconsumeInput(p->conn) != 1) {
        pipe_drop_broken(p);
        return false;
    }
    bool any = false;
    while (p->state >= PIPE_GREETING && take_result(p))
        any = true;
    return any && p->state >= PIPE_GREETING && p->sent.count;
}

void pipe_ready(struct pipe *p) {
    if (p->state == PIPE_CONNECTING)
        pipe_connect_go_on(p);
    if (p->state < PIPE_GREETING)
        return;
    p->heard_ms = clock_mono_ms();
    for (int i = 0; i < READS && take_results(p); i++)
        ;
    if (p->state < PIPE_GREETING)
        return;
    if (PQstatus(p->conn) == CONNECTION_BAD) {
        pipe_drop_broken(p);
        return;
    }
    int left = PQflush(p->conn);
    p->wants_write = left == 1;
    if (left < 0)
        pipe_drop_broken(p);
}

void pipe_tick(struct pipe *p, int64_t mono_ms) {
    struct fault f;
    if (p->state == PIPE_DOWN && mono_ms >= p->next_try_ms)
        pipe_connect(p);
    else if (p->state != PIPE_DOWN && p->state != PIPE_READY && mono_ms >= p->next_try_ms) {
        fault_set(&f, ERR_STORE_UNAVAILABLE, "the database did not answer within %lld ms",
                  (long long)pipe_connect_ms(p));
        pipe_drop(p, &f);
    } else if (p->state == PIPE_READY && entry_overdue(&p->sent, mono_ms)) {
        bool other = p->config.role == HOSTS_STANDBY; /* the primary can be asked instead */
        fault_set(&f, other ? ERR_STORE_UNAVAILABLE : ERR_STORE_TIMEOUT,
                  "the database did not answer in time");
        f.retry_after_s = 1;
        pipe_drop(p, &f);
    }
}
