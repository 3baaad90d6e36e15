/* What the load generators send: a request for each path of a file. */
#ifndef NICHED_BENCH_REQUESTS_H
#define NICHED_BENCH_REQUESTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* How many there are; a file without any ends the program. */
static size_t requests_read(const char *path, char ***ret_requests) {
    FILE *f = fopen(path, "re");
    char line[LINE], request[LINE + 64], **all = NULL;
    size_t n = 0;
    if (!f)
        die(path);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", line);
        all = realloc(all, (n + 1) * sizeof *all);
        if (!all || !(all[n++] = strdup(request)))
            die("requests");
    }
    fclose(f);
    if (!n)
        die("no paths");
    *ret_requests = all;
    return n;
}

#endif
