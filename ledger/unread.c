/* unread.c - messages of watched folders that could not be read
 * Owns:     table unread; when a message is tried again, and how often.
 * Must not: read mail.
 * Fails:    LEDGER_ERROR; nothing is noted by half.
 * Tests:    tests/ledger/test_unread.c, tests/fetcher/pass/test_later.c */
#include "ledger/unread.h"
#include "ledger/private.h"

/* Seconds between the second try, in the next pass, and the third one; each further wait is four times as long. */
#define FIRST_WAIT 300
#define LONGEST_WAIT 86400

#define OF_FOLDER                                                                                                      \
  "folder = (SELECT folder.id FROM folder JOIN account ON account.id = folder.account WHERE "                          \
  "account.name = ? AND folder.role = 'watched' AND folder.name = ?)"

static gboolean note(Ledger *ledger, const char *account, const char *folder, guint32 validity, const guint32 *uids,
                     guint n, gint64 now, GError **error)
{
  gint64 id = folder_id(ledger, account, folder, FOLDER_ROLE_WATCHED, error);
  g_auto(Rows) rows = { 0 };
  if (id < 0 || !db_run(ledger, error, "DELETE FROM unread WHERE folder = ? AND validity <> ?", "iu", id, validity)
      || !rows_open(&rows, ledger, error,
                    "INSERT INTO unread(folder, uid, validity, tries, due) VALUES(?1, ?2, ?3, 1, ?4) ON"
                    " CONFLICT(folder, uid) DO UPDATE SET tries = tries + 1,"
                    " due = iif(tries + 1 >= ?7, 0, ?4 + min(?5 << (2 * tries - 2), ?6)) WHERE due BETWEEN 1 AND ?4",
                    ""))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!rows_run(&rows, error, "iuuiddd", id, uids[i], validity, now, FIRST_WAIT, LONGEST_WAIT, UNREAD_TRIES))
      return FALSE;
  return TRUE;
}

gboolean unread_note(Ledger *ledger, const char *account, const char *folder, guint32 validity, const guint32 *uids,
                     guint n, gint64 now, GError **error)
{
  if (n == 0) return TRUE;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, note(ledger, account, folder, validity, uids, n, now, error), error);
}

GArray *unread_due(Ledger *ledger, const char *account, const char *folder, guint32 validity, gint64 now, guint limit,
                   GError **error)
{
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT uid FROM unread WHERE " OF_FOLDER
                 " AND validity = ? AND due BETWEEN 1 AND ? ORDER BY uid LIMIT ?",
                 "ssuiu", account, folder, validity, now, limit))
    return NULL;
  while (rows_next(&rows, error)) {
    guint32 uid = (guint32)row_int(&rows, 0);
    g_array_append_val(uids, uid);
  }
  return rows.failed ? NULL : g_steal_pointer(&uids);
}

gboolean unread_tried(Ledger *ledger, const char *account, const char *folder, guint32 to, gint64 now, GError **error)
{
  return db_run(ledger, error, "DELETE FROM unread WHERE " OF_FOLDER " AND uid <= ? AND due BETWEEN 1 AND ?", "ssui",
                account, folder, to, now);
}

gboolean unread_count(Ledger *ledger, const char *account, guint *n, GError **error)
{
  gint64 count = 0;
  if (!db_number(ledger, error, &count,
                 "SELECT count(*) FROM unread JOIN folder ON folder.id = unread.folder JOIN account ON account.id ="
                 " folder.account WHERE account.name = ?",
                 "s", account))
    return FALSE;
  *n = (guint)count;
  return TRUE;
}
