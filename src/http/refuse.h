/* Inside http only: words for connections that have no request: what libmicrohttpd was never asked, or will
 * not get whole. */
#ifndef NICHED_HTTP_REFUSE_H
#define NICHED_HTTP_REFUSE_H

#include "base/err.h"

#include <stdint.h>

struct loop;

/* Connections that were told off: they are read to their end, for a second at most, since who closes on
 * unread bytes takes back what he said. */
enum { LEAVERS = 64 };
struct leavers {
    struct leaver {
        int fd;
        int64_t until_ms; /* 0: nobody is there */
    } at[LEAVERS];
    size_t next;
};

/* Writes a problem document with `Connection: close` to a socket, as far as it takes it now. Nothing over
 * TLS, where it could not be understood. */
void refuse_say(struct loop *l, int fd, enum err code, const char *fmt, ...) PRINTF(4, 5);
/* Turns a connection away that nobody owns yet: says why, and closes. */
void refuse_guest(struct loop *l, int fd, enum err code, const char *detail);
/* Closes those who have left, and those who take too long. */
void refuse_tick(struct leavers *all, int64_t mono_ms);
/* Closes all. */
void refuse_close(struct leavers *all);

#endif
