/* ui.c - what the subcommands of `backstop` share: complaints, and the ledger named by the options
 * Owns:     how an error is told, and how an argument becomes an entry.
 * Must not: exit; print data.
 * Fails:    by GError; a complaint itself cannot fail.
 * Tests:    tests/ui/cli/test_main.py */
#include "ui/terminal/ui.h"
#include "fetcher/common/exit.h"
#include "filter/normalise.h"
#include "ledger/account.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void ui_complain(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *safe = text_one_line(message, 2000);
  fflush(stdout);
  fprintf(stderr, "backstop: %s\n", safe);
}

int ui_usage(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  ui_complain("%s; see %s --help", message, g_get_prgname());
  return EX_USAGE;
}

int ui_fail(GError *error)
{
  int status = exit_status(error);
  ui_complain("%s", error->message);
  g_error_free(error);
  return status;
}

int ui_worse(int a, int b) { return a > b ? a : b; }

Ledger *ui_ledger(const Ui *ui, GError **error)
{
  GError *problem = NULL;
  Ledger *ledger = ledger_open(ui->data_dir, LEDGER_EXISTING, &problem);
  if (g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_MISSING)) {
    g_autofree char *shown = g_filename_display_name(ui->data_dir);
    g_clear_error(&problem);
    g_set_error(&problem, LEDGER_ERROR, LEDGER_ERROR_MISSING, "nothing is known yet in %s; begin with: backstop once",
                shown);
  }
  if (problem != NULL) g_propagate_error(error, problem);
  return ledger;
}

Ledger *ui_ledger_or_empty(const Ui *ui, gboolean *empty, GError **error)
{
  g_autoptr(GError) problem = NULL;
  Ledger *ledger = ledger_open(ui->data_dir, LEDGER_EXISTING, &problem);
  *empty = g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_MISSING);
  if (*empty) return ledger_open(NULL, LEDGER_MEMORY, error);
  if (problem != NULL) g_propagate_error(error, g_steal_pointer(&problem));
  return ledger;
}

gboolean ui_parse_id(const char *text, gint64 *id)
{
  guint64 number;
  if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &number, NULL)) return FALSE;
  *id = (gint64)number;
  return TRUE;
}

int ui_open_entry(const Ui *ui, const char *id, Ledger **ledger, Entry **entry)
{
  GError *error = NULL;
  gint64 number;
  if (!ui_parse_id(id, &number)) return ui_usage("\"%s\" is no ID: they are the numbers of backstop list", id);
  g_autoptr(Ledger) opened = ui_ledger(ui, &error);
  if (opened == NULL || (*entry = journal_get(opened, number, &error)) == NULL) return ui_fail(error);
  *ledger = g_steal_pointer(&opened);
  return EX_OK;
}

int ui_check_account(Ledger *ledger, const char *name)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) accounts = account_list(ledger, &error);
  if (accounts == NULL) return ui_fail(error);
  for (guint i = 0; i < accounts->len; i++)
    if (strcmp(((const Account *)accounts->pdata[i])->name, name) == 0) return EX_OK;
  ui_complain("there is no account \"%s\": backstop status shows which there are", name);
  return EX_NOINPUT;
}

gboolean ui_policy(const Ui *ui, Policy *policy, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Config) config = config_load(ui->config_file, &problem);
  *policy = POLICY_DEFAULT(g_get_real_time() / G_USEC_PER_SEC);
  if (config == NULL) {
    if (g_error_matches(problem, CONFIG_ERROR, CONFIG_ERROR_MISSING)) return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  policy->judge_challenges = config->judge_challenges;
  policy->judge_virus = config->judge_virus;
  policy->judge_auto_replies = config->judge_auto_replies;
  policy->judge_receipts = config->judge_receipts;
  policy->second_line = config->second_line;
  return TRUE;
}
