/* SQLSTATE to error code, in one table. */
#include "rows_pg.h"

#include <string.h>

#define POOLER ": behind a pooler of connections only its session mode works"

/* The longest prefix that fits wins: whole states stand before classes. */
static const struct {
    const char *prefix;
    enum err code;
    const char *more; /* said behind the server's words */
} states[] = {
    {"57014", ERR_STORE_TIMEOUT, NULL},       /* canceled by statement_timeout */
    {"55P03", ERR_STORE_TIMEOUT, NULL},       /* lock not available */
    {"42P01", ERR_STORE_SCHEMA, NULL},        /* undefined table: not migrated */
    {"42703", ERR_STORE_SCHEMA, NULL},        /* undefined column */
    {"3F000", ERR_STORE_SCHEMA, NULL},        /* no schema */
    {"26000", ERR_STORE_UNAVAILABLE, POOLER}, /* prepared statement gone */
    {"42P05", ERR_STORE_UNAVAILABLE, POOLER}, /* prepared statement there already */
    {"40", ERR_STORE_CONFLICT, NULL},         /* serialization, deadlock */
    {"23502", ERR_STORE_FAILED, NULL},        /* null where none may be: no other try helps */
    {"23514", ERR_STORE_FAILED, NULL},        /* a check that does not hold: likewise */
    {"23", ERR_STORE_CONFLICT, NULL},         /* a row that came or went meanwhile */
    {"25006", ERR_STORE_UNAVAILABLE, NULL},   /* read-only standby */
    {"08", ERR_STORE_UNAVAILABLE, NULL},      /* connection */
    {"53", ERR_STORE_UNAVAILABLE, NULL},      /* out of connections, disk, memory */
    {"57P", ERR_STORE_UNAVAILABLE, NULL},     /* shut down, starting up */
    {"58", ERR_STORE_UNAVAILABLE, NULL},      /* system error */
    {"22", ERR_DATA_INVALID, NULL},           /* data exception */
};

static void trim(struct fault *f) {
    size_t n = strlen(f->detail);
    while (n && (f->detail[n - 1] == '\n' || f->detail[n - 1] == ' '))
        f->detail[--n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (f->detail[i] == '\n')
            f->detail[i] = ' ';
}

enum err pg_result_fault(const PGresult *res, struct fault *f) {
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    const char *more = NULL;
    enum err code = state ? ERR_STORE_FAILED : ERR_STORE_UNAVAILABLE;
    for (size_t i = 0; state && i < COUNT_OF(states); i++)
        if (strncmp(state, states[i].prefix, strlen(states[i].prefix)) == 0) {
            code = states[i].code;
            more = states[i].more;
            break;
        }
    fault_set(f, code, "%s (%s)%s", text ? text : PQresultErrorMessage(res), state ? state : "no answer",
              more ? more : "");
    if (f) {
        f->retry_after_s = err_status(code) == 503;
        trim(f);
    }
    return code;
}

enum err pg_conn_fault(const PGconn *conn, struct fault *f) {
    fault_set(f, ERR_STORE_UNAVAILABLE, "%s", PQerrorMessage(conn));
    if (f) {
        f->retry_after_s = 1;
        trim(f);
    }
    return ERR_STORE_UNAVAILABLE;
}
