/* pass.c - one pass over one account.
 * Owns:     the order of its steps, and Run.
 * Must not: know a protocol, read configuration files, wait.
 * Fails:    CONFIG_ERROR, STORE_ERROR, LEDGER_ERROR; every message is where the journal says or will be looked for.
 * Tests:    tests/test_pass.c, tests/e2e */
#include "fetcher/pass.h"
#include "fetcher/folders.h"
#include "fetcher/grant.h"
#include "fetcher/settle.h"
#include "fetcher/sync.h"
#include "fetcher/watch.h"

#define OTHERS_SECONDS 60 /* how long a pass waits for other accounts to read their Sent folders */
#define OTHERS_LOOK ((gulong)G_USEC_PER_SEC / 5)

/* The watched folders, one after the other; one that cannot be read does not keep the others from it. */
static gboolean watch_all(Run *run, GError **error)
{
  g_autoptr(GError) first = NULL;
  for (char **name = run->account->folders; *name != NULL; name++) {
    g_autoptr(GError) problem = NULL;
    g_autofree char *folder = run->store->class->resolve(run->store, *name, &problem);
    if (folder != NULL && grant_wishes(run, &problem) && watch_folder(run, folder, &problem)) continue;
    if (!run_can_go_on(problem)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
    g_prefix_error(&problem, "folder \"%s\": ", *name);
    if (first == NULL) first = g_steal_pointer(&problem);
  }
  if (first == NULL) return TRUE;
  g_propagate_error(error, g_steal_pointer(&first));
  return FALSE;
}

static gboolean require_sent(const Run *run, GError **error)
{
  if (run->sent[0] != NULL) return TRUE;
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
              "no Sent folder was found on the server, so nothing can be judged; set \"sent = FOLDER\" in [account %s]",
              run->account->name);
  return FALSE;
}

/* Is another account's worker about to read its Sent folders? */
static gboolean others_will_read(Run *run, gboolean *soon, GError **error)
{
  g_autoptr(GPtrArray) accounts = account_list(run->ledger, error);
  *soon = FALSE;
  if (accounts == NULL) return FALSE;
  for (guint i = 0; i < accounts->len; i++) {
    const Account *account = accounts->pdata[i];
    gboolean other = account->configured && !g_str_equal(account->name, run->account->name);
    if (other && account_will_read_sent(account)) *soon = TRUE;
  }
  return TRUE;
}

/* A bounce may answer mail that was sent from another account. What waits for that account's Sent folders is judged
 * again once they were read, if that is soon; else in a later pass. */
static gboolean judge_after_others(Run *run, GError **error)
{
  gint64 deadline = g_get_monotonic_time() + OTHERS_SECONDS * G_USEC_PER_SEC;
  gboolean soon = TRUE;
  while (soon && g_get_monotonic_time() < deadline) {
    g_autoptr(GPtrArray) due = journal_due(run->ledger, run->account->name, run_now(), FALSE, error);
    if (due == NULL || !run_tick(run, error) || !others_will_read(run, &soon, error)) return FALSE;
    if (due->len == 0) return TRUE;
    if (soon) g_usleep(OTHERS_LOOK);
  }
  return watch_due(run, error);
}

static gboolean count_waiting(Run *run, GError **error)
{
  JournalCounts counts;
  if (!journal_counts(run->ledger, run->account->name, &counts, error)) return FALSE;
  run->pass.waiting = counts.by_state[MOVE_WAITING];
  return TRUE;
}

static gboolean look_at_mail(Run *run, GError **error)
{
  if (!folders_find_sent(run, error) || !require_sent(run, error) || !folders_prepare_quarantine(run, error))
    return FALSE;
  if (!watch_due(run, error)) return FALSE;
  g_autoptr(GError) problem = NULL;
  gboolean all = watch_all(run, &problem);
  if (!all && !run_can_go_on(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  if (run->synced < run->pass.started && !sync_sent(run, error)) return FALSE;
  if (!judge_after_others(run, error) || !count_waiting(run, error)) return FALSE;
  if (all) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static gboolean steps(Run *run, gboolean wishes_only, GError **error)
{
  if (!folders_find(run, error) || !settle_all(run, error) || !grant_wishes(run, error)) return FALSE;
  return wishes_only || look_at_mail(run, error);
}

static void run_clear(Run *run)
{
  g_clear_pointer(&run->folders, g_ptr_array_unref);
  g_clear_pointer(&run->sent, g_strfreev);
  g_clear_pointer(&run->quarantine, g_free);
  g_clear_pointer(&run->trash, g_free);
  g_clear_pointer(&run->selected, g_free);
}

gboolean pass_run(const PassRequest *request, Pass *result, GError **error)
{
  Run run = { .config = request->config,
              .account = request->account,
              .ledger = request->ledger,
              .store = request->store,
              .stop = request->stop,
              .stop_data = request->stop_data };
  g_autoptr(GError) problem = NULL;
  run.pass.account = request->account->name;
  run.moves = !request->config->observe && (request->store->can & STORE_CAN_MOVE) != 0;
  if (request->wishes_only) {
    gboolean granted = steps(&run, TRUE, error);
    run_clear(&run);
    return granted;
  }
  if (!pass_begin(run.ledger, &run.pass, run_now(), error)) return FALSE;
  gboolean done = steps(&run, FALSE, &problem);
  run_clear(&run);
  const char *outcome = problem != NULL ? problem->message : NULL;
  g_autoptr(GError) unsaid = NULL;
  if (!pass_end(run.ledger, &run.pass, run_now(), outcome, &unsaid) && problem == NULL) {
    g_propagate_error(error, g_steal_pointer(&unsaid));
    return FALSE;
  }
  g_clear_pointer(&run.pass.error, g_free); /* the caller gets counters, and the error itself */
  if (result != NULL) *result = run.pass;
  if (done) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}
