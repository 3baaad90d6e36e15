/* Inside http only: the certificate of a service that speaks TLS itself. */
#ifndef NICHED_HTTP_TLS_H
#define NICHED_HTTP_TLS_H

#include "base/err.h"
#include "base/settings.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum { TLS_OPTIONS = 3 };

struct tls_pair;

/* All zero: plain HTTP. */
struct tls {
    _Atomic(struct tls_pair *) now; /* that handshakes to come use */
};

/* Reads the files of NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY, for handshakes from now on; nothing where
 * neither is set. ERR_USAGE where one is missing, the key can be read by everybody, or they are not of each
 * other; ERR_IO. Then all stays as it was. From one thread, whatever others do. */
NODISCARD enum err tls_read(const struct settings *s, struct fault *f, struct tls *io_tls);
/* The daemon's options, ended by MHD_OPTION_END. */
void tls_options(const struct tls *t, struct MHD_OptionItem ret_items[TLS_OPTIONS]);
/* A connection begins: its handshake takes what is in `t`, which outlives it. */
void tls_begin(struct tls *t, struct MHD_Connection *conn);
/* Forgets all that was ever read, once there is no connection. */
void tls_free(struct tls *t);

#endif
