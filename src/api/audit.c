/* The log of writes. What is refused is not in it: a log that strangers can fill is of no use, and the access
 * log has it. Invariant: nothing here needs quoting in an array's text: ids, names of operations, request ids
 * as guard.c lets them through. */
#include "audit.h"

#include <stdio.h>

enum { KEYS, WORKSPACES, METHODS, OPERATIONS, OBJECTS, STATUSES, REQUESTS, COLUMNS };

static void put(struct buf columns[COLUMNS], const struct audit *a, char separator) {
    for (int i = 0; i < COLUMNS; i++)
        buf_putc(&columns[i], separator);
    buf_printf(&columns[KEYS], "%lld", (long long)a->req->caller.key);
    buf_printf(&columns[WORKSPACES], "%d", a->req->caller.workspace);
    buf_puts(&columns[METHODS], a->req->method);
    buf_puts(&columns[OPERATIONS], a->req->route->name);
    buf_puts(&columns[OBJECTS], a->object ? a->object : "NULL");
    buf_printf(&columns[STATUSES], "%d", a->status);
    buf_printf(&columns[REQUESTS], "\"%s\"", a->req->id);
}

enum err audit_write(struct db *db, const struct audit *all, size_t n, struct fault *f) {
    struct buf columns[COLUMNS] = {0};
    const char *params[COLUMNS];
    for (size_t i = 0; i < n; i++)
        put(columns, &all[i], i ? ',' : '{');
    for (int i = 0; i < COLUMNS; i++) {
        buf_putc(&columns[i], '}');
        params[i] = columns[i].data;
    }
    enum err e = n ? db_query(db, "audit_put", COLUMNS, params, f, NULL) : ERR_OK;
    for (int i = 0; i < COLUMNS; i++)
        buf_free(&columns[i]);
    return e;
}

enum err audit_sweep(struct db *db, int64_t days, struct fault *f) {
    char text[24];
    const char *params[] = {text};
    snprintf(text, sizeof text, "%lld", (long long)days);
    return db_query(db, "audit_sweep", COUNT_OF(params), params, f, NULL);
}
