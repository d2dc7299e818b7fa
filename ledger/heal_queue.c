/* heal_queue.c - which quarantined reports are to be judged again.
 * Owns:     table heal_due, apart from what a sent message puts down (sent_news.c).
 * Must not: judge; begin or end a transaction.
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_heal.c */
#include "ledger/db.h"
#include "ledger/heal.h"

#define DAY ((gint64)86400)

#define QUEUE_QUARANTINED                                                                                              \
  "INSERT INTO heal_due(entry, cause) SELECT entry.id, ?1 FROM entry WHERE state = 'quarantined' AND quarantined > "   \
  "?2 "
#define OR_ADD " ON CONFLICT DO UPDATE SET cause = cause | excluded.cause"

gboolean heal_queue_all(Ledger *ledger, HealCause cause, GError **error)
{
  return db_run(ledger, error, QUEUE_QUARANTINED OR_ADD, "di", cause, db_now() - HEAL_DAYS * DAY);
}

gboolean heal_queue_time(Ledger *ledger, gint64 since, gint64 until, HealCause cause, GError **error)
{
  return db_run(ledger, error, QUEUE_QUARANTINED "AND arrived BETWEEN ?3 AND ?4" OR_ADD, "diii", cause,
                db_now() - HEAL_DAYS * DAY, since, until);
}

/* Puts down more than the own entry is about, never less: every report that shows its text. */
gboolean heal_queue_own(Ledger *ledger, const char *entry, GError **error)
{
  const char *text = entry[0] == '@' ? entry + 1 : entry;
  return db_run(
      ledger, error,
      QUEUE_QUARANTINED
      "AND (instr(lower(recipients), ?3) OR instr(lower(coalesce(reporter, '')), ?3)"
      " OR EXISTS(SELECT 1 FROM kept WHERE kept.entry = entry.id AND instr(report, CAST(?3 AS BLOB))))" OR_ADD,
      "dis", HEAL_OWN, db_now() - HEAL_DAYS * DAY, text);
}
