/* sync.c - brings the ledger up to date with the Sent folders
 * Owns:     the way from a Sent folder to sent mail; run->sync.synced; what counts as a gap.
 * Must not: look at watched folders, judge.
 * Fails:    STORE_ERROR, LEDGER_ERROR; what was added stays, coverage does not grow.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/fetcher/pass/test_reconcile.c, tests/e2e/test_once.py */
#include "fetcher/pass/sync.h"
#include "fetcher/pass/clocks.h"
#include "fetcher/store/uid_window.h"
#include "ledger/sent.h"

/* How many messages a range should return. They are committed together, since small commits write the same pages of
 * the ledger again and again. Their headers take about 3 MB. */
#define SENT_ROWS 4000

typedef struct {
  GArray *rows; /* SentRow, messages owned here */
  guint seen;
  guint unread; /* messages that are there, but do not tell all of what was sent */
} SentBatch;

/* One Sent folder while it is read. */
typedef struct {
  Run *run;
  const char *folder;
  FolderMark mark;
  UidWindow window;
  gint64 last; /* a time when the folder was as the mark says, Unix seconds; 0: never */
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

/* UIDs are given one after the other, so each missing UID was a message that went before it could be read. */
static gboolean note_missing(const Sync *sync, guint missing, GError **error)
{
  if (missing == 0 || sync->last == 0) return TRUE;
  g_autofree char *reason =
      g_strdup_printf("%u message%s came to it and %s gone before %s could be read", missing, missing == 1 ? "" : "s",
                      missing == 1 ? "was" : "were", missing == 1 ? "it" : "they");
  return add_gap(sync, sync->last, reason, error);
}

/* A message that is there but cannot be read may have been sent at any time since the last look; without a last look,
 * at any time at all. */
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
  if (sync->mark.validity != run->open.status.validity
      || run->open.status.next < sync->mark.next) { /* or the server was set back */
    gint64 last = sync->last;
    sync->last = 0; /* the folder is read from its start; UIDs that are missing there may have been read before */
    if (sync->mark.validity != 0 && last != 0
        && !add_gap(sync, last,
                    "it was made again or renumbered, so it is not known what came and went in the meantime", error))
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

/* The true end of a gap. Its noted end is the time of a look, by a clock that may have been behind (after a start the
 * clock goes on from when the computer was switched off, until the network sets it). If this process saw that the
 * clock was set forward, then a gap that was noted since the computer was started ended later, by as many seconds. If
 * an earlier process noted the gap before the computer was started (by the clock of now), and the clock is not known
 * to have gone on for a while after it, then the gap ended now at the latest. A gap that was noted since the start can
 * be wrong by no more than the time that the computer has run. */
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

/* A time when the folder was as its mark says: that of the last look. If the clock was ahead then, this time is too
 * late: by as many seconds as this process saw the clock being set back. If an earlier process noted a time in the
 * future, nobody knows by how much, so the result is 1: all of the time before is unknown. */
static gint64 last_look(const Run *run, const char *folder, const FolderMark *mark, const ClockLook *look)
{
  const gint64 *looked = g_hash_table_lookup(run->sync.looked, folder);
  if (mark->synced == 0) return 0; /* the folder was never read to its end: nothing is covered yet */
  gint64 last = MAX(mark->synced, looked != NULL ? *looked : 0) - look->ahead;
  if (last > look->began + CLOCK_STEP) return 1;
  return CLAMP(last, 1, look->began);
}

/* surely: mail will be judged by this look, so open the folder. A server may answer STATUS from an old memory. */
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

/* Sent mail that `backstop record` told of is in the ledger already. The owner says that it is complete until now for
 * this account's addresses. */
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
  /* Other accounts wait for this state (other_accounts_wait()). */
  if (run->pass.id != 0 && run->sync.synced == 0
      && !account_set_state(run->ledger, run->account->name, ACCOUNT_JUDGING, NULL, 0, error))
    return FALSE;
  clocks_looked(&look);
  run->sync.synced = look.began;
  return TRUE;
}
