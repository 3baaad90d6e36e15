/* The hosts that a connection string names, and which of them a connection is for. Where it names several and
 * leaves the choice open (target_session_attrs absent, any or prefer-standby), reads may go to a standby and
 * all else goes to the primary; else every connection goes where the string says. */
#ifndef NICHED_STORE_HOSTS_H
#define NICHED_STORE_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

/* What a connection is for, where the choice is open. */
enum hosts_role { HOSTS_PRIMARY, HOSTS_STANDBY, HOSTS_ANY, HOSTS_ROLES };

/* Hosts to be tried one by one: libpq alone would wait for ever for one that is silent. */
struct hosts {
    size_t n, at;    /* how many; the one in turn */
    size_t failed;   /* of those in turn before it, since one was reached */
    bool open;       /* the choice between primary and standby */
    char target[24]; /* target_session_attrs; empty: as the string says */
    char host[1024]; /* as libpq takes them: comma separated, empty: not given */
    char address[1024];
    char port[256];
};

/* Takes the string apart; NULL or empty: the PG* variables. One that libpq cannot read counts as one host. */
void hosts_read(struct hosts *h, const char *conninfo, enum hosts_role role);
/* The next one's turn. False: all were tried since one was reached. */
bool hosts_next(struct hosts *h);
/* Element i of a comma separated list in `out`; of a list with one element that one. False: it is empty. */
bool hosts_item(const char *list, size_t i, char *out, size_t size);
/* Whether the choice between primary and standby is open. */
bool hosts_apart(const char *conninfo);

#endif
