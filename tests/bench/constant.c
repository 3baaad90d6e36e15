/* The ceiling of HTTP: libmicrohttpd with two event threads that answer everything with one response, made
 * once.
 *
 *     constant PORT THREADS HEADERS BODY
 *
 * HEADERS: a file of lines "Name: value". Invariant: nothing is done for a request but what the library does.
 */
#include <fcntl.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024, CONNECTIONS = 1000 };

static enum MHD_Result answer(void *response, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **con_cls) {
    static char seen;
    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_size;
    if (!*con_cls) { /* answering at once would close the connection */
        *con_cls = &seen;
        return MHD_YES;
    }
    return MHD_queue_response(conn, MHD_HTTP_OK, response);
}

static struct MHD_Response *response_of(const char *headers, const char *body) {
    int fd = open(body, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return NULL;
    char *bytes = malloc((size_t)st.st_size + 1), line[LINE_MAX_BYTES];
    bool whole = bytes && read(fd, bytes, (size_t)st.st_size) == st.st_size;
    close(fd);
    struct MHD_Response *r =
        whole ? MHD_create_response_from_buffer((size_t)st.st_size, bytes, MHD_RESPMEM_MUST_FREE) : NULL;
    FILE *lines = r ? fopen(headers, "re") : NULL;
    while (lines && fgets(line, sizeof line, lines)) {
        char *value = strstr(line, ": ");
        line[strcspn(line, "\r\n")] = '\0';
        if (!value)
            continue;
        *value = '\0';
        MHD_add_response_header(r, line, value + 2);
    }
    if (lines)
        fclose(lines);
    return lines ? r : NULL;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fputs("usage: constant PORT THREADS HEADERS BODY\n", stderr);
        return 2;
    }
    sigset_t ends;
    int got;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Response *r = response_of(argv[3], argv[4]);
    struct MHD_Daemon *d =
        r ? MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (unsigned short)strtoul(argv[1], NULL, 10), NULL,
                             NULL, answer, r, MHD_OPTION_THREAD_POOL_SIZE,
                             (unsigned)strtoul(argv[2], NULL, 10), MHD_OPTION_CONNECTION_LIMIT,
                             (unsigned)CONNECTIONS, MHD_OPTION_END)
          : NULL;
    if (!d) {
        perror("constant");
        return 1;
    }
    sigwait(&ends, &got);
    MHD_stop_daemon(d);
    MHD_destroy_response(r);
    return 0;
}
