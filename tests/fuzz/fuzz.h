/* What the fuzz targets share. A target is one file with one function; clang's libFuzzer calls it (`make
 * fuzz`), and replay.c calls it for every file of corpus and regressions (`make test`). */
#ifndef NICHED_FUZZ_H
#define NICHED_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes any n bytes apart by the code under test; ends the process where what must hold does not. Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Ends the process, naming the line, where what must hold does not. */
#define HOLDS(what)                                                                                          \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);                        \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* A copy with a NUL behind it, of its exact size so that a sanitizer sees who reads beyond; free it. */
static inline char *fuzz_text(const uint8_t *data, size_t n) {
    char *s = malloc(n + 1);
    if (!s)
        abort();
    memcpy(s, data, n);
    s[n] = '\0';
    return s;
}

#endif
