/* facts_owner.c - is the original of a report mail to the owner?
 * Owns:     what counts as the owner's own address.
 * Must not: write; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts.c */
#include "filter/normalise.h"
#include "ledger/ask.h"

/* The owner's addresses: those listed one by one, and patterns with a '*'. */
typedef struct {
  GPtrArray *listed, *patterns;
} Own;

static void own_clear(Own *own)
{
  g_ptr_array_unref(own->listed);
  g_ptr_array_unref(own->patterns);
}

static gboolean own_load(Ledger *ledger, Own *own, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT addresses FROM account WHERE configured", "")) return FALSE;
  while (rows_next(&rows, error)) {
    g_auto(GStrv) each = g_strsplit(row_text(&rows, 0), ";", -1);
    for (char **one = each; *one != NULL; one++) {
      g_autofree char *lower = g_utf8_strdown(g_strstrip(*one), -1);
      if (*lower != '\0') list_add(strchr(lower, '*') != NULL ? own->patterns : own->listed, lower, G_MAXUINT);
    }
  }
  return !rows.failed;
}

static const char *first_in(GPtrArray *list, const GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (list_has(list, g_ptr_array_index(addresses, i))) return g_ptr_array_index(addresses, i);
  return NULL;
}

/* A pattern that takes every address says nothing about this one. */
static gboolean matches_pattern(const Own *own, const char *address)
{
  for (guint i = 0; i < own->patterns->len; i++) {
    const char *pattern = g_ptr_array_index(own->patterns, i);
    if (strspn(pattern, "*@") != strlen(pattern) && address_matches(address, pattern)) return TRUE;
  }
  return FALSE;
}

static gboolean is_sender(Ledger *ledger, const char *address, gboolean *known, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i", db_hash(address)))
    return FALSE;
  *known = found != 0;
  return TRUE;
}

/* Is the original from the owner, by what it says? *known: by an address from which mail was sent before. */
static gboolean ask_senders(const Ask *ask, const Own *own, gboolean *own_mail, gboolean *known, GError **error)
{
  const GPtrArray *shown = ask->report->original.senders;
  for (guint i = 0; i < shown->len && !*known; i++) {
    const char *address = g_ptr_array_index(shown, i);
    if (list_has(own->listed, address) || matches_pattern(own, address)) *own_mail = TRUE;
    if (!is_sender(ask->ledger, address, known, error)) return FALSE;
  }
  *own_mail = *own_mail || *known;
  return TRUE;
}

/* Has the owner never sent mail from an address that the original says it is from? Asked where nothing speaks for the
 * owner. */
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

static gboolean ask_own(const Ask *ask, const Own *own, GError **error)
{
  const Report *report = ask->report;
  Facts *facts = ask->facts;
  gboolean own_mail = FALSE, known = FALSE;
  if (!ask_senders(ask, own, &own_mail, &known, error)) return FALSE;
  const char *delivered = first_in(own->listed, report->original.delivered);
  if (delivered == NULL) delivered = first_in(report->addressed, report->original.delivered);
  if (!own_mail) facts->to_owner = g_strdup(first_in(own->listed, report->original.recipients));
  facts->failed_owner = g_strdup(first_in(own->listed, report->recipients));
  facts->delivered_owner = own->listed->len + own->patterns->len > 0 ? g_strdup(delivered) : NULL;
  return ask_stranger(ask, known, error);
}

gboolean ask_owner(const Ask *ask, GError **error)
{
  Own own = { g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free) };
  gboolean ok = own_load(ask->ledger, &own, error) && ask_own(ask, &own, error);
  own_clear(&own);
  return ok;
}
