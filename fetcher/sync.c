/* sync.c - the Sent folders brought up to date in the ledger.
 * Owns:     the way from a Sent folder to sent mail; run->synced.
 * Must not: look at watched folders, judge.
 * Fails:    STORE_ERROR, LEDGER_ERROR; what was added stays, coverage does not grow.
 * Tests:    tests/test_pass.c, tests/e2e/test_once.py */
#include "fetcher/sync.h"
#include "fetcher/uid_window.h"
#include "ledger/sent.h"

typedef struct {
  GArray *rows; /* SentRow, messages owned here */
  guint seen;
} SentBatch;

static void sent_row_clear(gpointer data)
{
  SentRow *row = data;
  sent_message_free((SentMessage *)row->message);
}

static void collect_sent(const ScanRow *row, gpointer data)
{
  SentBatch *batch = data;
  if (++batch->seen > UID_WINDOW_MOST) return;
  SentRow sent = { .uid = row->uid, .stored = row->stored, .message = sent_message_read(row->fields, row->length) };
  g_array_append_val(batch->rows, sent);
}

static gboolean sync_range(Run *run, const char *folder, UidWindow *window, FolderMark *mark, GError **error)
{
  guint32 from = 0, to = 0;
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SentRow));
  g_array_set_clear_func(rows, sent_row_clear);
  SentBatch batch = { .rows = rows };
  uid_window_get(window, &from, &to);
  if (!run->store->class->scan(run->store, from, to, filter_sent_fields, collect_sent, &batch, error)) return FALSE;
  if (!uid_window_done(window, batch.seen)) return TRUE;
  mark->next = (guint32)window->next;
  if (!sent_add(run->ledger, run->account->name, folder, (const SentRow *)(gpointer)rows->data, rows->len, mark, error))
    return FALSE;
  run->pass.sent_done += rows->len;
  return TRUE;
}

static gboolean sync_folder(Run *run, const char *folder, gint64 began, GError **error)
{
  FolderMark mark;
  UidWindow window;
  guint32 from, to;
  if (!folder_mark_get(run->ledger, run->account->name, folder, "sent", &mark, error)) return FALSE;
  g_clear_pointer(&run->selected, g_free); /* to hear of what came since it was opened */
  if (!run_select(run, folder, error)) return FALSE;
  if (mark.validity != run->status.validity || run->status.next < mark.next) { /* or the server was set back */
    mark.validity = run->status.validity;
    mark.next = 1;
  }
  uid_window_init(&window, mark.next, run->status.next);
  run->pass.sent_total += MIN(run->status.count, (guint)(window.end - MIN(window.next, window.end)));
  while (uid_window_get(&window, &from, &to)) {
    if (!run_tick(run, error) || !sync_range(run, folder, &window, &mark, error)) return FALSE;
  }
  mark.synced = began;
  return folder_mark_set(run->ledger, run->account->name, folder, "sent", &mark, error);
}

gboolean sync_sent(Run *run, GError **error)
{
  gint64 began = run_now();
  for (char **folder = run->sent; *folder != NULL; folder++)
    if (!sync_folder(run, *folder, began, error)) {
      g_prefix_error(error, "Sent folder \"%s\": ", *folder);
      return FALSE;
    }
  /* Other accounts wait for this, see judge_after_others(). */
  if (run->synced == 0 && !account_set_state(run->ledger, run->account->name, "judging", NULL, 0, error)) return FALSE;
  run->synced = began;
  return TRUE;
}
