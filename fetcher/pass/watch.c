/* watch.c - the watched folders, from scan to batches of candidates.
 * Owns:     the mark of a watched folder.
 * Must not: read or judge messages (batch.c does).
 * Fails:    STORE_ERROR, LEDGER_ERROR; the mark does not pass what was not recorded.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/e2e */
#include "fetcher/pass/watch.h"
#include "fetcher/pass/batch.h"
#include "fetcher/pass/brake.h"
#include "fetcher/pass/locate.h"
#include "fetcher/pass/sample.h"
#include "fetcher/store/uid_window.h"
#include "ledger/brake.h"
#include "ledger/received.h"
#include "ledger/unread.h"
#include <string.h>

#define CANDIDATES 300 /* how many candidates a range should return: they are read and judged together */
#define SCANNED 20000  /* how many messages it should return: what is read of them is noted together */
#define DAY ((gint64)86400)
#define UNREAD_AT_ONCE 100

/* What a scan brings in. */
typedef struct {
  GPtrArray *candidates;
  GArray *received; /* ReceivedRow, messages owned here */
  GArray *unread;   /* guint32: UIDs of messages that are there and cannot be read now */
  gint64 since;     /* what is older is not noted, Unix seconds */
  guint seen, found;
  Sample sample;
} Catch;

static void received_clear(gpointer data)
{
  ReceivedRow *row = data;
  received_message_free((ReceivedMessage *)row->message);
}

static void take_candidate(Catch *net, const ScanRow *row)
{
  if (++net->found > UID_WINDOW_MOST(CANDIDATES)) return;
  Candidate *candidate = candidate_new(row->uid, row->size, row->stored);
  candidate->marked = row->backscatter;
  candidate->released = row->not_backscatter;
  candidate->prized = row->prized;
  g_ptr_array_add(net->candidates, candidate);
}

/* Skip messages marked \Deleted. */
static void catch_message(const ScanRow *row, gpointer data)
{
  Catch *net = data;
  ReceivedMessage *ordinary = NULL;
  if (++net->seen > UID_WINDOW_MOST(SCANNED) || row->deleted) return;
  if (row->unreadable) {
    g_array_append_val(net->unread, row->uid);
    return;
  }
  gboolean old = row->stored != 0 && row->stored < net->since;
  if (old ? filter_candidate(row->fields, row->length)
          : filter_scan(row->fields, row->length, row->stored == 0, &ordinary))
    take_candidate(net, row);
  if (ordinary == NULL) return;
  sample_note(&net->sample, row->uid);
  ReceivedRow received = { row->stored, ordinary };
  g_array_append_val(net->received, received);
}

/* For the next range's width: how many candidates, or messages by the same measure. */
static guint catch_size(const Catch *net)
{
  return MAX(net->found, (guint)(((guint64)net->seen * CANDIDATES + SCANNED - 1) / SCANNED));
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
  const Candidate *x = *(Candidate *const *)a, *y = *(Candidate *const *)b;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

/* One look into one folder. role: which of the folder's marks it uses. */
typedef struct {
  Run *run;
  const char *folder;
  FolderRole role;
  FolderMark mark;
  UidWindow window;
  Sample sample; /* of the whole look */
} Walk;

/* An open Catch; catch_clear() frees what is in it. */
static Catch catch_new(gint64 scanned)
{
  Catch net = { .candidates = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free),
                .received = g_array_new(FALSE, FALSE, sizeof(ReceivedRow)),
                .unread = g_array_new(FALSE, FALSE, sizeof(guint32)),
                .since = scanned - RECEIVED_DAYS * DAY };
  g_array_set_clear_func(net.received, received_clear);
  return net;
}

static void catch_clear(Catch *net)
{
  g_ptr_array_unref(net->candidates);
  g_array_unref(net->received);
  g_array_unref(net->unread);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Catch, catch_clear)

/* mark NULL: leave it. */
static gboolean process(Run *run, const char *folder, Catch *net, const FolderMark *mark, gint64 scanned,
                        GError **error)
{
  g_ptr_array_sort(net->candidates, by_uid);
  if (!batch_unread(run, folder, net->unread, error)) return FALSE;
  return net->candidates->len == 0 ? batch_receive(run, net->received, error)
                                   : batch_process(run, folder, net->candidates, net->received, mark, scanned, error);
}

