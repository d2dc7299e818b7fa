/* cmd_undo.c - `backstop undo`: take back the last command
 * Owns:     what is said of it.
 * Must not: decide what taking back means; command.h does.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ledger/command.h"
#include "ui/cli/command.h"
#include "ui/cli/wish_and_wait.h"
#include "ui/common/words.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include <stdio.h>
#include <sysexits.h>

static gboolean dry_run;

static const GOptionEntry options[] = {
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Say what would be taken back, and do nothing", NULL },
  G_OPTION_ENTRY_NULL,
};

/* "restore of 12-14, asked for at 12:04 today". The caller frees. */
static char *describe(const OwnerCommand *command)
{
  g_autofree char *when = print_time(command->made), *which = NULL;
  if (command->of_wishes) {
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < command->wishes->len; i++)
      g_array_append_val(ids, ((const Wish *)command->wishes->pdata[i])->entry);
    which = words_ids(ids, 8);
  } else {
    g_ptr_array_add(command->entries, NULL);
    which = g_strjoinv(", ", (char **)command->entries->pdata);
    g_ptr_array_set_size(command->entries, (gint)command->entries->len - 1);
  }
  return g_strdup_printf("%s of %s, asked for at %s", command->verb, which, when);
}

static void tell(const Ui *ui, const OwnerCommand *command, const Undoing *undoing)
{
  g_autofree char *what = describe(command);
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "command", command->verb);
    jsonl_time(line, "made", command->made);
    jsonl_boolean(line, "dry_run", dry_run);
    jsonl_number(line, "cancelled", undoing->cancelled);
    jsonl_number(line, "reversed", undoing->reversed);
    jsonl_number(line, "lost", undoing->lost);
    jsonl_number(line, "entries", undoing->entries);
    jsonl_end(line);
    return;
  }
  g_autofree char *text = g_strdup_printf("%s: %s", dry_run ? "Would be taken back" : "Taken back", what);
  print_wrapped("", text);
  if (undoing->cancelled > 0) printf("%u had not been done yet, and will not be.\n", undoing->cancelled);
  if (undoing->lost > 0)
    printf("%u cannot be taken back: the message is gone, or lies elsewhere by now.\n", undoing->lost);
}

static int wait_for_wishes(const Ui *ui, Ledger *ledger, const GArray *wishes)
{
  g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < wishes->len; i++) {
    GError *error = NULL;
    g_autoptr(Wish) wish = wish_get(ledger, g_array_index(wishes, gint64, i), &error);
    if (wish == NULL) return ui_fail(error);
    g_array_append_val(entries, wish->entry);
  }
  return wish_wait(ui, ledger, entries, wishes);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  Undoing undoing = { 0 };
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  if (ledger == NULL) return ui_fail(error);
  g_autoptr(OwnerCommand) command = command_last(ledger, &error);
  if (error != NULL) return ui_fail(error);
  if (command == NULL) {
    ui_complain("there is no command to take back");
    return EX_NOINPUT;
  }
  if (dry_run) {
    tell(ui, command, &undoing);
    return EX_OK;
  }
  gboolean done = command_undo(ledger, command, &undoing, &error);
  if (done) tell(ui, command, &undoing);
  int status = !done ? ui_fail(error) : undoing.lost > 0 ? EX_DATAERR : EX_OK;
  if (done) status = ui_worse(status, wait_for_wishes(ui, ledger, undoing.wishes));
  undoing_clear(&undoing);
  return status;
}

const Command cmd_undo = {
  .name = "undo",
  .arguments = "",
  .summary = "Take back the last restore, delete, allow or deny",
  .options = options,
  .run = run,
};
