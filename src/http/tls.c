/* Files of TLS. Invariant: a key that anybody on the machine could have read starts nothing. */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

enum { FILE_MAX = 262144, WORDS = 256 };

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

void tls_options(const struct tls *t, struct MHD_OptionItem ret_items[TLS_OPTIONS]) {
    struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
    ret_items[0] = ret_items[3] = none;
    if (!t->key)
        return;
    ret_items[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, t->certificate};
    ret_items[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, t->key};
    ret_items[2] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)versions};
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
static enum err try(const struct tls *t, const struct settings *s, struct fault *f) {
    struct MHD_OptionItem tls[TLS_OPTIONS];
    char words[WORDS] = "";
    tls_options(t, tls);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TLS, 0, NULL,
                         NULL, answers_nothing, NULL, MHD_OPTION_EXTERNAL_LOGGER, note, words,
                         MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (!d)
        return fault_set(f, ERR_USAGE, "NICHED_TLS_CERTIFICATE \"%s\" with NICHED_TLS_KEY \"%s\": %s",
                         s->tls_certificate, s->tls_key, *words ? words : "refused");
    MHD_stop_daemon(d);
    return ERR_OK;
}

enum err tls_read(const struct settings *s, struct fault *f, struct tls *ret_tls) {
    struct tls t = {0};
    if (!s->tls_certificate[0] != !s->tls_key[0])
        return fault_set(f, ERR_USAGE, "NICHED_TLS_CERTIFICATE and NICHED_TLS_KEY go together, %s is empty",
                         s->tls_key[0] ? "the first" : "the second");
    if (!s->tls_key[0])
        return ERR_OK;
    enum err e = read_file("NICHED_TLS_CERTIFICATE", s->tls_certificate, false, f, &t.certificate);
    if (!e)
        e = read_file("NICHED_TLS_KEY", s->tls_key, true, f, &t.key);
    if (!e)
        e = try(&t, s, f);
    if (e)
        tls_free(&t);
    else
        *ret_tls = t;
    return e;
}

void tls_free(struct tls *t) {
    if (t->key)
        explicit_bzero(t->key, strlen(t->key));
    free(t->key);
    free(t->certificate);
    *t = (struct tls){0};
}
