/* Inside the store only: connections to hosts. */
#ifndef NICHED_STORE_HOSTS_PG_H
#define NICHED_STORE_HOSTS_PG_H

#include "store/hosts.h"

#include <libpq-fe.h>

/* Begins to connect to the host in turn, as PQconnectStartParams(). */
PGconn *hosts_connect_start(const struct hosts *h, const char *conninfo, const char *app);
/* Connects to the first host of the role, waiting a few seconds at most for each. */
PGconn *hosts_connect(const struct hosts *h, const char *conninfo, const char *app);

#endif
