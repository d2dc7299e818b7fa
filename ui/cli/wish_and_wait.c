/* wish_and_wait.c - what `restore`, `delete` and `undo` share: a request for each message, and the wait for the results
 * Owns:     the question before, the wait, and what is said of results.
 * Must not: touch a message; the worker does what is asked.
 * Fails:    by exit.h; all of the messages are asked for, or none.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/cli/wish_and_wait.h"
#include "filter/normalise.h"
#include "ledger/account.h"
#include "ledger/command.h"
#include "ledger/journal.h"
#include "ledger/trash.h"
#include "ui/common/trust_words.h"
#include "ui/common/words.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#define WAIT_USEC (10 * G_USEC_PER_SEC)
#define LOOK_USEC (G_USEC_PER_SEC / 10)

typedef struct {
  gint64 id; /* of the entry */
  gint64 wish;
} Wished;

static void tell(const Ui *ui, gint64 id, const char *state, const char *text)
{
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_number(line, "id", id);
    jsonl_text(line, "state", state);
    jsonl_text(line, "text", text);
    jsonl_end(line);
  } else {
    g_autofree char *first = g_strdup_printf("%" G_GINT64_FORMAT ": ", id);
    print_wrapped(first, text);
  }
  fflush(stdout);
}

/* Prints the result of each finished request and removes it from the list. */
static int take_finished(const Ui *ui, Ledger *ledger, GArray *wished)
{
  int status = EX_OK;
  for (guint i = 0; i < wished->len;) {
    const Wished *row = &g_array_index(wished, Wished, i);
    GError *error = NULL;
    g_autoptr(Wish) wish = wish_get(ledger, row->wish, &error);
    if (wish == NULL) {
      status = ui_worse(status, ui_fail(error));
    } else if (wish->state == WISH_OPEN) {
      i++;
      continue;
    } else {
      gboolean done = wish->state == WISH_DONE;
      tell(ui, row->id, done ? "done" : "failed", wish->result != NULL ? wish->result : done ? "done" : "failed");
      if (!done) status = ui_worse(status, EX_DATAERR);
      if (!wish_tell(ledger, &row->wish, 1, &error)) status = ui_worse(status, ui_fail(error));
    }
    g_array_remove_index(wished, i);
  }
  return status;
}

static int wait_for(const Ui *ui, Ledger *ledger, GArray *wished)
{
  int status = EX_OK;
  gint64 deadline = g_get_monotonic_time() + WAIT_USEC, version = -1;
  while (wished->len > 0 && g_get_monotonic_time() < deadline && ledger_daemon_runs(ui->data_dir)) {
    GError *error = NULL;
    gint64 now = ledger_data_version(ledger, &error);
    if (now < 0) return ui_fail(error);
    if (now != version) status = ui_worse(status, take_finished(ui, ledger, wished));
    version = now;
    if (wished->len > 0) g_usleep(LOOK_USEC);
  }
  return ui_worse(status, take_finished(ui, ledger, wished));
}

static const char *done_word(WishVerb verb)
{
  switch (verb) {
  case WISH_RESTORE: return "restored";
  case WISH_QUARANTINE: return "put back into quarantine";
  default: return "deleted";
  }
}

static char *count_words(guint n) { return g_strdup_printf(n == 1 ? "%u message" : "%u messages", n); }

static void tell_dry_run(const Ui *ui, WishVerb verb, const GArray *ids)
{
  g_autofree char *count = count_words(ids->len), *which = words_ids(ids, 50);
  if (!ui->json) {
    g_autofree char *text = g_strdup_printf("%s would be %s: %s", count, done_word(verb), which);
    print_wrapped("", text);
    return;
  }
  for (guint i = 0; i < ids->len; i++) tell(ui, g_array_index(ids, gint64, i), "dry-run", done_word(verb));
}

gboolean wish_ask(const char *question)
{
  char line[16] = "";
  fflush(stdout);
  g_autofree char *safe = text_one_line(question, 500);
  fprintf(stderr, "%s [y/N] ", safe);
  fflush(stderr);
  if (fgets(line, sizeof line, stdin) == NULL) return FALSE;
  g_strstrip(line);
  return g_ascii_strcasecmp(line, "y") == 0 || g_ascii_strcasecmp(line, "yes") == 0;
}

/* Names of the accounts of these messages that have no trash, as their workers saw it last; NULL: all have one. */
static char *without_trash(Ledger *ledger, const GArray *ids, GError **error)
{
  g_autoptr(GPtrArray) accounts = account_list(ledger, error);
  g_autoptr(GHashTable) of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GString) names = g_string_new(NULL);
  for (guint i = 0; accounts != NULL && i < ids->len; i++) {
    g_autoptr(Entry) entry = journal_get(ledger, g_array_index(ids, gint64, i), error);
    if (entry == NULL) return NULL;
    g_hash_table_add(of, g_strdup(entry->account));
  }
  for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
    const char *name = ((const Account *)accounts->pdata[i])->name;
    gboolean known = FALSE;
    g_autofree char *trash = NULL;
    if (!g_hash_table_contains(of, name)) continue;
    if (!trash_get(ledger, name, &known, &trash, error)) return NULL;
    if (known && trash == NULL) g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
  }
  return names->len > 0 ? g_strdup(names->str) : NULL;
}

