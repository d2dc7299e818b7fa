/* stats.c - counts over time.
 * Owns:     the rule on which day a verdict or a move counts; the journal's rows are the only source.
 * Must not: write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_journal_read.c */
#include "ledger/stats.h"
#include "ledger/private.h"

#define DAY "86400"

/* Rows of (day, what, how many), what being a verdict or a move. */
#define COUNTED(time, what)                                                                                            \
  "SELECT " time " / " DAY " * " DAY " AS day, " what                                                                  \
  ", count(*) FROM entry JOIN account ON account.id = account WHERE " time " > 0 AND " time                            \
  " >= ?2 AND (?1 IS NULL OR account.name = ?1) GROUP BY 1, 2"

static void count_in(DayCount *day, const char *what, guint n)
{
  if (g_str_equal(what, "moved-in"))
    day->quarantined += n;
  else if (g_str_equal(what, "moved-back"))
    day->restored += n;
  else if (g_str_equal(what, "removed"))
    day->deleted += n;
  else
    day->by_verdict[verdict_parse(what)] += n;
}

GArray *stats_days(Ledger *ledger, const char *account, gint64 since, GError **error)
{
  g_autoptr(GArray) days = g_array_new(FALSE, TRUE, sizeof(DayCount));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 COUNTED("judged", "verdict") " UNION ALL " COUNTED("quarantined", "'moved-in'") " UNION ALL " COUNTED(
                     "restored", "'moved-back'") " UNION ALL " COUNTED("deleted", "'removed'") " ORDER BY 1",
                 "si", account, since))
    return NULL;
  while (rows_next(&rows, error)) {
    gint64 start = row_int(&rows, 0);
    if (days->len == 0 || g_array_index(days, DayCount, days->len - 1).day != start) {
      DayCount day = { .day = start };
      g_array_append_val(days, day);
    }
    count_in(&g_array_index(days, DayCount, days->len - 1), row_text(&rows, 1), (guint)row_int(&rows, 2));
  }
  return rows.failed ? NULL : g_steal_pointer(&days);
}

#define TOP(name)                                                                                                      \
  "SELECT lower(rtrim(substr(" name ", instr(" name                                                                    \
  ", '<') + 1, 400), '> ')), count(*) FROM entry JOIN account ON account.id = account WHERE judged >= ?2"              \
  " AND verdict IN ('backscatter', 'unsure') AND " name " <> '' AND (?1 IS NULL OR account.name = ?1)"                 \
  " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?3"

static void top_clear(gpointer data) { g_free(((TopCount *)data)->name); }

GArray *stats_top(Ledger *ledger, StatsWho who, const char *account, gint64 since, guint most, GError **error)
{
  g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(TopCount));
  g_array_set_clear_func(top, top_clear);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, who == STATS_FORGED ? TOP("original_from") : TOP("reporter"), "siu", account,
                 since, most))
    return NULL;
  while (rows_next(&rows, error)) {
    TopCount one = { row_dup(&rows, 0), (guint)row_int(&rows, 1) };
    g_array_append_val(top, one);
  }
  return rows.failed ? NULL : g_steal_pointer(&top);
}
