/* cmd_once.c - `backstop once`: one pass, by the daemon that runs or by a backstopd of its own
 * Owns:     its requests, and which of the two makes the pass.
 * Must not: speak to a server or judge mail.
 * Fails:    by the child's exit status, else exit.h.
 * Tests:    tests/ui/cli/test_cmd_once.py */
#include "ui/cli/command.h"
#include "ui/cli/passing.h"
#include "ui/cli/wish_and_wait.h"
#include <string.h>
#include <sysexits.h>

/* Complains about each request that failed. The account's state explains why. */
static int tell_failures(Ledger *ledger, const GArray *wishes)
{
  int status = EX_OK;
  for (guint i = 0; i < wishes->len; i++) {
    GError *error = NULL;
    g_autoptr(Wish) wish = wish_get(ledger, g_array_index(wishes, gint64, i), &error);
    if (wish == NULL) return ui_fail(error);
    if (wish->state != WISH_FAILED) continue;
    ui_complain("account %s: %s", wish->account, wish->result != NULL ? wish->result : "the pass failed");
    status = ui_worse(status, passing_trouble(ledger, wish->account, EX_SOFTWARE));
  }
  return status;
}

static int ask_daemon(const Passing *passing, const char *account, gboolean *left)
{
  GError *error = NULL;
  const Config *config = passing->config;
  g_autoptr(Ledger) ledger = ui_ledger(passing->ui, &error);
  if (ledger == NULL) return ui_fail(error);
  g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < config->accounts->len; i++) {
    const AccountConfig *row = config->accounts->pdata[i];
    if (account != NULL && strcmp(row->name, account) != 0) continue;
    gint64 wish = wish_add(ledger, WISH_CHECK, 0, row->name, &error);
    if (wish < 0) return ui_fail(error);
    g_array_append_val(wishes, wish);
  }
  int status = passing_by_daemon(passing, ledger, wishes, left);
  return ui_worse(status, tell_failures(ledger, wishes));
}

/* What became of requests that waited for a pass. */
static int tell_results(const Ui *ui)
{
  GError *error = NULL;
  gboolean empty = FALSE;
  g_autoptr(Ledger) ledger = ui_ledger_or_empty(ui, &empty, &error);
  if (ledger == NULL) return ui_fail(error);
  return empty || wish_results(ui, ledger, &error) ? EX_OK : ui_fail(error);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  const char *account = argc > 0 ? argv[0] : NULL;
  int status = EX_OK;
  g_autoptr(Config) config = passing_config(ui, account, &status);
  if (config == NULL) return status;
  g_autoptr(Progress) progress = progress_new(ui, config, account);
  const Passing passing = { .ui = ui, .config = config, .progress = progress };
  gboolean ours = !ledger_daemon_runs(ui->data_dir);
  if (!ours) status = ask_daemon(&passing, account, &ours);
  if (ours) status = passing_by_child(&passing, FALSE, account);
  if (!progress_end(progress, &error)) {
    if (status == EX_OK) return ui_fail(error);
    g_error_free(error); /* the child has already said what failed */
    return status;
  }
  return ui->json ? status : ui_worse(status, tell_results(ui));
}

const Command cmd_once = {
  .name = "once",
  .arguments = "[ACCOUNT]",
  .summary = "One pass: read Sent, judge new mail, move backscatter",
  .maximum = 1,
  .run = run,
};
