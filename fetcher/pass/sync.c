/* sync.c - brings the ledger up to date with the Sent folders
 * Owns:     the way from a Sent folder to sent mail; run->sync; how far a gap goes by this computer's clock.
 * Must not: look at watched folders, judge.
 * Fails:    STORE_ERROR, LEDGER_ERROR; what was added stays, coverage does not grow.
 * Tests:    tests/fetcher/pass/test_sync.c, tests/fetcher/pass/test_reconcile.c, tests/e2e/test_once.py */
#include "fetcher/pass/sync.h"
#include "fetcher/common/clocks.h"
#include "fetcher/store/uid_window.h"
#include "ledger/sent.h"

/* How many messages a range should return. They are committed together, since small commits write the same pages of
 * the ledger again and again. Their headers take about 3 MB. */
#define SENT_ROWS 4000

#define COPY_LATE ((gint64)86400) /* seconds after mail was sent, in which its copy comes to Sent at the latest */
#define LOOKS_MOST 3              /* at a folder whose messages do not all come, in one pass */
#define AHEAD_TRIES 3             /* looks for messages whose numbers came first */

typedef struct {
  GArray *rows; /* SentRow, messages owned here */
  GArray *seen; /* Seen */
  guint unread; /* messages that are there, but do not tell all of what was sent */
} SentBatch;

typedef struct {
  guint32 uid;
  gint64 date;
} Seen;

/* One Sent folder while it is read. */
typedef struct {
  Run *run;
  const char *folder;
  FolderMark mark;
  UidWindow window;
  gint64 last; /* a time when the folder was as the mark says, Unix seconds; 0: never */
  const ClockLook *look;
  Reading reading;
  gboolean below; /* it lies below another Sent folder */
  guint missing;  /* messages that are there and have not come */
  guint filled;   /* messages that came late under the numbers of SentLook.ahead */
} Sync;

static void sync_clear(Sync *sync) { reading_clear(&sync->reading); }
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sync, sync_clear)

/* What is known of a Sent folder from look to look, and not in the ledger. */
typedef struct {
  gint64 when; /* a look that found it as its mark says, Unix seconds; 0: there was none on this connection */
  guint moved; /* messages that were found below it in this look, and were read nowhere before */
  struct {
    guint32 from, next;  /* numbers that were given last, and had no message; next 0: there were none */
    gint64 since, until; /* the gap that was noted for them, Unix seconds */
    guint tries;         /* how often it was looked for these messages since */
  } ahead;
} SentLook;

static SentLook *sent_look(Run *run, const char *folder)
{
  SentLook *look = g_hash_table_lookup(run->sync.looked, folder);
  if (look != NULL) return look;
  look = g_new0(SentLook, 1);
  g_hash_table_insert(run->sync.looked, g_strdup(folder), look);
  return look;
}

