/* sweep.c - judges older mail again when the owner asks for it
 * Owns:     the mark of a sweep, and the sentence that answers it.
 * Must not: judge (batch.c does), change the mark of a watched folder.
 * Fails:    STORE_ERROR (LINK and worse), LEDGER_ERROR; the request stays open, and the next pass goes on with it.
 * Tests:    tests/fetcher/pass/test_sweep.c, tests/e2e/test_sweep.py */
#include "fetcher/pass/sweep.h"
#include "fetcher/pass/brake.h"
#include "fetcher/pass/watch.h"
#include "ledger/wish.h"

#define ASK_EVERY G_USEC_PER_SEC /* how often a sweep looks whether the owner has taken it back */

/* A sweep while it runs. The Run asks it whether to stop. */
typedef struct {
  Run *run;
  gint64 wish;
  gint64 asked; /* monotonic microseconds */
  gboolean unwanted;
  gboolean (*stop)(gpointer data); /* the Run's own */
  gpointer stop_data;
} Sweep;

static gboolean must_stop(gpointer data)
{
  Sweep *sweep = data;
  gint64 now = g_get_monotonic_time();
  if (sweep->stop != NULL && sweep->stop(sweep->stop_data)) return TRUE;
  if (now - sweep->asked >= ASK_EVERY) {
    sweep->asked = now;
    g_autoptr(Wish) wish = wish_get(sweep->run->ledger, sweep->wish, NULL);
    if (wish != NULL && wish->state != WISH_OPEN) sweep->unwanted = TRUE;
  }
  return sweep->unwanted;
}

/* Makes the next sweep begin with the first message. */
static gboolean forget_mark(Run *run, const char *folder, GError **error)
{
  FolderMark mark = { .next = 1 };
  return folder_mark_set(run->ledger, run->account->name, folder, FOLDER_ROLE_SWEEP, &mark, error);
}

static char *answer(const Run *run, const Wish *wish, const Pass *before, const char *where)
{
  const Pass *now = &run->pass;
  guint genuine = now->genuine - before->genuine, backscatter = now->backscatter - before->backscatter,
        unsure = now->unsure - before->unsure, moved = now->moved - before->moved;
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_printf(text, "looked at %u messages in %s: %u genuine, %u backscatter, %u unsure; ",
                  now->scanned - before->scanned, where, genuine, backscatter, unsure);
  if (wish->verb == WISH_REHEARSE)
    g_string_append(text, "nothing was moved");
  else if (!run->folders.moves)
    g_string_append(text, "nothing was moved, since Backstop only observes here");
  else if (run->brake.on && run->brake.stuck)
    g_string_append(text, "nothing was moved, since nothing shows yet that Backstop reads the right Sent folders; look "
                          "at them with backstop list, then ask again to move them");
  else
    g_string_append_printf(text, "%u moved", moved);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean sweep_folder(Run *run, const char *name, GError **error)
{
  g_autofree char *folder = run->store->class->resolve(run->store, name, error);
  if (folder == NULL) return FALSE;
  gboolean special =
      g_str_equal(folder, run->folders.quarantine) || g_strv_contains((const char *const *)run->folders.sent, folder);
  if (!run_has_folder(run, folder) || special) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
                special ? "the folder \"%s\" holds the quarantine or sent mail and is not swept"
                        : "there is no folder \"%s\"",
                name);
    return FALSE;
  }
  return watch_again(run, folder, error) && forget_mark(run, folder, error);
}

/* *unwanted: the owner has taken the sweep back. */
static gboolean sweep_folders(Run *run, const Wish *wish, char **names, gboolean *unwanted, GError **error)
{
  Sweep sweep = { .run = run, .wish = wish->id, .stop = run->stop, .stop_data = run->stop_data };
  gboolean done = TRUE;
  run->stop = must_stop;
  run->stop_data = &sweep;
  run->sweep.again = TRUE;
  run->sweep.rehearse = wish->verb == WISH_REHEARSE;
  for (char **name = names; *name != NULL && done; name++) done = sweep_folder(run, *name, error);
  if (done && !run->sweep.rehearse) done = watch_release(run, error);
  run->sweep.again = run->sweep.rehearse = FALSE;
  run->stop = sweep.stop;
  run->stop_data = sweep.stop_data;
  *unwanted = sweep.unwanted;
  return done;
}

static gboolean sweep_one(Run *run, const Wish *wish, GError **error)
{
  g_auto(GStrv) names = wish->folders != NULL ? g_strsplit(wish->folders, "\n", -1) : NULL;
  char **folders = names != NULL ? names : run->account->folders;
  g_autoptr(GError) problem = NULL;
  gboolean unwanted = FALSE;
  if (!run_begin(run, error) || !brake_for_sweep(run, wish->id, error)) return FALSE;
  Pass before = run->pass;
  if (sweep_folders(run, wish, folders, &unwanted, &problem)) {
    g_autofree char *where = g_strjoinv(", ", folders), *text = answer(run, wish, &before, where);
    /* Now that the sweep is done, the count of moves begins anew, and the notice may be out of date. */
    return wish_finish(run->ledger, wish->id, TRUE, text, error) && brake_begin(run, error)
           && watch_release(run, error);
  }
  if (!brake_begin(run, error)) return FALSE;
  if (unwanted) return TRUE;
  if (run_can_go_on(problem)) return wish_finish(run->ledger, wish->id, FALSE, problem->message, error);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

gboolean sweep_wishes(Run *run, GError **error)
{
  g_autoptr(GPtrArray) wishes = wish_open_of(run->ledger, run->account->name, WISH_OF_SWEEPS, error);
  for (guint i = 0; wishes != NULL && i < wishes->len; i++) {
    if (!sweep_one(run, wishes->pdata[i], error)) return FALSE;
  }
  return wishes != NULL;
}
