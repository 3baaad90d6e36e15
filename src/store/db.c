/* The blocking connection. Invariant: a statement name is in `prepared` exactly when this connection has
 * prepared it. */
#include "store/db.h"

#include "base/clock.h"
#include "base/embed.h"
#include "hosts_pg.h"
#include "rows_pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MAX_PREPARED = 128, MAX_NAME = 64, MAX_PARAMS = 64, LINE_MAX = 80 };

/* A statement that was sent in a line. */
struct sent {
    char prepares[MAX_NAME]; /* the name, "": it is run */
    db_take *take;
    void *ctx;
};

struct db {
    PGconn *conn;
    struct sent line[LINE_MAX];
    size_t line_count;
    size_t prepared_count;
    bool notified; /* since db_wait_notify() said so */
    char prepared[MAX_PREPARED][MAX_NAME];
};

static void ignore_notice(void *arg, const PGresult *res) {
    (void)arg;
    (void)res;
}

static enum err open_at(const struct hosts *h, const char *conninfo, const char *app, struct fault *f,
                        struct db **ret_db) {
    PGconn *conn = hosts_connect(h, conninfo, app);
    if (PQstatus(conn) != CONNECTION_OK) {
        enum err code = pg_conn_fault(conn, f);
        PQfinish(conn);
        return code;
    }
    PQsetNoticeReceiver(conn, ignore_notice, NULL);
    struct db *db = calloc(1, sizeof *db);
    if (!db) {
        PQfinish(conn);
        return fault_set(f, ERR_NO_MEMORY, "no memory for a connection");
    }
    db->conn = conn;
    *ret_db = db;
    return ERR_OK;
}

enum err db_open(const char *conninfo, const char *app, struct fault *f, struct db **ret_db) {
    struct hosts h;
    hosts_read(&h, conninfo, HOSTS_PRIMARY);
    return open_at(&h, conninfo, app, f, ret_db);
}

enum err db_open_reading(const char *conninfo, const char *app, struct fault *f, struct db **ret_db) {
    struct hosts h;
    enum err e = db_open(conninfo, app, f, ret_db);
    hosts_read(&h, conninfo, HOSTS_ANY);
    return e && h.open ? open_at(&h, conninfo, app, f, ret_db) : e;
}

void db_close(struct db *db) {
    if (!db)
        return;
    PQfinish(db->conn);
    free(db);
}

void db_close_at(struct db **db) {
    db_close(*db);
}

void db_abort(struct db *db) {
    shutdown(PQsocket(db->conn), SHUT_RDWR);
}

bool db_alive(const struct db *db) {
    return PQstatus(db->conn) == CONNECTION_OK;
}

/* Who listens and is never idle would gather what came, 40 bytes each, as long as it works. */
static void take_notifies(struct db *db) {
    for (PGnotify *note; (note = PQnotifies(db->conn)); PQfreemem(note))
        db->notified = true;
}

/* Keeps or frees the result by its status. */
static enum err finish(struct db *db, PGresult *res, struct fault *f, struct rows **ret_rows) {
    take_notifies(db);
    ExecStatusType status = PQresultStatus(res);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        enum err code = res ? pg_result_fault(res, f) : pg_conn_fault(db->conn, f);
        PQclear(res);
        return code;
    }
    if (ret_rows)
        *ret_rows = rows_wrap(res);
    else
        PQclear(res);
    return ERR_OK;
}

static bool says_on(const struct db *db, const char *parameter) {
    const char *value = PQparameterStatus(db->conn, parameter);
    return value && strcmp(value, "on") == 0;
}

bool db_on_standby(const struct db *db) {
    return says_on(db, "in_hot_standby");
}

bool db_read_only(const struct db *db) {
    return says_on(db, "in_hot_standby") || says_on(db, "default_transaction_read_only");
}

enum err db_run(struct db *db, const char *sql, struct fault *f, struct rows **ret_rows) {
    return finish(db, PQexec(db->conn, sql), f, ret_rows);
}

void db_rollback(struct db *db) {
    PQclear(PQexec(db->conn, "rollback"));
}

static bool is_prepared(const struct db *db, const char *name) {
    for (size_t i = 0; i < db->prepared_count; i++)
        if (strcmp(db->prepared[i], name) == 0)
            return true;
    return false;
}

