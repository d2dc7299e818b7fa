/* journal_end.c - moves that end without being made
 * Owns:     what an entry becomes when its account is gone, or when the owner's request cannot be carried out.
 * Must not: judge; decide that a request cannot be carried out.
 * Fails:    LEDGER_ERROR; MISSING when the entry is in another state.
 * Tests:    tests/ledger/test_hands.c, tests/ledger/test_again.c */
#include "ledger/journal.h"
#include "ledger/private.h"

gboolean journal_not_deleted(Ledger *ledger, gint64 id, const char *reason, GError **error)
{
  return db_change(
      ledger, error, "There is no such message that is being deleted.",
      "UPDATE entry SET state = 'quarantined', reason = ?, changed = ? WHERE id = ? AND state = 'd_intent'", "sii",
      reason, db_now(), id);
}

gboolean journal_stays_deleted(Ledger *ledger, gint64 id, gboolean there, const char *reason, GError **error)
{
  return db_change(ledger, error, "There is no such message that is being restored.",
                   "UPDATE entry SET state = 'deleted', reason = ?1, changed = ?2, away_folder = iif(?3, away_folder, "
                   "NULL), away_validity = iif(?3, away_validity, 0), away_uid = iif(?3, away_uid, 0)"
                   " WHERE id = ?4 AND state = 'r_intent'",
                   "sidi", reason, db_now(), there, id);
}

gboolean journal_abandon(Ledger *ledger, gint64 account, const char *reason, GError **error)
{
  return db_run(ledger, error,
                "UPDATE entry SET state = 'failed', reason = ?, changed = ? WHERE account = ?"
                " AND state IN ('waiting', 'q_intent', 'r_intent', 'd_intent')",
                "sii", reason, db_now(), account);
}
