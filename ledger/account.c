/* account.c - the accounts that the ledger knows, and what each account's worker is doing
 * Owns:     table account, and the names of states.
 * Must not: touch what was sent or judged.
 * Fails:    LEDGER_ERROR; MISSING for an account that was never configured.
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

void account_free(Account *account)
{
  if (account == NULL) return;
  g_free(account->name);
  g_free(account->addresses);
  g_free(account->text);
  g_free(account->notice);
  g_free(account);
}

static const char *const state_words[ACCOUNT_STATES] = {
  [ACCOUNT_IDLE] = "idle",         [ACCOUNT_CONNECTING] = "connecting",
  [ACCOUNT_INDEXING] = "indexing", [ACCOUNT_JUDGING] = "judging",
  [ACCOUNT_WATCHING] = "watching", [ACCOUNT_SERVING] = "serving",
  [ACCOUNT_RETRYING] = "retrying", [ACCOUNT_SIGN_IN_NEEDED] = "sign-in-needed",
  [ACCOUNT_DISABLED] = "disabled",
};

const char *account_state_name(AccountState state) { return state_words[state]; }

static AccountState state_parse(const char *word)
{
  for (guint i = 0; i < ACCOUNT_STATES; i++)
    if (g_strcmp0(state_words[i], word) == 0) return (AccountState)i;
  return ACCOUNT_IDLE;
}

gboolean account_will_read_sent(const Account *account)
{
  return account->state == ACCOUNT_CONNECTING || account->state == ACCOUNT_INDEXING;
}

gboolean account_is_watching(const Account *account) { return account->state == ACCOUNT_WATCHING; }

gboolean account_is_busy(const Account *account)
{
  switch (account->state) {
  case ACCOUNT_CONNECTING:
  case ACCOUNT_INDEXING:
  case ACCOUNT_JUDGING:
  case ACCOUNT_SERVING: return TRUE;
  case ACCOUNT_IDLE:
  case ACCOUNT_WATCHING:
  case ACCOUNT_RETRYING:
  case ACCOUNT_SIGN_IN_NEEDED:
  case ACCOUNT_DISABLED:
  case ACCOUNT_STATES: break;
  }
  return FALSE;
}

GPtrArray *account_list(Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)account_free);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT name, addresses, configured, state, text, since, last_pass, until, notice, trust_sent"
                 " FROM account ORDER BY configured DESC, name",
                 ""))
    return NULL;
  while (rows_next(&rows, error)) {
    Account *account = g_new0(Account, 1);
    *account = (Account){ .name = row_dup(&rows, 0),
                          .addresses = row_dup(&rows, 1),
                          .configured = row_int(&rows, 2) != 0,
                          .state = state_parse(row_text(&rows, 3)),
                          .text = row_dup(&rows, 4),
                          .since = row_int(&rows, 5),
                          .last_pass = row_int(&rows, 6),
                          .until = row_int(&rows, 7),
                          .notice = row_dup(&rows, 8),
                          .trust_sent = row_int(&rows, 9) != 0 };
    g_ptr_array_add(list, account);
  }
  return rows.failed ? NULL : g_steal_pointer(&list);
}

gboolean account_set_state(Ledger *ledger, const char *name, AccountState state, const char *text, gint64 until,
                           GError **error)
{
  gint64 same = 0;
  if (account_id(ledger, name, error) < 0) return FALSE;
  if (!db_number(ledger, error, &same, "SELECT 1 FROM account WHERE name = ? AND state = ? AND text IS ? AND until = ?",
                 "sssi", name, state_words[state], text, until))
    return FALSE;
  if (same) return TRUE;
  return db_run(ledger, error,
                "UPDATE account SET since = iif(state = ?2, since, ?4), state = ?2, text = ?3, until = ?5"
                " WHERE name = ?1",
                "sssii", name, state_words[state], text, db_now(), until);
}

gboolean account_set_notice(Ledger *ledger, const char *name, const char *notice, GError **error)
{
  return account_id(ledger, name, error) >= 0
         && db_run(ledger, error, "UPDATE account SET notice = ?2 WHERE name = ?1 AND notice IS NOT ?2", "ss", name,
                   notice);
}
