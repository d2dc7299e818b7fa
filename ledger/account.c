/* account.c - accounts, their state, and how far each folder was read.
 * Owns:     tables account and folder.
 * Must not: touch what was sent or judged.
 * Fails:    LEDGER_ERROR; MISSING for an account nobody configured.
 * Tests:    tests/ledger/test_account.c */
#include "ledger/account.h"
#include "ledger/private.h"

gint64 account_id(Ledger *ledger, const char *name, GError **error)
{
  gint64 id = -1;
  if (!db_number(ledger, error, &id, "SELECT id FROM account WHERE name = ?", "s", name)) return -1;
  if (id < 0)
    g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING,
                "The ledger knows no account “%s”: is it spelt as in the configuration?", name != NULL ? name : "");
  return id;
}

gint64 folder_id(Ledger *ledger, const char *account, const char *folder, const char *role, GError **error)
{
  gint64 id = -1, owner = account_id(ledger, account, error);
  if (owner < 0) return -1;
  if (!db_run(ledger, error, "INSERT INTO folder(account, role, name) VALUES(?, ?, ?) ON CONFLICT DO NOTHING", "iss",
              owner, role, folder)
      || !db_number(ledger, error, &id, "SELECT id FROM folder WHERE account = ? AND role = ? AND name = ?", "iss",
                    owner, role, folder))
    return -1;
  return id;
}

/* UIDs and coverage of one mailbox mean nothing in another, even where UIDVALIDITY happens to agree. */
static gboolean forget_mailbox(Ledger *ledger, gint64 account, GError **error)
{
  return db_run(
             ledger, error,
             "UPDATE folder SET used = 0, validity = 0, next = 1, oldest = 0, synced = 0, stamp = NULL WHERE account = "
             "?",
             "i", account)
         && journal_abandon(ledger, account, "the account names another mailbox now", error)
         && db_run(ledger, error, "UPDATE account SET last_pass = 0 WHERE id = ?", "i", account);
}

static gint64 mailbox_hash(const AccountSetup *account)
{
  return account->mailbox != NULL ? db_hash(account->mailbox) : 0;
}

static gboolean configure_one(Ledger *ledger, const AccountSetup *account, GError **error)
{
  gint64 mailbox = mailbox_hash(account), moved = 0;
  const char *addresses = account->addresses != NULL ? account->addresses : "";
  if (mailbox != 0
      && !db_number(ledger, error, &moved, "SELECT id FROM account WHERE name = ? AND mailbox <> ?", "si",
                    account->name, mailbox))
    return FALSE;
  if (moved != 0 && !forget_mailbox(ledger, moved, error)) return FALSE;
  return db_run(ledger, error,
                "INSERT INTO account(name, addresses, since, mailbox, sent_by) VALUES(?, ?, ?, nullif(?, 0), ?)"
                " ON CONFLICT(name) DO UPDATE SET configured = 1, addresses = excluded.addresses,"
                " mailbox = coalesce(excluded.mailbox, mailbox), sent_by = excluded.sent_by",
                "ssiis", account->name, addresses, db_now(), mailbox, account->sent_by);
}

static gboolean configure(Ledger *ledger, const AccountSetup *accounts, guint n, GError **error)
{
  if (!db_run(ledger, error, "UPDATE account SET configured = 0", "")) return FALSE;
  for (guint i = 0; i < n; i++)
    if (!configure_one(ledger, &accounts[i], error)) return FALSE;
  return wish_abandon(ledger, error);
}

/* Is the ledger as configured already? Then nothing is written: other programs watch for commits. */
static gboolean is_configured(Ledger *ledger, const AccountSetup *accounts, guint n, gboolean *same, GError **error)
{
  gint64 known = 0, matching = 0;
  gboolean idle = TRUE;
  if (!wish_none_abandoned(ledger, &idle, error)
      || !db_number(ledger, error, &known, "SELECT count(*) FROM account WHERE configured", ""))
    return FALSE;
  for (guint i = 0; i < n && matching == i; i++)
    if (!db_number(ledger, error, &matching,
                   "SELECT ? + count(*) FROM account WHERE configured AND name = ? AND addresses = ?"
                   " AND coalesce(mailbox, 0) = coalesce(nullif(?, 0), mailbox, 0) AND sent_by IS ?",
                   "ussis", i, accounts[i].name, accounts[i].addresses != NULL ? accounts[i].addresses : "",
                   mailbox_hash(&accounts[i]), accounts[i].sent_by))
      return FALSE;
  *same = idle && known == n && matching == n;
  return TRUE;
}

gboolean account_configure(Ledger *ledger, const AccountSetup *accounts, guint n, GError **error)
{
  gboolean same = FALSE;
  if (!is_configured(ledger, accounts, n, &same, error)) return FALSE;
  if (same) return TRUE;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, configure(ledger, accounts, n, error), error);
}

void account_free(Account *account)
{
  if (account == NULL) return;
  g_free(account->name);
  g_free(account->addresses);
  g_free(account->state);
  g_free(account->text);
  g_free(account->notice);
  g_free(account);
}

gboolean account_will_read_sent(const Account *account)
{
  return g_strcmp0(account->state, "connecting") == 0 || g_strcmp0(account->state, "indexing") == 0;
}

gboolean account_is_watching(const Account *account) { return g_strcmp0(account->state, "watching") == 0; }

