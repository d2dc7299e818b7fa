/* silence.c - times from which the Sent folders hold nothing, though the owner writes often.
 * Owns:     how long a silence must be to be a gap.
 * Must not: write.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_sent_shape.c */
#include "ledger/private.h"

#define DAY ((gint64)86400)
#define SILENCE_DAYS 30
#define TIMES_USUAL 10 /* of the median interval between two messages */

/* All Sent folders of the account together: an old folder falls silent when a new one takes over. */
#define DAYS_OF                                                                                                        \
  " FROM account JOIN folder ON folder.account = account.id JOIN sent_day ON sent_day.folder = folder.id"              \
  " WHERE account.name = ? AND role = 'sent' AND used "

static int by_length(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

/* The median interval in days; -1 where there are not two messages. */
static gboolean usual_interval(Ledger *ledger, const char *account, gint64 *usual, GError **error)
{
  g_autoptr(GArray) between = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_auto(Rows) rows = { 0 };
  gint64 before = -1, same_day = 0;
  if (!rows_open(&rows, ledger, error, "SELECT day, sum(count)" DAYS_OF "GROUP BY day ORDER BY day", "s", account))
    return FALSE;
  while (rows_next(&rows, error)) {
    gint64 day = row_int(&rows, 0), days = day - before;
    same_day += row_int(&rows, 1) - 1;
    if (before >= 0) g_array_append_val(between, days);
    before = day;
  }
  g_array_sort(between, by_length);
  gint64 middle = (same_day + between->len) / 2;
  *usual = same_day + between->len == 0 ? -1
           : middle < same_day          ? 0
                                        : g_array_index(between, gint64, middle - same_day);
  return !rows.failed;
}

/* Of each folder by its key: a join would walk over all days. */
#define EDGE_OF(edge, side)                                                                                            \
  "SELECT " edge "((SELECT " edge "(day) FROM sent_day WHERE sent_day.folder = folder.id AND day " side " ?2))"        \
  " FROM account JOIN folder ON folder.account = account.id WHERE account.name = ?1 AND role = 'sent' AND used"

static gboolean edge_day(Ledger *ledger, const char *account, gint64 day, gboolean before, gint64 *edge, GError **error)
{
  gint64 found = 0;
  if (!(before ? db_number(ledger, error, &found, EDGE_OF("max", "<="), "si", account, day)
               : db_number(ledger, error, &found, EDGE_OF("min", ">="), "si", account, day)))
    return FALSE;
  if (found != 0) *edge = found;
  return TRUE;
}

/* The longest stretch without a message that touches the time, from the last message before it to the first after it,
 * or to the end of the time. In days. */
static gboolean longest(Ledger *ledger, const char *account, gint64 from, gint64 to, gint64 *since, gint64 *until,
                        GError **error)
{
  gint64 first = 0, last = to;
  if (!edge_day(ledger, account, from, TRUE, &first, error) || !edge_day(ledger, account, to, FALSE, &last, error))
    return FALSE;
  if (first == 0) return TRUE; /* before the first message nothing is covered anyway */
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT DISTINCT day" DAYS_OF "AND day > ? AND day < ? ORDER BY day", "sii",
                 account, first, last))
    return FALSE;
  gint64 before = first;
  while (rows_next(&rows, error)) {
    gint64 day = row_int(&rows, 0);
    if (day - before > *until - *since) *since = before, *until = day;
    before = day;
  }
  if (last - before > *until - *since) *since = before, *until = last;
  return !rows.failed;
}

gboolean silence_ask(Ledger *ledger, const char *account, gint64 from, gint64 to, Silence *silence, GError **error)
{
  gint64 since = 0, until = 0, usual = -1;
  *silence = (Silence){ 0, 0 };
  if (!longest(ledger, account, from / DAY, to / DAY, &since, &until, error)) return FALSE;
  if (until - since <= SILENCE_DAYS) return TRUE;
  if (!usual_interval(ledger, account, &usual, error)) return FALSE;
  if (usual >= 0 && until - since > TIMES_USUAL * usual) *silence = (Silence){ since * DAY, until * DAY };
  return TRUE;
}
