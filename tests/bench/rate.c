/* A constant rate, for latency without coordinated omission: requests are due at fixed times, whatever became
 * of those before, and the latency of one counts from when it was due.
 *
 *     rate PORT CONNECTIONS REQUESTS_A_SECOND SECONDS FILE
 *
 * FILE has a path a line; they are asked for in turn. Prints one JSON object: asked, answered, bad (another
 * status than 200), p50_us, p99_us, p999_us, max_us. Invariant: a connection has at most one request in
 * flight; who finds none free waits in a queue, and that time counts. */
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

enum { ANSWER = 1 << 20, EVENTS = 64, DRAIN_MS = 5000 };

struct line {
    int fd;
    int64_t due_us; /* of the request in flight, 0: none */
    char *got;
    size_t len;
};

struct run {
    struct line *lines;
    size_t n, *idle, idle_count;
    char **requests;
    size_t request_count;
    int epoll_fd;
    int64_t begin_us;
    double a_second;
    size_t total, sent, answered, bad;
    int64_t *took_us;
};

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t due_us(const struct run *r, size_t i) {
    return r->begin_us + (int64_t)((double)i * 1e6 / r->a_second);
}

static void connect_all(struct run *r, int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < r->n; i++) {
        struct line *l = &r->lines[i];
        int on = 1;
        l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        l->got = malloc(ANSWER);
        if (l->fd < 0 || !l->got || connect(l->fd, (struct sockaddr *)&at, sizeof at) != 0)
            die("connect");
        setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event ev = {.events = EPOLLIN, .data.u64 = i};
        epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, l->fd, &ev);
        r->idle[r->idle_count++] = i;
    }
}

/* Sends what is due, as long as a connection is free. */
static void send_due(struct run *r) {
    int64_t now = now_us();
    while (r->idle_count && r->sent < r->total && due_us(r, r->sent) <= now) {
        struct line *l = &r->lines[r->idle[--r->idle_count]];
        const char *request = r->requests[r->sent % r->request_count];
        l->due_us = due_us(r, r->sent++);
        l->len = 0;
        if (send(l->fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
            die("send");
    }
}

/* Whether the answer is whole. */
static bool whole(const struct line *l) {
    const char *end = memmem(l->got, l->len, "\r\n\r\n", 4),
               *length = strcasestr(l->got, "\r\nContent-Length:");
    return end && length && length < end &&
           l->len >= (size_t)(end + 4 - l->got) + strtoul(length + 17, NULL, 10);
}

static void take(struct run *r, size_t i) {
    struct line *l = &r->lines[i];
    ssize_t n = recv(l->fd, l->got + l->len, ANSWER - 1 - l->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        die("the server closed a connection");
    l->len += (size_t)n;
    l->got[l->len] = '\0';
    if (!l->due_us || !whole(l))
        return;
    r->bad += strncmp(l->got + 9, "200", 3) != 0;
    r->took_us[r->answered++] = now_us() - l->due_us;
    l->due_us = 0;
    r->idle[r->idle_count++] = i;
}

static void turn(struct run *r) {
    struct epoll_event events[EVENTS];
    int64_t left_us = r->sent < r->total && r->idle_count ? due_us(r, r->sent) - now_us() : 10000;
    struct timespec wait = {0, left_us < 0 ? 0 : left_us > 100000 ? 100000000 : left_us * 1000};
    int n = epoll_pwait2(r->epoll_fd, events, EVENTS, &wait, NULL);
    for (int i = 0; i < n; i++)
        take(r, events[i].data.u64);
    send_due(r);
}

/* Who has no answer yet has waited for it so long at least. */
static void count_late(struct run *r) {
    int64_t now = now_us();
    size_t n = r->answered;
    for (size_t i = 0; i < r->n; i++)
        if (r->lines[i].due_us)
            r->took_us[n++] = now - r->lines[i].due_us;
    for (size_t i = r->sent; i < r->total; i++)
        r->took_us[n++] = now - due_us(r, i);
}

static int ascending(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static long long at_share(const struct run *r, double share) {
    size_t i = (size_t)(share * (double)r->total);
    return r->total ? (long long)r->took_us[i < r->total ? i : r->total - 1] : -1;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fputs("usage: rate PORT CONNECTIONS REQUESTS_A_SECOND SECONDS FILE\n", stderr);
        return 2;
    }
    struct run r = {.n = strtoul(argv[2], NULL, 10), .a_second = strtod(argv[3], NULL)};
    double seconds = strtod(argv[4], NULL);
    r.total = (size_t)(r.a_second * seconds);
    r.lines = calloc(r.n, sizeof *r.lines);
    r.idle = calloc(r.n, sizeof *r.idle);
    r.took_us = calloc(r.total + 1, sizeof *r.took_us);
    r.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!r.lines || !r.idle || !r.took_us || r.epoll_fd < 0)
        die("rate");
    r.request_count = requests_read(argv[5], &r.requests);
    connect_all(&r, (int)strtol(argv[1], NULL, 10));
    r.begin_us = now_us();
    int64_t end = r.begin_us + (int64_t)(seconds * 1e6) + DRAIN_MS * 1000;
    while (r.answered < r.total && now_us() < end)
        turn(&r);
    count_late(&r);
    qsort(r.took_us, r.total, sizeof *r.took_us, ascending);
    printf("{\"asked\": %zu, \"answered\": %zu, \"bad\": %zu, \"p50_us\": %lld, \"p99_us\": %lld, "
           "\"p999_us\": %lld, "
           "\"max_us\": %lld}\n",
           r.total, r.answered, r.bad, at_share(&r, 0.5), at_share(&r, 0.99), at_share(&r, 0.999),
           at_share(&r, 1));
    return 0;
}
