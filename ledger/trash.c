/* trash.c - which accounts have a trash
 * Owns:     column trash of table account: NULL not known, '' none.
 * Must not: look at a server.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_hands.c */
#include "ledger/trash.h"
#include "ledger/private.h"

gboolean trash_note(Ledger *ledger, const char *account, const char *folder, GError **error)
{
  gboolean known = FALSE;
  g_autofree char *before = NULL;
  if (!trash_get(ledger, account, &known, &before, error)) return FALSE;
  if (known && g_strcmp0(before, folder) == 0) return TRUE;
  return db_run(ledger, error, "UPDATE account SET trash = ? WHERE name = ?", "ss", folder != NULL ? folder : "",
                account);
}

gboolean trash_get(Ledger *ledger, const char *account, gboolean *known, char **folder, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *known = FALSE;
  *folder = NULL;
  if (!rows_open(&rows, ledger, error, "SELECT trash FROM account WHERE name = ? AND trash NOT NULL", "s", account))
    return FALSE;
  if (!rows_next(&rows, error)) return !rows.failed;
  *known = TRUE;
  if (*row_text(&rows, 0) != '\0') *folder = row_dup(&rows, 0);
  return TRUE;
}