static enum err prepare(struct db *db, const char *name, const char *sql, struct fault *f) {
    if (is_prepared(db, name))
        return ERR_OK;
    if (db->prepared_count == MAX_PREPARED) {
        enum err e = db_run(db, "deallocate all", f, NULL);
        if (e)
            return e;
        db->prepared_count = 0;
    }
    enum err e = finish(db, PQprepare(db->conn, name, sql, 0, NULL), f, NULL);
    if (e)
        return e;
    snprintf(db->prepared[db->prepared_count++], MAX_NAME, "%s", name);
    return ERR_OK;
}

enum err db_query_text(struct db *db, const char *name, const char *sql, int n, const char *const *params,
                       struct fault *f, struct rows **ret_rows) {
    if (strlen(name) >= MAX_NAME || n > MAX_PARAMS)
        return fault_set(f, ERR_INTERNAL, "statement name or parameters beyond the bound: %s", name);
    enum err e = prepare(db, name, sql, f);
    if (e)
        return e;
    return finish(db, PQexecPrepared(db->conn, name, n, params, NULL, NULL, 0), f, ret_rows);
}

/* The text of an embedded query. */
static enum err find(const char *query, struct fault *f, const char **ret_sql) {
    char path[128];
    snprintf(path, sizeof path, "sql/queries/%s.sql", query);
    const struct embedded *sql = embed_find(path);
    if (!sql)
        return fault_set(f, ERR_INTERNAL, "no such query: %s", query);
    *ret_sql = sql->data;
    return ERR_OK;
}

enum err db_query(struct db *db, const char *query, int n, const char *const *params, struct fault *f,
                  struct rows **ret_rows) {
    const char *sql = NULL;
    enum err e = find(query, f, &sql);
    return e ? e : db_query_text(db, query, sql, n, params, f, ret_rows);
}

enum err db_query_bytes(struct db *db, const char *query, int n, const char *const *params, const int *lens,
                        struct fault *f, struct rows **ret_rows) {
    int formats[MAX_PARAMS] = {0};
    const char *sql = NULL;
    enum err e = find(query, f, &sql);
    if (!e)
        e = prepare(db, query, sql, f);
    for (int i = 0; i < n && i < MAX_PARAMS; i++)
        formats[i] = lens[i] > 0;
    return e ? e : finish(db, PQexecPrepared(db->conn, query, n, params, lens, formats, 1), f, ret_rows);
}

enum err db_line_begin(struct db *db, struct fault *f) {
    db->line_count = 0;
    if (db->prepared_count > MAX_PREPARED - LINE_MAX) {
        enum err e = db_run(db, "deallocate all", f, NULL);
        if (e)
            return e;
        db->prepared_count = 0;
    }
    return PQenterPipelineMode(db->conn) ? ERR_OK : pg_conn_fault(db->conn, f);
}

static struct sent *next_sent(struct db *db) {
    struct sent *s = &db->line[db->line_count++];
    *s = (struct sent){0};
    return s;
}

static bool is_on_its_way(const struct db *db, const char *name) {
    for (size_t i = 0; i < db->line_count; i++)
        if (strcmp(db->line[i].prepares, name) == 0)
            return true;
    return false;
}

static enum err check_room(const struct db *db, struct fault *f) {
    return db->line_count + 2 <= LINE_MAX ? ERR_OK : fault_set(f, ERR_INTERNAL, "the line is too long");
}

enum err db_line_query(struct db *db, const char *name, int n, const char *const *params, db_take *take,
                       void *ctx, struct fault *f) {
    const char *sql = NULL;
    enum err e = check_room(db, f);
    if (!e)
        e = find(name, f, &sql);
    if (e)
        return e;
    if (!is_prepared(db, name) && !is_on_its_way(db, name)) {
        if (!PQsendPrepare(db->conn, name, sql, 0, NULL))
            return pg_conn_fault(db->conn, f);
        snprintf(next_sent(db)->prepares, MAX_NAME, "%s", name);
    }
    if (!PQsendQueryPrepared(db->conn, name, n, params, NULL, NULL, 0))
        return pg_conn_fault(db->conn, f);
    struct sent *s = next_sent(db);
    s->take = take;
    s->ctx = ctx;
    return ERR_OK;
}

