/* received.c - ids of received mail.
 * Owns:     table received, and how long and how many of its rows are kept.
 * Must not: keep an address or a subject.
 * Fails:    LEDGER_ERROR; a batch is in whole or not at all.
 * Tests:    tests/ledger/test_answers.c */
#include "ledger/received.h"
#include "filter/normalise.h"
#include "ledger/marks.h"
#include "ledger/sent_shape.h"

#define DAY ((gint64)86400)
#define SPARE 10000 /* rows beyond RECEIVED_MOST, before they are forgotten together */

static gint64 arrived(const ReceivedRow *row) { return row->arrived != 0 ? row->arrived : row->message->date; }

static gboolean is_kept(const ReceivedRow *row, gint64 now)
{
  gint64 when = arrived(row);
  return when >= now - RECEIVED_DAYS * DAY && when <= now + DAY;
}

/* FNV-1a. Not db_hash(), which takes several times as long, for each message of a mailbox: against strangers it would
 * not help, since who wants an id to be found here need only send a message that has it. */
static gint64 id_hash(const char *id)
{
  guint64 hash = 0xcbf29ce484222325u;
  for (; *id != '\0'; id++) hash = (hash ^ (guchar)*id) * 0x100000001b3u;
  return (gint64)hash;
}

/* A row of the table. */
typedef struct {
  gint64 account, hash, day, alone;
} Id;

static gint by_hash(gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Id *)a)->hash, y = ((const Id *)b)->hash;
  return (x > y) - (x < y);
}

/* The account that receives, and what was found out of the addresses that its mail is to: many messages, few addresses.
 */
typedef struct {
  gint64 account;
  char *patterns;
  GHashTable *own; /* address (borrowed) → is it the owner's? */
} Mailbox;

static void mailbox_clear(Mailbox *mailbox)
{
  g_clear_pointer(&mailbox->patterns, g_free);
  g_clear_pointer(&mailbox->own, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mailbox, mailbox_clear)

/* Where "*" lists every address, a list's is among them: the owner's are those that mail was sent from. */
static gboolean find_owned(Ledger *ledger, const Mailbox *mailbox, const char *address, gint64 *owned, GError **error)
{
  gpointer known = NULL;
  if (g_hash_table_lookup_extended(mailbox->own, address, NULL, &known)) {
    *owned = GPOINTER_TO_INT(known);
    return TRUE;
  }
  *owned = address_matches(address, mailbox->patterns);
  if (*owned != 0 && patterns_say_all(mailbox->patterns)
      && !db_number(ledger, error, owned, "SELECT EXISTS(SELECT 1 FROM sender WHERE hash = ?)", "i", db_hash(address)))
    return FALSE;
  g_hash_table_insert(mailbox->own, (gpointer)address, GINT_TO_POINTER((gint)*owned));
  return TRUE;
}

/* In the order of the table, so that each of its pages is touched once. */
static GArray *sorted_ids(Ledger *ledger, const Mailbox *mailbox, const ReceivedRow *rows, guint n, gint64 now,
                          GError **error)
{
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Id));
  g_autoptr(GHashTable) sides = id_mark_watched(ledger, error);
  if (sides == NULL) return NULL;
  for (guint i = 0; i < n; i++) {
    const char *id = rows[i].message->message_id, *alone = rows[i].message->alone;
    if (id == NULL || !is_kept(&rows[i], now)) continue;
    Id one = { mailbox->account, id_hash(id), arrived(&rows[i]) / DAY, 0 };
    if (!id_mark_note(ledger, sides, id, error)
        || (alone != NULL && !find_owned(ledger, mailbox, alone, &one.alone, error)))
      return NULL;
    g_array_append_val(ids, one);
  }
  g_array_sort(ids, by_hash);
  return g_steal_pointer(&ids);
}

static gboolean add_ids(Ledger *ledger, const GArray *ids, gint64 *added, GError **error)
{
  static const DbInsert insert =
      DB_INSERT(4, "received(account, hash, day, alone)", "(?, ?, ?, ?)", " ON CONFLICT DO NOTHING");
  return db_insert(ledger, &insert, (const gint64 *)(gpointer)ids->data, ids->len, added, error);
}

