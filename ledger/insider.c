/* insider.c - reports that the owner's own provider wrote, about mail that is not in Sent.
 * Owns:     how many are too many.
 * Must not: judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_insider.c */
#include "ledger/insider.h"
#include "ledger/private.h"

#define DAY ((gint64)86400)

/* They count by when they came: a first look at an old mailbox judges those of years in one day. */
gboolean insiders_count(Ledger *ledger, const char *account, gint64 now, Insiders *insiders, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *insiders = (Insiders){ 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT count(*) FILTER(WHERE came > ?2 - ?3), count(*) FILTER(WHERE came > ?2 - 7 * ?3), count(*),"
                 " coalesce(max(came), 0) FROM (SELECT iif(arrived > 0, arrived, judged) AS came FROM entry"
                 " WHERE account IN (SELECT id FROM account WHERE ?1 IS NULL OR name = ?1) AND matched_by = 'insider'"
                 " AND judged > ?2 - 30 * ?3) WHERE came BETWEEN ?2 - 30 * ?3 AND ?2 + ?3",
                 "sii", account, now, DAY))
    return FALSE;
  if (rows_next(&rows, error)) {
    *insiders = (Insiders){ .day = (guint)row_int(&rows, 0),
                            .week = (guint)row_int(&rows, 1),
                            .month = (guint)row_int(&rows, 2),
                            .last = row_int(&rows, 3) };
    insiders->alarm = insiders->day >= INSIDER_DAY || insiders->week >= INSIDER_WEEK;
  }
  return !rows.failed;
}
