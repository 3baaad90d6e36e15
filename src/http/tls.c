/* Files of TLS. Invariant: a key that anybody on the machine could have read starts nothing. */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 262144 };

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
