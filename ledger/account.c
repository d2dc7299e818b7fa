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

/* The column has a line for each kind of notice, empty where there is none. A notice of an older schema is one line. */
static void split_notices(const char *column, char *lines[NOTICES])
{
  g_auto(GStrv) parts = column != NULL ? g_strsplit(column, "\n", NOTICES) : NULL;
  guint n = parts != NULL ? g_strv_length(parts) : 0;
  for (guint i = 0; i < NOTICES; i++) lines[i] = g_strdup(i < n ? parts[i] : "");
  if (n == 1) {
    lines[NOTICE_BRAKE][0] = '\0';
    g_free(lines[NOTICE_FOLDERS]);
    lines[NOTICE_FOLDERS] = g_strdup(column);
  }
}

/* All notices one after the other, as people read them; NULL: there are none. */
static char *notices_for_people(const char *column)
{
  char *lines[NOTICES];
  g_autoptr(GString) text = g_string_new(NULL);
  split_notices(column, lines);
  for (guint i = 0; i < NOTICES; i++) {
    if (text->len > 0 && lines[i][0] != '\0') g_string_append_c(text, ' ');
    g_string_append(text, lines[i]);
    g_free(lines[i]);
  }
  return text->len > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

/* The column with this notice of this kind in it; NULL: no notice is left. */
static char *with_notice(const char *column, NoticeKind kind, const char *notice)
{
  char *lines[NOTICES + 1] = { NULL };
  gboolean any = FALSE;
  split_notices(column, lines);
  g_free(lines[kind]);
  lines[kind] = g_strdelimit(g_strdup(notice != NULL ? notice : ""), "\n", ' ');
  char *text = g_strjoinv("\n", lines);
  for (guint i = 0; i < NOTICES; i++) {
    any = any || lines[i][0] != '\0';
    g_free(lines[i]);
  }
  if (!any) g_clear_pointer(&text, g_free);
  return text;
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
                          .notice = notices_for_people(row_text(&rows, 8)),
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

static gboolean get_notices(Ledger *ledger, const char *name, char **column, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT notice FROM account WHERE name = ?", "s", name)) return FALSE;
  if (rows_next(&rows, error)) *column = row_dup(&rows, 0);
  return !rows.failed;
}

gboolean account_set_notice(Ledger *ledger, const char *name, NoticeKind kind, const char *notice, GError **error)
{
  g_autofree char *column = NULL;
  if (account_id(ledger, name, error) < 0 || !get_notices(ledger, name, &column, error)) return FALSE;
  g_autofree char *changed = with_notice(column, kind, notice);
  return g_strcmp0(column, changed) == 0
         || db_run(ledger, error, "UPDATE account SET notice = ?2 WHERE name = ?1", "ss", name, changed);
}
