/* pause.c - the owner's pause.
 * Owns:     table pause.
 * Must not: pause anything for ever.
 * Fails:    LEDGER_ERROR; what cannot be read is no pause.
 * Tests:    tests/ledger/test_lock.c, tests/e2e/test_pause.py */
#include "ledger/db.h"
#include "ledger/ledger.h"

#define PAUSE_MOST ((gint64)2 * 86400) /* a pause further ahead was set by a wrong clock */

gint64 ledger_paused_until(Ledger *ledger)
{
  gint64 now = db_now(), until = 0;
  if (!db_number(ledger, NULL, &until, "SELECT until FROM pause", "")) return 0;
  return until > now && until <= now + PAUSE_MOST ? until : 0;
}

gboolean ledger_pause(Ledger *ledger, gint64 until, GError **error)
{
  if (until == 0) return db_run(ledger, error, "DELETE FROM pause", "");
  return db_run(ledger, error, "INSERT OR REPLACE INTO pause(one, until) VALUES(1, ?)", "i", until);
}
