/* passing.c - having passes made, by the daemon that runs or by a backstopd of its own
 * Owns:     the child, and the wait for a running daemon.
 * Must not: speak to a server or judge mail; print results.
 * Fails:    by the child's exit status, else exit.h.
 * Tests:    tests/ui/cli/test_cmd_once.py */
#include "ui/cli/passing.h"
#include "fetcher/common/program.h"
#include "ledger/account.h"
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LOOK_MSEC 200

Config *passing_config(const Ui *ui, const char *account, int *status)
{
  GError *error = NULL;
  g_autoptr(Config) config = config_load(ui->config_file, &error);
  if (config == NULL) {
    *status = ui_fail(error);
    return NULL;
  }
  if (account == NULL || config_account(config, account) != NULL) return g_steal_pointer(&config);
  ui_complain("%s: there is no group [account %s]", ui->config_file, account);
  *status = EX_NOINPUT;
  return NULL;
}

typedef struct {
  GSubprocess *process;
  gboolean ended;
  guint signals[3]; /* sources; 0 after a signal came */
} Child;

static gboolean look(gpointer data)
{
  progress_look(data);
  return G_SOURCE_CONTINUE;
}

static void leave_signals(Child *child)
{
  for (guint i = 0; i < G_N_ELEMENTS(child->signals); i++)
    if (child->signals[i] != 0) g_source_remove(child->signals[i]);
  memset(child->signals, 0, sizeof child->signals);
}

/* Hands the first signal on to the child, so that both end; an interrupted pass does no harm. A second signal ends this
 * program at once. */
static gboolean stop_child(gpointer data)
{
  Child *child = data;
  g_subprocess_send_signal(child->process, SIGTERM);
  leave_signals(child);
  return G_SOURCE_REMOVE;
}

static void child_ended(GObject *process, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish(G_SUBPROCESS(process), result, NULL);
  *(gboolean *)data = TRUE;
}

static int child_status(GSubprocess *process)
{
  if (g_subprocess_get_if_exited(process)) return g_subprocess_get_exit_status(process);
  ui_complain("backstopd was ended by signal %d; nothing is lost, run it again", g_subprocess_get_term_sig(process));
  return EX_SOFTWARE;
}

int passing_by_child(const Passing *passing, gboolean sweep, const char *account)
{
  GError *error = NULL;
  Child child = { 0 };
  g_autofree char *program = program_find_daemon();
  const char *argv[] = { program,
                         "--config",
                         passing->ui->config_file,
                         "--data",
                         passing->ui->data_dir,
                         "--once",
                         sweep ? "--sweep" : account,
                         sweep ? account : NULL,
                         NULL };
  g_autoptr(GSubprocess) process = child.process = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_NONE, &error);
  if (process == NULL) {
    g_error_free(error);
    ui_complain("%s cannot be started; install Backstop anew", program);
    return EX_SOFTWARE;
  }
  guint watch = g_timeout_add(LOOK_MSEC, look, passing->progress);
  child.signals[0] = g_unix_signal_add(SIGINT, stop_child, &child);
  child.signals[1] = g_unix_signal_add(SIGTERM, stop_child, &child);
  child.signals[2] = g_unix_signal_add(SIGHUP, stop_child, &child);
  g_subprocess_wait_async(process, NULL, child_ended, &child.ended);
  while (!child.ended) g_main_context_iteration(NULL, TRUE);
  leave_signals(&child);
  g_source_remove(watch);
  return child_status(process);
}

static const Account *find_account(const GPtrArray *accounts, const char *name)
{
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    if (strcmp(((const Account *)accounts->pdata[i])->name, name) == 0) return accounts->pdata[i];
  return NULL;
}

static int trouble_status(AccountState state, int other)
{
  switch (state) {
  case ACCOUNT_SIGN_IN_NEEDED: return EX_NOPERM;
  case ACCOUNT_RETRYING: return EX_UNAVAILABLE;
  case ACCOUNT_IDLE:
  case ACCOUNT_CONNECTING:
  case ACCOUNT_INDEXING:
  case ACCOUNT_JUDGING:
  case ACCOUNT_WATCHING:
  case ACCOUNT_SERVING:
  case ACCOUNT_DISABLED:
  case ACCOUNT_STATES: break;
  }
  return other;
}

int passing_trouble(Ledger *ledger, const char *account, int other)
{
  g_autoptr(GPtrArray) accounts = account_list(ledger, NULL);
  const Account *row = find_account(accounts, account);
  return row != NULL ? trouble_status(row->state, other) : other;
}

/* Is this account as it was? A try that fails makes the account connect first, so that its state begins anew. */
static gboolean is_same(const Account *row, const Account *before)
{
  return before != NULL && row->state == before->state && row->since == before->since && row->until == before->until
         && g_strcmp0(row->text, before->text) == 0;
}

/* Has the account got into trouble since the sweep was asked for? Complains, then. */
static gboolean is_held_up(const Passing *passing, Ledger *ledger, const Wish *wish)
{
  if (wish->verb == WISH_CHECK) return FALSE; /* another request fails together with its pass */
  g_autoptr(GPtrArray) accounts = account_list(ledger, NULL);
  const Account *row = find_account(accounts, wish->account);
  gboolean held =
      row != NULL && !is_same(row, find_account(passing->before, wish->account))
      && (row->state == ACCOUNT_RETRYING || row->state == ACCOUNT_SIGN_IN_NEEDED || row->state == ACCOUNT_DISABLED);
  if (held) ui_complain("account %s: %s", row->name, row->text != NULL ? row->text : account_state_name(row->state));
  return held;
}

/* For so many seconds a busy daemon may write nothing to the ledger: a server may be silent for its timeout. */
static gint64 patience(const Config *config)
{
  guint longest = 0;
  for (guint i = 0; i < config->accounts->len; i++)
    longest = MAX(longest, ((const AccountConfig *)config->accounts->pdata[i])->timeout);
  return (gint64)(longest + 60) * G_USEC_PER_SEC;
}

static void wait_a_little(const Passing *passing)
{
  progress_look(passing->progress);
  while (g_main_context_iteration(NULL, FALSE)) /* lets the caller's signal sources run */
    ;
  g_usleep(LOOK_MSEC * 1000);
}

int passing_by_daemon(const Passing *passing, Ledger *ledger, const GArray *wishes, gboolean *left)
{
  int status = EX_OK;
  gint64 version = -1, heard = g_get_monotonic_time(), patient = patience(passing->config);
  for (guint i = 0; i < wishes->len;) {
    GError *error = NULL;
    gboolean runs = ledger_daemon_runs(
        passing->ui->data_dir); /* asked before the requests are read: the daemon may finish one right before its end */
    g_autoptr(Wish) wish = wish_get(ledger, g_array_index(wishes, gint64, i), &error);
    if (wish == NULL) return ui_fail(error);
    gboolean held = wish->state == WISH_OPEN && runs && is_held_up(passing, ledger, wish);
    if (held) status = ui_worse(status, passing_trouble(ledger, wish->account, EX_SOFTWARE));
    if (wish->state != WISH_OPEN || held) {
      i++;
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
      ui_complain("account %s: the daemon does not start it; backstop status says how the daemon is", wish->account);
      return EX_TEMPFAIL;
    }
    wait_a_little(passing);
    if (passing->stop != NULL && *passing->stop) return EX_TEMPFAIL;
  }
  return status;
}
