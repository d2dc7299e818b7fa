/* hand.c - who handed a message in
 * Owns:     the walk down the Received fields; which names belong to one mail server's domain.
 * Must not: look anything up; believe a greeting.
 * Fails:    never; what is doubtful is unknown.
 * Tests:    tests/filter/test_hand.c */
#include "filter/hand.h"

#include <string.h>

static guint labels_of(const char *name)
{
  guint n = 1;
  for (; *name != '\0'; name++) n += *name == '.';
  return n;
}

gboolean host_is_shared(const char *name)
{
  static const char *const second[] = { "ac",  "asso", "co", "com", "edu", "go",  "gob", "gouv",
                                        "gov", "gv",   "id", "ltd", "me",  "mil", "ne",  "net",
                                        "nhs", "nom",  "or", "org", "plc", "sch", NULL };
  const guint labels = labels_of(name);
  const char *last = strrchr(name, '.');
  if (labels != 2) return labels < 2;
  g_autofree char *first = g_strndup(name, (gsize)(last - name));
  return strlen(last + 1) == 2 && g_strv_contains(second, first);
}

static gboolean is_at_or_below(const char *host, const char *domain)
{
  gsize longer = strlen(host), length = strlen(domain);
  if (longer < length || strcmp(host + longer - length, domain) != 0) return FALSE;
  return longer == length || host[longer - length - 1] == '.';
}

/* The domain whose mail server bears this name: "example.org" for "mx3.example.org". NULL: it may be anybody's. */
static const char *domain_served(const char *name)
{
  static const char *const words[] = { "mx",      "mxin", "mail", "mailin", "mailserver", "smtp",  "imap",
                                       "inbound", "in",   "mta",  "mbox",   "post",       "relay", NULL };
  const gsize word = strcspn(name, "0123456789-_."); /* "mx3", "mx-in" */
  const char *above = strchr(name, '.');
  g_autofree char *first = g_strndup(name, word);
  return above != NULL && !host_is_shared(above + 1) && g_strv_contains(words, first) ? above + 1 : NULL;
}

gboolean hand_is_own(const GPtrArray *own, const char *host)
{
  for (guint i = 0; host != NULL && i < own->len; i++) {
    const char *name = g_ptr_array_index(own, i), *domain = domain_served(name);
    if (is_at_or_below(host, name) || (domain != NULL && is_at_or_below(host, domain))) return TRUE;
  }
  return FALSE;
}

/* Does the name hold this number, and not as part of a longer one? */
static gboolean has_number(const char *name, guint number)
{
  while (*(name += strcspn(name, "0123456789")) != '\0') {
    char *end = NULL;
    if (g_ascii_strtoull(name, &end, 10) == number) return TRUE;
    name = end;
  }
  return FALSE;
}

/* Is it the name of a customer's line, made of its address ("p5-192-0-2-7.dip.example.net")? Providers give such names
 * below the domain of their own servers. */
static gboolean is_line(const char *name, const char *address)
{
  g_auto(GStrv) parts = g_strsplit(address, ".", -1);
  guint octets[4] = { 0 };
  char hex[9];
  if (g_strv_length(parts) != G_N_ELEMENTS(octets)) return FALSE; /* IPv6 */
  for (guint i = 0; i < G_N_ELEMENTS(octets); i++) octets[i] = (guint)g_ascii_strtoull(parts[i], NULL, 10) & 255;
  g_snprintf(hex, sizeof hex, "%02x%02x%02x%02x", octets[0], octets[1], octets[2], octets[3]);
  return strstr(name, hex) != NULL || (has_number(name, octets[2]) && has_number(name, octets[3]));
}

/* Names that stand for something in the house only. */
static gboolean is_of_the_house(const char *name)
{
  static const char *const ends[] = { "local", "localdomain", "localhost", "lan",       "internal",     "intern",
                                      "home",  "home.arpa",   "corp",      "fritz.box", "speedport.ip", NULL };
  for (guint i = 0; ends[i] != NULL; i++)
    if (is_at_or_below(name, ends[i])) return TRUE;
  return FALSE;
}

/* A private address may be that of a gateway that passes on what strangers bring. Strange servers greet with their own
 * name. */
static gboolean greets_as_stranger(const Hop *hop, const GPtrArray *own)
{
  const char *name = hop->greeting;
  if (name == NULL || *name == '[' || strchr(name, '.') == NULL || address_scope(name) != ADDRESS_NONE) return FALSE;
  return !hand_is_own(own, name) && !is_of_the_house(name);
}

/* Below a hop: the fields of the host that it came from, which is one of the owner's; or the end of the walk. */
typedef enum { STEP_DOWN, STEP_UNKNOWN, STEP_OUTSIDE } Step;

static Step step_from(const Hop *hop, const GPtrArray *own)
{
  const AddressScope scope = address_scope(hop->address);
  if (hop->by == NULL && !hop->local) return STEP_UNKNOWN;
  if (scope == ADDRESS_NONE) return hop->local ? STEP_DOWN : STEP_UNKNOWN;
  if (scope != ADDRESS_PUBLIC) return greets_as_stranger(hop, own) ? STEP_UNKNOWN : STEP_DOWN;
  if (hop->from == NULL) return STEP_UNKNOWN;
  if (!hand_is_own(own, hop->from)) return STEP_OUTSIDE;
  return is_line(hop->from, hop->address) ? STEP_UNKNOWN : STEP_DOWN;
}

/* *named: one of the hops names a server of the owner's. */
static Hand walk(const GPtrArray *hops, const GPtrArray *own, Hand signed_in, gboolean *named, const Hop **boundary)
{
  for (guint i = 0; i < hops->len; i++) {
    const Hop *hop = g_ptr_array_index(hops, i);
    if (hop->by != NULL && !hand_is_own(own, hop->by)) return HAND_UNKNOWN;
    *named |= hop->by != NULL;
    if (hop->authenticated) return signed_in;
    const Step step = step_from(hop, own);
    if (step == STEP_UNKNOWN) return HAND_UNKNOWN;
    if (step == STEP_OUTSIDE) *boundary = hop;
    if (step == STEP_OUTSIDE) return HAND_OUTSIDE;
  }
  return hops->len > 0 && hops->len < HOPS_MOST ? HAND_INSIDE : HAND_UNKNOWN;
}

Hand hand_walk(const GPtrArray *hops, const GPtrArray *own, const Hop **boundary)
{
  const Hop *outside = NULL;
  gboolean named = FALSE;
  const Hand hand = walk(hops, own, HAND_UNKNOWN, &named, &outside);
  if (boundary != NULL) *boundary = outside;
  return named ? hand : HAND_UNKNOWN;
}

gboolean hand_came_in(const GPtrArray *hops, const GPtrArray *own)
{
  const Hop *outside = NULL;
  gboolean named = FALSE;
  return hops->len > 0 && walk(hops, own, HAND_INSIDE, &named, &outside) != HAND_INSIDE;
}

char *hand_top_host(Span fields)
{
  g_autoptr(GPtrArray) hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
  hops_read(fields, hops);
  for (guint i = 0; i < hops->len; i++) {
    const Hop *hop = g_ptr_array_index(hops, i);
    if (hop->by != NULL) return g_strdup(hop->by);
  }
  return NULL;
}
