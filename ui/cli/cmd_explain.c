/* cmd_explain.c - `backstop explain`: why a message was judged so
 * Owns:     its output, meant for somebody who has never heard of a DSN.
 * Must not: judge again; it tells what was found then.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cmd_explain.py */
#include "ledger/wish.h"
#include "ui/cli/command.h"
#include "ui/terminal/entry_words.h"
#include "ui/terminal/print.h"
#include "ui/terminal/trust_lines.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char *meaning(const Entry *entry)
{
  static const char *const genuine[] = {
    [WORDS_BY_MAIL] = "genuine: it answers mail that you sent.",
    [WORDS_BY_OWN_ENTRY] = "genuine: you have allowed it by an entry of your own.",
    [WORDS_BY_ADDRESS] = "genuine, it seems: you have written to the address that it is about.",
  };
  switch (entry->verdict) {
  case VERDICT_GENUINE: return genuine[words_by(entry)];
  case VERDICT_BACKSCATTER:
    return words_by(entry) == WORDS_BY_OWN_ENTRY ? "backscatter: you have denied it by an entry of your own."
                                                 : "backscatter: it answers mail that you did not send.";
  case VERDICT_UNSURE: return "unsure: too little is known to tell whether you sent the mail it answers.";
  default: return "pass: it is not a bounce.";
  }
}

/* All that is known of one message, and of sent mail now. */
typedef struct {
  Entry *entry;
  GPtrArray *coverage; /* Coverage* */
  GPtrArray *tests;    /* CoverageTest* */
  GPtrArray *accounts; /* Account* */
  Healing *healing;    /* NULL: it was not judged again with another result */
  gboolean coming;     /* it goes back by itself */
  gboolean may_restore, may_delete;
} Known;

static void known_clear(Known *known)
{
  g_clear_pointer(&known->entry, entry_free);
  g_clear_pointer(&known->coverage, g_ptr_array_unref);
  g_clear_pointer(&known->tests, g_ptr_array_unref);
  g_clear_pointer(&known->accounts, g_ptr_array_unref);
  g_clear_pointer(&known->healing, healing_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Known, known_clear)

/* *may: a request of this verb makes sense now. */
static gboolean ask(Ledger *ledger, WishVerb verb, gint64 id, gboolean *may, GError **error)
{
  g_autofree char *refusal = NULL;
  if (!wish_refusal(ledger, verb, id, &refusal, error)) return FALSE;
  *may = refusal == NULL;
  return TRUE;
}

/* Fills in the rest, where the entry is known. */
static gboolean known_read(Ledger *ledger, Known *known, GError **error)
{
  GError *problem = NULL;
  gint64 id = known->entry->id;
  if ((known->coverage = coverage_list(ledger, NULL, error)) == NULL
      || (known->tests = coverage_tests(ledger, NULL, error)) == NULL
      || (known->accounts = account_list(ledger, error)) == NULL
      || !ask(ledger, WISH_RESTORE, id, &known->may_restore, error)
      || !ask(ledger, WISH_DELETE, id, &known->may_delete, error))
    return FALSE;
  known->healing = healing_get(ledger, id, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  return known->healing == NULL || healing_is_coming(ledger, known->healing, &known->coming, error);
}

static void print_heading(const Entry *entry)
{
  g_autofree char *first = g_strdup_printf("Message %" G_GINT64_FORMAT " is ", entry->id);
  g_autoptr(GString) text = g_string_new(meaning(entry));
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

static void print_coverage(const Known *known)
{
  const GPtrArray *coverage = known->coverage;
  puts("\nWhere your sent mail was looked for (as of now)");
  if (coverage->len == 0)
    print_wrapped(
        "  ", "No Sent folder is known, so Backstop cannot tell that you did not send something, and moves nothing.");
  for (guint i = 0; i < coverage->len; i++) {
    const Coverage *row = coverage->pdata[i];
    g_autofree char *words = words_coverage(row);
    print_wrapped("  ", words);
  }
  for (guint i = 0; i < known->tests->len; i++) {
    const CoverageTest *test = known->tests->pdata[i];
    g_autofree char *words = trust_words_test(test, trust_is_given(known->accounts, test->account));
    print_wrapped("  ", words);
  }
}

/* What judging again came to. */
static void print_healing(const Known *known)
{
  g_autofree char *words =
      known->healing != NULL ? trust_words_healing(known->healing, known->coming, known->entry->state) : NULL;
  if (words != NULL) print_wrapped("", words);
}

/* The owner may copy this text into a shell, and a stranger has written the address: only harmless characters. */
static gboolean is_plain(const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr("@._-+=", *c) == NULL) return FALSE;
  return *text != '-';
}

static void print_choices(const Known *known)
{
  const Entry *entry = known->entry;
  const char *about = entry->recipients->len > 0 ? entry->recipients->pdata[0] : NULL;
  puts("\nWhat you can do");
  if (known->may_restore)
    printf("  backstop restore %" G_GINT64_FORMAT "   puts it back and leaves it there\n", entry->id);
  if (known->may_delete) printf("  backstop delete %" G_GINT64_FORMAT "    moves it to the trash\n", entry->id);
  if (about == NULL || !is_plain(about)) about = "ADDRESS";
  printf("  backstop allow add %s\n      counts reports about mail to that address as genuine from now on\n", about);
  printf("  backstop deny add %s\n      counts them as backscatter\n", about);
}

static void print_json(const Known *known)
{
  JsonBuilder *line = jsonl_begin();
  words_entry_members(line, known->entry);
  jsonl_evidence(line, known->entry->evidence);
  jsonl_number(line, "decided", known->entry->decided);
  words_coverage_member(line, known->coverage);
  trust_healing_member(line, known->healing, known->coming);
  trust_tests_member(line, known->tests, known->accounts);
  jsonl_end(line);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = NULL;
  g_auto(Known) known = { 0 };
  int status = ui_open_entry(ui, argv[0], &ledger, &known.entry);
  if (status != EX_OK) return status;
  if (!known_read(ledger, &known, &error)) return ui_fail(error);
  if (ui->json) {
    print_json(&known);
    return EX_OK;
  }
  print_heading(known.entry);
  print_healing(&known);
  print_what(known.entry);
  puts("\nWhy   (✓ speaks for mail of yours, ✗ against it, – for neither)");
  words_print_evidence(known.entry->evidence, known.entry->decided);
  print_coverage(&known);
  print_choices(&known);
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
