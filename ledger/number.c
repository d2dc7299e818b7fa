/* number.c - UIDs for folders whose messages have none
 * Owns:     table number, and folder rows of the role "numbers".
 * Must not: know how a key is made.
 * Fails:    LEDGER_ERROR; then no number was given.
 * Tests:    tests/ledger/test_number.c */
#include "ledger/number.h"
#include "ledger/private.h"

#define ROLE "numbers" /* of FOLDER_ROLE_NUMBERS, for SQL */

void numbering_clear(Numbering *numbering) { g_clear_pointer(&numbering->stamp, g_free); }

gboolean numbering_get(Ledger *ledger, const char *account, const char *folder, Numbering *numbering, GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  g_auto(Rows) rows = { 0 };
  if (owner < 0
      || !rows_open(&rows, ledger, error,
                    "SELECT validity, next, messages, stamp FROM folder WHERE account = ? AND role = '" ROLE
                    "' AND name = ?",
                    "is", owner, folder))
    return FALSE;
  Numbering found = { .next = 1 };
  if (rows_next(&rows, error) && row_int(&rows, 0) != 0)
    found = (Numbering){ (guint32)row_int(&rows, 0), (guint32)row_int(&rows, 1), (guint32)row_int(&rows, 2),
                         row_dup(&rows, 3) };
  if (rows.failed) return FALSE;
  *numbering = found;
  return TRUE;
}

GArray *number_list(Ledger *ledger, const char *account, const char *folder, GError **error)
{
  g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(Number));
  gint64 owner = account_id(ledger, account, error);
  g_auto(Rows) rows = { 0 };
  if (owner < 0
      || !rows_open(&rows, ledger, error,
                    "SELECT uid, key FROM number JOIN folder ON folder.id = folder WHERE account = ? AND role = '" ROLE
                    "' AND name = ? AND validity <> 0 ORDER BY uid",
                    "is", owner, folder))
    return NULL;
  while (rows_next(&rows, error)) {
    Number number = { (guint32)row_int(&rows, 0), row_int(&rows, 1) };
    g_array_append_val(numbers, number);
  }
  return rows.failed ? NULL : g_steal_pointer(&numbers);
}

static gboolean drop(Ledger *ledger, gint64 folder, const GArray *gone, GError **error)
{
  for (guint i = 0; i < gone->len; i++)
    if (!db_run(ledger, error, "DELETE FROM number WHERE folder = ? AND uid = ?", "iu", folder,
                g_array_index(gone, guint32, i)))
      return FALSE;
  return TRUE;
}

static gboolean give(Ledger *ledger, gint64 folder, GArray *come, Numbering *numbering, GError **error)
{
  g_auto(Rows) put = { 0 };
  if (!rows_open(&put, ledger, error, "INSERT INTO number(folder, uid, key) VALUES(?, ?, ?)", "")) return FALSE;
  if (come->len > G_MAXUINT32 - 1 - numbering->next) {
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, "A folder has had too many messages to number them.");
    return FALSE;
  }
  for (guint i = 0; i < come->len; i++) {
    Number *number = &g_array_index(come, Number, i);
    number->uid = numbering->next++;
    if (!rows_run(&put, error, "iui", folder, number->uid, number->key)) return FALSE;
  }
  numbering->count += come->len;
  return TRUE;
}

static gboolean update(Ledger *ledger, const char *account, const char *name, gboolean anew, const GArray *gone,
                       GArray *come, const char *stamp, Numbering *numbering, GError **error)
{
  gint64 folder = folder_id(ledger, account, name, FOLDER_ROLE_NUMBERS, error);
  if (folder < 0) return FALSE;
  if (anew || numbering->validity == 0) {
    numbering->validity = (guint32)CLAMP(db_now(), (gint64)numbering->validity + 1, G_MAXUINT32);
    numbering->next = 1;
    numbering->count = 0;
    if (!db_run(ledger, error, "DELETE FROM number WHERE folder = ?", "i", folder)) return FALSE;
  } else {
    if (!drop(ledger, folder, gone, error)) return FALSE;
    numbering->count -= MIN(gone->len, numbering->count);
  }
  return give(ledger, folder, come, numbering, error)
         && db_run(ledger, error, "UPDATE folder SET validity = ?, next = ?, messages = ?, stamp = ? WHERE id = ?",
                   "uuusi", numbering->validity, numbering->next, numbering->count, stamp, folder);
}

gboolean number_update(Ledger *ledger, const char *account, const char *folder, gboolean anew, const GArray *gone,
                       GArray *come, const char *stamp, Numbering *numbering, GError **error)
{
  Numbering updated = *numbering;
  gboolean same = numbering->validity != 0 && !anew && gone->len + come->len == 0;
  if (same && g_strcmp0(stamp, numbering->stamp) == 0) return TRUE;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  if (!db_end_lightly(ledger, update(ledger, account, folder, anew, gone, come, stamp, &updated, error), error))
    return FALSE;
  g_free(numbering->stamp);
  *numbering = updated;
  numbering->stamp = g_strdup(stamp);
  return TRUE;
}
