/* facts_tools.c - what the checks of servers say of a report, by answers that are stored
 * Owns:     what these checks ask for, and which answers are missing.
 * Must not: write; ask a name server; judge.
 * Fails:    LEDGER_ERROR; an answer that is missing or a failure tells nothing.
 * Tests:    tests/ledger/test_facts_tools.c */
#include "filter/links.h"
#include "filter/normalise.h"
#include "filter/outermost.h"
#include "ledger/ask.h"
#include "ledger/dns.h"
#include "ledger/sent_shape.h"
#include <string.h>

#define NAMES_MOST 5   /* of one address, that are looked at */
#define LINKS_ASKED 10 /* domains of one report */
#define LISTED_MOST 10 /* of one report */

typedef struct {
  const Ask *ask;
  const Tools *tools;
  ToolFacts *facts;
  GPtrArray *answers; /* DnsAnswer*, until all is known */
  GError *error;
} Asking;

/* What is stored; borrowed. NULL: it is not known, or cannot be read (error). */
static const DnsAnswer *look_up(Asking *asking, DnsType type, const char *name)
{
  const FactsQuery *query = asking->ask->query;
  DnsAnswer *answer = NULL;
  if (asking->error != NULL || !dns_get(asking->ask->ledger, type, name, query->now, &answer, &asking->error))
    return NULL;
  if (answer != NULL)
    g_ptr_array_add(asking->answers, answer);
  else if (query->missing != NULL)
    dns_want(query->missing, type, name);
  return answer;
}

/* The domain of the address that the original was sent from, as far as the report tells: first the one that the report
 * came to, since that was the envelope's. NULL: none of them is the owner's. */
static const char *own_domain(Asking *asking)
{
  const Report *report = asking->ask->report;
  const GPtrArray *const lists[] = { report->addressed, report->original.senders };
  g_autofree char *patterns = owner_patterns(asking->ask->ledger, NULL, &asking->error);
  for (guint i = 0; patterns != NULL && i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i]->len; k++)
      if (address_matches(lists[i]->pdata[k], patterns)) return address_domain(lists[i]->pdata[k]);
  return NULL;
}

static void ask_spf(Asking *asking)
{
  const char *own = own_domain(asking);
  g_autofree char *domain = own != NULL ? dns_name(own) : NULL;
  const DnsAnswer *ranges = domain != NULL ? look_up(asking, DNS_RANGES, domain) : NULL;
  if (ranges == NULL || ranges->values->len == 0) return;
  asking->facts->domain = g_steal_pointer(&domain);
  asking->facts->spf = spf_match(ranges->values->pdata[0], asking->facts->address);
}

/* Does a host of this name have the address? *known: there is an answer. */
static gboolean has_address(Asking *asking, const char *name, gboolean *known)
{
  const char *address = asking->facts->address;
  const DnsAnswer *answer = look_up(asking, strchr(address, ':') != NULL ? DNS_AAAA : DNS_A, name);
  *known = answer != NULL && answer->state != DNS_FAILED;
  for (guint i = 0; answer != NULL && i < answer->values->len; i++)
    if (strcmp(answer->values->pdata[i], address) == 0) return TRUE;
  return FALSE;
}

/* Do host and greeting belong together? A host may have many names below one domain. */
static gboolean fits(const char *name, const char *greeting)
{
  g_autofree char *said = dns_name(greeting);
  const char *a = links_registered(name), *b = said != NULL ? links_registered(said) : NULL;
  return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The names of the address that have this address themselves, against the greeting. *all: everything is known. */
static ReverseResult compare_names(Asking *asking, const DnsAnswer *names, gboolean *all)
{
  ReverseResult result = REVERSE_UNCONFIRMED;
  for (guint i = 0; i < MIN(names->values->len, NAMES_MOST) && result != REVERSE_FITS; i++) {
    const char *name = names->values->pdata[i];
    gboolean known = FALSE;
    if (!has_address(asking, name, &known)) {
      *all = *all && known;
      continue;
    }
    result = fits(name, asking->facts->greeting) ? REVERSE_FITS : REVERSE_OTHER;
    g_free(asking->facts->name);
    asking->facts->name = g_strdup(name);
  }
  return result;
}

static void ask_reverse(Asking *asking)
{
  ToolFacts *facts = asking->facts;
  gboolean all = TRUE;
  g_autofree char *reverse = dns_reverse_name(facts->address);
  /* A host without a name of its own may greet with its address (RFC 5321, 4.1.3). */
  if (reverse == NULL || facts->greeting == NULL || *facts->greeting == '[') return;
  const DnsAnswer *names = look_up(asking, DNS_PTR, reverse);
  if (names == NULL || names->state == DNS_FAILED) return;
  if (names->state == DNS_NONE) {
    facts->reverse = REVERSE_NONE;
    return;
  }
  ReverseResult result = compare_names(asking, names, &all);
  if (all || result == REVERSE_FITS) facts->reverse = result;
}

static void take_listed(Asking *asking, const Zone *zone, const char *what, const char *name, GPtrArray **list)
{
  const DnsAnswer *answer = name != NULL ? look_up(asking, DNS_A, name) : NULL;
  const char *value = answer != NULL ? zone_listed(zone, answer->values) : NULL;
  if (value == NULL) return;
  if (*list == NULL) *list = g_ptr_array_new_with_free_func((GDestroyNotify)listed_free);
  if ((*list)->len < LISTED_MOST) g_ptr_array_add(*list, listed_new(what, zone->name, value));
}

static void ask_address_lists(Asking *asking)
{
  for (guint i = 0; asking->tools->addresses != NULL && i < asking->tools->addresses->len; i++) {
    const Zone *zone = asking->tools->addresses->pdata[i];
    g_autofree char *name = dns_name_of_address(asking->facts->address, zone->name);
    take_listed(asking, zone, asking->facts->address, name, &asking->facts->hosts);
  }
}

/* The owner's own domains are no business of a list's keeper. */
static void ask_link_lists(Asking *asking)
{
  const GPtrArray *links = asking->ask->report->original.links;
  const char *own = own_domain(asking), *known = own != NULL ? links_registered(own) : NULL;
  for (guint i = 0; asking->tools->links != NULL && i < asking->tools->links->len; i++) {
    const Zone *zone = asking->tools->links->pdata[i];
    for (guint k = 0; k < MIN(links->len, LINKS_ASKED); k++) {
      g_autofree char *joined = g_strconcat(links->pdata[k], ".", zone->name, NULL);
      g_autofree char *name = g_strcmp0(links->pdata[k], known) != 0 ? dns_name(joined) : NULL;
      take_listed(asking, zone, links->pdata[k], name, &asking->facts->links);
    }
  }
}

gboolean ask_tools(const Ask *ask, GError **error)
{
  const Tools *tools = ask->query->tools;
  if (!tools_any(tools) || !(ask->query->try_tools || ask->facts->hand == HAND_OUTSIDE)) return TRUE;
  const Hop *hop = outermost_hop(ask->report->original.hops);
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
  Asking asking = { .ask = ask, .tools = tools, .facts = &ask->facts->tools, .answers = answers };
  ask_link_lists(&asking);
  if (hop != NULL) {
    asking.facts->address = g_strdup(hop->address);
    asking.facts->greeting = g_strdup(hop->greeting);
    if (tools->spf) ask_spf(&asking);
    if (tools->reverse) ask_reverse(&asking);
    ask_address_lists(&asking);
  }
  if (asking.error == NULL) return TRUE;
  g_propagate_error(error, asking.error);
  return FALSE;
}
