/* The server: sockets, loops and their threads. Invariant: what server_start() opened, server_stop() closes
 * in reverse. */
#include "http/server.h"

#include "answers.h"
#include "base/crypto.h"
#include "tls.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection's memory is cleared as a whole for each request, and so touched as a whole: it has room for
 * the longest address, all headers and the head of the answer, and for no more. */
enum { RATE_SLOTS = 65536, MAX_LOOPS = 64, POOL_BYTES = 20 * 1024, BACKLOG = 1024 };

struct server {
    struct settings settings;
    struct server_app app;
    size_t n;
    int port;
    _Atomic bool stop;
    struct work *work, *writes;
    struct rates *rates; /* NULL: nobody is limited */
    struct crowd *crowd; /* NULL: an address may have any number of connections */
    struct networks trusted;
    struct tls tls;
    uint64_t rate_seed;
    pthread_t threads[MAX_LOOPS];
    struct loop loops[MAX_LOOPS];
};

static enum err listen_on(const struct settings *s, int port, struct fault *f, int *ret_fd, int *ret_port) {
    char service[8];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *ai;
    if (getaddrinfo(s->address, service, &hints, &ai) != 0)
        return fault_set(f, ERR_USAGE, "NICHED_ADDRESS must be an IPv4 or IPv6 address, got \"%s\"",
                         s->address);
    int on = 1;
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    bool ok = bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
    int why = errno;
    freeaddrinfo(ai);
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    if (!ok || getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        close(fd);
        return fault_set(f, ERR_IO, "cannot listen on %s port %d: %s (NICHED_PORT names another)", s->address,
                         port, strerror(why));
    }
    char bound[8];
    getnameinfo((struct sockaddr *)&at, len, NULL, 0, bound, sizeof bound, NI_NUMERICSERV);
    *ret_port = atoi(bound);
    *ret_fd = fd;
    return ERR_OK;
}

/* SO_REUSEPORT would let a second service share the port silently: whoever listens there now is asked first.
 */
static enum err port_is_free(const struct settings *s, struct fault *f) {
    char service[8];
    snprintf(service, sizeof service, "%d", (int)s->port);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *ai;
    if (s->port == 0 || getaddrinfo(s->address, service, &hints, &ai) != 0)
        return ERR_OK; /* listen_on() names what is wrong */
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool taken = bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 && errno == EADDRINUSE;
    close(fd);
    freeaddrinfo(ai);
    if (taken)
        return fault_set(f, ERR_IO, "port %d on %s is taken: stop what listens there or set NICHED_PORT",
                         (int)s->port, s->address);
    return ERR_OK;
}

static void no_log(void *cls, const char *fmt, va_list ap) {
    (void)cls;
    (void)fmt;
    (void)ap;
}

static void notify_connection(void *loop, struct MHD_Connection *conn, void **socket_context,
                              enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = seat_take(loop, conn);
        tls_begin(((const struct loop *)loop)->tls, conn);
    } else {
        seat_leave(loop, *socket_context);
    }
    door_notified(loop, code);
}

static struct MHD_Daemon *start_mhd(struct loop *l, size_t connections) {
    struct MHD_OptionItem tls[TLS_OPTIONS];
    tls_options(l->tls, tls);
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                                MHD_USE_NO_LISTEN_SOCKET | (l->settings->tls_key[0] ? MHD_USE_TLS : 0),
                            0, NULL, NULL, exchange_handle, l, MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
                            MHD_OPTION_ARRAY, tls, MHD_OPTION_NOTIFY_CONNECTION, notify_connection, l,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)connections, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)l->settings->idle_timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)POOL_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
                            exchange_target, l, MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, l,
                            MHD_OPTION_END);
}

/* Whether anybody is limited. */
static bool limits_hold(const struct settings *s) {
    return strcmp(s->limits, "on") == 0 ||
           (strcmp(s->limits, "remote") == 0 && !loopback_address(s->address));
}

