/* cmd_status.c - `backstop status`: accounts, what is known of their sent mail, counts, last errors
 * Owns:     its output.
 * Must not: speak to a server or a daemon; the ledger tells all.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_status.c, tests/ui/cli/test_cmd_status.py */
#include "ledger/account.h"
#include "ledger/browse.h"
#include "ledger/pass.h"
#include "ledger/running.h"
#include "ledger/unread.h"
#include "ledger/wish.h"
#include "ui/cli/command.h"
#include "ui/cli/wish_and_wait.h"
#include "ui/common/hand_words.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/mark_lines.h"
#include "ui/terminal/print.h"
#include "ui/terminal/trust_lines.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Status shows a gap for this many days: servers hardly bounce a message older than FACTS_WINDOW_DAYS, but its bounce
 * may lie unread, or a sweep may read it. */
#define GAP_DAYS 60

/* All that is known of one account. */
typedef struct {
  const Account *account;
  GPtrArray *accounts; /* Account*, all of them */
  gboolean runs;       /* does a daemon run? */
  gint64 now;
  GPtrArray *coverage; /* Coverage* */
  GPtrArray *gaps;     /* CoverageGap*, those within the coverage */
  JournalCounts counts;
  BrowseCounts views;
  Pass *last;        /* NULL: none yet */
  GPtrArray *wishes; /* Wish*, open ones */
  gint64 sent;
  guint unread; /* messages that the worker could not read so far */
  TrustLines trust;
  OwnServer server;
  Insiders insiders;
} Status;

static void status_clear(Status *status)
{
  g_clear_pointer(&status->coverage, g_ptr_array_unref);
  g_clear_pointer(&status->gaps, g_ptr_array_unref);
  g_clear_pointer(&status->last, pass_free);
  g_clear_pointer(&status->wishes, g_ptr_array_unref);
  trust_lines_clear(&status->trust);
  own_server_clear(&status->server);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Status, status_clear)

static gboolean is_within(const CoverageGap *gap, const GPtrArray *coverage)
{
  for (guint i = 0; i < coverage->len; i++) {
    const Coverage *row = coverage->pdata[i];
    if (strcmp(row->folder, gap->folder) == 0) return row->from != 0 && gap->until > row->from;
  }
  return FALSE;
}

/* Reads the gaps. A gap before the coverage is left out: that time is not covered anyway. */
static gboolean read_gaps(Ledger *ledger, Status *status, GError **error)
{
  status->gaps = coverage_gaps(ledger, status->account->name, status->now - (gint64)GAP_DAYS * 86400, error);
  if (status->gaps == NULL) return FALSE;
  for (guint i = status->gaps->len; i > 0; i--)
    if (!is_within(status->gaps->pdata[i - 1], status->coverage)) g_ptr_array_remove_index(status->gaps, i - 1);
  return TRUE;
}

