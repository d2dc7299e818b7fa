/* sync.c - the Sent folders brought up to date in the ledger.
 * Owns:     the way from a Sent folder to sent mail; run->sync.synced; what counts as a gap.
 * Must not: look at watched folders, judge.
 * Fails:    STORE_ERROR, LEDGER_ERROR; what was added stays, coverage does not grow.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/fetcher/pass/test_reconcile.c, tests/e2e/test_once.py */
#include "fetcher/pass/sync.h"
#include "fetcher/pass/clocks.h"
#include "fetcher/pass/uid_window.h"
#include "ledger/sent.h"

/* Messages that a range should return, and that are committed together: in small commits the same pages of the ledger
 * are written again and again. Their headers take some 2 MB. */
#define SENT_ROWS 2500

typedef struct {
  GArray *rows; /* SentRow, messages owned here */
  guint seen;
  guint unread; /* that are there, and do not tell all of what was sent */
} SentBatch;

/* One Sent folder on its way into the ledger. */
typedef struct {
  Run *run;
  const char *folder;
  FolderMark mark;
  UidWindow window;
  gint64 last; /* when it was last seen to be as the mark says, or before, Unix seconds; 0 never */
  const ClockLook *look;
} Sync;

static void sent_row_clear(gpointer data)
{
  SentRow *row = data;
  sent_message_free((SentMessage *)row->message);
}

static void collect_sent(const ScanRow *row, gpointer data)
{
  SentBatch *batch = data;
  if (++batch->seen > UID_WINDOW_MOST(SENT_ROWS)) return;
  SentMessage *message = row->unreadable ? NULL : sent_message_read(row->fields, row->length);
  /* A folder whose files are compressed or encrypted has messages without a single field. */
  gboolean tells =
      message != NULL && (message->message_ids->len > 0 || message->recipients->len > 0 || message->date != 0);
  if (!tells || row->doubtful) batch->unread++;
  if (!tells) {
    sent_message_free(message);
    return;
  }
  SentRow sent = { .uid = row->uid, .stored = row->stored, .message = message };
  g_array_append_val(batch->rows, sent);
}

static gboolean add_gap(const Sync *sync, gint64 since, const char *reason, GError **error)
{
  return coverage_gap_add(sync->run->ledger, sync->run->account->name, sync->folder, since,
                          MAX(sync->look->began, since + 1), reason, error);
}

/* UIDs are given one after the other: one that is not there any more was a message that nobody here has read. */
static gboolean note_missing(const Sync *sync, guint missing, GError **error)
{
  if (missing == 0 || sync->last == 0) return TRUE;
  g_autofree char *reason =
      g_strdup_printf("%u message%s came to it and %s gone before %s could be read", missing, missing == 1 ? "" : "s",
                      missing == 1 ? "was" : "were", missing == 1 ? "it" : "they");
  return add_gap(sync, sync->last, reason, error);
}

/* What is there and cannot be read may have been sent at any time, where it is not known to have come since the last
 * look. */
static gboolean note_unread(const Sync *sync, guint unread, GError **error)
{
  if (unread == 0) return TRUE;
  g_autofree char *reason =
      g_strdup_printf("%u message%s in it cannot be read (is it compressed or encrypted, or somebody else's?)", unread,
                      unread == 1 ? "" : "s");
  return add_gap(sync, MAX(sync->last, 1), reason, error);
}

static gboolean sync_range(Sync *sync, GError **error)
{
  Run *run = sync->run;
  guint32 from = 0, to = 0;
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SentRow));
  g_array_set_clear_func(rows, sent_row_clear);
  SentBatch batch = { .rows = rows };
  uid_window_get(&sync->window, &from, &to);
  if (!run->store->class->scan(run->store, from, to, filter_sent_fields, collect_sent, &batch, error)) return FALSE;
  if (!uid_window_done(&sync->window, batch.seen)) return TRUE;
  if (!note_missing(sync, to - from + 1 - MIN(batch.seen, to - from + 1), error)
      || !note_unread(sync, batch.unread, error))
    return FALSE;
  sync->mark.next = (guint32)sync->window.next;
  if (!sent_add(run->ledger, run->account->name, sync->folder, (const SentRow *)(gpointer)rows->data, rows->len,
                &sync->mark, error))
    return FALSE;
  run->pass.sent_done += rows->len;
  return TRUE;
}

/* Reads what came since the mark. */
static gboolean sync_new(Sync *sync, GError **error)
{
  Run *run = sync->run;
  guint32 from, to;
  if (!run_begin(run, error)) return FALSE;
  if (!run_reopen(run, sync->folder, error)) return FALSE;
  if (sync->mark.validity != run->open.status.validity || run->open.status.next < sync->mark.next) { /* or set back */
    gint64 last = sync->last;
    sync->last = 0; /* it is read from the start, where UIDs are missing that were read before */
    if (sync->mark.validity != 0 && last != 0
        && !add_gap(sync, last, "it was made anew or renumbered, so that nobody knows what came and went meanwhile",
                    error))
      return FALSE;
    sync->mark.validity = run->open.status.validity;
    sync->mark.next = 1;
  }
  uid_window_init(&sync->window, sync->mark.next, run->open.status.next, SENT_ROWS);
  run->pass.sent_total +=
      MIN(run->open.status.count, (guint)(sync->window.end - MIN(sync->window.next, sync->window.end)));
  while (uid_window_get(&sync->window, &from, &to))
    if (!run_tick(run, error) || !sync_range(sync, error)) return FALSE;
  return TRUE;
}

