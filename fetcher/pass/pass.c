/* pass.c - one pass over one account.
 * Owns:     the order of its steps, and Run.
 * Must not: know a protocol, read configuration files.
 * Fails:    CONFIG_ERROR, STORE_ERROR, LEDGER_ERROR; each message is where the journal says, or is looked for later.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/e2e */
#include "fetcher/pass/pass.h"
#include "fetcher/pass/brake.h"
#include "fetcher/pass/folders.h"
#include "fetcher/pass/heal.h"
#include "fetcher/pass/insiders.h"
#include "fetcher/pass/learn_words.h"
#include "fetcher/pass/look_up.h"
#include "fetcher/pass/other_accounts.h"
#include "fetcher/pass/reconcile.h"
#include "fetcher/pass/settle.h"
#include "fetcher/pass/signer_keys.h"
#include "fetcher/pass/sweep.h"
#include "fetcher/pass/sync.h"
#include "fetcher/pass/watch.h"
#include "fetcher/pass/wishes.h"

#define LIST_TRUSTED ((gint64)60 * G_USEC_PER_SEC) /* mail is judged only with a list of folders that is no older */

/* Looks at the watched folders, one after the other. If one cannot be read, goes on with the others. */
static gboolean watch_all(Run *run, GError **error)
{
  g_autoptr(GError) first = NULL;
  for (char **folder = run->folders.watched; *folder != NULL; folder++) {
    g_autoptr(GError) problem = NULL;
    if (wishes_grant(run, &problem) && watch_folder(run, *folder, &problem)) continue;
    if (!run_can_go_on(problem)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    g_prefix_error(&problem, "folder \"%s\": ", *folder);
    if (first == NULL) first = g_steal_pointer(&problem);
  }
  if (first == NULL) return TRUE;
  g_propagate_error(error, g_steal_pointer(&first));
  return FALSE;
}

/* On a server with folders, one of them is Sent: nothing is judged until that folder is found. */
static gboolean require_sent(const Run *run, GError **error)
{
  if (folders_tell_sent(run) || !(run->store->can & STORE_LISTS_ALL)) return TRUE;
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
              "no Sent folder was found on the server, so nothing can be judged; set \"sent = FOLDER\" in [account %s]",
              run->account->name);
  return FALSE;
}

static gboolean judge_what_waited(Run *run, GError **error)
{
  gboolean any = FALSE;
  return other_accounts_wait(run, &any, error) && (!any || (watch_due(run, error) && watch_release(run, error)));
}

static gboolean count_waiting(Run *run, GError **error)
{
  JournalCounts counts;
  if (!journal_counts(run->ledger, run->account->name, &counts, error)) return FALSE;
  run->pass.waiting = counts.by_state[MOVE_WAITING];
  return TRUE;
}

/* Finds all folders: once on each connection, and again after the folders were listed again. */
static gboolean find_folders(Run *run, GError **error)
{
  if (!folders_find(run, error)) return FALSE;
  if (run->folders.sent != NULL) return TRUE;
  return folders_find_sent(run, error) && require_sent(run, error) && folders_prepare_quarantine(run, error);
}

