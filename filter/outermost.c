/* outermost.c - from which host the reporter's servers took the original
 * Owns:     which hops may be the owner's own line, and are then not asked about.
 * Must not: look anything up.
 * Fails:    by NULL.
 * Tests:    tests/filter/test_outermost.c */
#include "filter/outermost.h"
#include "filter/links.h"
#include <string.h>

/* Nothing of it could be read, so that it may tell of anything. */
static gboolean is_blank(const Hop *hop)
{
  return hop->by == NULL && hop->from == NULL && hop->greeting == NULL && hop->address == NULL && !hop->local;
}

static gboolean same_domain(const char *a, const char *b)
{
  const char *x = a != NULL ? links_registered(a) : NULL, *y = b != NULL ? links_registered(b) : NULL;
  return x != NULL && y != NULL && strcmp(x, y) == 0;
}

/* May the chain be looked at? It has two hops between hosts or more, none of which may be the owner's line. */
static gboolean is_telling(const GPtrArray *hops)
{
  guint between = 0;
  AddressScope last = ADDRESS_NONE;
  if (hops->len >= HOPS_MOST) return FALSE;
  for (guint i = 0; i < hops->len; i++) {
    const Hop *hop = hops->pdata[i];
    if (hop->authenticated || is_blank(hop)) return FALSE;
    if (hop->local) continue;
    between++;
    last = address_scope(hop->address);
  }
  return between >= 2 && last != ADDRESS_PRIVATE;
}

const Hop *outermost_hop(const GPtrArray *hops)
{
  if (!is_telling(hops)) return NULL;
  for (guint i = 0; i < hops->len; i++) {
    const Hop *hop = hops->pdata[i];
    AddressScope scope = address_scope(hop->address);
    if (hop->local || scope == ADDRESS_PRIVATE || scope == ADDRESS_LOOPBACK || same_domain(hop->by, hop->from))
      continue;
    return scope == ADDRESS_PUBLIC ? hop : NULL;
  }
  return NULL;
}