enum err db_line_run(struct db *db, const char *sql, db_take *take, void *ctx, struct fault *f) {
    enum err e = check_room(db, f);
    if (e)
        return e;
    if (!PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
        return pg_conn_fault(db->conn, f);
    struct sent *s = next_sent(db);
    s->take = take;
    s->ctx = ctx;
    return ERR_OK;
}

/* The answer to one statement of the line. */
static enum err take_answer(struct db *db, const struct sent *s, bool failed, struct fault *f) {
    PGresult *res = PQgetResult(db->conn);
    bool aborted = res && PQresultStatus(res) == PGRES_PIPELINE_ABORTED;
    struct rows *rows = NULL;
    enum err e = ERR_OK;
    if (aborted && failed)
        PQclear(res);
    else
        e = finish(db, res, f, &rows);
    if (!e && rows && s->take)
        s->take(s->ctx, rows);
    if (!e && rows && *s->prepares)
        snprintf(db->prepared[db->prepared_count++], MAX_NAME, "%s", s->prepares);
    rows_free(rows);
    while ((res = PQgetResult(db->conn)) != NULL)
        PQclear(res);
    return e;
}

enum err db_line_end(struct db *db, struct fault *f) {
    enum err first = PQpipelineSync(db->conn) ? ERR_OK : pg_conn_fault(db->conn, f);
    for (size_t i = 0; i < db->line_count && db_alive(db); i++) {
        enum err e = take_answer(db, &db->line[i], first != ERR_OK, first ? NULL : f);
        first = first ? first : e;
    }
    PQclear(PQgetResult(db->conn)); /* of the sync */
    if (!PQexitPipelineMode(db->conn) && !first)
        first = pg_conn_fault(db->conn, f);
    return first;
}

enum err db_copy_begin(struct db *db, const char *sql, struct fault *f) {
    PGresult *res = PQexec(db->conn, sql);
    enum err e = ERR_OK;
    if (PQresultStatus(res) != PGRES_COPY_IN)
        e = pg_result_fault(res, f);
    PQclear(res);
    return e;
}

enum err db_copy_put(struct db *db, const char *data, size_t n, struct fault *f) {
    return PQputCopyData(db->conn, data, (int)n) == 1 ? ERR_OK : pg_conn_fault(db->conn, f);
}

enum err db_copy_end(struct db *db, struct fault *f, long long *ret_rows_copied) {
    if (PQputCopyEnd(db->conn, NULL) != 1)
        return pg_conn_fault(db->conn, f);
    enum err e = ERR_OK;
    for (PGresult *res; (res = PQgetResult(db->conn)); PQclear(res)) {
        if (PQresultStatus(res) != PGRES_COMMAND_OK)
            e = pg_result_fault(res, f);
        else if (ret_rows_copied)
            *ret_rows_copied = atoll(PQcmdTuples(res));
    }
    return e;
}

static bool take_notify(struct db *db) {
    PQconsumeInput(db->conn);
    take_notifies(db);
    bool any = db->notified;
    db->notified = false;
    return any;
}

bool db_wait_notify(struct db *db, int wake_fd, int timeout_ms) {
    if (take_notify(db))
        return true;
    struct pollfd p[] = {{.fd = PQsocket(db->conn), .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
    return poll(p, COUNT_OF(p), timeout_ms) > 0 && take_notify(db);
}

void db_copy_escape(struct buf *out, const char *s, size_t n) {
    static const char letters[] = "btnvfr";
    if (!s) {
        buf_put(out, "\\N", 2);
        return;
    }
    for (size_t i = 0; i < n;) {
        size_t run = i;
        while (run < n && s[run] != '\\' && !(s[run] >= 8 && s[run] <= 13))
            run++;
        buf_put(out, s + i, run - i);
        if ((i = run) == n)
            break;
        buf_putc(out, '\\');
        buf_putc(out, s[i] == '\\' ? '\\' : letters[s[i] - 8]);
        i++;
    }
}

void db_array_put(struct buf *out, const char *element) {
    buf_putc(out, out->len ? ',' : '{');
    if (!element) {
        buf_puts(out, "NULL");
        return;
    }
    buf_putc(out, '"');
    for (const char *c = element; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *c);
    }
    buf_putc(out, '"');
}

const char *db_array_end(struct buf *out) {
    buf_puts(out, out->len ? "}" : "{}");
    return out->data;
}