static void remember_look(Run *run, const char *folder, gint64 when)
{
  gint64 *value = g_new(gint64, 1);
  *value = when;
  g_hash_table_insert(run->sync.looked, g_strdup(folder), value);
}

/* Until when mail was missed, in a gap that ends where its look began, by a clock that may have been behind (it ran on
 * from when the computer was switched off, until it was set).
 * - This process saw the clock being set: a gap noted since the computer was started, by the clock of then, ended later
 *   by as much as that was behind.
 * - A gap of a former process, noted before the computer was started by the clock of now, and after which nobody knows
 * the clock to have gone on steadily: it ended now at the latest. One noted since the computer was started, both by the
 * clock of now, was noted by a clock that was not behind by more than the computer had been up. */
static gint64 true_end(const Sync *sync, gint64 until)
{
  const ClockLook *look = sync->look;
  gboolean doubtful = sync->mark.synced != 0 && until > sync->mark.synced - CLOCK_PROVED;
  if (look->first && doubtful && until < look->started - CLOCK_STEP) return look->began;
  gboolean of_this_start = until >= look->started - look->behind - CLOCK_STEP;
  return of_this_start ? MIN(until + look->behind, look->began) : until;
}

static gboolean grow_gaps(const Sync *sync, GError **error)
{
  Ledger *ledger = sync->run->ledger;
  const char *account = sync->run->account->name;
  if (!sync->look->first && sync->look->behind == 0) return TRUE;
  g_autoptr(GPtrArray) gaps = coverage_gaps(ledger, account, 0, error);
  if (gaps == NULL) return FALSE;
  for (guint i = 0; i < gaps->len; i++) {
    const CoverageGap *gap = gaps->pdata[i];
    if (!g_str_equal(gap->folder, sync->folder)) continue;
    if (!coverage_gap_add(ledger, account, sync->folder, gap->until, true_end(sync, gap->until),
                          "messages were found missing while this computer's clock may have been wrong", error))
      return FALSE;
  }
  return TRUE;
}

/* When the folder was last seen to be as its mark says, at the latest the look that said so. A clock that was ahead
 * then makes it too late: by as much as this process saw the clock being set back; and where it did not see that, by
 * anybody's guess, so that the time before is unknown from its start. */
static gint64 last_look(const Run *run, const char *folder, const FolderMark *mark, const ClockLook *look)
{
  const gint64 *looked = g_hash_table_lookup(run->sync.looked, folder);
  if (mark->synced == 0) return 0; /* never read to its end: nothing is covered yet */
  gint64 last = MAX(mark->synced, looked != NULL ? *looked : 0) - look->ahead;
  if (last > look->began + CLOCK_STEP) return 1;
  return CLAMP(last, 1, look->began);
}

/* What mail is judged by is opened: a server may answer STATUS from what it remembers. */
static gboolean look_at(Run *run, const char *folder, gboolean surely, FolderStatus *status, GError **error)
{
  if (!surely) return run_look(run, folder, status, error);
  if (!run_reopen(run, folder, error)) return FALSE;
  *status = run->open.status;
  return TRUE;
}

static gboolean sync_folder(Run *run, const char *folder, const ClockLook *look, gboolean tell, GError **error)
{
  Sync sync = { .run = run, .folder = folder, .look = look };
  FolderStatus status;
  if (!folder_mark_get(run->ledger, run->account->name, folder, FOLDER_ROLE_SENT, &sync.mark, error)) return FALSE;
  sync.last = last_look(run, folder, &sync.mark, look);
  if (!grow_gaps(&sync, error) || !look_at(run, folder, tell, &status, error)) return FALSE;
  gboolean same = status.validity == sync.mark.validity && status.next == sync.mark.next && sync.mark.synced != 0;
  if (!same && !sync_new(&sync, error)) return FALSE;
  remember_look(run, folder, look->began);
  if (same && !tell && !look->set) return TRUE;
  sync.mark.synced = look->began;
  return folder_mark_set(run->ledger, run->account->name, folder, FOLDER_ROLE_SENT, &sync.mark, error);
}

/* What `backstop record` told is in the ledger already: for this account's addresses it is complete until now, by the
 * owner's word. */
static gboolean sync_recorded(Run *run, const ClockLook *look, gboolean tell, GError **error)
{
  gint64 since = sent_recorded_since(run->ledger, run->account->addresses, error);
  if (since < 0 || !tell) return since >= 0;
  FolderMark mark = { .validity = 1, .next = 1, .oldest = since, .synced = look->began };
  return folder_mark_set(run->ledger, run->account->name, RUN_RECORDED, FOLDER_ROLE_SENT, &mark, error);
}

gboolean sync_sent(Run *run, gboolean tell, GError **error)
{
  ClockLook look = clocks_look();
  if (run->account->sent_recorded && !sync_recorded(run, &look, tell, error)) return FALSE;
  for (char **folder = run->folders.sent; *folder != NULL; folder++)
    if (!sync_folder(run, *folder, &look, tell, error)) {
      g_prefix_error(error, "Sent folder \"%s\": ", *folder);
      return FALSE;
    }
  /* Other accounts wait for this, see other_accounts_wait(). */
  if (run->pass.id != 0 && run->sync.synced == 0
      && !account_set_state(run->ledger, run->account->name, ACCOUNT_JUDGING, NULL, 0, error))
    return FALSE;
  clocks_looked(&look);
  run->sync.synced = look.began;
  return TRUE;
}