static gboolean add_answers(Ledger *ledger, gint64 account, const char *patterns, const ReceivedRow *rows, guint n,
                            gint64 now, GError **error)
{
  g_autoptr(GHashTable) changed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < n; i++)
    if (is_kept(&rows[i], now)
        && !answer_add(ledger, account, patterns, rows[i].message, arrived(&rows[i]), changed, error))
      return FALSE;
  return answers_weigh(ledger, changed, error);
}

/* The day before which all are forgotten, so that RECEIVED_MOST stay. */
static gboolean first_day(Ledger *ledger, gint64 account, gint64 *day, GError **error)
{
  return db_number(ledger, error, day,
                   "SELECT day + 1 FROM received WHERE account = ? ORDER BY day DESC LIMIT 1 OFFSET ?", "id", account,
                   RECEIVED_MOST);
}

/* Once a day, and when there are too many. */
static gboolean prune(Ledger *ledger, gint64 account, gint64 now, GError **error)
{
  gint64 due = 0, day = now / DAY - RECEIVED_DAYS;
  if (!db_number(ledger, error, &due, "SELECT pruned <> ? OR received > ? FROM account WHERE id = ?", "idi", now / DAY,
                 RECEIVED_MOST + SPARE, account))
    return FALSE;
  if (due == 0) return TRUE;
  gint64 beyond = day;
  if (!first_day(ledger, account, &beyond, error)) return FALSE;
  return db_run(ledger, error, "DELETE FROM received WHERE account = ? AND day < ?", "ii", account, MAX(day, beyond))
         && answers_forget(ledger, account, day * DAY, error)
         && db_run(ledger, error,
                   "UPDATE account SET pruned = ?2, received = (SELECT count(*) FROM received WHERE account = ?1)"
                   " WHERE id = ?1",
                   "ii", account, now / DAY);
}

static gboolean find_mailbox(Ledger *ledger, const char *name, Mailbox *mailbox, GError **error)
{
  g_auto(Rows) rows = { 0 };
  mailbox->own = g_hash_table_new(g_str_hash, g_str_equal);
  mailbox->account = account_id(ledger, name, error);
  if (mailbox->account < 0
      || !rows_open(&rows, ledger, error, "SELECT addresses FROM account WHERE id = ?", "i", mailbox->account))
    return FALSE;
  if (rows_next(&rows, error)) mailbox->patterns = row_dup(&rows, 0);
  return !rows.failed;
}

static gboolean add(Ledger *ledger, const char *name, const ReceivedRow *rows, guint n, gint64 now, GError **error)
{
  g_auto(Mailbox) mailbox = { 0 };
  gint64 added = 0;
  if (!find_mailbox(ledger, name, &mailbox, error)) return FALSE;
  gint64 account = mailbox.account;
  g_autoptr(GArray) ids = sorted_ids(ledger, &mailbox, rows, n, now, error);
  return ids != NULL && add_ids(ledger, ids, &added, error)
         && add_answers(ledger, account, mailbox.patterns, rows, n, now, error)
         && (added == 0
             || db_run(ledger, error, "UPDATE account SET received = received + ? WHERE id = ?", "ii", added, account))
         && prune(ledger, account, now, error);
}

gboolean received_add(Ledger *ledger, const char *account, const ReceivedRow *rows, guint n, gint64 now, GError **error)
{
  if (n == 0) return TRUE;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  return db_end_lightly(ledger, add(ledger, account, rows, n, now, error), error);
}

/* The key begins with the account: of these there are few. */
gboolean received_has(Ledger *ledger, const char *id, gboolean *received, GError **error)
{
  gint64 found = 0;
  if (!db_number(ledger, error, &found,
                 "SELECT EXISTS(SELECT 1 FROM account CROSS JOIN received ON received.account = account.id"
                 " WHERE hash = ?)",
                 "i", id_hash(id)))
    return FALSE;
  *received = found != 0;
  return TRUE;
}

gboolean received_before(Ledger *ledger, const char *id, gint64 before, gboolean alone, gboolean *found, GError **error)
{
  gint64 any = 0;
  if (!db_number(ledger, error, &any,
                 "SELECT EXISTS(SELECT 1 FROM account CROSS JOIN received ON received.account = account.id"
                 " WHERE hash = ? AND day <= ? AND alone >= ?)",
                 "iid", id_hash(id), before / DAY, alone ? 1 : 0))
    return FALSE;
  *found = any != 0;
  return TRUE;
}