static gboolean walk_range(Walk *walk, GError **error)
{
  Run *run = walk->run;
  guint32 from = 0, to = 0;
  gint64 scanned = run_now();
  gboolean watched = walk->role == FOLDER_ROLE_WATCHED;
  g_auto(Catch) net = catch_new(scanned);
  uid_window_get(&walk->window, &from, &to);
  if (!run_select(run, walk->folder, error)) return FALSE;
  if (!run->store->class->scan(run->store, from, to, filter_scan_fields, catch_message, &net, error)) return FALSE;
  if (!uid_window_done(&walk->window, catch_size(&net))) return TRUE;
  run->pass.scanned += net.seen;
  run->pass.candidates += net.found;
  sample_add(&walk->sample, &net.sample);
  walk->mark.next = (guint32)walk->window.next;
  if (!process(run, walk->folder, &net, watched ? &walk->mark : NULL, scanned, error)) return FALSE;
  return watched || folder_mark_set(run->ledger, run->account->name, walk->folder, walk->role, &walk->mark, error);
}

static gboolean walk(Run *run, const char *folder, FolderRole role, GError **error)
{
  Walk walk = { .run = run, .folder = folder, .role = role };
  guint32 from, to;
  const char *account = run->account->name;
  if (!folder_mark_get(run->ledger, account, folder, role, &walk.mark, error)) return FALSE;
  FolderMark before = walk.mark;
  if (!run_reopen(run, folder, error)) return FALSE;
  if (run->open.status.next < walk.mark.next && !run_ask_next(run, error)) return FALSE;
  if (walk.mark.validity != run->open.status.validity
      || run->open.status.next < walk.mark.next) { /* or the server was set back */
    walk.mark.validity = run->open.status.validity;
    walk.mark.next = 1;
  }
  guint32 validity = run->open.status.validity;
  uid_window_init(&walk.window, walk.mark.next, run->open.status.next, CANDIDATES);
  run->pass.scan_total +=
      MIN(run->open.status.count, (guint)(walk.window.end - MIN(walk.window.next, walk.window.end)));
  while (uid_window_get(&walk.window, &from, &to)) {
    if (!run_tick(run, error) || !run_select(run, folder, error)) return FALSE; /* another one may have been opened */
    if (run->open.status.validity != validity) break; /* renumbered in the meantime: the next pass begins again */
    if (!walk_range(&walk, error)) return FALSE;
  }
  gboolean moved = walk.mark.next != before.next || walk.mark.validity != before.validity;
  if (moved && !folder_mark_set(run->ledger, account, folder, role, &walk.mark, error)) return FALSE;
  return role != FOLDER_ROLE_WATCHED || sample_learn(run, folder, validity, &walk.sample, error);
}

gboolean watch_news(Run *run, const char *folder, gboolean *news, GError **error)
{
  FolderMark mark;
  FolderStatus status;
  if (!folder_mark_get(run->ledger, run->account->name, folder, FOLDER_ROLE_WATCHED, &mark, error)
      || !run_look(run, folder, &status, error))
    return FALSE;
  if (g_str_equal(folder, run->folders.watched[0])) run->watch.first_next = status.next;
  *news = mark.validity != status.validity || mark.next != status.next;
  return TRUE;
}

/* Tries again what could not be read before. A message that is gone meanwhile gives no row, and is forgotten. */
static gboolean try_unread(Run *run, const char *folder, GError **error)
{
  FolderMark mark;
  gint64 now = run_now();
  const char *account = run->account->name;
  if (!folder_mark_get(run->ledger, account, folder, FOLDER_ROLE_WATCHED, &mark, error)) return FALSE;
  g_autoptr(GArray) due = unread_due(run->ledger, account, folder, mark.validity, now, UNREAD_AT_ONCE, error);
  if (due == NULL || due->len == 0) return due != NULL;
  if (!run_begin(run, error) || !run_reopen(run, folder, error)) return FALSE;
  if (run->open.status.validity != mark.validity) return TRUE; /* renumbered: all of it is read again */
  g_auto(Catch) net = catch_new(now);
  for (guint i = 0; i < due->len; i++) {
    guint32 uid = g_array_index(due, guint32, i);
    if (!run_tick(run, error)) return FALSE;
    if (!run->store->class->scan(run->store, uid, uid, filter_scan_fields, catch_message, &net, error)) return FALSE;
  }
  return process(run, folder, &net, NULL, now, error)
         && unread_tried(run->ledger, account, folder, g_array_index(due, guint32, due->len - 1), now, error);
}

gboolean watch_folder(Run *run, const char *folder, GError **error)
{
  gboolean news = FALSE;
  if (!try_unread(run, folder, error) || !watch_news(run, folder, &news, error)) return FALSE;
  return !news || (run_begin(run, error) && walk(run, folder, FOLDER_ROLE_WATCHED, error));
}

gboolean watch_again(Run *run, const char *folder, GError **error)
{
  return walk(run, folder, FOLDER_ROLE_SWEEP, error);
}

