/* cmd_show.c - `backstop show`: a judged message, as the ledger holds it
 * Owns:     its output.
 * Must not: speak to a server; the message itself stays there.
 * Fails:    by exit.h.
 * Tests:    tests/test_cli.py */
#include "ui/print.h"
#include "ui/ui.h"
#include "ui/words.h"
#include <stdio.h>
#include <sysexits.h>

static void print_when(const char *name, gint64 seconds)
{
  g_autofree char *text = seconds != 0 ? print_time(seconds) : NULL;
  print_field(name, text);
}

static void print(const Entry *entry)
{
  g_autofree char *state = g_strdup_printf("%s%s%s", words_state(entry->state), entry->reason != NULL ? ": " : "",
                                           entry->reason != NULL ? entry->reason : "");
  g_autofree char *about = words_list(entry->recipients, 20);
  const Place *place = entry->away.folder != NULL && entry->state != MOVE_RESTORED ? &entry->away : &entry->home;
  printf("Message %" G_GINT64_FORMAT "\n", entry->id);
  print_field("account", entry->account);
  print_when("arrived", entry->arrived);
  print_field("what it is", words_kind(entry->kind));
  print_field("verdict", verdict_name(entry->verdict));
  print_when("judged", entry->judged);
  print_field("state", state);
  print_when("since", entry->changed);
  print_field("folder", entry->state != MOVE_DELETED ? place->folder : NULL);
  print_field("reporter", entry->reporter);
  print_field("about mail to", about);
  print_field("status", entry->status);
  print_field("reporter's words", entry->diagnostic);
  print_field("message id", *entry->fingerprint.message_id != '\0' ? entry->fingerprint.message_id : NULL);
  puts("The original message, as the report shows it");
  print_field("from", entry->original_from);
  print_field("to", entry->original_to);
  print_field("subject", entry->original_subject);
  print_when("date", entry->original_date);
  print_field("message id", entry->original_id);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  gint64 id;
  if (!ui_parse_id(argv[0], &id)) return ui_usage("\"%s\" is no ID: they are the numbers of backstop list", argv[0]);
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  g_autoptr(Entry) entry = ledger != NULL ? journal_get(ledger, id, &error) : NULL;
  if (entry == NULL) return ui_fail(error);
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    words_entry_members(line, entry);
    jsonl_text(line, "message_id", entry->fingerprint.message_id);
    jsonl_evidence(line, entry->evidence);
    jsonl_end(line);
  } else {
    print(entry);
  }
  return EX_OK;
}

const Command cmd_show = {
  .name = "show",
  .arguments = "ID",
  .summary = "A judged message: what it is, from whom, about what",
  .minimum = 1,
  .maximum = 1,
  .run = run,
};
