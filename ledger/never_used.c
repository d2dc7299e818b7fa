/* never_used.c - addresses of the owner's from which no mail is known to have left.
 * Owns:     table never_used; which address counts as one.
 * Must not: judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_never_used.c */
#include "ledger/never_used.h"
#include "filter/normalise.h"
#include "ledger/ask.h"
#include "ledger/own.h"

#define ADDRESSES_KEPT 1000
#define TESTED_LEAST 5 /* answers that name mail which is known, before coverage counts as tested */
#define NOT_SENT_FROM "hash NOT IN (SELECT hash FROM sender)"

/* The patterns of all accounts' receive-only, put together. */
static char *receive_only(Ledger *ledger, GError **error)
{
  g_autoptr(GString) all = g_string_new(NULL);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT receive_only FROM account WHERE configured AND receive_only <> ''", ""))
    return NULL;
  while (rows_next(&rows, error)) g_string_append_printf(all, "%s;", row_text(&rows, 0));
  return rows.failed ? NULL : g_string_free(g_steal_pointer(&all), FALSE);
}

/* *used: mail was sent from this address, with or without its tag. */
static gboolean is_used(Ledger *ledger, const char *address, gboolean *used, GError **error)
{
  g_autofree char *bare = own_untagged(address);
  return own_is_sender(ledger, address, used, error)
         && (*used || bare == NULL || own_is_sender(ledger, bare, used, error));
}

/* Does anything that the report shows of the original's sender speak for the owner? Software of the owner's may send
 * with another address on the envelope. */
static gboolean is_senders_known(const Ask *ask, gboolean *known, GError **error)
{
  const GPtrArray *senders = ask->report->original.senders;
  for (guint i = 0; i < senders->len && !*known; i++)
    if (!is_used(ask->ledger, g_ptr_array_index(senders, i), known, error)) return FALSE;
  return TRUE;
}

/* Has the coverage of this domain stood its test? */
static gboolean ask_tested(const Ask *ask, const char *address, gboolean *tested, GError **error)
{
  const char *domain = address_domain(address);
  gint64 good = 0;
  if (domain == NULL) return TRUE;
  if (!db_number(ask->ledger, error, &good,
                 "SELECT coalesce(max(known >= ?2), 0) AND NOT coalesce(max(failed AND NOT trust_sent), 0) FROM tested"
                 " JOIN account ON account.id = account WHERE configured AND substr(address, instr(address, '@') + 1) ="
                 " ?1",
                 "sd", domain, TESTED_LEAST))
    return FALSE;
  *tested = good != 0;
  return TRUE;
}

static gboolean take(const Ask *ask, const char *address, gboolean only, GError **error)
{
  Facts *facts = ask->facts;
  gint64 reports = 0;
  if (!ask_tested(ask, address, &facts->unused_tested, error)
      || !db_number(ask->ledger, error, &reports, "SELECT count FROM never_used WHERE address = ?", "s", address))
    return FALSE;
  facts->unused = g_strdup(address);
  facts->receive_only = only;
  facts->unused_reports = (guint)reports;
  return TRUE;
}

gboolean ask_unused(const Ask *ask, const GPtrArray *own, GError **error)
{
  const GPtrArray *to = ask->report->to;
  gboolean literally = FALSE, used = FALSE;
  if (to->len != 1) return TRUE; /* whose envelope it came to is not clear */
  const char *address = g_ptr_array_index(to, 0);
  g_autofree char *patterns = receive_only(ask->ledger, error);
  if (patterns == NULL) return FALSE;
  gboolean only = address_matches(address, patterns);
  if (!only && (!own_lists(own, address, &literally) || own_is_listed(own, address))) return TRUE;
  if (!is_used(ask->ledger, address, &used, error) || !is_senders_known(ask, &used, error)) return FALSE;
  return used || take(ask, address, only, error);
}

/* A stranger can make up any number of addresses: those of one report are the first to go. */
gboolean never_used_note(Ledger *ledger, const char *address, GError **error)
{
  gint64 n = 0, now = db_now();
  if (!db_run(ledger, error,
              "INSERT INTO never_used(address, hash, count, first, last) VALUES(?1, ?2, 1, ?3, ?3)"
              " ON CONFLICT DO UPDATE SET count = count + 1, last = excluded.last",
              "sii", address, db_hash(address), now)
      || !db_number(ledger, error, &n, "SELECT count(*) FROM never_used", ""))
    return FALSE;
  return n <= ADDRESSES_KEPT
         || db_run(ledger, error,
                   "DELETE FROM never_used WHERE address IN (SELECT address FROM never_used ORDER BY count, last LIMIT"
                   " ?)",
                   "d", ADDRESSES_KEPT / 10);
}

void never_used_free(NeverUsed *never)
{
  if (never == NULL) return;
  g_free(never->address);
  g_free(never);
}

GPtrArray *never_used_list(Ledger *ledger, guint most, guint *all, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)never_used_free);
  g_autofree char *patterns = receive_only(ledger, error);
  gint64 n = 0;
  g_auto(Rows) rows = { 0 };
  if (patterns == NULL || !db_number(ledger, error, &n, "SELECT count(*) FROM never_used WHERE " NOT_SENT_FROM, "")
      || !rows_open(&rows, ledger, error,
                    "SELECT address, count, first, last FROM never_used WHERE " NOT_SENT_FROM
                    " ORDER BY count DESC, last DESC, address LIMIT ?",
                    "u", most))
    return NULL;
  while (rows_next(&rows, error)) {
    NeverUsed *never = g_new0(NeverUsed, 1);
    *never = (NeverUsed){ row_dup(&rows, 0), (guint)row_int(&rows, 1), row_int(&rows, 2), row_int(&rows, 3),
                          address_matches(row_text(&rows, 0), patterns) };
    g_ptr_array_add(list, never);
  }
  *all = (guint)n;
  return rows.failed ? NULL : g_steal_pointer(&list);
}
