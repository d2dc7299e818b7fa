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

Listed *listed_new(const char *what, const char *zone, const char *answer)
{
  Listed *listed = g_new(Listed, 1);
  *listed = (Listed){ g_strdup(what), g_strdup(zone), g_strdup(answer) };
  return listed;
}

void listed_free(Listed *listed)
{
  if (listed == NULL) return;
  g_free(listed->what);
  g_free(listed->zone);
  g_free(listed->answer);
  g_free(listed);
}

void tool_facts_clear(ToolFacts *facts)
{
  char **const texts[] = { &facts->address, &facts->greeting, &facts->domain, &facts->name };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) g_clear_pointer(texts[i], g_free);
  g_clear_pointer(&facts->hosts, g_ptr_array_unref);
  g_clear_pointer(&facts->links, g_ptr_array_unref);
}
