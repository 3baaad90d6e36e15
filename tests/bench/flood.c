/* More clients than a service takes: each asks again and again on its own connection, and where it is refused
 * or closed begins a new one after a pause.
 *
 *     flood PORT CONNECTIONS SECONDS PAUSE_MS FILE [REQUESTS_A_SECOND]
 *
 * With a rate, requests are due at fixed times instead, whatever became of those before: each takes a
 * connection that is free or begins one; where all are in use it is not sent. FILE has a path a line; they
 * are asked for in turn. Prints one JSON object: good (200), refused (503 and 429), other, lost (closed
 * without an answer), unsent, seconds, p50_us and p99_us of the good ones, from when they were due or sent,
 * or where that is on a new connection from its being begun. */
#include "requests.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, HEAD = 4096, GOOD_MAX = 1 << 24 };

struct client {
    int fd;                    /* -1: it pauses */
    bool fresh;                /* nothing was sent yet */
    bool resting;              /* connected, with nothing to ask; where there is a rate */
    int64_t begun_us;          /* of what it waits for, also of its pause */
    size_t got, head_n, whole; /* bytes; of the answer in all, 0: not known yet */
    char head[HEAD];
};

struct run {
    struct client *clients;
    size_t n;
    char **requests;
    size_t request_count, next;
    int epoll_fd, port;
    int64_t pause_us, *took_us;
    double a_second; /* 0: as fast as it answers */
    int64_t first_us;
    size_t due;                     /* requests whose time came */
    struct client **rests, **apart; /* connected, and not */
    size_t n_rests, n_apart;
    size_t good, refused, other, lost, unsent;
};

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void watch(struct run *r, struct client *c, int op, unsigned events) {
    struct epoll_event ev = {.events = events, .data.ptr = c};
    if (epoll_ctl(r->epoll_fd, op, c->fd, &ev) != 0)
        die("epoll_ctl");
}

static void begin(struct run *r, struct client *c, int64_t begun_us) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)r->port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0)
        die("socket");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof at) != 0 && errno != EINPROGRESS)
        die("connect");
    c->fresh = true;
    c->begun_us = begun_us;
    c->got = c->head_n = c->whole = 0;
    watch(r, c, EPOLL_CTL_ADD, EPOLLOUT);
}

static void end(struct run *r, struct client *c) {
    close(c->fd);
    c->fd = -1;
    c->begun_us = now_us();
    if (!r->a_second)
        return;
    for (size_t i = 0; c->resting && i < r->n_rests; i++)
        if (r->rests[i] == c)
            r->rests[i--] = r->rests[--r->n_rests];
    c->resting = false;
    r->apart[r->n_apart++] = c;
}

static void ask(struct run *r, struct client *c, int64_t begun_us) {
    const char *request = r->requests[r->next++ % r->request_count];
    if (!c->fresh)
        c->begun_us = begun_us;
    if (c->fresh)
        watch(r, c, EPOLL_CTL_MOD, EPOLLIN);
    c->fresh = false;
    c->got = c->head_n = c->whole = 0;
    if (send(c->fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
        r->lost++;
        end(r, c);
    }
}

static size_t whole(const struct client *c) {
    const char *stop = memmem(c->head, c->head_n, "\r\n\r\n", 4);
    const char *length = stop ? strcasestr(c->head, "\r\nContent-Length:") : NULL;
    return length ? (size_t)(stop + 4 - c->head) + strtoul(length + 17, NULL, 10) : 0;
}

/* An answer is whole. */
static void count(struct run *r, struct client *c) {
    bool good = strncmp(c->head + 9, "200", 3) == 0,
         refused = strncmp(c->head + 9, "503", 3) == 0 || strncmp(c->head + 9, "429", 3) == 0;
    if (good && r->good < GOOD_MAX)
        r->took_us[r->good++] = now_us() - c->begun_us;
    r->refused += refused;
    r->other += !good && !refused;
    if (!good) {
        end(r, c);
    } else if (!r->a_second) {
        ask(r, c, now_us());
    } else {
        c->resting = true;
        r->rests[r->n_rests++] = c;
    }
}

static void take(struct run *r, struct client *c) {
    char bytes[65536];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        r->lost += !c->resting;
        end(r, c);
        return;
    }
    size_t room = HEAD - 1 - c->head_n, part = (size_t)n < room ? (size_t)n : room;
    memcpy(c->head + c->head_n, bytes, part);
    c->head_n += part;
    c->head[c->head_n] = '\0';
    c->got += (size_t)n;
    c->whole = c->whole ? c->whole : whole(c);
    if (c->whole && c->got >= c->whole)
        count(r, c);
}

