/* facts_owner.c - is the original of a report mail to the owner?
 * Owns:     what counts as the owner's own address.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts.c */
#include "filter/normalise.h"
#include "ledger/ask.h"
#include <string.h>

GPtrArray *owner_load(Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT addresses FROM account WHERE configured AND addresses <> ''", ""))
    return NULL;
  while (rows_next(&rows, error)) g_ptr_array_add(own, row_dup(&rows, 0));
  return rows.failed ? NULL : g_steal_pointer(&own);
}

/* Does the pattern take every address? Then it says nothing about any address. */
static gboolean takes_all(const char *pattern) { return strspn(pattern, "*@") == strlen(pattern); }

/* Does an account list this address? *literally becomes TRUE where it is listed without a '*'. Most addresses are in no
 * list, so nothing is copied for the comparison. */
static gboolean lists(const GPtrArray *own, const char *address, gboolean *literally)
{
  gboolean listed = FALSE;
  *literally = FALSE;
  for (guint i = 0; i < own->len && !*literally; i++) {
    if (!address_matches(address, g_ptr_array_index(own, i))) continue;
    g_auto(GStrv) each = g_strsplit(g_ptr_array_index(own, i), ";", -1);
    for (char **one = each; *one != NULL && !*literally; one++) {
      const char *pattern = g_strstrip(*one);
      if (takes_all(pattern) || !address_matches(address, pattern)) continue;
      listed = TRUE;
      *literally = strchr(pattern, '*') == NULL;
    }
  }
  return listed;
}

/* The address without its tag: "me@here" for "me+shop@here". */
static char *untagged(const char *address)
{
  const char *plus = strchr(address, '+'), *sign = strrchr(address, '@');
  if (plus == NULL || sign == NULL || plus == address || plus > sign) return NULL;
  g_autofree char *local = g_strndup(address, (gsize)(plus - address));
  return g_strconcat(local, sign, NULL);
}

static gboolean is_listed(const GPtrArray *own, const char *address)
{
  gboolean literally = FALSE;
  if (lists(own, address, &literally) && literally) return TRUE;
  g_autofree char *bare = untagged(address);
  return bare != NULL && lists(own, bare, &literally) && literally;
}

static const char *first_listed(const GPtrArray *own, const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (is_listed(own, g_ptr_array_index(addresses, i))) return g_ptr_array_index(addresses, i);
  return NULL;
}

static const char *first_of(GPtrArray *list, const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (list_has(list, g_ptr_array_index(addresses, i))) return g_ptr_array_index(addresses, i);
  return NULL;
}

static gboolean is_sender(Ledger *ledger, const char *address, gboolean *known, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i", db_hash(address)))
    return FALSE;
  *known = found != 0;
  return TRUE;
}

gboolean owner_has(Ledger *ledger, const GPtrArray *own, const char *address, gboolean *has, GError **error)
{
  *has = is_listed(own, address);
  return *has || is_sender(ledger, address, has, error);
}

/* Does the original say that it is from the owner? *known becomes TRUE where mail was sent from that address before. */
static gboolean ask_senders(const Ask *ask, const GPtrArray *own, gboolean *own_mail, gboolean *known, GError **error)
{
  const GPtrArray *shown = ask->report->original.senders;
  gboolean literally = FALSE;
  for (guint i = 0; i < shown->len && !*known; i++) {
    const char *address = g_ptr_array_index(shown, i);
    if (lists(own, address, &literally)) *own_mail = TRUE;
    if (!is_sender(ask->ledger, address, known, error)) return FALSE;
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
  return here != NULL && lists(own, here, &literally) && !lists_any_literally(own) ? here : NULL;
}

gboolean ask_owner(const Ask *ask, GError **error)
{
  const Report *report = ask->report;
  Facts *facts = ask->facts;
  gboolean own_mail = FALSE, known = FALSE;
  g_autoptr(GPtrArray) own = owner_load(ask->ledger, error);
  if (own == NULL || !ask_senders(ask, own, &own_mail, &known, error)) return FALSE;
  const char *delivered = first_listed(own, report->original.delivered);
  if (delivered == NULL && own->len > 0) delivered = first_of(report->addressed, report->original.delivered);
  if (!own_mail) facts->to_owner = g_strdup(first_own(ask, own, report->original.recipients));
  facts->failed_owner = g_strdup(first_own(ask, own, report->recipients));
  facts->delivered_owner = g_strdup(delivered);
  return ask_stranger(ask, known, error);
}
