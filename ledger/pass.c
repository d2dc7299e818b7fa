/* pass.c - the passes over an account: progress while one runs, and how the last ones went.
 * Owns:     table pass.
 * Must not: decide when a pass is due.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_account.c */
#include "ledger/pass.h"
#include "ledger/private.h"

#define PASSES_KEPT 100

void pass_free(Pass *pass)
{
  if (pass == NULL) return;
  g_free(pass->account);
  g_free(pass->error);
  g_free(pass);
}

gboolean pass_begin(Ledger *ledger, Pass *pass, gint64 now, GError **error)
{
  gint64 owner = account_id(ledger, pass->account, error), id = 0;
  if (owner < 0
      || !db_number(ledger, error, &id, "INSERT INTO pass(account, started) VALUES(?, ?) RETURNING id", "ii", owner,
                    now))
    return FALSE;
  pass->id = id;
  pass->started = now;
  pass->ended = 0;
  return TRUE;
}

gboolean pass_update(Ledger *ledger, const Pass *pass, GError **error)
{
  return db_change(
      ledger, error, "There is no such pass in the ledger.",
      "UPDATE pass SET sent_done = ?, sent_total = ?, scanned = ?, scan_total = ?, candidates = ?, genuine = ?,"
      " backscatter = ?, unsure = ?, waiting = ?, moved = ? WHERE id = ?",
      "uuuuuuuuuui", pass->sent_done, pass->sent_total, pass->scanned, pass->scan_total, pass->candidates,
      pass->genuine, pass->backscatter, pass->unsure, pass->waiting, pass->moved, pass->id);
}

static gboolean end(Ledger *ledger, const Pass *pass, gint64 now, const char *problem, GError **error)
{
  gint64 owner = account_id(ledger, pass->account, error);
  return owner >= 0 && pass_update(ledger, pass, error)
         && db_run(ledger, error, "UPDATE pass SET ended = ?, error = ? WHERE id = ?", "isi", now, problem, pass->id)
         && (problem != NULL
             || db_run(ledger, error, "UPDATE account SET last_pass = ? WHERE id = ?", "ii", now, owner))
         && db_run(ledger, error,
                   "DELETE FROM pass WHERE account = ?1 AND id <= (SELECT id FROM pass WHERE account = ?1 ORDER BY id "
                   "DESC LIMIT 1 OFFSET ?2)",
                   "id", owner, PASSES_KEPT);
}

gboolean pass_end(Ledger *ledger, Pass *pass, gint64 now, const char *problem, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  if (!db_end(ledger, end(ledger, pass, now, problem, error), error)) return FALSE;
  pass->ended = now;
  g_free(pass->error);
  pass->error = g_strdup(problem);
  return TRUE;
}

Pass *pass_last(Ledger *ledger, const char *account, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT pass.id, account.name, started, ended, sent_done, sent_total, scanned, scan_total, "
                 "candidates, genuine,"
                 " backscatter, unsure, waiting, moved, error FROM pass JOIN account ON account.id = account"
                 " WHERE account.name = ? ORDER BY pass.id DESC LIMIT 1",
                 "s", account))
    return NULL;
  if (!rows_next(&rows, error)) return NULL;
  Pass *pass = g_new0(Pass, 1);
  *pass = (Pass){
    .id = row_int(&rows, 0), .account = row_dup(&rows, 1), .started = row_int(&rows, 2), .ended = row_int(&rows, 3)
  };
  guint *const counters[] = { &pass->sent_done,  &pass->sent_total, &pass->scanned,     &pass->scan_total,
                              &pass->candidates, &pass->genuine,    &pass->backscatter, &pass->unsure,
                              &pass->waiting,    &pass->moved };
  for (guint i = 0; i < G_N_ELEMENTS(counters); i++) *counters[i] = (guint)row_int(&rows, 4 + (int)i);
  pass->error = row_dup(&rows, 14);
  return pass;
}
