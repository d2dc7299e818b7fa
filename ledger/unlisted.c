/* unlisted.c - bounces to addresses that no account lists.
 * Owns:     table unlisted.
 * Must not: keep an address; say what the owner should list.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_unlisted.c */
#include "ledger/unlisted.h"
#include "filter/normalise.h"
#include "ledger/private.h"

#define DOMAINS_KEPT 1000

void unlisted_free(Unlisted *unlisted)
{
  if (unlisted == NULL) return;
  g_free(unlisted->domain);
  g_free(unlisted);
}

/* A stranger can write any domain into a field: those of one report are the first to go. */
gboolean unlisted_note(Ledger *ledger, const char *address, GError **error)
{
  const char *domain = address_domain(address);
  gint64 n = 0;
  if (domain == NULL) return TRUE;
  if (!db_run(ledger, error,
              "INSERT INTO unlisted(domain, count, last) VALUES(?, 1, ?)"
              " ON CONFLICT DO UPDATE SET count = count + 1, last = excluded.last",
              "si", domain, db_now())
      || !db_number(ledger, error, &n, "SELECT count(*) FROM unlisted", ""))
    return FALSE;
  return n <= DOMAINS_KEPT
         || db_run(ledger, error,
                   "DELETE FROM unlisted WHERE domain IN (SELECT domain FROM unlisted ORDER BY count, last LIMIT ?)",
                   "d", DOMAINS_KEPT / 10);
}

GPtrArray *unlisted_list(Ledger *ledger, guint least, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)unlisted_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT domain, count, last FROM unlisted WHERE count >= ? ORDER BY count DESC, domain", "u", least))
    return NULL;
  while (rows_next(&rows, error)) {
    Unlisted *unlisted = g_new0(Unlisted, 1);
    *unlisted = (Unlisted){ row_dup(&rows, 0), (guint)row_int(&rows, 1), row_int(&rows, 2) };
    g_ptr_array_add(list, unlisted);
  }
  return rows.failed ? NULL : g_steal_pointer(&list);
}
