/* The HTTP server: N loops that share nothing, each a thread with its own listening socket (SO_REUSEPORT),
 * its own libmicrohttpd daemon and its own pipelined connection to PostgreSQL. */
#ifndef NICHED_HTTP_SERVER_H
#define NICHED_HTTP_SERVER_H

#include "base/settings.h"
#include "http/route.h"

/* What the program puts on top of HTTP. */
struct server_app {
    const struct route *routes;
    size_t n_routes;
    /* Makes and frees a loop's own state. */
    void *(*loop_open)(void *shared, struct pipe *pipe);
    void (*loop_close)(void *app);
    /* By the headers, before any of the body: fills req->caller, or refuses. */
    enum err (*admit)(struct request *req);
    /* Whether pages of that origin may read answers, beside those in the settings. */
    bool (*knows_origin)(void *app, const char *origin);
    /* About ten times a second, on the loop. */
    void (*loop_tick)(void *app, int64_t mono_ms);
    void *shared;
    /* Changes whenever answers_version() of something may have; 0: nothing is known. */
    uint64_t (*answers_epoch)(void *app, int64_t mono_us);
    /* The version, as request_version() takes it, of what an answer depends on (request_shared()); 0:
     * unknown. */
    uint64_t (*answers_version)(void *app, const void *basis);
    /* Whether an answer of that version was right when the store was read last (*ret_read_us of
     * clock_mono_us()), and nothing is known to have changed since. */
    bool (*answers_last)(void *app, const void *basis, uint64_t version, int64_t mono_us,
                         int64_t *ret_read_us);
    /* The position in the primary's log up to which a standby must have everything to be asked now;
     * UINT64_MAX: unknown. */
    uint64_t (*standby_needs)(void *app, int64_t mono_us);
};

struct server;

/* Opens the sockets and starts the loops. ERR_IO when the address cannot be had. */
NODISCARD enum err server_start(const struct settings *s, const struct server_app *app, struct fault *f,
                                struct server **ret_server);
/* Reads the files of TLS anew, for connections to come; nothing where there are none. ERR_USAGE, ERR_IO: all
 * goes on as before. */
NODISCARD enum err server_renew(struct server *s, struct fault *f);
/* The port that is listened on. */
int server_port(const struct server *s);
/* Stops accepting, finishes what is in flight within the setting's seconds, joins the loops, frees. Accepts
 * NULL. */
void server_stop(struct server *s);

#endif
