/* facts_hand.c - who handed the report in?
 * Owns:     whose servers are asked about.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_own_server.c */
#include "ledger/account.h"
#include "ledger/ask.h"
#include "ledger/own_server.h"

/* The servers of the account in whose mailbox the report is; of a file that is checked, those of all accounts. */
static GPtrArray *own_servers(const Ask *ask, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free), accounts = NULL;
  const char *only = ask->query->account;
  if (only == NULL && (accounts = account_list(ask->ledger, error)) == NULL) return NULL;
  for (guint i = 0; i < (only != NULL ? 1 : accounts->len); i++) {
    const char *account = only != NULL ? only : ((const Account *)accounts->pdata[i])->name;
    g_auto(OwnServer) server = { 0 };
    if (!own_server_get(ask->ledger, account, &server, error)) return NULL;
    if (server.name != NULL) g_ptr_array_add(names, g_steal_pointer(&server.name));
  }
  return g_steal_pointer(&names);
}

/* Of a kept report no hops are known: who handed it in stays unknown. */
gboolean ask_hand(const Ask *ask, GError **error)
{
  const Hop *boundary = NULL;
  Facts *facts = ask->facts;
  if (ask->report->hops->len == 0) return TRUE;
  g_autoptr(GPtrArray) own = own_servers(ask, error);
  if (own == NULL) return FALSE;
  facts->hand = hand_walk(ask->report->hops, own, &boundary);
  facts->came_in = facts->hand == HAND_INSIDE && hand_came_in(ask->report->original.hops, own);
  if (boundary != NULL) facts->handed_by = g_strdup(boundary->from);
  return TRUE;
}
