/* Telling off connections without a request. Invariant: a socket that is here is nobody else's, and is closed
 * within a second. */
#include "refuse.h"

#include "loop.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LEAVE_MS = 1000, RETRY_S = 1 };

static void put_problem(enum err code, const char *detail, const char *id, struct buf *out) {
    struct json w = json_to(out);
    char type[64];
    snprintf(type, sizeof type, "urn:niched:error:%s", err_name(code));
    json_object(&w);
    json_kstr(&w, "type", type);
    json_kstr(&w, "title", err_title(code));
    json_ki64(&w, "status", err_status(code));
    json_kstr(&w, "detail", detail);
    json_kstr(&w, "instance", "/");
    json_kstr(&w, "code", err_name(code));
    json_kstr(&w, "request_id", id);
    json_object_end(&w);
}

void refuse_say(struct loop *l, int fd, enum err code, const char *fmt, ...) {
    CLEANUP(buf_free) struct buf body = {0};
    CLEANUP(buf_free) struct buf out = {0};
    char detail[160], id[24];
    if (l->settings->tls_certificate[0])
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(detail, sizeof detail, fmt, ap);
    va_end(ap);
    uint64_t number = l->id_prefix + ++l->requests;
    snprintf(id, sizeof id, "%016llx", (unsigned long long)number);
    put_problem(code, detail, id, &body);
    bool later = err_status(code) == 503;
    buf_printf(
        &out,
        "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n"
        "X-Request-Id: %s\r\nServer-Timing: db;dur=0.000, total;dur=0.000\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nVary: Accept-Encoding, Origin\r\n",
        err_status(code), later ? "Service Unavailable" : "Request Timeout", body.len, id);
    if (later)
        buf_printf(&out, "Retry-After: %d\r\n", RETRY_S);
    buf_puts(&out, "Connection: close\r\n\r\n");
    buf_put(&out, body.data, body.len);
    send(fd, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void see_off(struct leaver *who) {
    if (who->until_ms)
        close(who->fd);
    who->until_ms = 0;
}

void refuse_guest(struct loop *l, int fd, enum err code, const char *detail) {
    struct leavers *all = &l->door.leavers;
    struct leaver *who = &all->at[all->next++ % LEAVERS];
    refuse_say(l, fd, code, "%s", detail);
    shutdown(fd, SHUT_WR);
    see_off(who);
    *who = (struct leaver){fd, clock_mono_ms() + LEAVE_MS};
}

/* Whether it closed, too. */
static bool has_left(int fd) {
    char lost[4096];
    ssize_t n;
    for (int i = 0; i < 4; i++)
        if ((n = recv(fd, lost, sizeof lost, MSG_DONTWAIT)) <= 0)
            return n == 0;
    return false;
}

void refuse_tick(struct leavers *all, int64_t mono_ms) {
    for (size_t i = 0; i < LEAVERS; i++)
        if (all->at[i].until_ms && (mono_ms >= all->at[i].until_ms || has_left(all->at[i].fd)))
            see_off(&all->at[i]);
}

void refuse_close(struct leavers *all) {
    for (size_t i = 0; i < LEAVERS; i++)
        see_off(&all->at[i]);
}
