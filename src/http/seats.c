/* Deadlines of connections. Invariants: a connection is cut by shutting its socket down, which libmicrohttpd
 * then sees as its end; never while its request is carried out (then it may be suspended, and it is us who
 * take long); whatever sends or reads steadily is left alone, however long it takes. */
#include "seats.h"

#include "loop.h"
#include "refuse.h"

#include "base/clock.h"
#include "base/hash.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { SCAN_MS = 500, STANDING_MS = 1000, TCP_STATE_CLOSE_WAIT = 8 /* include/net/tcp_states.h */ };

/* ---- how many of each caller */

static _Atomic uint32_t *crowd_slot(struct crowd *c, uint64_t caller, int row) {
    return &c->row[row][(caller >> (row * 32)) & (CROWD_SLOTS - 1)];
}

bool crowd_enter(struct crowd *c, uint64_t caller, uint32_t most) {
    uint32_t a = atomic_fetch_add_explicit(crowd_slot(c, caller, 0), 1, memory_order_relaxed);
    uint32_t b = atomic_fetch_add_explicit(crowd_slot(c, caller, 1), 1, memory_order_relaxed);
    if (a < most || b < most)
        return true;
    crowd_leave(c, caller);
    return false;
}

void crowd_leave(struct crowd *c, uint64_t caller) {
    for (int row = 0; row < 2; row++)
        atomic_fetch_sub_explicit(crowd_slot(c, caller, row), 1, memory_order_relaxed);
}

/* ---- seats */

struct seat *seat_of(struct MHD_Connection *conn) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

struct seat *seat_take(struct loop *l, struct MHD_Connection *conn) {
    struct seat *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    s->caller = door_caller(l, info ? info->client_addr : NULL);
    info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    s->fd = info ? info->connect_fd : -1;
    s->since_ms = clock_mono_ms();
    s->fresh = true;
    s->standing = door_is_full(l);
    s->next = l->seats;
    s->at = &l->seats;
    if (s->next)
        s->next->at = &s->next;
    l->seats = s;
    return s;
}

void seat_leave(struct loop *l, struct seat *s) {
    if (!s)
        return;
    if (s->caller)
        crowd_leave(l->crowd, s->caller);
    *s->at = s->next;
    if (s->next)
        s->next->at = s->at;
    free(s);
}

void seat_goes(struct seat *s, enum seat_phase phase, int64_t mono_ms) {
    if (!s)
        return;
    s->phase = phase;
    s->fresh = false;
    s->since_ms = mono_ms;
    s->counted = s->body;
    s->marked = false;
    s->ended = false;
}

void seat_body(struct seat *s, uint64_t bytes) {
    if (!s)
        return;
    if (s->phase != SEAT_BODY) /* we had it wait */
        seat_goes(s, SEAT_BODY, clock_mono_ms());
    s->body += bytes;
    s->ended = false;
}

bool seat_is_standing(const struct loop *l, struct seat *s) {
    if (s && s->standing)
        s->standing = door_is_full(l);
    return s && s->standing;
}

/* ---- deadlines */

/* Whether something came since the last look. */
static bool has_begun(struct seat *s, const struct tcp_info *info) {
    uint64_t bytes = info->tcpi_bytes_received;
    bool begun = s->marked ? bytes > s->counted : s->fresh && bytes;
    s->marked = true;
    s->counted = bytes;
    return begun;
}

/* Whether less of a body came since the count began than must in that time; then it begins anew. */
static bool is_slow(const struct loop *l, struct seat *s, int64_t now) {
    int64_t window_s = l->settings->idle_timeout_s;
    if (now - s->since_ms < window_s * 1000)
        return false;
    bool slow = s->body - s->counted < (uint64_t)(l->settings->least_rate * window_s);
    s->counted = s->body;
    s->since_ms = now;
    return slow;
}

/* Nothing more can come, and what came is not enough: libmicrohttpd would wait on. Two looks, between which
 * it had the time to take what it had read. */
static bool is_half(struct seat *s, const struct tcp_info *info) {
    int unread = 0;
    bool before = s->ended;
    s->ended = info->tcpi_state == TCP_STATE_CLOSE_WAIT && ioctl(s->fd, FIONREAD, &unread) == 0 && !unread;
    return before && s->ended;
}

static bool is_late(const struct loop *l, struct seat *s, const struct tcp_info *info, int64_t now) {
    int64_t spent_ms = now - s->since_ms;
    switch (s->phase) {
    case SEAT_WAITS:
        if (has_begun(s, info))
            seat_goes(s, SEAT_HEAD, now);
        return s->standing && spent_ms > STANDING_MS;
    case SEAT_HEAD:
        return spent_ms > (s->standing ? STANDING_MS : l->settings->head_timeout_s * 1000);
    case SEAT_BODY:
        return is_slow(l, s, now);
    case SEAT_OURS:
    case SEAT_PHASES:
        break;
    }
    return false;
}

/* Nothing of an answer was sent. */
static void say_why(struct loop *l, const struct seat *s) {
    if (s->phase == SEAT_HEAD)
        refuse_say(l, s->fd, ERR_LIMIT_SLOW, "the head of a request must come within %lld s",
                   (long long)l->settings->head_timeout_s);
    if (s->phase == SEAT_BODY)
        refuse_say(l, s->fd, ERR_LIMIT_SLOW, "a body must come at %lld bytes/s, over each %lld s",
                   (long long)l->settings->least_rate, (long long)l->settings->idle_timeout_s);
}

static void look(struct loop *l, struct seat *s, int64_t now) {
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    if (s->cut || s->phase == SEAT_OURS || getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
        return;
    bool half = is_half(s, &info);
    enum seat_phase at = s->phase;
    if (!half && is_late(l, s, &info, now)) {
        count_add(&l->meters.cut[at], 1);
        say_why(l, s);
    } else if (!half) {
        return;
    }
    s->cut = true;
    shutdown(s->fd, SHUT_RDWR);
}

void seats_tick(struct loop *l, int64_t mono_ms) {
    if (mono_ms < l->next_scan_ms)
        return;
    l->next_scan_ms = mono_ms + SCAN_MS;
    for (struct seat *s = l->seats; s; s = s->next)
        look(l, s, mono_ms);
}
