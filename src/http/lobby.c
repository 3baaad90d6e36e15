/* The lobby. Invariant: a guest is in one place, seated, given to those who leave, or closed. */
#include "lobby.h"

#include "loop.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STAY_MS = 1000, LINE_MAX_BYTES = 1024, DROP_BYTES = 65536 };

static struct visitor *place(struct lobby *all) {
    for (size_t i = 0; i < LOBBY_PLACES; i++)
        if (!all->at[i].until_ms)
            return &all->at[i];
    return NULL;
}

bool lobby_is_full(const struct loop *l) {
    return !l->door.lobby.left || !place((struct lobby *)(uintptr_t)&l->door.lobby);
}

/* Whether a request line asks for what everybody is told, whoever he is. */
static bool asks_how_it_is(const struct loop *l, const char *line) {
    const char *path = strchr(line, ' ');
    if (!path || (strncmp(line, "GET ", 4) != 0 && strncmp(line, "HEAD ", 5) != 0))
        return false;
    size_t n = strcspn(++path, " ?\r\n");
    for (size_t i = 0; i < l->program->n_routes; i++) {
        const struct route *r = &l->program->routes[i];
        size_t fixed = strcspn(r->path, "{");
        bool same = r->path[fixed] ? n > fixed : n == fixed;
        if ((r->need == NEED_NOTHING || r->need == NEED_METRICS) && same && memcmp(path, r->path, fixed) == 0)
            return true;
    }
    return false;
}

/* What he sent is read, so that closing does not take back what he is told. */
static void tell(struct loop *l, const struct guest *g) {
    char why[80];
    (void)recv(g->fd, NULL, DROP_BYTES, MSG_TRUNC | MSG_DONTWAIT); /* a whole read of it, without a copy */
    snprintf(why, sizeof why, "there are %lld connections already",
             (long long)l->settings->max_connections * 9 / 10);
    count_add(&l->meters.refused_full, 1);
    refuse_guest(l, g->fd, ERR_LIMIT_OVERLOAD, why);
}

/* False: his request is not there yet. */
static bool serve(struct loop *l, const struct guest *g) {
    char line[LINE_MAX_BYTES + 1];
    ssize_t n = recv(g->fd, line, LINE_MAX_BYTES, MSG_PEEK | MSG_DONTWAIT);
    if (n == 0) {
        close(g->fd);
        return true;
    }
    line[n < 0 ? 0 : n] = '\0';
    if (n < LINE_MAX_BYTES && !strchr(line, '\n'))
        return false;
    if (door_has_room(l) || asks_how_it_is(l, line))
        door_seat(l, g);
    else
        tell(l, g);
    return true;
}

void lobby_enter(struct loop *l, const struct guest *g) {
    l->door.lobby.left--;
    if (!serve(l, g))
        *place(&l->door.lobby) = (struct visitor){*g, clock_mono_ms() + STAY_MS};
}

void lobby_tick(struct loop *l, int64_t mono_ms) {
    struct lobby *all = &l->door.lobby;
    all->left = LOBBY_A_TICK;
    for (size_t i = 0; i < LOBBY_PLACES; i++) {
        struct visitor *v = &all->at[i];
        if (!v->until_ms)
            continue;
        if (!serve(l, &v->guest)) {
            if (mono_ms < v->until_ms)
                continue;
            tell(l, &v->guest);
        }
        v->until_ms = 0;
    }
}

void lobby_close(struct lobby *all) {
    for (size_t i = 0; i < LOBBY_PLACES; i++)
        if (all->at[i].until_ms)
            close(all->at[i].guest.fd);
}
