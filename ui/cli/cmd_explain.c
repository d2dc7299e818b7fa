/* cmd_explain.c - `backstop explain`: why a message was judged so
 * Owns:     its output, meant for somebody who has never heard of a DSN.
 * Must not: judge again; it tells what was found then.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cli.py */
#include "ui/cli/command.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/print.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char *meaning(VerdictCode code)
{
  switch (code) {
  case VERDICT_GENUINE: return "genuine: it answers mail that you sent.";
  case VERDICT_BACKSCATTER: return "backscatter: it answers mail that you did not send.";
  case VERDICT_UNSURE: return "unsure: too little is known to tell whether you sent the mail it answers.";
  default: return "pass: it is not a bounce.";
  }
}

static void print_heading(const Entry *entry)
{
  g_autofree char *first = g_strdup_printf("Message %" G_GINT64_FORMAT " is ", entry->id);
  g_autoptr(GString) text = g_string_new(meaning(entry->verdict));
  g_string_append_printf(text, " It is %s", words_state(entry->state));
  if (entry->state == MOVE_QUARANTINED && entry->away.folder != NULL)
    g_string_append_printf(text, ", in the folder \"%s\"", entry->away.folder);
  if (entry->state == MOVE_RESTORED && entry->home.folder != NULL)
    g_string_append_printf(text, " to \"%s\"", entry->home.folder);
  if (entry->reason != NULL) g_string_append_printf(text, ": %s", entry->reason);
  g_string_append_c(text, '.');
  g_autofree char *line = g_strconcat(first, text->str, NULL);
  print_wrapped("", line);
}

static void print_what(const Entry *entry)
{
  g_autofree char *about = words_list(entry->recipients, 5);
  g_autofree char *arrived = print_time(entry->arrived);
  g_autoptr(GString) text = g_string_new(words_kind(entry->kind));
  if (entry->reporter != NULL) g_string_append_printf(text, ", written by %s", entry->reporter);
  g_string_append_printf(text, "; it came to the account %s", entry->account);
  if (entry->arrived != 0) g_string_append_printf(text, ", %s", arrived);
  puts("\nWhat it is");
  print_wrapped("  ", text->str);
  puts("\nThe mail it is about");
  print_field("was sent to", about != NULL ? about : "nobody that it names");
  print_field("says it is from", entry->original_from);
  print_field("subject", entry->original_subject);
  print_field("its id", entry->original_id);
}

static void print_coverage(const GPtrArray *coverage)
{
  puts("\nWhere your sent mail was looked for (as of now)");
  if (coverage->len == 0)
    print_wrapped(
        "  ", "No Sent folder is known, so Backstop cannot tell that you did not send something, and moves nothing.");
  for (guint i = 0; i < coverage->len; i++) {
    const Coverage *row = coverage->pdata[i];
    g_autofree char *words = words_coverage(row);
    g_autofree char *text = g_strdup_printf("folder \"%s\" of account %s: %s", row->folder, row->account, words);
    print_wrapped("  ", text);
  }
}

/* The owner may copy this text into a shell, and a stranger has written the address: only harmless characters. */
static gboolean is_plain(const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("@._-+=", *c) == NULL) return FALSE;
  return *text != '-';
}

static void print_choices(const Entry *entry)
{
  const char *about = entry->recipients->len > 0 ? entry->recipients->pdata[0] : NULL;
  puts("\nWhat you can do");
  if (entry->state == MOVE_QUARANTINED) {
    printf("  backstop restore %" G_GINT64_FORMAT "   puts it back and leaves it there\n", entry->id);
    printf("  backstop delete %" G_GINT64_FORMAT "    moves it to the trash, or removes it where there is none\n",
           entry->id);
  }
  if (about == NULL || !is_plain(about)) about = "ADDRESS";
  printf("  backstop allow add %s\n      counts reports about mail to that address as genuine from now on\n", about);
  printf("  backstop deny add %s\n      counts them as backscatter\n", about);
}

static void print_json(const Entry *entry, const GPtrArray *coverage)
{
  JsonBuilder *line = jsonl_begin();
  words_entry_members(line, entry);
  jsonl_evidence(line, entry->evidence);
  jsonl_number(line, "decided", entry->decided);
  words_coverage_member(line, coverage);
  jsonl_end(line);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  gint64 id;
  if (!ui_parse_id(argv[0], &id)) return ui_usage("\"%s\" is no ID: they are the numbers of backstop list", argv[0]);
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  g_autoptr(Entry) entry = ledger != NULL ? journal_get(ledger, id, &error) : NULL;
  g_autoptr(GPtrArray) coverage = entry != NULL ? coverage_list(ledger, NULL, &error) : NULL;
  if (coverage == NULL) return ui_fail(error);
  if (ui->json) {
    print_json(entry, coverage);
    return EX_OK;
  }
  print_heading(entry);
  print_what(entry);
  puts("\nWhy   (✓ speaks for mail of yours, ✗ against it, – for neither)");
  words_print_evidence(entry->evidence, entry->decided);
  print_coverage(coverage);
  print_choices(entry);
  return EX_OK;
}

const Command cmd_explain = {
  .name = "explain",
  .arguments = "ID",
  .summary = "Why a message was judged so",
  .minimum = 1,
  .maximum = 1,
  .run = run,
};
