/* run.c - what every step of a pass needs: the open folder, progress, the question whether to stop.
 * Owns:     Run.open, the pace of progress rows.
 * Must not: judge, move, know a protocol.
 * Fails:    STORE_ERROR, LEDGER_ERROR, passed through.
 * Tests:    tests/fetcher/pass/test_pass.c */
#include "fetcher/pass/run.h"

gint64 run_now(void) { return g_get_real_time() / G_USEC_PER_SEC; }

Policy run_policy(const Run *run)
{
  const Config *config = run->config;
  return (Policy){ .now = run_now(),
                   .judge_challenges = config->judge_challenges,
                   .judge_virus = config->judge_virus,
                   .judge_auto_replies = config->judge_auto_replies,
                   .judge_receipts = config->judge_receipts,
                   .second_line = config->second_line };
}

void run_forget_open(Run *run) { g_clear_pointer(&run->open.folder, g_free); }

gboolean run_select(Run *run, const char *folder, GError **error)
{
  if (g_strcmp0(run->open.folder, folder) == 0) return TRUE;
  run_forget_open(run);
  if (!run->store->class->select(run->store, folder, &run->open.status, error)) return FALSE;
  run->open.folder = g_strdup(folder);
  return TRUE;
}

gboolean run_reopen(Run *run, const char *folder, GError **error)
{
  g_autofree char *name = g_strdup(folder); /* it may be run->open.folder */
  run_forget_open(run);
  return run_select(run, name, error);
}

gboolean run_ask_next(Run *run, GError **error)
{
  guint32 last = 0;
  if (run->store->class->last == NULL) return TRUE;
  if (!run->store->class->last(run->store, &last, error)) return FALSE;
  if (last >= run->open.status.next && last < G_MAXUINT32) run->open.status.next = last + 1;
  return TRUE;
}

gboolean run_look(Run *run, const char *folder, FolderStatus *status, GError **error)
{
  FolderStatus seen = { 0 };
  gboolean is_open = g_strcmp0(run->open.folder, folder) == 0;
  g_autoptr(GError) problem = NULL;
  if (!is_open && !run->store->class->peek(run->store, folder, &seen, &problem) && !run_can_go_on(problem)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  if (problem != NULL || seen.validity == 0) {
    if (!run_reopen(run, folder, error)) return FALSE;
    seen = run->open.status;
  }
  *status = seen;
  return TRUE;
}

gboolean run_begin(Run *run, GError **error)
{
  if (run->pass.id != 0) return TRUE;
  return pass_begin(run->ledger, &run->pass, run->pass.started, error)
         && account_set_state(run->ledger, run->account->name, run->progress.quiet ? ACCOUNT_JUDGING : ACCOUNT_INDEXING,
                              NULL, 0, error);
}

gboolean run_tick(Run *run, GError **error)
{
  if (run->stop != NULL && run->stop(run->stop_data)) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK,
                "stopped before the pass was through; the next one goes on from here");
    return FALSE;
  }
  if (run->pass.id == 0) return TRUE; /* nothing to tell of yet */
  gint64 now = g_get_monotonic_time();
  if (now - run->progress.written < G_USEC_PER_SEC) return TRUE;
  run->progress.written = now;
  return pass_update(run->ledger, &run->pass, error);
}

gboolean run_has_folder(const Run *run, const char *name)
{
  for (guint i = 0; i < run->folders.list->len; i++) {
    const Folder *folder = run->folders.list->pdata[i];
    if (g_str_equal(folder->name, name)) return TRUE;
  }
  if (g_ascii_strcasecmp(name, "INBOX") == 0) return TRUE;
  FolderStatus status;
  return !(run->store->can & STORE_LISTS_ALL) && run->store->class->peek(run->store, name, &status, NULL);
}

gboolean run_can_go_on(const GError *error)
{
  return g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX)
         || g_error_matches(error, STORE_ERROR, STORE_ERROR_LATER)
         || g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE);
}