static void sent_row_clear(gpointer data)
{
  SentRow *row = data;
  sent_message_free((SentMessage *)row->message);
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
  const Seen *x = a, *y = b;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

static void collect_sent(const ScanRow *row, gpointer data)
{
  SentBatch *batch = data;
  Seen seen = { row->uid, row->stored };
  if (batch->seen->len >= UID_WINDOW_MOST(SENT_ROWS)) {
    g_array_append_val(batch->seen, seen);
    return;
  }
  SentMessage *message = row->unreadable ? NULL : sent_message_read(row->fields, row->length);
  /* A folder whose files are compressed or encrypted has messages without a single field. */
  gboolean tells =
      message != NULL && (message->message_ids->len > 0 || message->recipients->len > 0 || message->date != 0);
  if (!tells || row->doubtful) batch->unread++;
  if (tells && message->date != 0) seen.date = message->date;
  g_array_append_val(batch->seen, seen);
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

/* A new message of an archive, which nobody has read before, lay in the folder above it: there it is not missing. */
static gboolean count_moved(const Sync *sync, const GArray *rows, GError **error)
{
  Run *run = sync->run;
  for (char **above = run->folders.sent; *above != NULL; above++) {
    FolderMark mark;
    guint unknown = 0;
    if (!folder_is_below(sync->folder, *above)) continue;
    if (!folder_mark_get(run->ledger, run->account->name, *above, FOLDER_ROLE_SENT, &mark, error)) return FALSE;
    if (mark.synced == 0) continue;
    if (!sent_count_unknown(run->ledger, (const SentRow *)(gpointer)rows->data, rows->len, mark.synced - COPY_LATE,
                            &unknown, error))
      return FALSE;
    sent_look(run, *above)->moved += unknown;
  }
  return TRUE;
}

static void note_late(Sync *sync, const GArray *seen, guint added)
{
  const SentLook *look = sent_look(sync->run, sync->folder);
  sync->reading.late += added;
  for (guint i = 0; i < seen->len; i++) {
    guint32 uid = g_array_index(seen, Seen, i).uid;
    if (uid >= look->ahead.from && uid < look->ahead.next) sync->filled++;
  }
}

/* While rows of one range are written into the ledger, the server can gather those of the next. */
static void expect_next(const Sync *sync)
{
  guint32 from, to;
  Store *store = sync->run->store;
  if (store->class->expect != NULL && uid_window_get(&sync->window, &from, &to))
    store->class->expect(store, from, to, filter_sent_fields);
}

/* late: messages below the mark, of which only those count that were not there before. */
static gboolean sync_range(Sync *sync, gboolean late, GError **error)
{
  Run *run = sync->run;
  guint32 from = 0, to = 0;
  guint added = 0;
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SentRow)), seen = g_array_new(FALSE, FALSE, sizeof(Seen));
  g_array_set_clear_func(rows, sent_row_clear);
  SentBatch batch = { .rows = rows, .seen = seen };
  uid_window_get(&sync->window, &from, &to);
  if (!run->store->class->scan(run->store, from, to, filter_sent_fields, collect_sent, &batch, error)) return FALSE;
  if (!uid_window_done(&sync->window, seen->len)) return TRUE;
  expect_next(sync);
  g_array_sort(seen, by_uid);
  for (guint i = 0; i < seen->len && !late; i++) {
    const Seen *one = &g_array_index(seen, Seen, i);
    reading_take(&sync->reading, one->uid, one->date);
  }
  if (!late && !note_unread(sync, batch.unread, error)) return FALSE;
  if (!count_moved(sync, rows, error)) return FALSE;
  if (!late) sync->mark.next = sync->reading.next;
  if (!sent_read(run->ledger, &sync->reading, (const SentRow *)(gpointer)rows->data, rows->len, &sync->mark, &added,
                 error))
    return FALSE;
  if (late) note_late(sync, seen, added);
  run->pass.sent_done += rows->len;
  return TRUE;
}

static gboolean sync_ranges(Sync *sync, guint32 first, gboolean late, GError **error)
{
  guint32 from, to;
  uid_window_init(&sync->window, first, late ? sync->mark.next : sync->run->open.status.next, SENT_ROWS);
  while (uid_window_get(&sync->window, &from, &to))
    if (!run_tick(sync->run, error) || !sync_range(sync, late, error)) return FALSE;
  return TRUE;
}

/* Some servers give a number first and show the message later: looks for what came under numbers that were missing. */
static gboolean sync_late(Sync *sync, GError **error)
{
  const SentLook *look = sent_look(sync->run, sync->folder);
  guint32 last = sync->mark.next, from = last > SENT_ROWS ? last - SENT_ROWS : 1;
  if (sync->reading.kind != READING_ON) return TRUE;
  return sync_ranges(sync, look->ahead.next != 0 ? MIN(look->ahead.from, from) : from, TRUE, error);
}

/* Where messages are missing, what the server says of the next number may be old. */
static gboolean reopen(const Sync *sync, GError **error)
{
  Run *run = sync->run;
  if (!run_reopen(run, sync->folder, error) || !run_ask_next(run, error)) return FALSE;
  if (run->open.status.validity == sync->mark.validity && run->open.status.next >= sync->mark.next) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX, "it was made again while it was read; the next pass reads it");
  return FALSE;
}

/* Reads on until as many messages have come as are there: some may have gone, or come, in the meantime. */
static gboolean sync_until_complete(Sync *sync, GError **error)
{
  Run *run = sync->run;
  for (guint i = 0; i < LOOKS_MOST && (i == 0 || sync->missing > 0); i++) {
    if (i > 0 && !reopen(sync, error)) return FALSE;
    if (!sync_ranges(sync, sync->mark.next, FALSE, error)
        || !reading_missing(run->ledger, &sync->reading, run->open.status.count, &sync->missing, error))
      return FALSE;
  }
  if (sync->missing == 0 && sent_look(run, sync->folder)->ahead.next == 0) return TRUE;
  return sync_late(sync, error)
         && reading_missing(run->ledger, &sync->reading, run->open.status.count, &sync->missing, error);
}

/* Where all the numbers that had no message at the last look have theirs now, nothing was lost then. */
static gboolean end_ahead(const Sync *sync, GError **error)
{
  const Run *run = sync->run;
  SentLook *look = sent_look(sync->run, sync->folder);
  if (look->ahead.next == 0) return TRUE;
  if (sync->filled == look->ahead.next - look->ahead.from) {
    look->ahead.next = 0;
    return coverage_gap_take_back(run->ledger, run->account->name, sync->folder, look->ahead.since, look->ahead.until,
                                  error);
  }
  if (++look->ahead.tries >= AHEAD_TRIES || sync->reading.kind != READING_ON) look->ahead.next = 0;
  return TRUE;
}

