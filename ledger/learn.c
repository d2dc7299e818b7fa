/* learn.c - what is learned from the headers of ordinary mail.
 * Owns:     who learns from them, and how often they are read; account.sampled_last.
 * Must not: read mail; keep a header.
 * Fails:    LEDGER_ERROR; nothing is noted by half.
 * Tests:    tests/ledger/test_own_server.c */
#include "ledger/learn.h"
#include "filter/fields.h"
#include "ledger/own_server.h"
#include "ledger/private.h"

#define ENOUGH (2 * OWN_SERVER_MESSAGES)
#define EVERY ((gint64)3600) /* seconds, when enough is known */

/* Each is given the header fields of one ordinary message, within a transaction. account: row id. */
static gboolean (*const learners[])(Ledger *ledger, gint64 account, Span fields, GError **error) = {
  own_server_learn,
};

gboolean learn_wants(Ledger *ledger, const char *account, gint64 now, guint *messages, GError **error)
{
  g_auto(Rows) rows = { 0 };
  *messages = 0;
  if (!rows_open(&rows, ledger, error, "SELECT sampled, sampled_last FROM account WHERE name = ?", "s", account))
    return FALSE;
  if (rows_next(&rows, error)) {
    const gint64 since = now - row_int(&rows, 1);
    const gboolean due = since >= EVERY || since < 0; /* or the clock was set back */
    *messages = row_int(&rows, 0) < ENOUGH ? LEARN_AT_ONCE : due ? 1 : 0;
  }
  return !rows.failed;
}

static gboolean learn_one(Ledger *ledger, gint64 account, GBytes *message, GError **error)
{
  gsize length = 0;
  const char *text = g_bytes_get_data(message, &length);
  Span fields = { text != NULL ? text : "", MIN(length, LEARN_READ_LIMIT) };
  fields.length = fields_length(fields);
  for (guint i = 0; i < G_N_ELEMENTS(learners); i++)
    if (!learners[i](ledger, account, fields, error)) return FALSE;
  return TRUE;
}

static gboolean learn_all(Ledger *ledger, const char *name, const GPtrArray *messages, gint64 now, GError **error)
{
  const gint64 account = account_id(ledger, name, error);
  if (account < 0) return FALSE;
  for (guint i = 0; i < messages->len; i++)
    if (!learn_one(ledger, account, g_ptr_array_index(messages, i), error)) return FALSE;
  return db_run(ledger, error, "UPDATE account SET sampled_last = ? WHERE id = ?", "ii", now, account);
}

gboolean learn_from(Ledger *ledger, const char *account, const GPtrArray *messages, gint64 now, GError **error)
{
  if (messages->len == 0) return TRUE;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  return db_end_lightly(ledger, learn_all(ledger, account, messages, now, error), error);
}
