/* outermost.h - from which host the reporter's servers took the original, as its returned header tells. */
#pragma once
#include "filter/chain.h"

/* The first hop from the top that came from a public address of another domain than that of the host that wrote it:
 * where the original came in from outside. NULL where that may be the owner's own line, or is not clear: fewer than two
 * hops between hosts (a message that a provider took from its customer and refused has one), a hop where somebody
 * signed in, a hop that cannot be read, a list that may have been cut, a message that begins in a private network, or
 * a host without an address before any other. Borrowed. */
const Hop *outermost_hop(const GPtrArray *hops);
