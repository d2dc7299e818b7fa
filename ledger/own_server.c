/* own_server.c - the mail servers that are the owner's.
 * Owns:     table own_server; account.sampled.
 * Must not: believe a name that one message shows.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_own_server.c */
#include "ledger/own_server.h"
#include "filter/hand.h"
#include "ledger/private.h"
#include <string.h>

#define HALVED_AT 1000 /* messages: what is older counts less and less */
#define NAMES_KEPT 400 /* of one account */
#define NAMES_DROPPED 100
#define DOMAINS_MOST 6 /* above a host: those of 2 to 7 labels */

void own_server_clear(OwnServer *server) { g_clear_pointer(&server->name, g_free); }

static gboolean count_name(Ledger *ledger, gint64 account, const char *name, GError **error)
{
  return db_run(
      ledger, error,
      "INSERT INTO own_server(account, name, count) VALUES(?, ?, 1) ON CONFLICT DO UPDATE SET count = count + "
      "1",
      "is", account, name);
}

/* The host, and the domains above it that have two labels or more: the shortest ones, where there are many. */
static gboolean count_names(Ledger *ledger, gint64 account, const char *host, GError **error)
{
  guint labels = 1;
  for (const char *c = host; *c != '\0'; c++) labels += *c == '.';
  if (!count_name(ledger, account, host, error)) return FALSE;
  for (const char *dot = strchr(host, '.'); dot != NULL && labels > 2; dot = strchr(dot + 1, '.'))
    if (--labels < 2 + DOMAINS_MOST && !count_name(ledger, account, dot + 1, error)) return FALSE;
  return TRUE;
}

static gboolean halve(Ledger *ledger, gint64 account, GError **error)
{
  return db_run(ledger, error, "UPDATE own_server SET count = count / 2 WHERE account = ?", "i", account)
         && db_run(ledger, error, "DELETE FROM own_server WHERE account = ? AND count = 0", "i", account)
         && db_run(ledger, error, "UPDATE account SET sampled = sampled / 2 WHERE id = ?", "i", account);
}

/* Names that brought little are the first to go. */
static gboolean prune(Ledger *ledger, gint64 account, GError **error)
{
  gint64 sampled = 0, names = 0;
  if (!db_number(ledger, error, &sampled, "SELECT sampled FROM account WHERE id = ?", "i", account)
      || (sampled >= HALVED_AT && !halve(ledger, account, error))
      || !db_number(ledger, error, &names, "SELECT count(*) FROM own_server WHERE account = ?", "i", account))
    return FALSE;
  return names <= NAMES_KEPT
         || db_run(ledger, error,
                   "DELETE FROM own_server WHERE account = ?1 AND name IN"
                   " (SELECT name FROM own_server WHERE account = ?1 ORDER BY count LIMIT ?2)",
                   "id", account, NAMES_DROPPED);
}

gboolean own_server_learn(Ledger *ledger, gint64 account, Span fields, GError **error)
{
  g_autofree char *host = hand_top_host(fields);
  if (host == NULL) return TRUE;
  return db_run(ledger, error, "UPDATE account SET sampled = sampled + 1 WHERE id = ?", "i", account)
         && count_names(ledger, account, host, error) && prune(ledger, account, error);
}

/* Names that reach the share lie below one another: the longest is the most specific. */
gboolean own_server_get(Ledger *ledger, const char *account, OwnServer *server, GError **error)
{
  g_auto(Rows) rows = { 0 };
  gint64 sampled = 0;
  *server = (OwnServer){ 0 };
  if (!db_number(ledger, error, &sampled, "SELECT sampled FROM account WHERE name = ?", "s", account)) return FALSE;
  server->sampled = (guint)sampled;
  if (sampled < OWN_SERVER_MESSAGES) return TRUE;
  if (!rows_open(&rows, ledger, error,
                 "SELECT own_server.name, count FROM own_server JOIN account ON account.id = own_server.account"
                 " WHERE account.name = ? AND count >= ? ORDER BY length(own_server.name) DESC",
                 "si", account, (sampled * OWN_SERVER_PERCENT + 99) / 100))
    return FALSE;
  while (server->name == NULL && rows_next(&rows, error)) {
    if (host_is_shared(row_text(&rows, 0))) continue;
    server->name = row_dup(&rows, 0);
    server->count = (guint)row_int(&rows, 1);
  }
  return !rows.failed;
}
