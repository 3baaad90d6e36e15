/* Inside http only: the certificate of a service that speaks TLS itself. */
#ifndef NICHED_HTTP_TLS_H
#define NICHED_HTTP_TLS_H

#include "base/err.h"
#include "base/settings.h"

/* Both as PEM; NULL: plain HTTP. */
struct tls {
    char *certificate, *key;
};

/* Reads the files of NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY; nothing where neither is set. ERR_USAGE where
 * one is missing or the key can be read by everybody, ERR_IO. The caller gives it to tls_free(). */
NODISCARD enum err tls_read(const struct settings *s, struct fault *f, struct tls *ret_tls);
/* Overwrites the key and frees both. */
void tls_free(struct tls *t);

#endif
