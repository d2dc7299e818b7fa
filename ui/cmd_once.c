/* cmd_once.c - `backstop once`: one pass, by a backstopd of our own or by the one that runs
 * Owns:     the child, and the wait for a running daemon.
 * Must not: speak to a server or judge mail.
 * Fails:    by the child's exit status, else exit.h.
 * Tests:    tests/test_cli.py */
#include "fetcher/config.h"
#include "ledger/account.h"
#include "ledger/wish.h"
#include "ui/progress.h"
#include "ui/ui.h"
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LOOK_MSEC 200

/* backstopd lies beside this program, in the build folder as well as installed. */
static char *daemon_path(void)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename(folder, "backstopd", NULL) : NULL;
  if (beside != NULL && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE)) return g_steal_pointer(&beside);
  return g_strdup(BINDIR "/backstopd");
}

static gboolean look(gpointer data)
{
  progress_look(data);
  return G_SOURCE_CONTINUE;
}

/* An interrupted pass is no harm, but it shall end with us. */
static gboolean stop_child(gpointer data)
{
  g_subprocess_send_signal(data, SIGTERM);
  return G_SOURCE_CONTINUE;
}

static void child_ended(GObject *child, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish(G_SUBPROCESS(child), result, NULL);
  *(gboolean *)data = TRUE;
}

static int child_status(GSubprocess *child)
{
  if (g_subprocess_get_if_exited(child)) return g_subprocess_get_exit_status(child);
  ui_complain("backstopd was ended by signal %d; nothing is lost, run it again", g_subprocess_get_term_sig(child));
  return EX_SOFTWARE;
}

static int run_child(const Ui *ui, const char *account, Progress *progress)
{
  GError *error = NULL;
  gboolean ended = FALSE;
  g_autofree char *program = daemon_path();
  const char *argv[] = { program, "--config", ui->config_file, "--data", ui->data_dir, "--once", account, NULL };
  g_autoptr(GSubprocess) child = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_NONE, &error);
  if (child == NULL) {
    g_error_free(error);
    ui_complain("%s cannot be started; install Backstop anew", program);
    return EX_SOFTWARE;
  }
  guint sources[] = {
    g_timeout_add(LOOK_MSEC, look, progress),
    g_unix_signal_add(SIGINT, stop_child, child),
    g_unix_signal_add(SIGTERM, stop_child, child),
    g_unix_signal_add(SIGHUP, stop_child, child),
  };
  g_subprocess_wait_async(child, NULL, child_ended, &ended);
  while (!ended) g_main_context_iteration(NULL, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS(sources); i++) g_source_remove(sources[i]);
  return child_status(child);
}

/* A wish of ours that failed is explained by the state its account is in. */
static int failure_status(Ledger *ledger, const char *account)
{
  g_autoptr(GPtrArray) accounts = account_list(ledger, NULL);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
    const Account *row = accounts->pdata[i];
    if (strcmp(row->name, account) != 0) continue;
    if (g_strcmp0(row->state, "sign-in-needed") == 0) return EX_NOPERM;
    if (g_strcmp0(row->state, "retrying") == 0) return EX_UNAVAILABLE;
  }
  return EX_SOFTWARE;
}

/* How long a daemon that is at work may write nothing: a server may be silent for its timeout. */
static gint64 patience(const Config *config)
{
  guint longest = 0;
  for (guint i = 0; i < config->accounts->len; i++)
    longest = MAX(longest, ((const AccountConfig *)config->accounts->pdata[i])->timeout);
  return (gint64)(longest + 60) * G_USEC_PER_SEC;
}

/* Waits until the running daemon has done the wishes. *left: it ended before. */
static int wait_for_daemon(const Ui *ui, Ledger *ledger, gint64 patient, GArray *wishes, Progress *progress,
                           gboolean *left)
{
  int status = EX_OK;
  gint64 version = -1, heard = g_get_monotonic_time();
  while (wishes->len > 0) {
    GError *error = NULL;
    gboolean runs = ledger_daemon_runs(ui->data_dir); /* asked first: a wish may be done right before the end */
    g_autoptr(Wish) wish = wish_get(ledger, g_array_index(wishes, gint64, 0), &error);
    if (wish == NULL) return ui_fail(error);
    if (wish->state == WISH_FAILED) {
      ui_complain("account %s: %s", wish->account, wish->result != NULL ? wish->result : "the pass failed");
      status = ui_worse(status, failure_status(ledger, wish->account));
    }
    if (wish->state != WISH_OPEN) {
      g_array_remove_index(wishes, 0);
      continue;
    }
    if (!runs) {
      *left = TRUE;
      return status;
    }
    gint64 now = ledger_data_version(ledger, NULL);
    if (now != version) heard = g_get_monotonic_time();
    version = now;
    if (g_get_monotonic_time() - heard > patient) {
      ui_complain("account %s: the daemon does not come to it; restart it if its configuration was changed",
                  wish->account);
      return EX_TEMPFAIL;
    }
    progress_look(progress);
    g_usleep(LOOK_MSEC * 1000);
  }
  return status;
}

static int ask_daemon(const Ui *ui, const Config *config, const char *account, Progress *progress, gboolean *left)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  if (ledger == NULL) return ui_fail(error);
  g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < config->accounts->len; i++) {
    const AccountConfig *row = config->accounts->pdata[i];
    if (account != NULL && strcmp(row->name, account) != 0) continue;
    gint64 wish = wish_add(ledger, WISH_CHECK, 0, row->name, &error);
    if (wish < 0) return ui_fail(error);
    g_array_append_val(wishes, wish);
  }
  return wait_for_daemon(ui, ledger, patience(config), wishes, progress, left);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  const char *account = argc > 0 ? argv[0] : NULL;
  g_autoptr(Config) config = config_load(ui->config_file, &error);
  if (config == NULL) return ui_fail(error);
  if (account != NULL && config_account(config, account) == NULL) {
    ui_complain("%s: there is no group [account %s]", ui->config_file, account);
    return EX_NOINPUT;
  }
  g_autoptr(Progress) progress = progress_new(ui, config, account);
  gboolean ours = !ledger_daemon_runs(ui->data_dir);
  int status = EX_OK;
  if (!ours) status = ask_daemon(ui, config, account, progress, &ours);
  if (ours) status = run_child(ui, account, progress);
  if (!progress_end(progress, &error)) {
    if (status == EX_OK) return ui_fail(error);
    g_error_free(error); /* the child has told already */
  }
  return status;
}

const Command cmd_once = {
  .name = "once",
  .arguments = "[ACCOUNT]",
  .summary = "One pass: read Sent, judge new mail, move backscatter",
  .maximum = 1,
  .run = run,
};
