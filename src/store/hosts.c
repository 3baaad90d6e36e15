/* Hosts by libpq's own reading of a connection string, so that both agree. */
#include "hosts_pg.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const targets[HOSTS_ROLES] = {
    [HOSTS_PRIMARY] = "read-write", [HOSTS_STANDBY] = "standby", [HOSTS_ANY] = "any"};

static void take(char *out, size_t size, const char *value, const char *variable) {
    const char *found = value ? value : getenv(variable);
    snprintf(out, size, "%s", found ? found : "");
}

static size_t items(const char *list) {
    size_t n = *list != '\0';
    for (; *list; list++)
        n += *list == ',';
    return n;
}

static bool leaves_open(const char *target) {
    static const char *const words[] = {"", "any", "prefer-standby"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(target, words[i]) == 0)
            return true;
    return false;
}

void hosts_read(struct hosts *h, const char *conninfo, enum hosts_role role) {
    *h = (struct hosts){.n = 1};
    char *why = NULL;
    PQconninfoOption *all = PQconninfoParse(conninfo ? conninfo : "", &why);
    PQfreemem(why);
    const struct {
        const char *keyword, *variable;
        char *out;
        size_t size;
    } wanted[] = {{"host", "PGHOST", h->host, sizeof h->host},
                  {"hostaddr", "PGHOSTADDR", h->address, sizeof h->address},
                  {"port", "PGPORT", h->port, sizeof h->port},
                  {"target_session_attrs", "PGTARGETSESSIONATTRS", h->target, sizeof h->target}};
    for (const PQconninfoOption *o = all; o && o->keyword; o++)
        for (size_t i = 0; i < COUNT_OF(wanted); i++)
            if (strcmp(o->keyword, wanted[i].keyword) == 0)
                take(wanted[i].out, wanted[i].size, o->val, wanted[i].variable);
    PQconninfoFree(all);
    size_t hosts = items(h->host), addresses = items(h->address);
    h->n = hosts > addresses ? hosts : addresses > 1 ? addresses : 1;
    h->open = h->n > 1 && leaves_open(h->target);
    snprintf(h->target, sizeof h->target, "%s", h->open ? targets[role] : "");
}

bool hosts_next(struct hosts *h) {
    h->at = (h->at + 1) % h->n;
    h->failed = (h->failed + 1) % h->n;
    return h->failed > 0;
}

bool hosts_item(const char *list, size_t i, char *out, size_t size) {
    if (items(list) == 1)
        i = 0;
    for (; i > 0 && list; i--) {
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    if (!list)
        return false;
    snprintf(out, size, "%.*s", (int)strcspn(list, ","), list);
    return *out != '\0';
}

bool hosts_apart(const char *conninfo) {
    struct hosts h;
    hosts_read(&h, conninfo, HOSTS_ANY);
    return h.open;
}

/* Keywords and values in the order in which the later one counts. */
struct words {
    const char *keys[16], *values[16];
    size_t n;
};

static void add(struct words *w, const char *key, const char *value) {
    w->keys[w->n] = key;
    w->values[w->n++] = value;
}

/* A host that is gone is noticed within seconds where the string says nothing else. */
static void begin(struct words *w, const char *conninfo, const char *app) {
    static const char *const defaults[][2] = {{"keepalives_idle", "5"},
                                              {"keepalives_interval", "2"},
                                              {"keepalives_count", "3"},
                                              {"tcp_user_timeout", "10000"}};
    for (size_t i = 0; i < COUNT_OF(defaults); i++)
        add(w, defaults[i][0], defaults[i][1]);
    add(w, "dbname", conninfo && *conninfo ? conninfo : NULL);
    add(w, "fallback_application_name", app);
    add(w, "client_encoding", "UTF8");
}

PGconn *hosts_connect_start(const struct hosts *h, const char *conninfo, const char *app) {
    struct words w = {0};
    char host[sizeof h->host], address[sizeof h->address], port[sizeof h->port];
    begin(&w, conninfo, app);
    if (h->n > 1) {
        add(&w, "host", hosts_item(h->host, h->at, host, sizeof host) ? host : NULL);
        add(&w, "hostaddr", hosts_item(h->address, h->at, address, sizeof address) ? address : NULL);
        add(&w, "port", hosts_item(h->port, h->at, port, sizeof port) ? port : NULL);
    }
    if (h->open)
        add(&w, "target_session_attrs", h->target);
    return PQconnectStartParams(w.keys, w.values, 1);
}

PGconn *hosts_connect(const struct hosts *h, const char *conninfo, const char *app) {
    struct words w = {0};
    add(&w, "connect_timeout", h->n > 1 ? "2" : "5"); /* of each host */
    begin(&w, conninfo, app);
    if (h->open)
        add(&w, "target_session_attrs", h->target);
    return PQconnectdbParams(w.keys, w.values, 1);
}
