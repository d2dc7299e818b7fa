/* folder.c - how far each folder was read, and which folders hold sent mail
 * Owns:     table folder, except what number.c keeps there.
 * Must not: decide which folder is what.
 * Fails:    LEDGER_ERROR; MISSING for an account that is not known.
 * Tests:    tests/ledger/test_account.c */
#include "ledger/folder.h"
#include "ledger/heal.h"
#include "ledger/private.h"
#include <string.h>

const char *folder_role_name(FolderRole role)
{
  switch (role) {
  case FOLDER_ROLE_SENT: return "sent";
  case FOLDER_ROLE_WATCHED: return "watched";
  case FOLDER_ROLE_QUARANTINE: return "quarantine";
  case FOLDER_ROLE_SWEEP: return "sweep";
  case FOLDER_ROLE_NUMBERS: return "numbers";
  }
  g_return_val_if_reached(NULL);
}

gint64 folder_id(Ledger *ledger, const char *account, const char *folder, FolderRole role, GError **error)
{
  gint64 id = -1, owner = account_id(ledger, account, error);
  if (owner < 0) return -1;
  if (!db_run(ledger, error, "INSERT INTO folder(account, role, name) VALUES(?, ?, ?) ON CONFLICT DO NOTHING", "iss",
              owner, folder_role_name(role), folder)
      || !db_number(ledger, error, &id, "SELECT id FROM folder WHERE account = ? AND role = ? AND name = ?", "iss",
                    owner, folder_role_name(role), folder))
    return -1;
  return id;
}

gboolean folder_mark_get(Ledger *ledger, const char *account, const char *folder, FolderRole role, FolderMark *mark,
                         GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  if (owner < 0) return FALSE;
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT validity, next, oldest, synced FROM folder WHERE account = ? AND role = ? AND name = ?", "iss",
                 owner, folder_role_name(role), folder))
    return FALSE;
  FolderMark found = { .next = 1 };
  if (rows_next(&rows, error))
    found =
        (FolderMark){ (guint32)row_int(&rows, 0), (guint32)row_int(&rows, 1), row_int(&rows, 2), row_int(&rows, 3) };
  if (rows.failed) return FALSE;
  *mark = found;
  return TRUE;
}

/* Writes nothing when the mark is as before: an idle daemon leaves the disk alone. */
gboolean folder_mark_write(Ledger *ledger, gint64 folder, const FolderMark *mark, GError **error)
{
  return db_run(ledger, error,
                "UPDATE folder SET validity = ?1, next = ?2, oldest = ?3, synced = ?4 WHERE id = ?5"
                " AND (validity, next, oldest, synced) <> (?1, ?2, ?3, ?4)",
                "uuiii", mark->validity, mark->next, mark->oldest, mark->synced, folder);
}

static gboolean mark_set(Ledger *ledger, const char *account, const char *folder, FolderRole role,
                         const FolderMark *mark, GError **error)
{
  gint64 id = folder_id(ledger, account, folder, role, error);
  return id >= 0 && folder_mark_write(ledger, id, mark, error);
}

gboolean folder_mark_set(Ledger *ledger, const char *account, const char *folder, FolderRole role,
                         const FolderMark *mark, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, mark_set(ledger, account, folder, role, mark, error), error);
}

static gboolean use(Ledger *ledger, gint64 owner, const char *account, FolderRole role, const char *const *folders,
                    guint n, GError **error)
{
  if (!db_run(ledger, error, "UPDATE folder SET used = 0 WHERE account = ? AND role = ?", "is", owner,
              folder_role_name(role)))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    gint64 id = folder_id(ledger, account, folders[i], role, error);
    if (id < 0 || !db_run(ledger, error, "UPDATE folder SET used = 1 WHERE id = ?", "i", id)) return FALSE;
  }
  return heal_queue_all(ledger, HEAL_COVERAGE, error);
}

/* *same: these folders, and no others, are in use already. */
static gboolean is_used(Ledger *ledger, gint64 owner, FolderRole role, const char *const *folders, guint n,
                        gboolean *same, GError **error)
{
  gint64 used = 0, matching = 0;
  if (!db_number(ledger, error, &used, "SELECT count(*) FROM folder WHERE account = ? AND role = ? AND used", "is",
                 owner, folder_role_name(role)))
    return FALSE;
  for (guint i = 0; i < n && matching == i; i++)
    if (!db_number(ledger, error, &matching,
                   "SELECT ? + count(*) FROM folder WHERE account = ? AND role = ? AND used AND name = ?", "uiss", i,
                   owner, folder_role_name(role), folders[i]))
      return FALSE;
  *same = used == n && matching == n;
  return TRUE;
}

static gboolean use_role(Ledger *ledger, const char *account, FolderRole role, const char *const *folders, guint n,
                         GError **error)
{
  gboolean same = FALSE;
  gint64 owner = account_id(ledger, account, error);
  if (owner < 0 || !is_used(ledger, owner, role, folders, n, &same, error)) return FALSE;
  if (same) return TRUE;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, use(ledger, owner, account, role, folders, n, error), error);
}

gboolean folder_use_sent(Ledger *ledger, const char *account, const char *const *folders, guint n, GError **error)
{
  return use_role(ledger, account, FOLDER_ROLE_SENT, folders, n, error);
}

gboolean folder_use_watched(Ledger *ledger, const char *account, const char *const *folders, guint n, GError **error)
{
  return use_role(ledger, account, FOLDER_ROLE_WATCHED, folders, n, error);
}

gboolean folder_is_below(const char *name, const char *above)
{
  gsize length = strlen(above);
  return length > 0 && g_str_has_prefix(name, above) && name[length] != '\0' && strchr("/.\\", name[length]) != NULL;
}
