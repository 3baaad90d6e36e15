/* The pipelined connection. Invariants: `sent` mirrors libpq's command queue entry for entry; an op is in
 * exactly one of `queued` and `sent`; its callback runs exactly once. */
#include "store/pipe.h"

#include "base/clock.h"
#include "base/embed.h"
#include "pipe_op.h"
#include "rows_pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PREPARED = 128, PAUSE_FIRST_MS = 50, PAUSE_MOST_MS = 1000, CONNECT_MS = 5000, GRACE_MS = 1000 };

/* In order; from PIPE_GREETING on libpq answers. */
enum pipe_state { PIPE_DOWN, PIPE_CONNECTING, PIPE_GREETING, PIPE_READY };

struct pipe {
    struct pipe_config config;
    char conninfo[1024];
    char app[64];
    char options[128];
    PGconn *conn;
    enum pipe_state state;
    bool wants_write;
    int64_t next_try_ms; /* PIPE_DOWN: when to connect; PIPE_CONNECTING, PIPE_GREETING: when to give up */
    int64_t pause_ms;
    struct op_list queued;
    struct entry_list sent;
    PGresult *head_result;
    size_t prepared_count;
    uint64_t prepared[MAX_PREPARED]; /* hashes of statement names */
    bool workspace_prepared;
};

static void connect_begin(struct pipe *p);

