/* cmd_check.c - `backstop check`: judge messages offline
 * Owns:     its output and exit status.
 * Must not: change the messages, or more of the ledger than what names --dns has looked up.
 * Fails:    exit status 3; the other messages are still judged.
 * Tests:    tests/ui/cli/test_cmd_check.py */
#include "ledger/facts.h"
#include "ui/cli/check_dns.h"
#include "ui/cli/command.h"
#include "ui/cli/mail_arguments.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include <stdio.h>

/* The worst status is the highest number: of several messages, the highest counts. */
enum { CHECK_GOOD, CHECK_BACKSCATTER, CHECK_UNSURE, CHECK_ERROR };

typedef struct {
  const Ui *ui;
  Ledger *ledger;
  Policy policy;
  CheckDns *dns; /* NULL: asks nobody */
  int status;
} Check;

static gboolean with_dns;
static const GOptionEntry options[] = { { "dns", 0, 0, G_OPTION_ARG_NONE, &with_dns,
                                          "Try the checks that ask the domain name system", NULL },
                                        G_OPTION_ENTRY_NULL };

static int status_of(VerdictCode code)
{
  return code == VERDICT_BACKSCATTER ? CHECK_BACKSCATTER : code == VERDICT_UNSURE ? CHECK_UNSURE : CHECK_GOOD;
}

static void print_json(const Check *check, const char *file, const Report *report, const Facts *facts,
                       const Verdict *verdict)
{
  JsonBuilder *line = jsonl_begin();
  jsonl_text(line, "file", file);
  jsonl_text(line, "kind", report_kind_name(report->kind));
  jsonl_text(line, "verdict", verdict_name(verdict->code));
  jsonl_evidence(line, verdict->evidence);
  jsonl_text(line, "reporter", report->reporter);
  jsonl_list(line, "recipients", report->recipients);
  json_builder_set_member_name(line, "original");
  json_builder_begin_object(line);
  jsonl_list(line, "message_ids", report->original.message_ids);
  jsonl_text(line, "from", report->original.from);
  jsonl_text(line, "to", report->original.to);
  jsonl_text(line, "subject", report->original.subject);
  jsonl_time(line, "date", report->original.date);
  json_builder_end_object(line);
  if (check->dns != NULL) check_dns_json(check->dns, facts, line);
  jsonl_end(line);
}

static void print_text(const Check *check, const char *file, guint number, const Report *report, const Facts *facts,
                       const Verdict *verdict)
{
  g_autofree char *place = number > 1 ? g_strdup_printf("%s (message %u)", file, number) : g_strdup(file);
  g_autofree char *about = words_list(report->recipients, 3);
  g_autoptr(GString) text = g_string_new(verdict_name(verdict->code));
  g_string_append_printf(text, ": %s", words_kind(report->kind));
  if (about != NULL) g_string_append_printf(text, ", to %s", about);
  g_autofree char *valid = g_utf8_make_valid(place, -1);
  g_autofree char *line = g_strdup_printf("%s: %s", valid, text->str);
  print_wrapped("", line);
  if (verdict->code != VERDICT_PASS) words_print_evidence(verdict->evidence, verdict->decided);
  if (check->dns != NULL) check_dns_print(check->dns, facts);
}

/* Judges a message as the daemon does, but asks no server (name servers with --dns alone). */
static Verdict *judge(Check *check, GBytes *message, Report **report, Facts **asked, GError **error)
{
  gsize length;
  const char *header = mail_header(message, &length);
  *report = filter_candidate(header, length) ? filter_read(message) : report_new();
  if (check->dns != NULL && !check_dns_look_up(check->dns, check->ledger, *report, error)) return NULL;
  FactsQuery query = { .now = check->policy.now };
  if (check->dns != NULL) check_dns_switch_on(check->dns, &query);
  Facts *facts = *asked = ledger_facts(check->ledger, *report, &query, error);
  if (facts == NULL) return NULL;
  facts->waited = TRUE; /* FALSE: a fresh report waits for a second look; here there is none */
  return filter_judge(*report, facts, &check->policy);
}

static gboolean check_message(const char *file, guint number, GBytes *message, gpointer data)
{
  Check *check = data;
  GError *error = NULL;
  g_autoptr(Report) report = NULL;
  g_autoptr(Facts) facts = NULL;
  g_autoptr(Verdict) verdict = judge(check, message, &report, &facts, &error);
  if (verdict == NULL) {
    ui_fail(error);
    check->status = CHECK_ERROR;
    return FALSE; /* the ledger would fail for the next message, too */
  }
  if (check->ui->json)
    print_json(check, file, report, facts, verdict);
  else
    print_text(check, file, number, report, facts, verdict);
  check->status = ui_worse(check->status, status_of(verdict->code));
  return TRUE;
}

/* Opens the ledger, or an empty one, and reads the owner's choices if there is a configuration. */
static gboolean prepare(Check *check, GError **error)
{
  if (!ui_policy(check->ui, &check->policy, error)) return FALSE;
  if (with_dns && (check->dns = check_dns_new(check->ui, error)) == NULL) return FALSE;
  gboolean empty;
  check->ledger = ui_ledger_or_empty(check->ui, &empty, error);
  if (check->ledger != NULL && empty && !check->ui->json)
    puts("Nothing is known of the mail you sent, so every bounce is unsure: run backstop once or backstop record "
         "first.");
  return check->ledger != NULL;
}

static int run(const Ui *ui, int argc, char **argv)
{
  Check check = { .ui = ui };
  GError *error = NULL;
  if (!prepare(&check, &error)) {
    ui_fail(error);
    return CHECK_ERROR;
  }
  if (!mail_each(argc, argv, check_message, &check)) check.status = CHECK_ERROR;
  ledger_close(check.ledger);
  check_dns_free(check.dns);
  return check.status;
}

const Command cmd_check = {
  .name = "check",
  .arguments = "FILE...",
  .summary = "Judge messages, mboxes, Maildirs or - (standard input), offline",
  .description =
      "Nothing is moved or recorded. --dns tells name servers, and the keepers of the blocklists that the "
      "configuration names, what it asks. Exit status: 0 genuine or not a bounce, 1 backscatter, 2 unsure, 3 error; "
      "with several messages, the highest.",
  .options = options,
  .minimum = 1,
  .maximum = -1,
  .run = run,
};