/* Is there something to judge? */
static gboolean has_work(Run *run, gboolean *work, GError **error)
{
  gboolean kept = run->folders.moves && !run->brake.stuck;
  g_autoptr(GPtrArray) due = journal_due(run->ledger, run->account->name, run_now(), kept, error);
  *work = due != NULL && due->len > 0;
  for (char **folder = run->folders.watched; due != NULL && *folder != NULL && !*work; folder++) {
    g_autoptr(GError) problem = NULL;
    if (watch_news(run, *folder, work, &problem) || run_can_go_on(problem)) continue;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  return due != NULL;
}

/* Call before anything is judged: since the Sent folders were chosen, others may have come. */
static gboolean find_folders_anew(Run *run, GError **error)
{
  gboolean work = FALSE;
  if (!find_folders(run, error)) return FALSE;
  if (g_get_monotonic_time() - run->folders.listed < LIST_TRUSTED) return TRUE;
  if (!has_work(run, &work, error)) return FALSE;
  if (!work) return TRUE;
  folders_doubt(run);
  return find_folders(run, error);
}

static gboolean look_at_mail(Run *run, GError **error)
{
  gboolean any = FALSE;
  if (!find_folders_anew(run, error) || !other_accounts_wait(run, &any, error) || !watch_due(run, error)) return FALSE;
  g_autoptr(GError) problem = NULL;
  gboolean all = watch_all(run, &problem);
  if (!all && !run_can_go_on(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  if (run->sync.synced < run->pass.started && !sync_sent(run, !run->progress.quiet, error)) return FALSE;
  if (!watch_release(run, error)) return FALSE;
  /* Settle first: else messages on their way to quarantine would look as if somebody else had put them there. */
  if (!settle_leaving(run, error) || (!run->settle.half && !reconcile_quarantine(run, error))
      || !sweep_wishes(run, error) || !judge_what_waited(run, error) || !heal_verdicts(run, error)
      || !insiders_tell(run, error) || !learn_words(run, error))
    return FALSE;
  if ((run->pass.id != 0 && !signer_keys_fetch(run, error)) || !look_up_tell(run, error)
      || (run->pass.id != 0 && !count_waiting(run, error)))
    return FALSE;
  if (all) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean steps(Run *run, PassScope scope, GError **error)
{
  if (!brake_begin(run, error) || !folders_find(run, error) || !settle_all(run, error)) return FALSE;
  if (scope == PASS_SWEEP) return find_folders(run, error) && sync_sent(run, TRUE, error) && sweep_wishes(run, error);
  if (!wishes_grant(run, error)) return FALSE;
  return scope == PASS_WISHES || look_at_mail(run, error);
}

Run *run_new(const Config *config, const AccountConfig *account, Ledger *ledger, Store *store,
             gboolean (*stop)(gpointer data), gpointer stop_data)
{
  Run *run = g_new0(Run, 1);
  *run = (Run){
    .config = config, .account = account, .ledger = ledger, .store = store, .stop = stop, .stop_data = stop_data
  };
  run->folders.can_move = (store->can & STORE_CAN_MOVE) != 0;
  run->sync.looked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return run;
}

void run_set_look_up(Run *run, RunLookUp look_up, gpointer data)
{
  run->names.look_up = look_up;
  run->names.data = data;
}

void run_free(Run *run)
{
  if (run == NULL) return;
  folders_forget(run);
  g_hash_table_unref(run->sync.looked);
  g_clear_error(&run->settle.put_off);
  g_free(run->names.problem);
  g_free(run->pass.error);
  g_free(run);
}

static gboolean begin(Run *run, PassScope scope, GError **error)
{
  g_free(run->pass.error);
  run->pass = (Pass){ .account = run->account->name, .started = run_now() };
  run->progress.written = 0;
  run->sync.synced = 0;
  run->sample.taken = 0;
  run->names.left = DNS_WAIT;
  g_clear_pointer(&run->names.problem, g_free);
  run->progress.quiet = scope == PASS_LOOK || scope == PASS_WISHES;
  g_clear_error(&run->settle.put_off);
  run->settle.half = run->settle.busy = FALSE;
  return run->progress.quiet || run_begin(run, error);
}

/* If the pass has a row in the ledger, ends that row. */
static gboolean end(Run *run, const GError *problem, GError **error)
{
  return run->pass.id == 0
         || pass_end(run->ledger, &run->pass, run_now(), problem != NULL ? problem->message : NULL, error);
}

gboolean pass_run(Run *run, PassScope scope, Pass *result, GError **error)
{
  g_autoptr(GError) problem = NULL, worse = NULL;
  g_autoptr(GError) unsaid = NULL;
  if (!begin(run, scope, error)) return FALSE;
  gboolean done = steps(run, scope, &problem);
  if ((done || run_can_go_on(problem)) && !settle_leaving(run, &worse)) {
    g_clear_error(&problem);
    problem = g_steal_pointer(&worse);
    done = FALSE;
  }
  if (done && run->settle.put_off != NULL) {
    problem = g_steal_pointer(&run->settle.put_off);
    done = FALSE;
  }
  if (done) done = settle_has_left(run, &problem);
  if (!done) folders_doubt(run);
  if (!end(run, problem, &unsaid) && done) {
    g_propagate_error(error, g_steal_pointer(&unsaid));
    return FALSE;
  }
  g_clear_pointer(&run->pass.error, g_free); /* the caller gets counters, and the error itself */
  if (result != NULL) *result = run->pass;
  if (done) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

gboolean pass_wait(Run *run, const int *wake, guint n, gboolean *changed, GError **error)
{
  const char *first = run->folders.watched != NULL ? run->folders.watched[0] : "INBOX";
  gboolean was_open = g_strcmp0(run->open.folder, first) == 0;
  if (!run_select(run, first, error)) return FALSE;
  if (!was_open && run->open.status.next != run->watch.first_next) {
    *changed = TRUE;
    return TRUE;
  }
  return run->store->class->wait(run->store, wake, n, changed, error);
}
