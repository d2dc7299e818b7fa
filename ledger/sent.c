/* sent.c - the sent mail.
 * Owns:     tables sent, sent_id, sent_to, address and sender.
 * Must not: read mail; decide what it means.
 * Fails:    LEDGER_ERROR; a batch is in whole or not at all.
 * Tests:    tests/test_ledger_sent.c */
#include "ledger/sent.h"
#include "filter/names.h"
#include "ledger/room.h"

#define RECORD_FOLDER 0
#define SUBJECT_BYTES 200
#define YEAR_1980 ((gint64)315532800)
#define CLOCK_SLACK ((gint64)86400)

static gboolean plausible(gint64 date) { return date >= YEAR_1980 && date <= db_now() + CLOCK_SLACK; }

/* A message without an id goes by what else it has. The newline keeps that apart from every id, which has no control
 * character. */
static char *stand_in_id(const SentMessage *message)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "\n%" G_GINT64_FORMAT "\n%s", message->date,
                         message->subject != NULL ? message->subject : "");
  for (guint i = 0; i < message->recipients->len; i++)
    g_string_append_printf(text, "\n%s", (const char *)g_ptr_array_index(message->recipients, i));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The hashes a message is found by: GArray of gint64, at least one. */
static GArray *id_hashes(const SentMessage *message)
{
  GArray *hashes = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < message->message_ids->len; i++) {
    gint64 hash = db_hash(g_ptr_array_index(message->message_ids, i));
    g_array_append_val(hashes, hash);
  }
  if (hashes->len == 0) {
    g_autofree char *id = stand_in_id(message);
    gint64 hash = db_hash(id);
    g_array_append_val(hashes, hash);
  }
  return hashes;
}

/* Is a message with all these ids in the folder? All, since a message sent again by Resent- fields keeps its
 * Message-ID. */
static gboolean is_known(Ledger *ledger, gint64 folder, const GArray *hashes, gboolean *known, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error,
                 "SELECT sent.id FROM sent_id JOIN sent ON sent.id = sent_id.sent WHERE hash = ? AND folder = ?", "ii",
                 g_array_index(hashes, gint64, 0), folder))
    return FALSE;
  while (!*known && rows_next(&rows, error)) {
    gint64 all = 1, sent = row_int(&rows, 0);
    for (guint i = 1; i < hashes->len && all; i++)
      if (!db_number(ledger, error, &all, "SELECT EXISTS(SELECT 1 FROM sent_id WHERE hash = ? AND sent = ?)", "ii",
                     g_array_index(hashes, gint64, i), sent))
        return FALSE;
    *known = all != 0;
  }
  return !rows.failed;
}

static gboolean add_ids(Ledger *ledger, gint64 sent, const GArray *hashes, GError **error)
{
  for (guint i = 0; i < hashes->len; i++)
    if (!db_run(ledger, error, "INSERT INTO sent_id(hash, sent) VALUES(?, ?) ON CONFLICT DO NOTHING", "ii",
                g_array_index(hashes, gint64, i), sent))
      return FALSE;
  return TRUE;
}

gint64 domain_hash(const char *address)
{
  const char *domain = address_domain(address);
  return db_hash(domain != NULL ? domain : "");
}

/* Each link carries the subject's hash, so that one walk over an address's last days finds the messages that may fit. */
static gboolean add_recipients(Ledger *ledger, gint64 sent, gint64 date, const SentMessage *message, GError **error)
{
  g_autofree char *compared = subject_normalise(message->subject);
  gint64 subject = compared[0] != '\0' ? db_hash(compared) : 0;
  for (guint i = 0; i < message->recipients->len; i++) {
    const char *address = g_ptr_array_index(message->recipients, i);
    gint64 hash = db_hash(address);
    if (!db_run(ledger, error,
                "INSERT INTO address(hash, domain, text, written) VALUES(?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET written = excluded.written WHERE excluded.written > written",
                "iisi", hash, domain_hash(address), address, date)
        || !db_run(ledger, error,
                   "INSERT INTO sent_to(address, date, sent, subject) VALUES(?, ?, ?, nullif(?, 0))"
                   " ON CONFLICT DO NOTHING",
                   "iiii", hash, date, sent, subject))
      return FALSE;
  }
  return TRUE;
}

