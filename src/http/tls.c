/* Files of TLS. Invariants: a key that anybody on the machine could have read is not used; what was ever used
 * stays until the end, since a handshake may be under way with it. */
#include "tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

enum { FILE_MAX = 262144, WORDS = 256, CHAIN_MAX = 16 };

struct tls_pair {
    struct tls_pair *before;
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned n;
    gnutls_privkey_t key;
};

/* The files, as they were read. */
struct texts {
    char *certificate, *key;
};

static enum err read_open(FILE *file, const char *name, const char *path, struct fault *f, char **ret_text) {
    char *text = calloc(1, FILE_MAX + 1);
    size_t n = text ? fread(text, 1, FILE_MAX + 1, file) : 0;
    bool pem = text && n <= FILE_MAX && memmem(text, n, "-----BEGIN ", 11);
    if (pem) {
        *ret_text = text;
        return ERR_OK;
    }
    free(text);
    return fault_set(f, ERR_USAGE, "%s must be a file in PEM, \"%s\" is none", name, path);
}

static enum err read_file(const char *name, const char *path, bool secret, struct fault *f, char **ret_text) {
    struct stat at;
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &at) != 0) {
        int why = errno;
        if (file)
            fclose(file);
        return fault_set(f, ERR_IO, "cannot read %s \"%s\": %s", name, path, strerror(why));
    }
    enum err e = ERR_OK;
    if (secret && at.st_mode & (S_IROTH | S_IWOTH))
        e = fault_set(f, ERR_USAGE, "everybody may read %s \"%s\": chmod o= it", name, path);
    if (!e)
        e = read_open(file, name, path, f, ret_text);
    fclose(file);
    return e;
}

static enum MHD_Result answers_nothing(void *cls, struct MHD_Connection *conn, const char *url,
                                       const char *method, const char *version, const char *upload,
                                       size_t *upload_size, void **con_cls) {
    (void)cls, (void)conn, (void)url, (void)method, (void)version, (void)upload, (void)upload_size,
        (void)con_cls;
    return MHD_NO;
}

/* Keeps the first line that libmicrohttpd says. */
static void note(void *words, const char *fmt, va_list ap) {
    char *line = words;
    if (!*line)
        vsnprintf(line, WORDS, fmt, ap);
    line[strcspn(line, "\r\n")] = '\0';
}

/* A daemon that nobody reaches says whether the files are good, before anything is opened for them. */
static enum err try(const struct texts *t, const struct settings *s, struct fault *f) {
    char words[WORDS] = "";
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TLS, 0, NULL,
                         NULL, answers_nothing, NULL, MHD_OPTION_EXTERNAL_LOGGER, note, words,
                         MHD_OPTION_HTTPS_MEM_CERT, t->certificate, MHD_OPTION_HTTPS_MEM_KEY, t->key,
                         MHD_OPTION_HTTPS_PRIORITIES, versions, MHD_OPTION_END);
    if (!d)
        return fault_set(f, ERR_USAGE, "NICHED_TLS_CERTIFICATE \"%s\" with NICHED_TLS_KEY \"%s\": %s",
                         s->tls_certificate, s->tls_key, *words ? words : "refused");
    MHD_stop_daemon(d);
    return ERR_OK;
}

static void pair_free(struct tls_pair *p) {
    for (unsigned i = 0; i < p->n; i++)
        gnutls_pcert_deinit(&p->chain[i]);
    gnutls_privkey_deinit(p->key);
    free(p);
}

static int read_chain(const char *text, struct tls_pair *p) {
    gnutls_datum_t bytes = {(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
    gnutls_x509_crt_t list[CHAIN_MAX];
    unsigned n = CHAIN_MAX;
    int found = gnutls_x509_crt_list_import(list, &n, &bytes, GNUTLS_X509_FMT_PEM,
                                            GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
    if (found < 0)
        return found;
    p->n = n;
    int e = gnutls_pcert_import_x509_list(p->chain, list, &p->n, GNUTLS_X509_CRT_LIST_SORT);
    p->n = e < 0 ? 0 : p->n;
    for (unsigned i = 0; i < n; i++)
        gnutls_x509_crt_deinit(list[i]);
    return e;
}

/* Of texts that were tried. */
static enum err take_pair(const struct texts *t, struct fault *f, struct tls *io_tls) {
    gnutls_datum_t bytes = {(unsigned char *)t->key, (unsigned)strlen(t->key)};
    struct tls_pair *p = calloc(1, sizeof *p);
    if (!p || gnutls_privkey_init(&p->key) < 0) {
        free(p);
        return fault_set(f, ERR_NO_MEMORY, "no memory for a certificate");
    }
    int e = gnutls_privkey_import_x509_raw(p->key, &bytes, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (e >= 0)
        e = read_chain(t->certificate, p);
    if (e < 0) {
        pair_free(p);
        return fault_set(f, ERR_USAGE, "NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY: %s", gnutls_strerror(e));
    }
    p->before = atomic_load(&io_tls->now);
    atomic_store(&io_tls->now, p);
    return ERR_OK;
}

static void texts_free(struct texts *t) {
    if (t->key)
        explicit_bzero(t->key, strlen(t->key));
    free(t->key);
    free(t->certificate);
}

enum err tls_read(const struct settings *s, struct fault *f, struct tls *io_tls) {
    CLEANUP(texts_free) struct texts t = {0};
    if (!s->tls_certificate[0] != !s->tls_key[0])
        return fault_set(f, ERR_USAGE, "NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY go together, %s is empty",
                         s->tls_key[0] ? "the first" : "the second");
    if (!s->tls_key[0])
        return ERR_OK;
    enum err e = read_file("NICHED_TLS_CERTIFICATE", s->tls_certificate, false, f, &t.certificate);
    if (!e)
        e = read_file("NICHED_TLS_KEY", s->tls_key, true, f, &t.key);
    if (e || !t.certificate || !t.key)
        return e;
    e = try(&t, s, f);
    return e ? e : take_pair(&t, f, io_tls);
}

/* For GnuTLS, which keeps what it gets until the session is over. */
static int give_pair(gnutls_session_t session, const gnutls_datum_t *names, int n_names,
                     const gnutls_pk_algorithm_t *kinds, int n_kinds, gnutls_pcert_st **ret_chain,
                     unsigned *ret_n, gnutls_privkey_t *ret_key) {
    (void)names, (void)n_names, (void)kinds, (void)n_kinds;
    struct tls *t = gnutls_session_get_ptr(session);
    struct tls_pair *p = atomic_load(&t->now);
    *ret_chain = p->chain;
    *ret_n = p->n;
    *ret_key = p->key;
    return 0;
}

void tls_options(const struct tls *t, struct MHD_OptionItem ret_items[TLS_OPTIONS]) {
    struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
    ret_items[0] = ret_items[2] = none;
    if (!atomic_load(&t->now))
        return;
    ret_items[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)give_pair};
    ret_items[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)versions};
}

/* The library's own use of the pointer is for keys that are shared before, of which there are none. */
void tls_begin(struct tls *t, struct MHD_Connection *conn) {
    const union MHD_ConnectionInfo *info =
        atomic_load(&t->now) ? MHD_get_connection_info(conn, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;
    if (info)
        gnutls_session_set_ptr(info->tls_session, t);
}

void tls_free(struct tls *t) {
    for (struct tls_pair *p = atomic_load(&t->now), *before; p; p = before) {
        before = p->before;
        pair_free(p);
    }
    atomic_store(&t->now, NULL);
}