/* Remembers the last numbers where they have no message, and no message is missing besides. */
static void begin_ahead(const Sync *sync)
{
  const Reading *reading = &sync->reading;
  guint32 next = sync->run->open.status.next;
  SentLook *look = sent_look(sync->run, sync->folder);
  if (reading->kind != READING_ON || next <= reading->next || sync->missing > next - reading->next) return;
  look->ahead.from = reading->next;
  look->ahead.next = next;
  look->ahead.since = reading->since;
  look->ahead.until = reading->now;
  look->ahead.tries = 0;
}

/* What came and went since the last look may be the copy of an earlier message. */
static gint64 unseen_since(gint64 last) { return last != 0 ? MAX(last - COPY_LATE, 1) : 0; }

/* What is to be read, and how: from the start where the server has numbered the folder anew, or was set back. */
static gboolean begin_reading(Sync *sync, GError **error)
{
  Run *run = sync->run;
  gint64 last = sync->last;
  ReadingKind kind = sync->mark.synced == 0 ? READING_FIRST : READING_ON;
  if (run->open.status.next < sync->mark.next && !run_ask_next(run, error)) return FALSE;
  if (sync->mark.validity != run->open.status.validity || run->open.status.next < sync->mark.next) {
    if (sync->mark.synced != 0) kind = READING_AGAIN;
    if (sync->mark.validity != 0 && last != 0
        && !add_gap(sync, last,
                    "it was made again or renumbered, so it is not known what came and went in the meantime", error))
      return FALSE;
    sync->last = 0; /* what cannot be read now may have been sent at any time */
    sync->mark.validity = run->open.status.validity;
    sync->mark.next = 1;
  }
  reading_begin(&sync->reading, run->account->name, sync->folder, kind, sync->mark.next, unseen_since(last),
                MAX(sync->look->began, last + 1));
  sync->reading.elsewhere = sent_look(run, sync->folder)->moved;
  return TRUE;
}

/* Reads what came since the mark. */
static gboolean sync_new(Sync *sync, GError **error)
{
  Run *run = sync->run;
  if (!run_begin(run, error) || !run_reopen(run, sync->folder, error) || !begin_reading(sync, error)) return FALSE;
  run->pass.sent_total += MIN(run->open.status.count, run->open.status.next - sync->mark.next);
  if (!sync_until_complete(sync, error)
      || !reading_end(run->ledger, &sync->reading, run->open.status.next, run->open.status.count, error)
      || !end_ahead(sync, error))
    return FALSE;
  begin_ahead(sync);
  sync->mark.next = run->open.status.next;
  return TRUE;
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
static gint64 last_look(Run *run, const char *folder, const FolderMark *mark, const ClockLook *look)
{
  if (mark->synced == 0) return 0; /* the folder was never read to its end: nothing is covered yet */
  gint64 last = MAX(mark->synced, sent_look(run, folder)->when) - look->ahead;
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

static gboolean is_below(const Run *run, const char *folder)
{
  for (char **above = run->folders.sent; *above != NULL; above++)
    if (folder_is_below(folder, *above)) return TRUE;
  return FALSE;
}

/* Archives below a Sent folder may be many and change seldom: none of them is opened only to be looked at. */
static gboolean sync_folder(Run *run, const char *folder, const ClockLook *look, gboolean tell, GError **error)
{
  g_auto(Sync) sync = { .run = run, .folder = folder, .look = look, .below = is_below(run, folder) };
  FolderStatus status;
  gint64 held = -1;
  if (!folder_mark_get(run->ledger, run->account->name, folder, FOLDER_ROLE_SENT, &sync.mark, error)
      || !reading_held(run->ledger, run->account->name, folder, &held, error))
    return FALSE;
  sync.last = last_look(run, folder, &sync.mark, look);
  if (!grow_gaps(&sync, error) || !look_at(run, folder, tell && !sync.below, &status, error)) return FALSE;
  if (status.passed && sync.last != 0
      && !add_gap(&sync, unseen_since(sync.last), "messages may have come to it and gone before anybody looked", error))
    return FALSE;
  gboolean same = status.validity == sync.mark.validity && status.next == sync.mark.next && sync.mark.synced != 0
                  && (held < 0 || held == status.count) && sent_look(run, folder)->ahead.next == 0;
  if (!same && !sync_new(&sync, error)) return FALSE;
  sent_look(run, folder)->when = look->began;
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
  for (char **folder = run->folders.sent; *folder != NULL; folder++) sent_look(run, *folder)->moved = 0;
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