static gboolean insert(Ledger *ledger, gint64 folder, const SentMessage *message, gint64 date, gint64 *sent,
                       GError **error)
{
  g_autofree char *subject = text_one_line(message->subject, SUBJECT_BYTES);
  gint64 sender = message->sender != NULL ? db_hash(message->sender) : 0;
  if (sender != 0 && !db_run(ledger, error, "INSERT INTO sender(hash) VALUES(?) ON CONFLICT DO NOTHING", "i", sender))
    return FALSE;
  return db_number(
      ledger, error, sent,
      "INSERT INTO sent(folder, date, recipients, sender, subject) VALUES(?, ?, ?, nullif(?, 0), ?) RETURNING id",
      "iiuis", folder, date, message->recipients->len, sender, subject);
}

static gboolean add_one(Ledger *ledger, gint64 folder, const SentMessage *message, gint64 stored, guint *added,
                        GError **error)
{
  gint64 sent = 0, date = plausible(message->date) ? message->date : plausible(stored) ? stored : 0;
  gboolean known = FALSE;
  g_autoptr(GArray) hashes = id_hashes(message);
  if (!is_known(ledger, folder, hashes, &known, error)) return FALSE;
  if (known) return TRUE;
  if (!insert(ledger, folder, message, date, &sent, error) || !add_ids(ledger, sent, hashes, error)
      || !add_recipients(ledger, sent, date, message, error))
    return FALSE;
  (*added)++;
  return TRUE;
}

static gboolean count_in(Ledger *ledger, gint64 folder, guint added, GError **error)
{
  return added == 0
         || db_run(ledger, error, "UPDATE folder SET messages = messages + ? WHERE id = ?", "ui", added, folder);
}

/* The later of the two dates: an old message put into the folder today says nothing about the time between. */
static gint64 oldest_of(gint64 oldest, const SentRow *row)
{
  gint64 date = plausible(row->message->date) ? row->message->date : 0;
  gint64 stored = plausible(row->stored) ? row->stored : 0;
  gint64 later = MAX(date, stored);
  return later != 0 && (oldest == 0 || later < oldest) ? later : oldest;
}

static gboolean add(Ledger *ledger, const char *account, const char *name, const SentRow *rows, guint n,
                    FolderMark *mark, GError **error)
{
  guint added = 0;
  gint64 known = 0, folder = folder_id(ledger, account, name, "sent", error);
  if (folder < 0 || !db_number(ledger, error, &known, "SELECT oldest FROM folder WHERE id = ?", "i", folder))
    return FALSE;
  if (known != 0 && (mark->oldest == 0 || known < mark->oldest)) mark->oldest = known;
  for (guint i = 0; i < n; i++) {
    if (!add_one(ledger, folder, rows[i].message, rows[i].stored, &added, error)) return FALSE;
    mark->oldest = oldest_of(mark->oldest, &rows[i]);
  }
  return count_in(ledger, folder, added, error) && folder_mark_write(ledger, folder, mark, error);
}

gboolean sent_add(Ledger *ledger, const char *account, const char *folder, const SentRow *rows, guint n,
                  FolderMark *mark, GError **error)
{
  FolderMark updated = *mark;
  if (!db_begin(ledger, error)) return FALSE;
  if (!db_end(ledger, add(ledger, account, folder, rows, n, &updated, error), error)) return FALSE;
  *mark = updated;
  return TRUE;
}

static gboolean record(Ledger *ledger, const SentMessage *const *messages, guint n, guint *added, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!add_one(ledger, RECORD_FOLDER, messages[i], 0, added, error)) return FALSE;
  return count_in(ledger, RECORD_FOLDER, *added, error);
}

gboolean sent_record(Ledger *ledger, const SentMessage *const *messages, guint n, guint *added, GError **error)
{
  guint new = 0;
  if (!db_begin(ledger, error)) return FALSE;
  if (!db_end(ledger, record(ledger, messages, n, &new, error), error)) return FALSE;
  if (added != NULL) *added = new;
  return TRUE;
}

gint64 sent_count(Ledger *ledger, const char *account, GError **error)
{
  gint64 count = 0;
  gboolean ok =
      account == NULL
          ? db_number(ledger, error, &count, "SELECT sum(messages) FROM folder", "")
          : db_number(ledger, error, &count,
                      "SELECT total(messages) FROM folder JOIN account ON account.id = account WHERE account.name = ?",
                      "s", account);
  return ok ? count : -1;
}

gboolean sent_by_id(Ledger *ledger, const char *id, gint64 *sent, GError **error)
{
  return db_number(ledger, error, sent, "SELECT sent FROM sent_id WHERE hash = ? ORDER BY sent LIMIT 1", "i",
                   db_hash(id));
}
