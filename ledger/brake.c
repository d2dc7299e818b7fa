/* brake.c - how much was moved, and how much waits, of an account that is not plausible yet.
 * Owns:     which moves count as made without the owner's word.
 * Must not: decide whether anything is moved; write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/fetcher/pass/test_brake.c */
#include "ledger/brake.h"
#include "ledger/private.h"

/* The owner's last sweep, as far as it was carried out: what it moved was asked for. */
#define LAST_SWEEP "(SELECT max(finished) FROM wish WHERE account = ?1 AND verb = 'sweep' AND state = 'done')"

/* Not what the owner's own entry denies, and not what others put into quarantine. */
#define BY_A_PASS                                                                                                      \
  "NOT EXISTS(SELECT 1 FROM evidence WHERE evidence.entry = entry.id AND line = decided"                               \
  " AND code IN ('own-deny', 'by-hand', 'other-machine'))"

static gboolean count_moved(Ledger *ledger, gint64 account, gint64 *moved, GError **error)
{
  return db_number(ledger, error, moved,
                   "SELECT count(*) FROM (SELECT 1 FROM entry WHERE account = ?1"
                   " AND (state = 'q_intent' OR quarantined > coalesce(" LAST_SWEEP ", 0)) AND " BY_A_PASS " LIMIT ?2)",
                   "id", account, COVERAGE_BRAKE);
}

static gboolean count_waiting(Ledger *ledger, gint64 account, gint64 *waiting, GError **error)
{
  return db_number(ledger, error, waiting,
                   "SELECT count(*) FROM entry WHERE account = ? AND state = 'kept' AND braked = 1 AND due > 0 "
                   "AND exempt = 0",
                   "i", account);
}

gboolean brake_ask(Ledger *ledger, const char *account, Brake *brake, GError **error)
{
  gint64 id = account_id(ledger, account, error), moved = 0, waiting = 0;
  *brake = (Brake){ 0 };
  if (id < 0 || !coverage_plausible(ledger, account, &brake->plausible, error)
      || !count_moved(ledger, id, &moved, error) || !count_waiting(ledger, id, &waiting, error))
    return FALSE;
  brake->moved = (guint)moved;
  brake->waiting = (guint)waiting;
  return TRUE;
}

gboolean brake_told(Ledger *ledger, gint64 wish, gboolean *told, GError **error)
{
  gint64 known = 0;
  if (!db_number(ledger, error, &known,
                 "SELECT EXISTS(SELECT 1 FROM wish JOIN entry ON entry.account = wish.account JOIN pass ON pass.account"
                 " = wish.account WHERE wish.id = ? AND entry.state = 'kept' AND braked = 1 AND pass.ended > 0"
                 " AND entry.changed <= pass.ended AND pass.ended <= wish.made)",
                 "i", wish))
    return FALSE;
  *told = known != 0;
  return TRUE;
}