/* Where there is no trash, nothing is removed unless the owner says so. *verb may become WISH_REMOVE. */
static int consent(Ledger *ledger, const WishOptions *options, const GArray *ids, gboolean terminal, WishVerb *verb)
{
  g_autoptr(GError) error = NULL;
  if (*verb != WISH_DELETE) return EX_OK;
  if (options->for_good) {
    *verb = WISH_REMOVE;
    return EX_OK;
  }
  g_autofree char *accounts = without_trash(ledger, ids, &error);
  if (error != NULL) return ui_fail(g_steal_pointer(&error));
  if (accounts == NULL) return EX_OK;
  if (!terminal) {
    ui_complain("%s: there is no trash, so nothing is deleted; --for-good removes messages for good", accounts);
    return EX_DATAERR;
  }
  g_autofree char *count = count_words(ids->len);
  g_autofree char *question = g_strdup_printf("There is no trash (%s). Remove %s for good?", accounts, count);
  if (!wish_ask(question)) return EX_TEMPFAIL;
  *verb = WISH_REMOVE;
  return EX_OK;
}

/* Says how many they are, and asks. */
static int confirm(const Selection *selection, WishVerb verb, gboolean terminal)
{
  guint n = selection->ids->len;
  g_autofree char *count = count_words(n), *which = words_ids(selection->ids, 8);
  if (selection_options.yes || (n < 2 && !selection->bulk) || (!terminal && !selection->bulk)) return EX_OK;
  if (!terminal) return ui_usage("%s would be %s (%s): add --yes", count, done_word(verb), which);
  g_autofree char *question = g_strdup_printf("%s will be %s (%s). Go on?", count, done_word(verb), which);
  return wish_ask(question) ? EX_OK : EX_TEMPFAIL;
}

int wish_wait(const Ui *ui, Ledger *ledger, const GArray *entries, const GArray *wishes)
{
  g_autoptr(GArray) wished = g_array_new(FALSE, FALSE, sizeof(Wished));
  for (guint i = 0; i < wishes->len; i++) {
    Wished row = { g_array_index(entries, gint64, i), g_array_index(wishes, gint64, i) };
    g_array_append_val(wished, row);
  }
  gboolean runs = ledger_daemon_runs(ui->data_dir);
  int status = runs ? wait_for(ui, ledger, wished) : EX_OK;
  for (guint i = 0; i < wished->len; i++)
    tell(ui, g_array_index(wished, Wished, i).id, "queued",
         runs ? "queued: the daemon will do it soon"
              : "queued: it is done at the next pass (run backstop once, or start backstopd)");
  return status;
}

int wish_and_wait(const Ui *ui, WishVerb verb, const WishOptions *options, int argc, char **argv)
{
  GError *error = NULL;
  int status = EX_OK;
  gint64 command = 0;
  gboolean terminal = isatty(STDIN_FILENO) != 0;
  g_auto(Selection) selection = { 0 };
  g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(gint64));
  if ((status = selection_check(argc, argv)) != EX_OK) return status;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  if (ledger == NULL) return ui_fail(error);
  if (!selection_make(ledger, verb, argc, argv, &selection, &status)) return status;
  if (selection.ids->len == 0) {
    if (!ui->json) puts("Nothing matches.");
    return EX_OK;
  }
  if (selection_options.dry_run) {
    tell_dry_run(ui, verb, selection.ids);
    return EX_OK;
  }
  if ((status = confirm(&selection, verb, terminal)) != EX_OK) return status;
  if ((status = consent(ledger, options, selection.ids, terminal, &verb)) != EX_OK) return status;
  if (!command_wish(ledger, verb, (const gint64 *)(void *)selection.ids->data, selection.ids->len, wishes, &command,
                    &error))
    return ui_fail(error);
  return wish_wait(ui, ledger, selection.ids, wishes);
}

static const char *asked_for(WishVerb verb)
{
  switch (verb) {
  case WISH_RESTORE: return "restore";
  case WISH_QUARANTINE: return "put back into quarantine";
  case WISH_SWEEP:
  case WISH_REHEARSE: return "sweep";
  default: return "delete";
  }
}

static void tell_result(const Ui *ui, const Wish *wish, gboolean itself)
{
  const char *result = wish->result != NULL ? wish->result : wish->state == WISH_DONE ? "done" : "failed";
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "type", "result");
    jsonl_number(line, "id", wish->entry);
    jsonl_text(line, "account", wish->account);
    jsonl_text(line, "request", wish_verb_name(wish->verb));
    jsonl_boolean(line, "by_itself", itself);
    jsonl_text(line, "state", wish->state == WISH_DONE ? "done" : "failed");
    jsonl_text(line, "text", result);
    jsonl_end(line);
    return;
  }
  const char *words = itself ? "by itself" : asked_for(wish->verb);
  g_autofree char *first = wish->entry != 0 ? g_strdup_printf("  %" G_GINT64_FORMAT " (%s): ", wish->entry, words)
                                            : g_strdup_printf("  %s (%s): ", wish->account, words);
  print_wrapped(first, result);
}

gboolean wish_results(const Ui *ui, Ledger *ledger, GError **error)
{
  g_autoptr(GPtrArray) wishes = wish_untold(ledger, NULL, error);
  g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(gint64));
  if (wishes == NULL) return FALSE;
  if (wishes->len > 0 && !ui->json) puts("\nWhat was done since you last asked:");
  for (guint i = 0; i < wishes->len; i++) {
    const Wish *wish = wishes->pdata[i];
    gboolean itself = FALSE;
    if (!wish_is_healing(ledger, wish, &itself, error)) return FALSE;
    tell_result(ui, wish, itself);
    g_array_append_val(told, wish->id);
  }
  /* A program that asks for JSON may not be the owner. */
  return ui->json || wish_tell(ledger, (const gint64 *)(void *)told->data, told->len, error);
}
