/* sent.c - the sent mail.
 * Owns:     marks of Sent folders, and counts.
 * Must not: read mail; decide what it means.
 * Fails:    LEDGER_ERROR; a batch is in whole or not at all.
 * Tests:    tests/ledger/test_sent.c */
#include "ledger/sent.h"
#include "filter/normalise.h"
#include "ledger/private.h"

#define RECORD_FOLDER 0

static gboolean count_in(Ledger *ledger, gint64 folder, guint added, GError **error)
{
  return added == 0
         || db_run(ledger, error, "UPDATE folder SET messages = messages + ? WHERE id = ?", "ui", added, folder);
}

/* The later of the two dates: an old message put into the folder today says nothing about the time between. */
static gint64 oldest_of(gint64 oldest, const SentRow *row, gint64 now)
{
  gint64 date = sent_date_plausible(row->message->date, now) ? row->message->date : 0;
  gint64 stored = sent_date_plausible(row->stored, now) ? row->stored : 0;
  gint64 later = MAX(date, stored);
  return later != 0 && (oldest == 0 || later < oldest) ? later : oldest;
}

static gboolean add(Ledger *ledger, const char *account, const char *name, const SentRow *rows, guint n,
                    FolderMark *mark, guint *added, GError **error)
{
  gint64 now = db_now(), known = 0, folder = folder_id(ledger, account, name, FOLDER_ROLE_SENT, error);
  if (folder < 0 || !db_number(ledger, error, &known, "SELECT oldest FROM folder WHERE id = ?", "i", folder))
    return FALSE;
  if (known != 0 && (mark->oldest == 0 || known < mark->oldest)) mark->oldest = known;
  for (guint i = 0; i < n; i++) mark->oldest = oldest_of(mark->oldest, &rows[i], now);
  return sent_batch_add(ledger, folder, rows, n, added, error) && count_in(ledger, folder, *added, error)
         && folder_mark_write(ledger, folder, mark, error);
}

/* The light transaction is enough: if a power failure undoes the last batches, their marks are undone too, and the
 * messages are read again. */
gboolean sent_add(Ledger *ledger, const char *account, const char *folder, const SentRow *rows, guint n,
                  FolderMark *mark, GError **error)
{
  FolderMark updated = *mark;
  guint added = 0;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  if (!db_end_lightly(ledger, add(ledger, account, folder, rows, n, &updated, &added, error), error)) return FALSE;
  *mark = updated;
  return TRUE;
}

gboolean sent_read(Ledger *ledger, Reading *reading, const SentRow *rows, guint n, FolderMark *mark, guint *added,
                   GError **error)
{
  FolderMark updated = *mark;
  guint new = 0;
  if (!db_begin_lightly(ledger, error)) return FALSE;
  gboolean ok = reading_note(ledger, reading, error)
                && add(ledger, reading->account, reading->folder, rows, n, &updated, &new, error);
  if (!db_end_lightly(ledger, ok, error)) return FALSE;
  *mark = updated;
  *added = new;
  return TRUE;
}

gboolean sent_count_unknown(Ledger *ledger, const SentRow *rows, guint n, gint64 since, guint *count, GError **error)
{
  *count = 0;
  for (guint i = 0; i < n; i++) {
    const GPtrArray *ids = rows[i].message->message_ids;
    gint64 sent = 0;
    if (ids->len == 0 || MAX(rows[i].message->date, rows[i].stored) < since) continue;
    if (!sent_by_id(ledger, g_ptr_array_index(ids, 0), &sent, error)) return FALSE;
    if (sent == 0) (*count)++;
  }
  return TRUE;
}

/* Notes from which address mail was recorded, and since when. A message without a sender tells of no account. */
static gboolean note_senders(Ledger *ledger, const SentRow *rows, guint n, GError **error)
{
  gint64 now = db_now();
  for (guint i = 0; i < n; i++) {
    gint64 date = oldest_of(0, &rows[i], now);
    const char *sender = rows[i].message->sender;
    if (date != 0 && sender != NULL
        && !db_run(
            ledger, error,
            "INSERT INTO recorded(sender, oldest) VALUES(?, ?) ON CONFLICT DO UPDATE SET oldest = excluded.oldest"
            " WHERE excluded.oldest < oldest",
            "si", sender, date))
      return FALSE;
  }
  return TRUE;
}

static gboolean record(Ledger *ledger, const SentMessage *const *messages, guint n, guint *added, GError **error)
{
  g_autofree SentRow *rows = g_new0(SentRow, MAX(n, 1));
  for (guint i = 0; i < n; i++) rows[i].message = messages[i];
  return sent_batch_add(ledger, RECORD_FOLDER, rows, n, added, error) && count_in(ledger, RECORD_FOLDER, *added, error)
         && note_senders(ledger, rows, n, error);
}

gint64 sent_recorded_since(Ledger *ledger, const char *patterns, GError **error)
{
  g_auto(Rows) rows = { 0 };
  gint64 oldest = 0;
  if (!rows_open(&rows, ledger, error, "SELECT sender, oldest FROM recorded", "")) return -1;
  while (rows_next(&rows, error))
    if (address_matches(row_text(&rows, 0), patterns) && (oldest == 0 || row_int(&rows, 1) < oldest))
      oldest = row_int(&rows, 1);
  return rows.failed ? -1 : oldest;
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
          ? db_number(ledger, error, &count, "SELECT total(messages) FROM folder WHERE role <> 'numbers'", "")
          : db_number(ledger, error, &count,
                      "SELECT total(messages) FROM folder JOIN account ON account.id = account WHERE role <> 'numbers'"
                      " AND account.name = ?",
                      "s", account);
  return ok ? count : -1;
}
