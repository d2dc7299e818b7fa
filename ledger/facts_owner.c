/* facts_owner.c - is the original of a report mail to the owner?
 * Owns:     when an original is taken for mail to the owner.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts.c */
#include "filter/normalise.h"
#include "ledger/ask.h"
#include "ledger/own.h"
#include <string.h>

static const char *first_listed(const GPtrArray *own, const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (own_is_listed(own, g_ptr_array_index(addresses, i))) return g_ptr_array_index(addresses, i);
  return NULL;
}

static const char *first_of(GPtrArray *list, const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (list_has(list, g_ptr_array_index(addresses, i))) return g_ptr_array_index(addresses, i);
  return NULL;
}

/* Does the original say that it is from the owner? *known becomes TRUE where mail was sent from that address before. */
static gboolean ask_senders(const Ask *ask, const GPtrArray *own, gboolean *own_mail, gboolean *known, GError **error)
{
  const GPtrArray *shown = ask->report->original.senders;
  gboolean literally = FALSE;
  for (guint i = 0; i < shown->len && !*known; i++) {
    const char *address = g_ptr_array_index(shown, i);
    if (own_lists(own, address, &literally)) *own_mail = TRUE;
    if (!own_is_sender(ask->ledger, address, known, error)) return FALSE;
  }
  *own_mail = *own_mail || *known;
  return TRUE;
}

/* Has the owner never sent mail from the original's sender? Asked only where nothing speaks for the owner. */
static gboolean ask_stranger(const Ask *ask, gboolean known, GError **error)
{
  const GPtrArray *shown = ask->report->original.senders;
  Facts *facts = ask->facts;
  gint64 any = 0;
  if (known || shown->len == 0 || facts->id.shown != NULL || facts->refer_back.shown != NULL
      || facts->token.shown != NULL || facts->fit.shown != NULL)
    return TRUE;
  if (!db_number(ask->ledger, error, &any, "SELECT EXISTS(SELECT 1 FROM sender)", "")) return FALSE;
  if (any != 0) facts->stranger = g_strdup(g_ptr_array_index(shown, 0));
  return TRUE;
}

static gboolean lists_any_literally(const GPtrArray *own)
{
  for (guint i = 0; i < own->len; i++) {
    g_auto(GStrv) each = g_strsplit(g_ptr_array_index(own, i), ";", -1);
    for (char **one = each; *one != NULL; one++)
      if (*g_strstrip(*one) != '\0' && strchr(*one, '*') == NULL) return TRUE;
  }
  return FALSE;
}

/* The first of these addresses that is the owner's. Where accounts list patterns alone, the address that the report
 * came to counts like a listed address, if a pattern takes it. */
static const char *first_own(const Ask *ask, const GPtrArray *own, const GPtrArray *addresses)
{
  gboolean literally = FALSE;
  const char *listed = first_listed(own, addresses);
  if (listed != NULL) return listed;
  const char *here = first_of(ask->report->addressed, addresses);
  return here != NULL && own_lists(own, here, &literally) && !lists_any_literally(own) ? here : NULL;
}

gboolean ask_owner(const Ask *ask, GError **error)
{
  const Report *report = ask->report;
  Facts *facts = ask->facts;
  gboolean own_mail = FALSE, known = FALSE;
  g_autoptr(GPtrArray) own = own_load(ask->ledger, error);
  if (own == NULL || !ask_senders(ask, own, &own_mail, &known, error)) return FALSE;
  const char *delivered = first_listed(own, report->original.delivered);
  if (delivered == NULL && own->len > 0) delivered = first_of(report->addressed, report->original.delivered);
  if (!own_mail) facts->to_owner = g_strdup(first_own(ask, own, report->original.recipients));
  facts->failed_owner = g_strdup(first_own(ask, own, report->recipients));
  facts->delivered_owner = g_strdup(delivered);
  return ask_stranger(ask, known, error);
}
