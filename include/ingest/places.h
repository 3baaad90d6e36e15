/* Countries and languages by the codes and English names that files use. */
#ifndef NICHED_INGEST_PLACES_H
#define NICHED_INGEST_PLACES_H

#include <stdbool.h>
#include <stddef.h>

/* The ISO 3166-1 alpha-2 code (upper case) of a code, a common three-letter code or an English name; false if
 * there is none. Names from the tz database's iso3166.tab (public domain) and their usual variants. */
bool place_country(const char *s, size_t n, char ret_code[3]);
/* The primary tag (lower case) of a tag such as "en-US", an ISO 639-1 or 639-2 code or an English name; false
 * if there is none. */
bool place_language(const char *s, size_t n, char ret_tag[4]);

#endif
