/* Web addresses written without a scheme, as bios are full of them. */
#ifndef NICHED_BASE_TEXT_SITE_H
#define NICHED_BASE_TEXT_SITE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the '.' at s[dot] (dot < n) belongs to an address: "www.name", "name.tld/..." or "name.tld" with
 * one of the endings that hardly ever begin a sentence (com, net, org, io, ee, app, tv, shop, gg). Any bytes.
 */
bool text_is_site(const unsigned char *s, size_t n, size_t dot);

#endif