static enum err open_loop(struct server *s, size_t index, struct fault *f) {
    struct loop *l = &s->loops[index];
    *l = (struct loop){.settings = &s->settings,
                       .program = &s->app,
                       .index = (int)index,
                       .work = s->work,
                       .writes = s->writes,
                       .rates = s->rates,
                       .rate_seed = s->rate_seed,
                       .watched = {{.fd = -1}, {.fd = -1}},
                       .crowd = s->crowd,
                       .tls = &s->tls,
                       .trusted = &s->trusted,
                       .id_prefix = crypto_random(),
                       .stop = &s->stop,
                       .all = s->loops,
                       .n_all = s->n};
    int listen_fd = -1;
    enum err e = listen_on(&s->settings, index ? s->port : (int)s->settings.port, f, &listen_fd, &s->port);
    if (e)
        return e;
    struct pipe_config config = {.conninfo = s->settings.database_url,
                                 .app = "niched serve",
                                 .statement_timeout_ms = s->settings.statement_timeout_ms,
                                 .max_waiting = (size_t)s->settings.max_waiting};
    e = pipe_new(&config, f, &l->pipe);
    config.role = HOSTS_STANDBY;
    if (!e && hosts_apart(config.conninfo))
        e = pipe_new(&config, f, &l->standby.pipe);
    if (e)
        return e;
    e = work_inbox_open(&l->inbox, f);
    if (e)
        return e;
    l->compressor = compressor_new();
    size_t kept = (size_t)s->settings.cache_mb * 1048576 / s->n;
    l->answers = kept ? answers_new(kept, &l->meters, crypto_random()) : NULL;
    if (!l->compressor || (kept && !l->answers) || !meters_init(&l->meters, s->app.n_routes))
        return fault_set(f, ERR_NO_MEMORY, "no memory for a loop");
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    size_t most = (size_t)s->settings.max_connections / s->n + 1;
    l->in_place = strncmp(MHD_get_version(), "0.9.", 4) == 0;
    l->mhd = start_mhd(l, most);
    if (l->epoll_fd < 0 || !l->mhd)
        return fault_set(f, ERR_IO, "cannot start the HTTP server: %s", strerror(errno));
    int mhd_fd = MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    struct epoll_event ev = {.events = EPOLLIN, .data.fd = mhd_fd};
    epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, mhd_fd, &ev);
    ev.data.fd = l->inbox.fd;
    epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, l->inbox.fd, &ev);
    e = door_open(l, listen_fd, most, f);
    if (e)
        return e;
    l->app = s->app.loop_open(s->app.shared, l->pipe);
    return ERR_OK;
}

static enum err make_limits(struct server *s, struct fault *f) {
    s->rates = rates_new(RATE_SLOTS);
    s->crowd = s->settings.address_connections ? calloc(1, sizeof *s->crowd) : NULL;
    bool ok = s->rates && (s->crowd || !s->settings.address_connections);
    return ok ? ERR_OK : fault_set(f, ERR_NO_MEMORY, "no memory for limits");
}

static void *run_thread(void *arg) {
    struct loop *l = arg;
    loop_run(l);
    l->program->loop_close(l->app);
    work_inbox_close(&l->inbox);
    close(l->epoll_fd);
    return NULL;
}

enum err server_start(const struct settings *settings, const struct server_app *app, struct fault *f,
                      struct server **ret_server) {
    enum err e = port_is_free(settings, f);
    if (e)
        return e;
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        return fault_set(f, ERR_NO_MEMORY, "no memory for the server");
    s->settings = *settings;
    s->app = *app;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long n = settings->loops ? (long)settings->loops : cores;
    s->n = (size_t)(n < 1 ? 1 : n > MAX_LOOPS ? MAX_LOOPS : n);
    s->rate_seed = crypto_random();
    e = networks_read(settings->trusted_proxies, f, &s->trusted);
    if (!e)
        e = tls_read(settings, f, &s->tls);
    if (!e && limits_hold(settings))
        e = make_limits(s, f);
    if (!e)
        e = work_start((size_t)settings->work_threads, (size_t)settings->max_work, f, &s->work);
    if (!e)
        e = work_start((size_t)settings->writers, (size_t)settings->max_work, f, &s->writes);
    for (size_t i = 0; i < s->n && !e; i++)
        e = open_loop(s, i, f);
    if (e) {
        work_stop(s->work);
        work_stop(s->writes);
        rates_free(s->rates);
        free(s->crowd);
        tls_free(&s->tls);
        free(s); /* the program ends now, and with it what was opened */
        return e;
    }
    for (size_t i = 0; i < s->n; i++)
        pthread_create(&s->threads[i], NULL, run_thread, &s->loops[i]);
    *ret_server = s;
    return ERR_OK;
}

enum err server_renew(struct server *s, struct fault *f) {
    return tls_read(&s->settings, f, &s->tls);
}

int server_port(const struct server *s) {
    return s->port;
}

void server_stop(struct server *s) {
    if (!s)
        return;
    atomic_store(&s->stop, true);
    for (size_t i = 0; i < s->n; i++)
        pthread_join(s->threads[i], NULL);
    work_stop(s->work); /* after the loops: they wait for what they gave it */
    work_stop(s->writes);
    rates_free(s->rates);
    free(s->crowd);
    for (size_t i = 0; i < s->n; i++) {
        door_close(&s->loops[i].door);
        meters_done(&s->loops[i].meters);
    }
    tls_free(&s->tls);
    free(s);
}
