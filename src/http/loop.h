/* Inside http only: one loop and what its files share. */
#ifndef NICHED_HTTP_LOOP_H
#define NICHED_HTTP_LOOP_H

#include "base/compress.h"
#include "base/log.h"
#include "door.h"
#include "http/server.h"
#include "meter.h"
#include "rate.h"
#include "seats.h"
#include "standby.h"
#include "tls.h"
#include "work.h"

#include <microhttpd.h>
#include <stdatomic.h>

/* A body that lives as long as the program, in a coding: made once. */
struct fixed_copy {
    const char *body;
    enum coding coding;
    uint64_t hash; /* of the body */
    char *data;    /* NULL: as it is */
    size_t len;
};

enum { FIXED_COPIES = 96 };

struct loop {
    const struct settings *settings;
    const struct server_app *program;
    int index;
    struct door door;
    int epoll_fd;
    struct watched { /* as registered with epoll, for each pipe */
        int fd;      /* -1: none */
        bool writes;
    } watched[2];
    struct MHD_Daemon *mhd;
    bool in_place;     /* its version takes requests apart where they stand: see guard.c */
    struct pipe *pipe; /* to the primary, or whatever the settings name */
    struct standby standby;
    struct work *work;              /* the server's; NULL: none */
    struct work *writes;            /* the same with one thread, for work that is done together */
    struct rates *rates;            /* the server's; NULL: nobody is limited */
    uint64_t rate_seed;             /* so that nobody can choose whose bucket is theirs */
    struct crowd *crowd;            /* the server's; NULL: an address may have any number of connections */
    const struct networks *trusted; /* proxies; the server's */
    struct tls *tls;                /* the server's */
    struct seat *seats;
    int64_t next_scan_ms;
    struct work_inbox inbox;
    size_t working; /* items of this loop that did not come back */
    void *app;
    uint64_t id_prefix;
    uint64_t requests;
    size_t active;  /* requests that are not completed */
    size_t resumed; /* since the last MHD_run() */
    int64_t next_tick_ms;
    bool stopping;
    struct meters meters;
    struct log_lines lines; /* of requests; written at the end of each turn */
    struct loop *all;       /* the server's loops, this one among them */
    size_t n_all;
    struct compressor *compressor;
    struct answers *answers; /* that are kept; NULL: none */
    struct fixed_copy fixed[FIXED_COPIES];
    size_t fixed_count;
    _Atomic bool *stop; /* the server's */
};

/* What libmicrohttpd calls: a target was read; headers or body came; the exchange is over. */
void *exchange_target(void *loop, const char *target, struct MHD_Connection *conn);
enum MHD_Result exchange_handle(void *loop, struct MHD_Connection *conn, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_size, void **con_cls);
void exchange_completed(void *loop, struct MHD_Connection *conn, void **con_cls,
                        enum MHD_RequestTerminationCode code);
/* Goes on with a request whose work came back. */
void exchange_worked(struct work_item *item);
/* Whether a service on that address is reached from its own machine alone. */
bool loopback_address(const char *address);
/* Runs a loop until it is told to stop and has finished or its time is up. */
void loop_run(struct loop *l);

#endif