gboolean account_is_busy(const Account *account)
{
  return account_will_read_sent(account) || g_strcmp0(account->state, "judging") == 0
         || g_strcmp0(account->state, "serving") == 0;
}

GPtrArray *account_list(Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)account_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT name, addresses, configured, state, text, since, last_pass, until, notice FROM account"
                 " ORDER BY configured DESC, name",
                 ""))
    return NULL;
  while (rows_next(&rows, error)) {
    Account *account = g_new0(Account, 1);
    *account =
        (Account){ row_dup(&rows, 0), row_dup(&rows, 1), row_int(&rows, 2) != 0, row_dup(&rows, 3), row_dup(&rows, 4),
                   row_int(&rows, 5), row_int(&rows, 6), row_int(&rows, 7),      row_dup(&rows, 8) };
    g_ptr_array_add(list, account);
  }
  return rows.failed ? NULL : g_steal_pointer(&list);
}

gboolean account_set_state(Ledger *ledger, const char *name, const char *state, const char *text, gint64 until,
                           GError **error)
{
  gint64 same = 0;
  if (account_id(ledger, name, error) < 0) return FALSE;
  if (!db_number(ledger, error, &same, "SELECT 1 FROM account WHERE name = ? AND state = ? AND text IS ? AND until = ?",
                 "sssi", name, state, text, until))
    return FALSE;
  if (same) return TRUE;
  return db_run(ledger, error,
                "UPDATE account SET since = iif(state = ?2, since, ?4), state = ?2, text = ?3, until = ?5"
                " WHERE name = ?1",
                "sssii", name, state, text, db_now(), until);
}

gboolean account_set_notice(Ledger *ledger, const char *name, const char *notice, GError **error)
{
  return account_id(ledger, name, error) >= 0
         && db_run(ledger, error, "UPDATE account SET notice = ?2 WHERE name = ?1 AND notice IS NOT ?2", "ss", name,
                   notice);
}

gboolean folder_mark_get(Ledger *ledger, const char *account, const char *folder, const char *role, FolderMark *mark,
                         GError **error)
{
  gint64 owner = account_id(ledger, account, error);
  if (owner < 0) return FALSE;
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT validity, next, oldest, synced FROM folder WHERE account = ? AND role = ? AND name = ?", "iss",
                 owner, role, folder))
    return FALSE;
  FolderMark found = { .next = 1 };
  if (rows_next(&rows, error))
    found =
        (FolderMark){ (guint32)row_int(&rows, 0), (guint32)row_int(&rows, 1), row_int(&rows, 2), row_int(&rows, 3) };
  if (rows.failed) return FALSE;
  *mark = found;
  return TRUE;
}

/* A mark that did not move is not written: an idle daemon leaves the disk alone. */
gboolean folder_mark_write(Ledger *ledger, gint64 folder, const FolderMark *mark, GError **error)
{
  return db_run(ledger, error,
                "UPDATE folder SET validity = ?1, next = ?2, oldest = ?3, synced = ?4 WHERE id = ?5"
                " AND (validity, next, oldest, synced) <> (?1, ?2, ?3, ?4)",
                "uuiii", mark->validity, mark->next, mark->oldest, mark->synced, folder);
}

static gboolean mark_set(Ledger *ledger, const char *account, const char *folder, const char *role,
                         const FolderMark *mark, GError **error)
{
  gint64 id = folder_id(ledger, account, folder, role, error);
  return id >= 0 && folder_mark_write(ledger, id, mark, error);
}

gboolean folder_mark_set(Ledger *ledger, const char *account, const char *folder, const char *role,
                         const FolderMark *mark, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, mark_set(ledger, account, folder, role, mark, error), error);
}

static gboolean use_sent(Ledger *ledger, gint64 owner, const char *account, const char *const *folders, guint n,
                         GError **error)
{
  if (!db_run(ledger, error, "UPDATE folder SET used = 0 WHERE account = ? AND role = 'sent'", "i", owner))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    gint64 id = folder_id(ledger, account, folders[i], "sent", error);
    if (id < 0 || !db_run(ledger, error, "UPDATE folder SET used = 1 WHERE id = ?", "i", id)) return FALSE;
  }
  return TRUE;
}

/* Are these in use already, and no other? */
static gboolean is_used(Ledger *ledger, gint64 owner, const char *const *folders, guint n, gboolean *same,
                        GError **error)
{
  gint64 used = 0, matching = 0;
  if (!db_number(ledger, error, &used, "SELECT count(*) FROM folder WHERE account = ? AND role = 'sent' AND used", "i",
                 owner))
    return FALSE;
  for (guint i = 0; i < n && matching == i; i++)
    if (!db_number(ledger, error, &matching,
                   "SELECT ? + count(*) FROM folder WHERE account = ? AND role = 'sent' AND used AND name = ?", "uis",
                   i, owner, folders[i]))
      return FALSE;
  *same = used == n && matching == n;
  return TRUE;
}

gboolean folder_use_sent(Ledger *ledger, const char *account, const char *const *folders, guint n, GError **error)
{
  gboolean same = FALSE;
  gint64 owner = account_id(ledger, account, error);
  if (owner < 0 || !is_used(ledger, owner, folders, n, &same, error)) return FALSE;
  if (same) return TRUE;
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, use_sent(ledger, owner, account, folders, n, error), error);
}