/* Reads the rest, when account, runs and now are set. */
static gboolean status_read(Ledger *ledger, Status *status, GError **error)
{
  GError *problem = NULL;
  const Account *account = status->account;
  status->coverage = coverage_list(ledger, account->name, error);
  if (status->coverage == NULL || !read_gaps(ledger, status, error)
      || !journal_counts(ledger, account->name, &status->counts, error)
      || !browse_counts(ledger, account->name, NULL, &status->views, error))
    return FALSE;
  status->last = pass_last(ledger, account->name, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  status->sent = sent_count(ledger, account->name, error);
  if (status->sent < 0 || !unread_count(ledger, account->name, &status->unread, error)) return FALSE;
  status->wishes = wish_open(ledger, account->name, error);
  status->trust.account = account->name;
  status->trust.accounts = status->accounts;
  return status->wishes != NULL && trust_lines_read(ledger, &status->trust, error)
         && own_server_get(ledger, account->name, &status->server, error)
         && insiders_count(ledger, account->name, status->now, &status->insiders, error);
}

/* The state as it is now. Where no daemon runs, no worker is busy or watching, whatever a killed worker has left in the
 * ledger. */
static AccountState state_now(const Status *status)
{
  const Account *account = status->account;
  return !status->runs && (account_is_busy(account) || account_is_watching(account)) ? ACCOUNT_IDLE : account->state;
}

static void add_problem(GString *words, const char *text)
{
  if (text == NULL) return;
  g_string_append_printf(words, ": %s", text);
  if (words->str[words->len - 1] == '.') g_string_truncate(words, words->len - 1);
}

static void add_until(GString *words, const Status *status, const char *with)
{
  if (!status->runs || status->account->until == 0) return;
  g_autofree char *until = print_time_beside(status->account->until, status->now);
  g_string_append_printf(words, "%s %s", with, until);
}

static void add_progress(GString *words, const Pass *pass, gboolean sent)
{
  if (pass == NULL || pass->ended != 0) return;
  if (sent && pass->sent_total > 0)
    g_string_append_printf(words, ", %u of %u messages", pass->sent_done, pass->sent_total);
  if (!sent && pass->scan_total > 0)
    g_string_append_printf(words, ", %u of %u messages", pass->scanned, pass->scan_total);
}

static void add_state(GString *words, const Status *status)
{
  const Account *account = status->account;
  AccountState state = state_now(status);
  switch (state) {
  case ACCOUNT_CONNECTING: g_string_append(words, "connecting to the server"); break;
  case ACCOUNT_INDEXING:
    g_string_append(words, "indexing: reading the Sent folder");
    add_progress(words, status->last, TRUE);
    break;
  case ACCOUNT_JUDGING:
    g_string_append(words, "judging: looking at mail");
    add_progress(words, status->last, FALSE);
    break;
  case ACCOUNT_WATCHING: g_string_append(words, "watching for new mail"); break;
  case ACCOUNT_SERVING:
    g_string_append(words, "serving your mail program; your requests are done when it disconnects");
    break;
  case ACCOUNT_RETRYING:
    g_string_append(words, status->runs ? "waiting to retry" : "not watched: no daemon runs, and the last try failed");
    add_until(words, status, " until");
    add_problem(words, account->text);
    break;
  case ACCOUNT_SIGN_IN_NEEDED:
  case ACCOUNT_DISABLED:
    g_string_append(words, state == ACCOUNT_DISABLED ? "disabled" : "sign-in needed");
    add_problem(words, account->text);
    add_until(words, status, "; tried again at");
    break;
  case ACCOUNT_IDLE:
  case ACCOUNT_STATES:
    g_string_append(words, status->runs ? "waiting for mail: no worker runs now" : "not watched: no daemon runs");
  }
}

/* The state in words. The caller frees. */
static char *words_account_state(const Status *status)
{
  const Account *account = status->account;
  g_autoptr(GString) words = g_string_new(NULL);
  add_state(words, status);
  if (!status->runs || account->since == 0) return g_strdup(words->str);
  g_autofree char *since = print_time(account->since);
  g_string_append_printf(words, " (since %s)", since);
  return g_strdup(words->str);
}

static void print_gaps(const Status *status, const char *folder)
{
  for (guint i = 0; i < status->gaps->len; i++) {
    const CoverageGap *gap = status->gaps->pdata[i];
    if (strcmp(gap->folder, folder) != 0) continue;
    g_autofree char *words = words_gap(gap);
    print_field("", words);
  }
}

static void print_sent(const Status *status)
{
  if (status->coverage->len == 0)
    print_field("sent mail",
                "no Sent folder known: nothing is moved until one is; name it as sent = in the configuration");
  for (guint i = 0; i < status->coverage->len; i++) {
    const Coverage *row = status->coverage->pdata[i];
    g_autofree char *words = words_coverage(row);
    print_field(i == 0 ? "sent mail" : "", words);
    print_gaps(status, row->folder);
  }
}

static void print_hand(const Status *status)
{
  g_autofree char *server = hand_words_server(&status->server), *insiders = hand_words_insiders(&status->insiders);
  print_field("mail server", server);
  print_field("not in Sent", insiders);
}

static void hand_members(JsonBuilder *line, const Status *status)
{
  const Insiders *insiders = &status->insiders;
  json_builder_set_member_name(line, "own_server");
  json_builder_begin_object(line);
  jsonl_text(line, "name", status->server.name);
  jsonl_number(line, "count", status->server.count);
  jsonl_number(line, "sampled", status->server.sampled);
  json_builder_end_object(line);
  json_builder_set_member_name(line, "insiders");
  json_builder_begin_object(line);
  jsonl_number(line, "day", insiders->day);
  jsonl_number(line, "week", insiders->week);
  jsonl_number(line, "month", insiders->month);
  jsonl_time(line, "last", insiders->last);
  jsonl_boolean(line, "alarm", insiders->alarm);
  json_builder_end_object(line);
}

static void print_text(const Status *status)
{
  const Account *account = status->account;
  const guint *verdicts = status->counts.by_verdict, *states = status->counts.by_state;
  g_autofree char *state = words_account_state(status), *last = print_time(account->last_pass);
  g_autofree char *known = g_strdup_printf("sent messages known: %" G_GINT64_FORMAT, status->sent);
  g_autofree char *judged = g_strdup_printf("%u genuine, %u backscatter, %u unsure", verdicts[VERDICT_GENUINE],
                                            verdicts[VERDICT_BACKSCATTER], verdicts[VERDICT_UNSURE]);
  g_autofree char *moved = g_strdup_printf(
      "%u in quarantine, %u restored, %u deleted, %u too fresh to judge, %u not moved for a reason",
      states[MOVE_QUARANTINED], states[MOVE_RESTORED], states[MOVE_DELETED], states[MOVE_WAITING], states[MOVE_FAILED]);
  g_autofree char *waiting = g_strdup_printf("%u (%u unsure); backstop list shows them",
                                             status->views.view[BROWSE_WAITING], status->views.view[BROWSE_UNSURE]);
  g_autofree char *unread = g_strdup_printf("%u message%s could not be read, and %s not judged", status->unread,
                                            status->unread == 1 ? "" : "s", status->unread == 1 ? "is" : "are");
  g_autofree char *wishes = g_strdup_printf("your requests not done yet: %u", status->wishes->len);
  g_autofree char *title = g_strdup_printf("%s%s", account->name, account->configured ? "" : " (no longer configured)");
  print_wrapped("", title);
  print_field("state", state);
  print_field("note", account->notice);
  print_field("last good pass", last);
  if (status->last != NULL && status->last->error != NULL && g_strcmp0(status->last->error, account->text) != 0)
    print_field("last error", status->last->error);
  print_sent(status);
  print_field("", known);
  trust_lines_print_fields(&status->trust);
  print_hand(status);
  print_field("bounces", judged);
  print_field("", moved);
  if (status->unread > 0) print_field("", unread);
  if (status->views.view[BROWSE_WAITING] > 0) print_field("waiting for you", waiting);
  if (status->wishes->len > 0) print_field("", wishes);
}

static void print_json(const Status *status)
{
  const Account *account = status->account;
  JsonBuilder *line = jsonl_begin();
  jsonl_text(line, "type", "account");
  jsonl_text(line, "account", account->name);
  jsonl_boolean(line, "configured", account->configured);
  jsonl_text(line, "state", account_state_name(state_now(status)));
  jsonl_text(line, "text", account->text);
  jsonl_time(line, "until", status->runs ? account->until : 0);
  jsonl_text(line, "notice", account->notice);
  jsonl_time(line, "since", account->since);
  jsonl_time(line, "last_pass", account->last_pass);
  jsonl_text(line, "last_error", status->last != NULL ? status->last->error : NULL);
  jsonl_number(line, "sent", status->sent);
  words_coverage_member(line, status->coverage);
  words_gaps_member(line, status->gaps);
  trust_tests_member(line, status->trust.tests, status->accounts);
  trust_healed_member(line, &status->trust.healed);
  hand_members(line, status);
  json_builder_set_member_name(line, "verdicts");
  json_builder_begin_object(line);
  for (int i = 0; i < VERDICT_N; i++) jsonl_number(line, verdict_name((VerdictCode)i), status->counts.by_verdict[i]);
  json_builder_end_object(line);
  json_builder_set_member_name(line, "states");
  json_builder_begin_object(line);
  for (int i = 0; i < MOVE_N; i++) jsonl_number(line, move_state_name((MoveState)i), status->counts.by_state[i]);
  json_builder_end_object(line);
  jsonl_number(line, "unread", status->unread);
  jsonl_number(line, "for_owner", status->views.view[BROWSE_WAITING]);
  jsonl_number(line, "open_wishes", status->wishes->len);
  jsonl_end(line);
}

/* How the whole is. */
typedef struct {
  gboolean runs;
  Running *running; /* NULL: no daemon ever ran */
  gboolean current; /* the daemon runs by the configuration as it is now */
  gint64 paused, sent;
  GPtrArray *unlisted; /* Unlisted* */
  MarkLines marks;
  guint accounts;
} Whole;

static void whole_clear(Whole *whole)
{
  g_clear_pointer(&whole->running, running_free);
  g_clear_pointer(&whole->unlisted, g_ptr_array_unref);
  mark_lines_clear(&whole->marks);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Whole, whole_clear)

static gboolean whole_read(const Ui *ui, Ledger *ledger, Whole *whole, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Config) config = ui->config_file != NULL ? config_load(ui->config_file, NULL) : NULL;
  whole->paused = ledger_paused_until(ledger);
  whole->running = running_get(ledger, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  whole->current =
      whole->runs && whole->running != NULL && config != NULL && g_str_equal(whole->running->digest, config->digest);
  whole->sent = sent_count(ledger, NULL, error);
  if (whole->sent < 0) return FALSE;
  whole->unlisted = unlisted_list(ledger, UNLISTED_TELL, error);
  return whole->unlisted != NULL && mark_lines_read(ledger, &whole->marks, error);
}

static void print_config(const Whole *whole, const char *file)
{
  g_autofree char *since = whole->running != NULL ? print_time(whole->running->since) : NULL;
  g_autofree char *text =
      !whole->runs || whole->current || file == NULL ? NULL
      : whole->running == NULL
          ? g_strdup_printf("It has not said by which configuration it runs: restart it to have it run by %s.", file)
      : whole->running->problem != NULL
          ? g_strdup_printf("It goes on with the configuration that it took over at %s, since the file as it is now "
                            "will not do: %s",
                            since, whole->running->problem)
          : g_strdup_printf("It does not run by %s as that is now: it runs by what %s said at %s.", file,
                            whole->running->file, since);
  if (text != NULL) print_wrapped("", text);
}

static void print_whole(const Ui *ui, const Whole *whole)
{
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "type", "ledger");
    jsonl_boolean(line, "daemon", whole->runs);
    json_builder_set_member_name(line, "configuration_current");
    if (whole->runs)
      json_builder_add_boolean_value(line, whole->current);
    else
      json_builder_add_null_value(line);
    jsonl_text(line, "configuration_problem", whole->runs && whole->running != NULL ? whole->running->problem : NULL);
    jsonl_time(line, "paused_until", whole->paused);
    jsonl_number(line, "sent", whole->sent);
    jsonl_number(line, "accounts", whole->accounts);
    trust_unlisted_member(line, whole->unlisted);
    mark_lines_members(line, &whole->marks);
    jsonl_end(line);
    return;
  }
  puts(whole->runs ? "The daemon is running."
                   : "No daemon is running: start backstopd, or make single passes with backstop once.");
  print_config(whole, ui->config_file);
  if (whole->paused != 0) {
    g_autofree char *until = print_time(whole->paused);
    printf("It is paused until %s: it moves nothing except what you ask for.\n", until);
  }
  if (whole->accounts == 0) puts("No account has been looked at yet: run backstop once.");
  trust_unlisted_print(whole->unlisted);
  mark_lines_print(&whole->marks);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  g_auto(Whole) whole = { .runs = ledger_daemon_runs(ui->data_dir) };
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  g_autoptr(GPtrArray) accounts = ledger != NULL ? account_list(ledger, &error) : NULL;
  if (accounts == NULL || !whole_read(ui, ledger, &whole, &error)) return ui_fail(error);
  whole.accounts = accounts->len;
  print_whole(ui, &whole);
  for (guint i = 0; i < accounts->len; i++) {
    g_auto(Status) status = { .account = accounts->pdata[i], .accounts = accounts, .runs = whole.runs, .now = now };
    if (!status_read(ledger, &status, &error)) return ui_fail(error);
    if (!ui->json) putchar('\n');
    if (ui->json)
      print_json(&status);
    else
      print_text(&status);
  }
  return wish_results(ui, ledger, &error) ? EX_OK : ui_fail(error);
}

const Command cmd_status = {
  .name = "status",
  .arguments = "",
  .summary = "How each account is, how much waits for you, last errors",
  .run = run,
};
