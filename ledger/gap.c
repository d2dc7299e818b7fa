/* gap.c - times in which mail may have been sent that the ledger does not know, though coverage spans them.
 * Owns:     table gap.
 * Must not: decide what is covered.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_gap.c */
#include "ledger/heal.h"
#include "ledger/private.h"
#include "ledger/sent.h"

#define REPORTS_FOLLOW ((gint64)20 * 86400) /* so long after mail was sent its report may come */
#define GAPS_KEPT 50                        /* gaps of one folder; if there are more, two neighbours become one */

void coverage_gap_free(CoverageGap *gap)
{
  if (gap == NULL) return;
  g_free(gap->account);
  g_free(gap->folder);
  g_free(gap->reason);
  g_free(gap);
}

/* *noted: one gap holds the whole time already, for the same reason, so that no write is needed. */
static gboolean is_noted(Ledger *ledger, gint64 folder, gint64 since, gint64 until, const char *reason, gboolean *noted,
                         GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found,
                 "SELECT EXISTS(SELECT 1 FROM gap WHERE folder = ? AND since <= ? AND until >= ? AND reason = ?)",
                 "iiis", folder, since, until, reason))
    return FALSE;
  *noted = found != 0;
  return TRUE;
}

/* Replaces all gaps that overlap this time by one gap. */
static gboolean unite(Ledger *ledger, gint64 folder, gint64 since, gint64 until, const char *reason, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "DELETE FROM gap WHERE folder = ? AND since <= ? AND until >= ? RETURNING since, until", "iii", folder,
                 until, since))
    return FALSE;
  while (rows_next(&rows, error)) {
    since = MIN(since, row_int(&rows, 0));
    until = MAX(until, row_int(&rows, 1));
  }
  return !rows.failed
         && db_run(ledger, error, "INSERT INTO gap(folder, since, until, reason) VALUES(?, ?, ?, ?)", "iiis", folder,
                   since, until, reason);
}

/* Joins the two closest gaps when there are too many. No gap is ever forgotten, since a sweep judges mail of any age.
 * */
static gboolean keep_few(Ledger *ledger, gint64 folder, GError **error)
{
  gint64 n = 0, since = 0, until = 0;
  g_autofree char *reason = NULL;
  if (!db_number(ledger, error, &n, "SELECT count(*) FROM gap WHERE folder = ?", "i", folder)) return FALSE;
  if (n <= GAPS_KEPT) return TRUE;
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT before, until, reason FROM (SELECT since, until, reason, lag(since) OVER near AS before,"
                 " lag(until) OVER near AS ended FROM gap WHERE folder = ? WINDOW near AS (ORDER BY since))"
                 " WHERE before NOT NULL ORDER BY since - ended LIMIT 1",
                 "i", folder))
    return FALSE;
  if (!rows_next(&rows, error)) return !rows.failed;
  since = row_int(&rows, 0);
  until = row_int(&rows, 1);
  reason = row_dup(&rows, 2);
  return unite(ledger, folder, since, until, reason, error);
}

static gboolean add(Ledger *ledger, gint64 folder, gint64 since, gint64 until, const char *reason, GError **error)
{
  return unite(ledger, folder, since, until, reason, error) && keep_few(ledger, folder, error);
}

gboolean coverage_gap_note(Ledger *ledger, const char *account, const char *folder, gint64 since, gint64 until,
                           const char *reason, GError **error)
{
  gboolean noted = FALSE;
  if (since >= until) return TRUE;
  gint64 id = folder_id(ledger, account, folder, FOLDER_ROLE_SENT, error);
  return id >= 0 && is_noted(ledger, id, since, until, reason, &noted, error)
         && (noted
             || (add(ledger, id, since, until, reason, error)
                 && heal_queue_time(ledger, since, until + REPORTS_FOLLOW, HEAL_COVERAGE, error)));
}

gboolean coverage_gap_add(Ledger *ledger, const char *account, const char *folder, gint64 since, gint64 until,
                          const char *reason, GError **error)
{
  if (since >= until) return TRUE;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, coverage_gap_note(ledger, account, folder, since, until, reason, error), error);
}

gboolean coverage_gap_take_back(Ledger *ledger, const char *account, const char *folder, gint64 since, gint64 until,
                                GError **error)
{
  gint64 id = folder_id(ledger, account, folder, FOLDER_ROLE_SENT, error);
  return id >= 0
         && db_run(ledger, error, "DELETE FROM gap WHERE folder = ? AND since = ? AND until = ?", "iii", id, since,
                   until);
}

GPtrArray *coverage_gaps(Ledger *ledger, const char *account, gint64 since, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)coverage_gap_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 /* gaps are few, so they come first */
                 "SELECT account.name, folder.name, gap.since, gap.until, reason FROM gap"
                 " CROSS JOIN folder ON folder.id = gap.folder CROSS JOIN account ON account.id = account"
                 " WHERE role = 'sent' AND used AND configured AND (?1 IS NULL OR account.name = ?1) AND gap.until > ?2"
                 " ORDER BY gap.since, account.name, folder.name",
                 "si", account, since))
    return NULL;
  while (rows_next(&rows, error)) {
    CoverageGap *gap = g_new0(CoverageGap, 1);
    *gap =
        (CoverageGap){ row_dup(&rows, 0), row_dup(&rows, 1), row_int(&rows, 2), row_int(&rows, 3), row_dup(&rows, 4) };
    g_ptr_array_add(list, gap);
  }
  return rows.failed ? NULL : g_steal_pointer(&list);
}
