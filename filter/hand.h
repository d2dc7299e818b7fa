/* hand.h - who handed a message in, as the Received fields tell that the owner's own servers wrote on top of it. Nobody
 * can write above the field of the server that took his mail. */
#pragma once
#include "filter/chain.h"

typedef enum {
  HAND_UNKNOWN,
  HAND_INSIDE, /* it was born within the owner's own provider: no field tells that it came in from outside */
  HAND_OUTSIDE /* a host that is none of the owner's servers handed it in, and did not sign in */
} Hand;

/* Is this a mail domain under which strangers have their own names ("co.uk"), or a single label? */
gboolean host_is_shared(const char *name);
/* own: char*, names of the owner's servers as they were learned: a host, or a domain that all its servers are below. Is
 * host one of them? A host that is named as mail servers are ("mx.example.org") stands for the domain above it. */
gboolean hand_is_own(const GPtrArray *own, const char *host);

/* Walks a report's hops (Hop*) from the top down to the one where mail came in from outside. *boundary (NULL allowed):
 * that hop where the answer is HAND_OUTSIDE, borrowed; else NULL.
 *
 * Inside: down to the end, each hop was written by one of the owner's servers, and tells of the machine itself, of a
 * private address, or of a verified name of one of these servers. Unknown: no hop, a hop of somebody else's server
 * before that, one that cannot be read, a public address without a verified name, a sign-in. */
Hand hand_walk(const GPtrArray *hops, const GPtrArray *own, const Hop **boundary);
/* May the original (its returned header's hops) have come to the owner's servers from another mail server? FALSE: they
 * took it from somebody who signed in, or from one of their own; or there is no hop that would tell. */
gboolean hand_came_in(const GPtrArray *hops, const GPtrArray *own);

/* The host that wrote the topmost Received field in which a host names itself; NULL: none. The caller frees. */
char *hand_top_host(Span fields);
