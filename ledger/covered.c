/* covered.c - which verdicts an own entry would have changed so far
 * Owns:     the condition by which an entry of the journal is covered.
 * Must not: change anything; judge.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_hands.c */
#include "ledger/covered.h"
#include "ledger/private.h"

void covered_clear(Covered *covered)
{
  g_clear_pointer(&covered->changed, g_array_unref);
  g_clear_pointer(&covered->lying, g_array_unref);
}

gboolean covered_by(Ledger *ledger, NewsenderList list, const char *entry, Covered *covered, GError **error)
{
  g_autofree char *below = entry[0] == '@' ? g_strconcat(".", entry + 1, NULL) : NULL;
  g_auto(Rows) rows = { 0 };
  *covered = (Covered){ g_array_new(FALSE, FALSE, sizeof(gint64)), g_array_new(FALSE, FALSE, sizeof(gint64)), 0 };
  /* ?1: an address, or "@domain"; ?2: ".domain", or NULL. Recipients are kept one to a line. */
  if (!rows_open(
          &rows, ledger, error,
          "SELECT id, state, matched NOT NULL OR verdict = 'genuine' FROM entry WHERE"
          " iif(?3, verdict <> 'backscatter', verdict IN ('backscatter', 'unsure')) AND"
          " iif(?2 IS NULL, instr(char(10) || recipients || char(10), char(10) || ?1 || char(10)) > 0,"
          " instr(recipients || char(10), ?1 || char(10)) > 0 OR instr(recipients || char(10), ?2 || char(10)) > 0"
          " OR lower(substr(reporter, -length(?1))) = ?1 OR lower(substr(reporter, -length(?2))) = ?2)"
          " ORDER BY id",
          "ssd", entry, below, list == NEWSENDER_DENY))
    return FALSE;
  while (rows_next(&rows, error)) {
    gint64 id = row_int(&rows, 0);
    g_array_append_val(covered->changed, id);
    if (row_int(&rows, 2) != 0) covered->answered++;
    if (move_state_parse(row_text(&rows, 1)) == MOVE_QUARANTINED) g_array_append_val(covered->lying, id);
  }
  return !rows.failed;
}