static void wake(struct run *r) {
    int64_t now = now_us();
    for (size_t i = 0; i < r->n; i++)
        if (r->clients[i].fd < 0 && now - r->clients[i].begun_us >= r->pause_us)
            begin(r, &r->clients[i], now);
}

/* Sends what is due. */
static void send_due(struct run *r) {
    int64_t now = now_us();
    for (;;) {
        int64_t due_us = r->first_us + (int64_t)((double)r->due * 1e6 / r->a_second);
        if (due_us > now)
            return;
        r->due++;
        struct client *rests = r->n_rests ? r->rests[--r->n_rests] : NULL;
        if (rests) {
            rests->resting = false;
            ask(r, rests, due_us);
        } else if (r->n_apart) {
            begin(r, r->apart[--r->n_apart], due_us);
        } else {
            r->unsent++;
        }
    }
}

static void turn(struct run *r) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(r->epoll_fd, events, EVENTS, r->a_second ? 1 : 10);
    for (int i = 0; i < n; i++) {
        struct client *c = events[i].data.ptr;
        if (c->fresh)
            ask(r, c, 0);
        else
            take(r, c);
    }
    if (r->a_second)
        send_due(r);
}

static int ascending(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv) {
    if (argc != 6 && argc != 7) {
        fputs("usage: flood PORT CONNECTIONS SECONDS PAUSE_MS FILE [REQUESTS_A_SECOND]\n", stderr);
        return 2;
    }
    struct run r = {
        .port = atoi(argv[1]), .n = strtoul(argv[2], NULL, 10), .pause_us = atoll(argv[4]) * 1000};
    double seconds = strtod(argv[3], NULL);
    r.a_second = argc == 7 ? strtod(argv[6], NULL) : 0;
    r.clients = calloc(r.n, sizeof *r.clients);
    r.took_us = malloc(GOOD_MAX * sizeof *r.took_us);
    r.rests = calloc(r.n, sizeof *r.rests);
    r.apart = calloc(r.n, sizeof *r.apart);
    r.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!r.clients || !r.took_us || !r.rests || !r.apart || r.epoll_fd < 0)
        die("flood");
    r.request_count = requests_read(argv[5], &r.requests);
    int64_t begun = now_us(), woken = begun;
    r.first_us = begun;
    for (size_t i = 0; i < r.n; i++) {
        r.clients[i].fd = -1;
        if (r.a_second)
            r.apart[r.n_apart++] = &r.clients[i];
        else
            begin(&r, &r.clients[i], begun);
    }
    while (now_us() - begun < (int64_t)(seconds * 1e6)) {
        turn(&r);
        if (!r.a_second && now_us() - woken > 20000) {
            wake(&r);
            woken = now_us();
        }
    }
    qsort(r.took_us, r.good, sizeof *r.took_us, ascending);
    printf("{\"good\": %zu, \"refused\": %zu, \"other\": %zu, \"lost\": %zu, \"unsent\": %zu, "
           "\"seconds\": %.3f, \"p50_us\": %lld, \"p99_us\": %lld}\n",
           r.good, r.refused, r.other, r.lost, r.unsent, (double)(now_us() - begun) / 1e6,
           r.good ? (long long)r.took_us[r.good / 2] : -1,
           r.good ? (long long)r.took_us[r.good * 99 / 100] : -1);
    return 0;
}
