/* Times: microseconds since 1970-01-01T00:00:00Z as int64_t everywhere, RFC 3339 outside. */
#ifndef NICHED_BASE_CLOCK_H
#define NICHED_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_S   INT64_C(1000000)
#define CLOCK_DAY (INT64_C(86400) * CLOCK_S)

/* The real time now. */
int64_t clock_now_us(void);
/* Milliseconds of a clock that never goes back, for time-outs. */
int64_t clock_mono_ms(void);
/* Microseconds of a clock that never goes back, for measuring. */
int64_t clock_mono_us(void);
/* Writes "2026-11-18T09:00:00Z" (at most 31 bytes and a NUL) into out. */
void clock_format(int64_t us, char out[32]);
/* Reads RFC 3339 ("2026-11-18T09:00:00Z", offsets, fractions), a date alone, or "2026-11-18 09:00:00" (UTC).
 * False if it is none of them or out of years 1970..9999. */
bool clock_parse(const char *s, size_t n, int64_t *ret_us);

#endif
