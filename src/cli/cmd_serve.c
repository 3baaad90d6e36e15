/* niched serve: opens everything, waits for a signal, closes in reverse. */
#include "api/api.h"
#include "base/log.h"
#include "base/pages.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "ingest/secrets.h"
#include "score/worker.h"
#include "store/migrate.h"
#include "store/taxonomy_shelf.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: niched serve\n\nAnswers HTTP until SIGINT or SIGTERM; then stops accepting and finishes what "
    "is in flight.\nAt SIGHUP it reads the files of NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY "
    "anew.\nSettings come from the environment: `niched config` shows them.\n\n"
    "  NICHED_PORT=9000 niched serve\n";

/* SIGHUP is taken where it means something: without TLS it ends the service with its terminal. */
static sigset_t signals_of(const struct settings *s) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (s->tls_key[0])
        sigaddset(&set, SIGHUP);
    return set;
}

static void renew(const struct settings *s, struct server *server) {
    struct fault f = {0};
    enum err e = server_renew(server, &f);
    if (e)
        log_line(LOG_ERROR, "the certificate stays as it was", LOG_STR("code", err_name(e)),
                 LOG_STR("detail", f.detail));
    else
        log_line(LOG_INFO, "certificate read", LOG_STR("file", s->tls_certificate));
}

/* Until it is to stop. */
static void wait_for_signal(const struct settings *s, struct server *server) {
    sigset_t set = signals_of(s);
    int sig;
    while (sigwait(&set, &sig) == 0 && sig == SIGHUP)
        renew(s, server);
    log_line(LOG_INFO, "stopping", LOG_NUM("signal", sig));
}

/* Signals are taken by sigwait() alone: blocked before the first thread starts. */
static void block_signals(const struct settings *s) {
    sigset_t set = signals_of(s);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* A thread that wakes does not push aside the one that runs: on a machine with all to do, a loop finds
 * several answers of PostgreSQL at once instead of taking turns with it at each. Who chose another class
 * keeps it. */
static void run_in_batches(void) {
    if (sched_getscheduler(0) == SCHED_OTHER && sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0}))
        log_line(LOG_DEBUG, "scheduled as any other", LOG_STR("reason", strerror(errno)));
}

static bool comes_later(enum err e) {
    return e == ERR_STORE_UNAVAILABLE || e == ERR_STORE_TIMEOUT || e == ERR_STORE_SCHEMA;
}

/* A store that is there says at once what it cannot be served with; one that is not, or was not migrated, is
 * waited for by the keeper, which looks at both again. */
static enum err open_secrets(const struct settings *s, struct fault *f, struct crypto_secrets *ret) {
    CLEANUP(db_close_at) struct db *db = NULL;
    enum err e = db_open(s->database_url, "niched serve", f, &db);
    if (!e && (e = migrate_check(db, false, f)) != ERR_OK)
        return e;
    if (!e)
        e = secrets_open(db, s->secret_file, f, ret);
    return comes_later(e) ? crypto_secrets_load(s->secret_file, true, f, ret) : e;
}

static enum err run(const struct settings *settings, struct fault *f) {
    struct worker_counts counts = {0};
    struct api_shared shared = {.settings = settings, .worker = &counts};
    struct server_app app = {api_routes,        api_route_count,     api_loop_open,    api_loop_close,
                             api_admit,         api_knows_origin,    api_loop_tick,    &shared,
                             api_answers_epoch, api_answers_version, api_answers_last, api_standby_needs};
    struct server *server = NULL;
    struct worker *worker = NULL;
    struct taxonomy_shelf *taxonomies = NULL;
    pages_give_back(); /* of linking; below, of all that came up since */
    enum err e = open_secrets(settings, f, &shared.secrets);
    if (!e && !(taxonomies = taxonomy_shelf_new()))
        e = fault_set(f, ERR_NO_MEMORY, "no memory for a taxonomy");
    if (!e)
        e = keeper_start(settings, &shared.secrets, taxonomies, f, &shared.keeper);
    if (!e && (settings->cache_mb || hosts_apart(settings->database_url)))
        e = versions_start(settings, f, &shared.versions);
    if (!e && !(shared.writer = writer_new(settings->database_url, shared.versions)))
        e = fault_set(f, ERR_NO_MEMORY, "no memory for connections");
    if (!e)
        e = jobs_start(settings, &shared.secrets, f, &shared.jobs);
    if (!e)
        e = server_start(settings, &app, f, &server);
    if (!e && settings->worker)
        e = worker_start(settings, &counts, taxonomies, f, &worker);
    if (!e) {
        pages_give_back();
        log_line(LOG_INFO, "listening", LOG_STR("scheme", settings->tls_key[0] ? "https" : "http"),
                 LOG_STR("address", settings->address), LOG_NUM("port", server_port(server)));
        wait_for_signal(settings, server);
    }
    server_stop(server);
    worker_stop(worker);
    jobs_stop(shared.jobs);
    versions_stop(shared.versions);
    keeper_stop(shared.keeper);
    writer_free(shared.writer);
    taxonomy_shelf_free(taxonomies);
    return e;
}

int cmd_serve(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    struct settings settings;
    struct fault f = {0};
    if (argc > 1)
        return cli_fault("serve", (fault_set(&f, ERR_USAGE, "takes no arguments, got \"%s\"", argv[1]), &f));
    enum err e = settings_read(&f, &settings);
    if (!e) {
        block_signals(&settings);
        log_set_level(log_level_of(settings.log_level));
        run_in_batches();
        e = run(&settings, &f);
    }
    return e ? cli_fault("serve", &f) : 0;
}
