/* tools.c - the checks that servers make of mail
 * Owns:     the life of what is switched on, and of what came of it.
 * Must not: ask; weigh.
 * Fails:    never.
 * Tests:    tests/ledger/test_facts_tools.c */
#include "filter/tools.h"

void tools_clear(Tools *tools)
{
  g_clear_pointer(&tools->addresses, g_ptr_array_unref);
  g_clear_pointer(&tools->links, g_ptr_array_unref);
}

gboolean tools_any(const Tools *tools)
{
  return tools != NULL && (tools->spf || tools->reverse || tools->addresses != NULL || tools->links != NULL);
}

Listing *listing_new(const char *what, const char *zone, const char *answer)
{
  Listing *listing = g_new(Listing, 1);
  *listing = (Listing){ g_strdup(what), g_strdup(zone), g_strdup(answer) };
  return listing;
}

void listing_free(Listing *listing)
{
  if (listing == NULL) return;
  g_free(listing->what);
  g_free(listing->zone);
  g_free(listing->answer);
  g_free(listing);
}

void tool_facts_clear(ToolFacts *facts)
{
  char **const texts[] = { &facts->address, &facts->greeting, &facts->domain, &facts->name };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) g_clear_pointer(texts[i], g_free);
  g_clear_pointer(&facts->hosts, g_ptr_array_unref);
  g_clear_pointer(&facts->links, g_ptr_array_unref);
}
