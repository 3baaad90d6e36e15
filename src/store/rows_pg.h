/* Inside the store only: how rows and faults come from libpq. */
#ifndef NICHED_STORE_ROWS_PG_H
#define NICHED_STORE_ROWS_PG_H

#include "base/err.h"
#include "store/rows.h"

#include <libpq-fe.h>

/* Takes ownership of a result. */
struct rows *rows_wrap(PGresult *res);
/* The error of a failed result: SQLSTATE to code by one table, the server's primary message as detail. */
enum err pg_result_fault(const PGresult *res, struct fault *f);
/* The error of a broken or unopened connection. */
enum err pg_conn_fault(const PGconn *conn, struct fault *f);

#endif
