/* How a pipelined connection comes about: hosts in turn, each for a bounded time, then the greeting.
 * Invariant: nothing is sent before the server has answered that. */
#include "base/clock.h"
#include "base/embed.h"
#include "hosts_pg.h"
#include "pipe_own.h"

#include <stdlib.h>

enum {
    PAUSE_MOST_MS = 500,     /* two of them must fit into 2 s: the first try may find the cause half gone */
    PAUSE_FAILOVER_MS = 250, /* where another host may take over */
    PAUSE_STANDBY_MS = 1000, /* there may be none, for ever */
    CONNECT_MS = 5000 /* where there is one host */,
    CONNECT_EACH_MS = 1500
};

/* When to try again: after a pause, or at once where another host was not tried yet. */
void pipe_plan_next(struct pipe *p) {
    p->next_try_ms = clock_mono_ms();
    if (hosts_next(&p->hosts))
        return;
    p->next_try_ms += p->pause_ms;
    int64_t most = p->hosts.n == 1                   ? PAUSE_MOST_MS
                   : p->config.role == HOSTS_STANDBY ? PAUSE_STANDBY_MS
                                                     : PAUSE_FAILOVER_MS;
    p->pause_ms = p->pause_ms * 2 > most ? most : p->pause_ms * 2;
}

int64_t pipe_connect_ms(const struct pipe *p) {
    return p->hosts.n > 1 ? CONNECT_EACH_MS : CONNECT_MS;
}

void pipe_connect(struct pipe *p) {
    p->conn = hosts_connect_start(&p->hosts, p->conninfo, p->app);
    p->next_try_ms = clock_mono_ms() + pipe_connect_ms(p);
    if (!p->conn || PQstatus(p->conn) == CONNECTION_BAD) {
        pipe_drop_broken(p);
        return;
    }
    p->state = PIPE_CONNECTING;
    p->wants_write = true;
}

const char *pipe_query_text(const char *path) {
    const struct embedded *sql = embed_find(path);
    if (!sql)
        abort();
    return sql->data;
}

bool pipe_sync(struct pipe *p) {
    return PQpipelineSync(p->conn) == 1 && entry_push(&p->sent, ENTRY_SYNC, NULL);
}

/* Nothing is sent before the server has answered this: no statement runs with more rights or for longer than
 * it should. */
static bool greet(struct pipe *p) {
    const char *const params[] = {p->timeout};
    return PQsendQueryParams(p->conn, pipe_query_text("sql/queries/request_settings.sql"), 1, NULL, params,
                             NULL, NULL, 0) == 1 &&
           entry_push(&p->sent, ENTRY_SET, NULL) &&
           PQsendQueryParams(p->conn, pipe_query_text("sql/queries/request_role.sql"), 0, NULL, NULL, NULL,
                             NULL, 0) == 1 &&
           entry_push(&p->sent, ENTRY_GREETING, NULL) && pipe_sync(p) && PQflush(p->conn) >= 0;
}

static void ignore_notice(void *arg, const PGresult *res) {
    (void)arg;
    (void)res;
}

void pipe_connect_go_on(struct pipe *p) {
    PostgresPollingStatusType s = PQconnectPoll(p->conn);
    p->wants_write = s == PGRES_POLLING_WRITING;
    if (s == PGRES_POLLING_FAILED) {
        pipe_drop_broken(p);
        return;
    }
    if (s != PGRES_POLLING_OK)
        return;
    PQsetNoticeReceiver(p->conn, ignore_notice, NULL);
    if (PQsetnonblocking(p->conn, 1) != 0 || PQenterPipelineMode(p->conn) != 1 || !greet(p)) {
        pipe_drop_broken(p);
        return;
    }
    p->state = PIPE_GREETING;
}
