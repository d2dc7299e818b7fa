/* running.c - by which configuration the daemon runs.
 * Owns:     table running, which has one row at most.
 * Must not: read a configuration.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_account.c */
#include "ledger/running.h"
#include "ledger/db.h"

void running_free(Running *running)
{
  if (running == NULL) return;
  g_free(running->file);
  g_free(running->digest);
  g_free(running->problem);
  g_free(running);
}

gboolean running_set(Ledger *ledger, const char *file, const char *digest, GError **error)
{
  gint64 same = 0;
  g_autofree char *shown = g_filename_display_name(file);
  if (!db_number(ledger, error, &same, "SELECT 1 FROM running WHERE file = ? AND digest = ? AND problem IS NULL", "ss",
                 shown, digest))
    return FALSE;
  return same != 0
         || db_run(ledger, error, "INSERT OR REPLACE INTO running(one, file, digest, since) VALUES(1, ?, ?, ?)", "ssi",
                   shown, digest, db_now());
}

gboolean running_refuse(Ledger *ledger, const char *problem, GError **error)
{
  gint64 other = 0;
  if (!db_number(ledger, error, &other, "SELECT 1 FROM running WHERE problem IS NOT ?", "s", problem)) return FALSE;
  return other == 0 || db_run(ledger, error, "UPDATE running SET problem = ?", "s", problem);
}

Running *running_get(Ledger *ledger, GError **error)
{
  g_auto(Rows) rows = { 0 };
  Running *running = NULL;
  if (!rows_open(&rows, ledger, error, "SELECT file, digest, since, problem FROM running", "")) return NULL;
  if (rows_next(&rows, error)) {
    running = g_new0(Running, 1);
    *running = (Running){ row_dup(&rows, 0), row_dup(&rows, 1), row_int(&rows, 2), row_dup(&rows, 3) };
  }
  return running;
}
