/* chain.h - the Received fields of a message (RFC 5321, 4.4): which host wrote each, and whom it got the message from,
 * as real servers write it. */
#pragma once
#include "filter/fields.h"

/* One Received field. Where it can be read in two ways (a host may greet with words that look like another field's), or
 * was cut off, nothing of it is told: every member is NULL or FALSE. */
typedef struct {
  char *by;   /* the host that wrote the field, lower case; NULL: it names none, or only an address or a bare word */
  char *from; /* the name of the host that it came from, as the writer verified it (the address has this name, and
                 the name this address), lower case; NULL. Exchange and qmail verify none */
  char *greeting; /* what that host called itself (HELO), lower case; it may be "[192.0.2.1]" or any word; NULL */
  char *address;  /* its IP address, canonical text (RFC 5952 for IPv6); NULL */
  gboolean authenticated; /* it signed in: ESMTPA, ESMTPSA (RFC 3848), "Authenticated sender", auth=, HTTP, MAPI */
  gboolean local; /* handed over on the machine itself: no from at all, a loopback address, a socket, a local program */
} Hop;

#define HOPS_MOST 16

void hop_free(Hop *hop);
/* Reads the value of a Received field. Never NULL; the caller owns it. */
Hop *hop_read(const Field *received);
/* Adds the Hop of each Received field to hops (with hop_free()), top first, at most HOPS_MOST in all: a list of that
 * length may have been cut. */
void hops_read(Span fields, GPtrArray *hops);

typedef enum {
  ADDRESS_NONE, /* no address */
  ADDRESS_LOOPBACK,
  ADDRESS_PRIVATE, /* RFC 1918, 4193, 6598, and link-local */
  ADDRESS_PUBLIC
} AddressScope;
/* address: as in Hop; NULL allowed. */
AddressScope address_scope(const char *address);
