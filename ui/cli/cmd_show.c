/* cmd_show.c - `backstop show`: a judged message, as the ledger holds it, or itself
 * Owns:     its output.
 * Must not: speak to a server: only a message in a folder on this computer can be printed itself.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cmd_explain.py */
#include "fetcher/disk/find_message.h"
#include "filter/normalise.h"
#include "ui/cli/command.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/print.h"
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#define RAW_MOST ((gsize)64 << 20)

static gboolean raw;

static const GOptionEntry options[] = {
  { "raw", 0, 0, G_OPTION_ARG_NONE, &raw, "Print the message itself, if it is on this computer", NULL },
  G_OPTION_ENTRY_NULL,
};

static const Place *where(const Entry *entry)
{
  return entry->away.folder != NULL && entry->state != MOVE_RESTORED ? &entry->away : &entry->home;
}

/* A folder on this computer is given by its path. */
static gboolean is_here(const Place *place) { return place->folder != NULL && *place->folder == '/'; }

/* Prints a dot for each hidden character: a terminal would obey control characters that mail holds on purpose. */
static void print_harmless(const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
    gboolean hidden = *c != '\n' && *c != '\t' && text_hides(g_utf8_get_char(c));
    if (hidden)
      putchar('.');
    else
      fwrite(c, 1, (gsize)(g_utf8_next_char(c) - c), stdout);
  }
}

static int print_raw(const Entry *entry)
{
  GError *error = NULL;
  const Place *place = where(entry);
  if (!is_here(place) && entry->state == MOVE_DELETED) {
    ui_complain("message %" G_GINT64_FORMAT " was deleted: nothing of it is left on this computer", entry->id);
    return EX_NOINPUT;
  }
  if (!is_here(place)) {
    ui_complain("message %" G_GINT64_FORMAT " is not on this computer: your mail program shows it, in the folder %s",
                entry->id, place->folder != NULL ? place->folder : "(unknown)");
    return EX_UNAVAILABLE;
  }
  g_autoptr(GBytes) bytes = find_message(place->folder, &entry->fingerprint, RAW_MOST, &error);
  if (error != NULL) return ui_fail(error);
  if (bytes == NULL) {
    ui_complain("message %" G_GINT64_FORMAT " is no longer in %s", entry->id, place->folder);
    return EX_NOINPUT;
  }
  gsize length;
  const char *text = g_bytes_get_data(bytes, &length);
  if (isatty(STDOUT_FILENO))
    print_harmless(text, length);
  else
    fwrite(text, 1, length, stdout);
  if (fflush(stdout) == 0 && !ferror(stdout)) return EX_OK;
  ui_complain("the message could not be written: %s", g_strerror(errno));
  return EX_IOERR;
}

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
  const Place *place = where(entry);
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
  if (is_here(place) && entry->state != MOVE_DELETED)
    printf("backstop show --raw %" G_GINT64_FORMAT " prints the message itself.\n", entry->id);
}

static int run(const Ui *ui, int argc, char **argv)
{
  g_autoptr(Ledger) ledger = NULL;
  g_autoptr(Entry) entry = NULL;
  int status = ui_open_entry(ui, argv[0], &ledger, &entry);
  if (status != EX_OK) return status;
  if (raw) return print_raw(entry);
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
  .summary = "What is known of a judged message",
  .options = options,
  .minimum = 1,
  .maximum = 1,
  .run = run,
};
