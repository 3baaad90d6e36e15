/* FNV-1a, 64 bits (Fowler, Noll, Vo): for names, checksums and keys of our own; no defence against an
 * attacker. */
#ifndef NICHED_BASE_HASH_H
#define NICHED_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(14695981039346656037)

/* Goes on with a hash (HASH_START to begin) over n bytes. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t n);
/* The same over a string and its NUL, so that "ab" "c" and "a" "bc" differ. */
uint64_t hash_text(uint64_t hash, const char *s);

#endif
