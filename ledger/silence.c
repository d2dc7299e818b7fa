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

/* The last day with a message up to `from`, and the first one since `to`; 0 where there is none. Of each folder by its
 * key: a join would walk over all days. */
static gboolean edge_days(Ledger *ledger, const char *account, gint64 from, gint64 to, gint64 *before, gint64 *after,
                          GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT max((SELECT max(day) FROM sent_day WHERE sent_day.folder = folder.id AND day <= ?2)),"
                 " min((SELECT min(day) FROM sent_day WHERE sent_day.folder = folder.id AND day >= ?3))"
                 " FROM account JOIN folder ON folder.account = account.id"
                 " WHERE account.name = ?1 AND role = 'sent' AND used",
                 "sii", account, from, to))
    return FALSE;
  if (rows_next(&rows, error)) {
    *before = row_int(&rows, 0);
    *after = row_int(&rows, 1);
  }
  return !rows.failed;
}

/* The longest stretch without a message that touches the time, from the last message before it to the first after it,
 * or to the end of the time. In days; left alone where no stretch can be long enough. */
static gboolean longest(Ledger *ledger, const char *account, gint64 from, gint64 to, gint64 *since, gint64 *until,
                        GError **error)
{
  gint64 first = 0, last = 0;
  if (!edge_days(ledger, account, from, to, &first, &last, error)) return FALSE;
  if (last == 0) last = to;
  if (first == 0) return TRUE; /* before the first message nothing is covered anyway */
  if (last - first <= SILENCE_DAYS) return TRUE;
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
