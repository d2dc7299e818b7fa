/* watch.c - the watched folders, from scan to batches of candidates.
 * Owns:     the mark of a watched folder.
 * Must not: read or judge messages (batch.c does).
 * Fails:    STORE_ERROR, LEDGER_ERROR; the mark stays before what was not filed.
 * Tests:    tests/test_pass.c, tests/e2e */
#include "fetcher/watch.h"
#include "fetcher/batch.h"
#include "fetcher/settle.h"
#include "fetcher/uid_window.h"

typedef struct {
  GPtrArray *candidates;
  guint seen, found;
} Catch;

/* A message that another of the owner's machines has restored, or that is on its way out, is nobody's candidate. */
static void catch_candidate(const ScanRow *row, gpointer data)
{
  Catch *net = data;
  net->seen++;
  if (row->deleted || row->not_backscatter || !filter_candidate(row->fields, row->length)) return;
  if (++net->found > UID_WINDOW_MOST) return;
  Candidate *candidate = candidate_new(row->uid, row->size, row->stored);
  candidate->marked = row->backscatter;
  g_ptr_array_add(net->candidates, candidate);
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
  const Candidate *x = *(Candidate *const *)a, *y = *(Candidate *const *)b;
  return (x->uid > y->uid) - (x->uid < y->uid);
}

static gboolean watch_range(Run *run, const char *folder, UidWindow *window, FolderMark *mark, GError **error)
{
  guint32 from = 0, to = 0;
  gint64 scanned = run_now();
  g_autoptr(GPtrArray) candidates = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free);
  Catch net = { .candidates = candidates };
  uid_window_get(window, &from, &to);
  if (!run_select(run, folder, error)) return FALSE;
  if (!run->store->class->scan(run->store, from, to, filter_candidate_fields, catch_candidate, &net, error))
    return FALSE;
  if (!uid_window_done(window, net.found)) return TRUE;
  run->pass.scanned += net.seen;
  run->pass.candidates += net.found;
  mark->next = (guint32)window->next;
  if (candidates->len == 0) return TRUE;
  g_ptr_array_sort(candidates, by_uid);
  return batch_process(run, folder, candidates, mark, scanned, error);
}

gboolean watch_folder(Run *run, const char *folder, GError **error)
{
  FolderMark mark, before;
  UidWindow window;
  guint32 from, to;
  const char *account = run->account->name;
  if (!folder_mark_get(run->ledger, account, folder, "watched", &mark, error)) return FALSE;
  before = mark;
  g_clear_pointer(&run->selected, g_free); /* to hear of what came since it was opened */
  if (!run_select(run, folder, error)) return FALSE;
  if (mark.validity != run->status.validity || run->status.next < mark.next) { /* or the server was set back */
    mark.validity = run->status.validity;
    mark.next = 1;
  }
  guint32 validity = run->status.validity;
  uid_window_init(&window, mark.next, run->status.next);
  run->pass.scan_total += MIN(run->status.count, (guint)(window.end - MIN(window.next, window.end)));
  while (uid_window_get(&window, &from, &to)) {
    if (!run_tick(run, error) || !watch_range(run, folder, &window, &mark, error)) return FALSE;
    if (!run_select(run, folder, error)) return FALSE; /* the move may have looked elsewhere */
    if (run->status.validity != validity) break;       /* renumbered meanwhile: afresh at the next pass */
  }
  if (mark.next == before.next && mark.validity == before.validity) return TRUE;
  return folder_mark_set(run->ledger, account, folder, "watched", &mark, error);
}

static gboolean judge_due(Run *run, const Entry *entry, gint64 now, GError **error)
{
  guint32 uid = 0;
  if (!settle_locate(run, &entry->home, &entry->fingerprint, entry->id, &uid, error)) return FALSE;
  if (uid == 0)
    return journal_fail(run->ledger, entry->id, "it was moved or deleted by somebody else before its second look",
                        error);
  g_autoptr(GPtrArray) one = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free);
  Candidate *candidate = candidate_new(uid, entry->fingerprint.size, entry->arrived);
  candidate->prior = entry->id;
  candidate->waited = entry->due - entry->judged;
  g_ptr_array_add(one, candidate);
  return batch_process(run, entry->home.folder, one, NULL, now, error);
}

gboolean watch_due(Run *run, GError **error)
{
  gint64 now = run_now();
  g_autoptr(GPtrArray) due = journal_due(run->ledger, run->account->name, now, run->moves, error);
  if (due == NULL) return FALSE;
  for (guint i = 0; i < due->len; i++) {
    g_autoptr(GError) problem = NULL;
    if (!run_tick(run, error)) return FALSE;
    if (judge_due(run, due->pdata[i], now, &problem)) continue;
    if (run_can_go_on(problem)) continue; /* it stays waiting, and is due at the next pass */
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return TRUE;
}
