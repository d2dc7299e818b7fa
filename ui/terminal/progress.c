/* progress.c - how the passes of some accounts go
 * Owns:     the progress line and the summary.
 * Must not: steer anything; it reads pass rows.
 * Fails:    LEDGER_ERROR, at the end only.
 * Tests:    tests/ui/cli/test_cmd_once.py */
#include "ui/terminal/progress.h"
#include "ledger/account.h"
#include "ledger/pass.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include <stdio.h>
#include <unistd.h>

typedef struct {
  const AccountConfig *config;
  gint64 before; /* id of the last pass before the command; 0: none */
} Watched;

struct Progress {
  const Ui *ui;
  const Config *config;
  Ledger *ledger;  /* NULL: the ledger does not exist yet */
  GArray *watched; /* Watched */
  gboolean terminal, shown;
  gint64 version; /* the ledger's version when it was read last */
};

/* The newest pass of an account, if it began after this command; else NULL, also on an error. */
static Pass *newest(const Progress *progress, const Watched *watched, GError **error)
{
  Pass *pass = pass_last(progress->ledger, watched->config->name, error);
  if (pass == NULL || pass->id != watched->before) return pass;
  pass_free(pass);
  return NULL;
}

Progress *progress_new(const Ui *ui, const Config *config, const char *account)
{
  Progress *progress = g_new0(Progress, 1);
  progress->ui = ui;
  progress->config = config;
  progress->version = -1;
  progress->terminal = isatty(STDERR_FILENO);
  progress->ledger = ledger_open(ui->data_dir, LEDGER_EXISTING, NULL);
  progress->watched = g_array_new(FALSE, TRUE, sizeof(Watched));
  for (guint i = 0; i < config->accounts->len; i++) {
    Watched watched = { .config = config->accounts->pdata[i] };
    if (account != NULL && config_account(config, account) != watched.config) continue;
    Pass *pass = progress->ledger != NULL ? newest(progress, &watched, NULL) : NULL;
    if (pass != NULL) watched.before = pass->id;
    g_clear_pointer(&pass, pass_free);
    g_array_append_val(progress->watched, watched);
  }
  return progress;
}

void progress_hide(Progress *progress)
{
  if (progress->shown) fputs("\r\033[K", stderr);
  progress->shown = FALSE;
}

static void add_account(GString *line, const Pass *pass)
{
  g_string_append_printf(line, "%s%s:", line->len > 0 ? "; " : "", pass->account);
  if (pass->sent_total > 0) g_string_append_printf(line, " Sent indexed %u of %u", pass->sent_done, pass->sent_total);
  if (pass->scan_total > 0)
    g_string_append_printf(line, "%s looked at %u of %u", pass->sent_total > 0 ? "," : "", pass->scanned,
                           pass->scan_total);
  if (pass->sent_total == 0 && pass->scan_total == 0) g_string_append(line, " connecting");
}

void progress_look(Progress *progress)
{
  if (!progress->terminal) return;
  if (progress->ledger == NULL) progress->ledger = ledger_open(progress->ui->data_dir, LEDGER_EXISTING, NULL);
  gint64 version = progress->ledger != NULL ? ledger_data_version(progress->ledger, NULL) : -1;
  if (version < 0 || version == progress->version) return;
  progress->version = version;
  g_autoptr(GString) line = g_string_new(NULL);
  for (guint i = 0; i < progress->watched->len; i++) {
    Pass *pass = newest(progress, &g_array_index(progress->watched, Watched, i), NULL);
    if (pass != NULL && pass->ended == 0) add_account(line, pass);
    g_clear_pointer(&pass, pass_free);
  }
  progress_hide(progress);
  guint width = print_width();
  /* account names are ASCII: a byte is a column */
  if (line->len > (width > 0 ? width : 80) - 1) g_string_truncate(line, (width > 0 ? width : 80) - 1);
  fputs(line->str, stderr);
  progress->shown = TRUE;
}

static void print_json(const Pass *pass)
{
  JsonBuilder *line = jsonl_begin();
  jsonl_text(line, "account", pass->account);
  jsonl_time(line, "started", pass->started);
  jsonl_time(line, "ended", pass->ended);
  jsonl_number(line, "sent_indexed", pass->sent_done);
  jsonl_number(line, "looked_at", pass->scanned);
  jsonl_number(line, "candidates", pass->candidates);
  jsonl_number(line, "genuine", pass->genuine);
  jsonl_number(line, "backscatter", pass->backscatter);
  jsonl_number(line, "unsure", pass->unsure);
  jsonl_number(line, "waiting", pass->waiting);
  jsonl_number(line, "moved", pass->moved);
  jsonl_text(line, "error", pass->error);
  jsonl_end(line);
}

static void print_text(const Pass *pass, const char *quarantine, gboolean observe)
{
  g_autofree char *first = g_strdup_printf("%s: ", pass->account);
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "looked at %u new messages", pass->scanned);
  if (pass->candidates > 0) g_string_append_printf(text, ", %u of them perhaps automatic reports", pass->candidates);
  g_string_append_printf(text, ": %u genuine, %u backscatter, %u unsure", pass->genuine, pass->backscatter,
                         pass->unsure);
  if (pass->moved > 0) g_string_append_printf(text, "; %u moved to \"%s\"", pass->moved, quarantine);
  if (pass->backscatter > 0 && observe) g_string_append(text, "; nothing moved, as mode = observe");
  if (pass->waiting > 0) g_string_append_printf(text, "; %u too fresh, judged again at the next pass", pass->waiting);
  g_string_append_c(text, '.');
  if (pass->error != NULL)
    g_string_append_printf(text, " It ended early: %s", pass->error);
  else if (pass->ended == 0)
    g_string_append(text, " It is not finished; the next pass goes on from there.");
  print_wrapped(first, text->str);
}

gboolean progress_end(Progress *progress, GError **error)
{
  guint moved = 0;
  progress_hide(progress);
  if (progress->ledger == NULL) progress->ledger = ledger_open(progress->ui->data_dir, LEDGER_EXISTING, error);
  if (progress->ledger == NULL) return FALSE;
  for (guint i = 0; i < progress->watched->len; i++) {
    GError *problem = NULL;
    const Watched *watched = &g_array_index(progress->watched, Watched, i);
    Pass *pass = newest(progress, watched, &problem);
    if (problem != NULL) {
      g_propagate_error(error, problem);
      return FALSE;
    }
    if (pass == NULL) continue;
    g_autofree char *quarantine = config_quarantine(watched->config, progress->ui->data_dir);
    if (progress->ui->json)
      print_json(pass);
    else
      print_text(pass, quarantine, progress->config->observe);
    moved += pass->moved;
    pass_free(pass);
  }
  if (moved > 0 && !progress->ui->json)
    puts("backstop list shows what was moved, backstop explain ID why; backstop restore ID puts a message back.");
  return TRUE;
}

void progress_free(Progress *progress)
{
  if (progress == NULL) return;
  ledger_close(progress->ledger);
  g_array_unref(progress->watched);
  g_free(progress);
}
