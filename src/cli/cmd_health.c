/* niched health: for the check of a container or a script, which then needs no other program. */
#include "ask.h"

#include "api/api.h"
#include "cli/cli.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

static const char help[] = "usage: niched health [--url URL]\n\nAsks /readyz of a running niched: the one at "
                           "URL, at NICHED_URL, or else "
                           "at NICHED_ADDRESS and NICHED_PORT.\nStatus 0 when it can answer, 6 when its "
                           "database is not there, 1 when "
                           "nobody answers.\n\n  niched health --url http://10.0.0.7:8080\n";

/* Where the service of these settings is reached from the same machine. */
static void put_url(const struct settings *s, struct buf *out) {
    bool v6 = strchr(s->address, ':') != NULL;
    bool any = strcmp(s->address, "0.0.0.0") == 0 || strcmp(s->address, "::") == 0;
    const char *host = any ? (v6 ? "::1" : "127.0.0.1") : s->address;
    buf_printf(out, "%s://%s%s%s:%lld", s->tls_key[0] ? "https" : "http", v6 ? "[" : "", host, v6 ? "]" : "",
               (long long)s->port);
}

static enum err ask_ready(const char *url, struct fault *f) {
    CLEANUP(arena_free_at) struct arena *a = arena_new(16384);
    struct offline_ask ask = {0};
    struct offline_answer answer = {0};
    for (size_t i = 0; i < api_route_count; i++)
        if (strcmp(api_routes[i].name, "readyz") == 0)
            ask.route = &api_routes[i];
    enum err e = a ? ask_there(url, "", &ask, a, f, &answer) : fault_set(f, ERR_NO_MEMORY, "out of memory");
    if (!e)
        printf("%s is ready\n", url);
    buf_free(&answer.body);
    return e;
}

int cmd_health(int argc, char **argv) {
    if (cli_help(argc, argv, help))
        return 0;
    CLEANUP(buf_free) struct buf own = {0};
    struct settings s = {0};
    struct fault f = {0};
    const char *url = argc == 3 && strcmp(argv[1], "--url") == 0 ? argv[2] : NULL;
    enum err e = argc == 1 || url ? settings_read(&f, &s)
                                  : fault_set(&f, ERR_USAGE, "takes --url URL alone, got \"%s\"", argv[1]);
    if (!e) {
        put_url(&s, &own);
        e = ask_ready(url ? url : s.url[0] ? s.url : own.data, &f);
    }
    return e ? cli_fault("health", &f) : 0;
}