static gboolean judge_due(Run *run, const Entry *entry, gint64 now, GError **error)
{
  guint32 uid = 0;
  if (!locate_message(run, &entry->home, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
  if (uid == 0)
    return journal_fail(run->ledger, entry->id, "it was moved or deleted by somebody else before its second look",
                        error);
  g_autoptr(GPtrArray) one = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free);
  Candidate *candidate = candidate_new(uid, entry->fingerprint.size, entry->arrived);
  candidate->prior = entry->id;
  candidate->waited = entry->due - entry->judged;
  candidate->claimed = entry->claimed;
  if (entry->state == MOVE_KEPT) candidate->waited = MAX(candidate->waited, FILTER_GRACE); /* it is fresh no more */
  candidate->since =
      entry->state == MOVE_WAITING ? entry->judged : 0; /* not `arrived`: the server's clock may differ from ours */
  g_ptr_array_add(one, candidate);
  return batch_process(run, entry->home.folder, one, NULL, NULL, now, error);
}

/* braked: only what the brake kept back; else all but that while it is on. */
static gboolean judge_all_due(Run *run, gboolean braked, GError **error)
{
  gint64 now = run_now();
  gboolean kept = run->folders.moves && !run->brake.stuck;
  g_autoptr(GPtrArray) due = journal_due(run->ledger, run->account->name, now, kept, error);
  if (due == NULL) return FALSE;
  for (guint i = 0; i < due->len; i++) {
    g_autoptr(GError) problem = NULL;
    if (brake_kept(due->pdata[i]) ? run->brake.on : braked) continue;
    if (!run_begin(run, error)) return FALSE;
    if (!run_tick(run, error)) return FALSE;
    if (judge_due(run, due->pdata[i], now, &problem)) continue;
    if (run_can_go_on(problem)) continue; /* the entry stays as it is, and is due at the next pass */
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return TRUE;
}

/* Which messages are there of those that the brake keeps back in this folder, asked at once: GArray of UIDs, ascending.
 * NULL without error: the folder is not what it was. */
static GArray *ask_kept(Run *run, const GPtrArray *due, const char *folder, GError **error)
{
  guint32 from = G_MAXUINT32, to = 0;
  if (!run_has_folder(run, folder) || !run_select(run, folder, error)) return NULL;
  for (guint i = 0; i < due->len; i++) {
    const Entry *entry = due->pdata[i];
    if (g_strcmp0(entry->home.folder, folder) != 0 || entry->home.validity != run->open.status.validity) continue;
    from = MIN(from, entry->home.uid);
    to = MAX(to, entry->home.uid);
  }
  return to != 0 ? run->store->class->present(run->store, from, to, error) : NULL;
}

static gint compare_uids(gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;
  return (x > y) - (x < y);
}

/* One that the brake keeps back, and that was there no more when all of its folder were asked for. */
static gboolean drop_if_gone(Run *run, const Entry *entry, const GArray *there, GError **error)
{
  guint32 uid = 0;
  if (there == NULL || entry->home.validity != run->open.status.validity
      || g_array_binary_search((GArray *)there, &entry->home.uid, compare_uids, NULL))
    return TRUE;
  if (!run_tick(run, error) || !locate_message(run, &entry->home, &entry->fingerprint, entry->id, &uid, error))
    return FALSE;
  return uid != 0 || journal_fail(run->ledger, entry->id, "it was moved or deleted by somebody else", error);
}

/* What the owner has moved or deleted waits no more: else it would count, and be told of, for ever. */
static gboolean drop_gone(Run *run, GError **error)
{
  g_autoptr(GArray) there = NULL;
  g_autofree char *folder = NULL;
  if (!run->brake.on || !run->folders.moves) return TRUE;
  g_autoptr(GPtrArray) due = journal_due(run->ledger, run->account->name, run_now(), TRUE, error);
  for (guint i = 0; due != NULL && i < due->len; i++) {
    const Entry *entry = due->pdata[i];
    g_autoptr(GError) problem = NULL;
    if (!brake_kept(entry)) continue;
    if (g_strcmp0(folder, entry->home.folder) != 0) {
      g_free(folder);
      folder = g_strdup(entry->home.folder);
      g_clear_pointer(&there, g_array_unref);
      there = ask_kept(run, due, folder, &problem);
    }
    if (problem == NULL && drop_if_gone(run, entry, there, &problem)) continue;
    if (run_can_go_on(problem)) continue; /* it stays as it is */
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return due != NULL;
}

gboolean watch_due(Run *run, GError **error) { return judge_all_due(run, FALSE, error); }

gboolean watch_release(Run *run, GError **error)
{
  gboolean let_go = FALSE;
  if (!drop_gone(run, error) || !brake_end(run, &let_go, error)) return FALSE;
  return !let_go || (judge_all_due(run, TRUE, error) && brake_begin(run, error));
}
