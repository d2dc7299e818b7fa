/* cmd_status.c - `backstop status`: accounts, what is known of their sent mail, counts, last errors
 * Owns:     its output.
 * Must not: speak to a server or a daemon; the ledger tells all.
 * Fails:    by exit.h.
 * Tests:    tests/test_cli.py */
#include "ledger/wish.h"
#include "ui/print.h"
#include "ui/ui.h"
#include "ui/words.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* All that is known of one account. */
typedef struct {
  const Account *account;
  GPtrArray *coverage; /* Coverage* */
  JournalCounts counts;
  Pass *last;        /* NULL: none yet */
  GPtrArray *wishes; /* open ones, Wish* */
  gint64 sent;
} Status;

static void status_clear(Status *status)
{
  g_clear_pointer(&status->coverage, g_ptr_array_unref);
  g_clear_pointer(&status->last, pass_free);
  g_clear_pointer(&status->wishes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Status, status_clear)

static gboolean status_read(Ledger *ledger, const Account *account, Status *status, GError **error)
{
  GError *problem = NULL;
  status->account = account;
  status->coverage = coverage_list(ledger, account->name, error);
  if (status->coverage == NULL || !journal_counts(ledger, account->name, &status->counts, error)) return FALSE;
  status->last = pass_last(ledger, account->name, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  status->sent = sent_count(ledger, account->name, error);
  if (status->sent < 0) return FALSE;
  status->wishes = wish_open(ledger, account->name, error);
  return status->wishes != NULL;
}

static const char *words_account_state(const char *slug)
{
  static const struct {
    const char *slug, *words;
  } table[] = {
    { "idle", "idle" },
    { "connecting", "connecting to the server" },
    { "indexing", "reading the Sent folder" },
    { "judging", "looking at new mail" },
    { "retrying", "could not go on, will try again" },
    { "sign-in-needed", "cannot sign in" },
    { "disabled", "stopped" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(table); i++)
    if (g_strcmp0(table[i].slug, slug) == 0) return table[i].words;
  return slug != NULL ? slug : "not started yet";
}

static void print_sent(const Status *status)
{
  if (status->coverage->len == 0)
    print_field("sent mail",
                "no Sent folder known: nothing is judged until one is; name it as sent = in the configuration");
  for (guint i = 0; i < status->coverage->len; i++) {
    const Coverage *row = status->coverage->pdata[i];
    g_autofree char *words = words_coverage(row);
    g_autofree char *text = g_strdup_printf("\"%s\" %s", row->folder, words);
    print_field(i == 0 ? "sent mail" : "", text);
  }
}

static void print_text(const Status *status)
{
  const Account *account = status->account;
  const guint *verdicts = status->counts.by_verdict, *states = status->counts.by_state;
  g_autofree char *since = print_time(account->since), *last = print_time(account->last_pass);
  g_autofree char *state = g_strdup_printf("%s, since %s", words_account_state(account->state), since);
  g_autofree char *known = g_strdup_printf("sent messages known: %" G_GINT64_FORMAT, status->sent);
  g_autofree char *judged = g_strdup_printf("%u genuine, %u backscatter, %u unsure", verdicts[VERDICT_GENUINE],
                                            verdicts[VERDICT_BACKSCATTER], verdicts[VERDICT_UNSURE]);
  g_autofree char *moved =
      g_strdup_printf("%u in quarantine, %u restored, %u deleted, %u waiting, %u failed", states[MOVE_QUARANTINED],
                      states[MOVE_RESTORED], states[MOVE_DELETED], states[MOVE_WAITING], states[MOVE_FAILED]);
  g_autofree char *wishes = g_strdup_printf("your wishes still to be done: %u", status->wishes->len);
  g_autofree char *title = g_strdup_printf("%s%s", account->name, account->configured ? "" : " (no longer configured)");
  print_wrapped("", title);
  print_field("state", account->state != NULL ? state : words_account_state(NULL));
  print_field("", account->text);
  print_field("last good pass", last);
  if (status->last != NULL && status->last->error != NULL && g_strcmp0(status->last->error, account->text) != 0)
    print_field("last error", status->last->error);
  print_sent(status);
  print_field("", known);
  print_field("bounces", judged);
  print_field("", moved);
  if (status->wishes->len > 0) print_field("", wishes);
}

static void print_json(const Status *status)
{
  const Account *account = status->account;
  JsonBuilder *line = jsonl_begin();
  jsonl_text(line, "type", "account");
  jsonl_text(line, "account", account->name);
  jsonl_boolean(line, "configured", account->configured);
  jsonl_text(line, "state", account->state);
  jsonl_text(line, "text", account->text);
  jsonl_time(line, "since", account->since);
  jsonl_time(line, "last_pass", account->last_pass);
  jsonl_text(line, "last_error", status->last != NULL ? status->last->error : NULL);
  jsonl_number(line, "sent", status->sent);
  words_coverage_member(line, status->coverage);
  json_builder_set_member_name(line, "verdicts");
  json_builder_begin_object(line);
  for (int i = 0; i < VERDICT_N; i++) jsonl_number(line, verdict_name((VerdictCode)i), status->counts.by_verdict[i]);
  json_builder_end_object(line);
  json_builder_set_member_name(line, "states");
  json_builder_begin_object(line);
  for (int i = 0; i < MOVE_N; i++) jsonl_number(line, move_state_name((MoveState)i), status->counts.by_state[i]);
  json_builder_end_object(line);
  jsonl_number(line, "open_wishes", status->wishes->len);
  jsonl_end(line);
}

static void print_daemon(const Ui *ui, gboolean runs, gint64 sent, guint accounts)
{
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "type", "ledger");
    jsonl_boolean(line, "daemon", runs);
    jsonl_number(line, "sent", sent);
    jsonl_number(line, "accounts", accounts);
    jsonl_end(line);
    return;
  }
  puts(runs ? "The daemon is running."
            : "No daemon is running: start backstopd, or make single passes with backstop once.");
  if (accounts == 0) puts("No account has been looked at yet: run backstop once.");
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  g_autoptr(GPtrArray) accounts = ledger != NULL ? account_list(ledger, &error) : NULL;
  gint64 sent = accounts != NULL ? sent_count(ledger, NULL, &error) : -1;
  if (sent < 0) return ui_fail(error);
  print_daemon(ui, ledger_daemon_runs(ui->data_dir), sent, accounts->len);
  for (guint i = 0; i < accounts->len; i++) {
    g_auto(Status) status = { 0 };
    if (!status_read(ledger, accounts->pdata[i], &status, &error)) return ui_fail(error);
    if (!ui->json) putchar('\n');
    if (ui->json)
      print_json(&status);
    else
      print_text(&status);
  }
  return EX_OK;
}

const Command cmd_status = {
  .name = "status",
  .arguments = "",
  .summary = "Accounts, what is known of their sent mail, counts, last errors",
  .run = run,
};
