/* Inside http only: what a caller's headers accept (RFC 9110). A header that is not there is NULL. */
#ifndef NICHED_HTTP_ACCEPT_H
#define NICHED_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/* The quality 0..1 that Accept gives a media type such as "text/csv"; 1 without the header. */
double accept_media(const char *header, const char *type);
/* The quality 0..1 that Accept-Encoding gives a coding; what is not named is 0, but identity has
 * little more than 0, and 1 without the header. */
double accept_coding(const char *header, const char *coding);
/* Whether If-None-Match names an entity tag (with its quotes, W/ or not), compared weakly; "*" names all. */
bool accept_tag(const char *header, const char *tag);

#endif
