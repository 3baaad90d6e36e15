/* Inside http only: the certificate of a service that speaks TLS itself. */
#ifndef NICHED_HTTP_TLS_H
#define NICHED_HTTP_TLS_H

#include "base/err.h"
#include "base/settings.h"

#include <microhttpd.h>

enum { TLS_OPTIONS = 4 };

/* Both as PEM; NULL: plain HTTP. */
struct tls {
    char *certificate, *key;
};

/* Reads the files of NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY; nothing where neither is set. ERR_USAGE where
 * one is missing, the key can be read by everybody, or they are not of each other; ERR_IO. The caller gives
 * it to tls_free(). */
NODISCARD enum err tls_read(const struct settings *s, struct fault *f, struct tls *ret_tls);
/* The options of a daemon of libmicrohttpd (which also takes MHD_USE_TLS); none of plain HTTP. */
void tls_options(const struct tls *t, struct MHD_OptionItem ret_items[TLS_OPTIONS]);
/* Overwrites the key and frees both. */
void tls_free(struct tls *t);

#endif
