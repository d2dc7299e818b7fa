/* configure.c - the accounts of the configuration, as the ledger knows them
 * Owns:     which accounts there are; everything that ends when an account is gone or names another mailbox.
 * Must not: read the configuration.
 * Fails:    LEDGER_ERROR; then nothing has changed.
 * Tests:    tests/ledger/test_account.c */
#include "ledger/configure.h"
#include "ledger/heal.h"
#include "ledger/private.h"

/* UIDs and coverage of one mailbox mean nothing in another, even if UIDVALIDITY happens to be the same. */
static gboolean forget_mailbox(Ledger *ledger, gint64 account, GError **error)
{
  return db_run(ledger, error,
                "UPDATE folder SET used = 0, validity = 0, next = 1, oldest = 0, synced = 0, stamp = NULL, held = -1,"
                " came = 0, holes = 0 WHERE account = ?",
                "i", account)
         && journal_abandon(ledger, account, "the account stands for another mailbox now", error)
         && db_run(ledger, error, "UPDATE account SET last_pass = 0 WHERE id = ?", "i", account);
}

static gint64 mailbox_hash(const AccountSetup *account)
{
  return account->mailbox != NULL ? db_hash(account->mailbox) : 0;
}

static const char *text_of(const char *text) { return text != NULL ? text : ""; }

static gboolean configure_one(Ledger *ledger, const AccountSetup *account, GError **error)
{
  gint64 mailbox = mailbox_hash(account), moved = 0;
  const char *addresses = text_of(account->addresses);
  if (mailbox != 0
      && !db_number(ledger, error, &moved, "SELECT id FROM account WHERE name = ? AND mailbox <> ?", "si",
                    account->name, mailbox))
    return FALSE;
  if (moved != 0 && !forget_mailbox(ledger, moved, error)) return FALSE;
  return db_run(ledger, error,
                "INSERT INTO account(name, addresses, since, mailbox, sent_by, trust_sent, receive_only)"
                " VALUES(?, ?, ?, nullif(?, 0), ?, ?, ?)"
                " ON CONFLICT(name) DO UPDATE SET configured = 1, addresses = excluded.addresses,"
                " mailbox = coalesce(excluded.mailbox, mailbox), sent_by = excluded.sent_by,"
                " trust_sent = excluded.trust_sent, receive_only = excluded.receive_only",
                "ssiisds", account->name, addresses, db_now(), mailbox, account->sent_by, account->trust_sent,
                text_of(account->receive_only));
}

static gboolean configure(Ledger *ledger, const AccountSetup *accounts, guint n, GError **error)
{
  if (!db_run(ledger, error, "UPDATE account SET configured = 0", "")) return FALSE;
  for (guint i = 0; i < n; i++)
    if (!configure_one(ledger, &accounts[i], error)) return FALSE;
  return wish_abandon(ledger, error) && heal_queue_all(ledger, HEAL_COVERAGE, error);
}

/* *same: the ledger has exactly these accounts already, so that no write is needed. Each commit wakes other
 * programs. */
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
                   " AND coalesce(mailbox, 0) = coalesce(nullif(?, 0), mailbox, 0) AND sent_by IS ? AND trust_sent = ?"
                   " AND receive_only = ?",
                   "ussisds", i, accounts[i].name, text_of(accounts[i].addresses), mailbox_hash(&accounts[i]),
                   accounts[i].sent_by, accounts[i].trust_sent, text_of(accounts[i].receive_only)))
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
