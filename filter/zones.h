/* zones.h - blocklists that are asked by DNS (RFC 5782), and which of their answers say that something is listed. */
#pragma once
#include "filter/dns.h"

/* A list of addresses of hosts, or of domains that links lead to. */
typedef enum { ZONE_ADDRESSES, ZONE_LINKS } ZoneKind;

typedef struct {
  char *name;
  GArray *accepted; /* pairs of guint32: the first and the last answer that counts, as numbers */
} Zone;

/* "zen.spamhaus.org", or with the answers that count: "zen.spamhaus.org=127.0.0.2-9,127.0.0.20". Without them:
 * 127.0.0.2 to 127.0.0.9 of a list of addresses (what lies above it tells of policy at several of them), 127.0.0.2 to
 * 127.0.1.254 of a list of domains. NULL: *problem says what is wrong, after the text in a sentence; static. */
Zone *zone_parse(ZoneKind kind, const char *text, const char **problem);
void zone_free(Zone *zone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Zone, zone_free)
/* The first of the values (of an A answer) that counts; NULL: none does. Never do these: what is not in 127.0.0.0/8 (a
 * name server that answers everything), 127.0.0.1 and 127.255.255.0/24 (the list refuses to answer), and of Spamhaus'
 * lists 127.0.0.10 and .11 (lines of people at home, who may well send mail). Borrowed. */
const char *zone_listed(const Zone *zone, const GPtrArray *values);
