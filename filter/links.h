/* links.h - which domains the links of a text lead to. */
#pragma once
#include <glib.h>

#define LINKS_MOST 20
#define LINKS_READ_MOST ((gsize)65536) /* bytes of a text */

/* Adds the domains of web addresses in text (as it came: quoted-printable or not) to domains (char*, LINKS_MOST at
 * most), each once, in the form of dns_name(), and without the hosts before it: what somebody registered, as lists of
 * domains want it. Addresses with a number instead of a name are left out. */
void links_collect(const char *text, gsize length, GPtrArray *domains);
/* The part of a name that somebody registered: "shop.example" of "www.shop.example", "shop.co.uk" of "a.shop.co.uk"
 * (points into it); NULL: the name is above all that can be registered. */
const char *links_registered(const char *name);