enum err pipe_new(const struct pipe_config *config, struct fault *f, struct pipe **ret_pipe) {
    struct pipe *p = calloc(1, sizeof *p);
    if (!p)
        return fault_set(f, ERR_NO_MEMORY, "no memory for a connection");
    p->config = *config;
    snprintf(p->conninfo, sizeof p->conninfo, "%s", config->conninfo ? config->conninfo : "");
    snprintf(p->app, sizeof p->app, "%s", config->app);
    snprintf(p->options, sizeof p->options,
             "-c statement_timeout=%lld -c plan_cache_mode=force_generic_plan -c jit=off",
             (long long)config->statement_timeout_ms);
    p->pause_ms = PAUSE_FIRST_MS;
    connect_begin(p);
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
static void drop(struct pipe *p, const struct fault *f) {
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
    p->next_try_ms = clock_mono_ms() + p->pause_ms;
    p->pause_ms = p->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : p->pause_ms * 2;
    for (struct op *op; (op = op_pop(&lost));)
        finish_op(op, f->code, NULL, f);
}

static void drop_with_conn_fault(struct pipe *p) {
    struct fault f;
    (void)pg_conn_fault(p->conn, &f);
    drop(p, &f);
}

void pipe_shut(struct pipe *p) {
    struct fault f;
    fault_set(&f, ERR_STORE_UNAVAILABLE, "the service is stopping");
    drop(p, &f);
    p->next_try_ms = INT64_MAX;
}

void pipe_free(struct pipe *p) {
    if (!p)
        return;
    pipe_shut(p);
    entry_list_free(&p->sent);
    free(p);
}

static void connect_begin(struct pipe *p) {
    const char *keys[] = {"dbname", "fallback_application_name", "client_encoding", "options", NULL};
    const char *values[] = {*p->conninfo ? p->conninfo : NULL, p->app, "UTF8", p->options, NULL};
    p->conn = PQconnectStartParams(keys, values, 1);
    p->next_try_ms = clock_mono_ms() + CONNECT_MS;
    if (!p->conn || PQstatus(p->conn) == CONNECTION_BAD) {
        drop_with_conn_fault(p);
        return;
    }
    p->state = PIPE_CONNECTING;
    p->wants_write = true;
}

static const char *query_text(const char *path) {
    const struct embedded *sql = embed_find(path);
    if (!sql)
        abort();
    return sql->data;
}

static bool sync_now(struct pipe *p) {
    return PQpipelineSync(p->conn) == 1 && entry_push(&p->sent, ENTRY_SYNC, NULL);
}

/* Nothing is sent before the server has answered this: no statement runs with more rights than it should. */
static bool greet(struct pipe *p) {
    return PQsendQueryParams(p->conn, query_text("sql/queries/request_role.sql"), 0, NULL, NULL, NULL, NULL,
                             0) == 1 &&
           entry_push(&p->sent, ENTRY_GREETING, NULL) && sync_now(p) && PQflush(p->conn) >= 0;
}

static void ignore_notice(void *arg, const PGresult *res) {
    (void)arg;
    (void)res;
}

static void connect_go_on(struct pipe *p) {
    PostgresPollingStatusType s = PQconnectPoll(p->conn);
    p->wants_write = s == PGRES_POLLING_WRITING;
    if (s == PGRES_POLLING_FAILED) {
        drop_with_conn_fault(p);
        return;
    }
    if (s != PGRES_POLLING_OK)
        return;
    PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
    if (PQsetnonblocking(p->conn, 1) != 0 || PQenterPipelineMode(p->conn) != 1 || !greet(p)) {
        drop_with_conn_fault(p);
        return;
    }
    p->state = PIPE_GREETING;
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
        if (PQsendPrepare(p->conn, name, query_text("sql/queries/request_workspace.sql"), 0, NULL) != 1)
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
        return PQsendQueryPrepared(p->conn, op->name, n, params, NULL, NULL, 0) == 1 &&
               entry_push(&p->sent, ENTRY_EXEC, op);
    if (p->prepared_count == MAX_PREPARED)
        return PQsendQueryParams(p->conn, op->sql, n, NULL, params, NULL, NULL, 0) == 1 &&
               entry_push(&p->sent, ENTRY_EXEC, op);
    if (PQsendPrepare(p->conn, op->name, op->sql, 0, NULL) != 1)
        return false;
    entry_push(&p->sent, ENTRY_PREPARE, op);
    p->prepared[p->prepared_count++] = op->name_hash;
    return PQsendQueryPrepared(p->conn, op->name, n, params, NULL, NULL, 0) == 1 &&
           entry_push(&p->sent, ENTRY_EXEC, op);
}

void pipe_flush(struct pipe *p) {
    if (p->state != PIPE_READY || !p->queued.count)
        return;
    bool ok = true;
    for (struct op *op; ok && (op = op_pop(&p->queued));) {
        bool alone = op->tries > 0 || op->workspace; /* a workspace is set for one transaction */
        ok = (!alone || sync_now(p)) && (!op->workspace || send_workspace(p, op)) && send_op(p, op);
        if (!ok) {
            op_append(&p->queued, op);
            break;
        }
        ok = !alone || sync_now(p);
    }
    int left = ok && sync_now(p) ? PQflush(p->conn) : -1;
    p->wants_write = left == 1;
    if (left < 0)
        drop_with_conn_fault(p);
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
        drop(p, &f);
        return;
    }
    p->state = PIPE_READY;
    p->pause_ms = PAUSE_FIRST_MS;
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

void pipe_ready(struct pipe *p) {
    if (p->state == PIPE_CONNECTING)
        connect_go_on(p);
    if (p->state < PIPE_GREETING)
        return;
    if (PQconsumeInput(p->conn) != 1) {
        drop_with_conn_fault(p);
        return;
    }
    while (p->state >= PIPE_GREETING && take_result(p))
        ;
    if (p->state < PIPE_GREETING)
        return;
    if (PQstatus(p->conn) == CONNECTION_BAD) {
        drop_with_conn_fault(p);
        return;
    }
    int left = PQflush(p->conn);
    p->wants_write = left == 1;
    if (left < 0)
        drop_with_conn_fault(p);
}

void pipe_tick(struct pipe *p, int64_t mono_ms) {
    struct fault f;
    if (p->state == PIPE_DOWN && mono_ms >= p->next_try_ms)
        connect_begin(p);
    else if (p->state != PIPE_DOWN && p->state != PIPE_READY && mono_ms >= p->next_try_ms) {
        fault_set(&f, ERR_STORE_UNAVAILABLE, "the database did not answer within %d ms", CONNECT_MS);
        drop(p, &f);
    } else if (p->state == PIPE_READY && entry_overdue(&p->sent, mono_ms)) {
        fault_set(&f, ERR_STORE_TIMEOUT, "the database did not answer in time");
        f.retry_after_s = 1;
        drop(p, &f);
    }
}
