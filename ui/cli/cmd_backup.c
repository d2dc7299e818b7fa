/* cmd_backup.c - `backstop backup`: a copy of the ledger
 * Owns:     what is said of it.
 * Must not: write anything else.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cmd_backup.py */
#include "ledger/backup.h"
#include "ui/cli/command.h"
#include "ui/terminal/jsonl.h"
#include "ui/terminal/print.h"
#include <glib/gstdio.h>
#include <sysexits.h>

static void tell(const Ui *ui, const char *path)
{
  GStatBuf info = { 0 };
  g_stat(path, &info);
  if (ui->json) {
    JsonBuilder *line = jsonl_begin();
    jsonl_text(line, "file", path);
    jsonl_number(line, "bytes", info.st_size);
    jsonl_end(line);
    return;
  }
  g_autofree char *size = g_format_size((guint64)info.st_size);
  g_autofree char *text = g_strdup_printf("The ledger is copied to %s, %s. It tells whom you wrote to: keep it as you "
                                          "keep your mail.",
                                          path, size);
  print_wrapped("", text);
}

static int run(const Ui *ui, int argc, char **argv)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = ui_ledger(ui, &error);
  if (ledger == NULL || !ledger_backup(ledger, argv[0], &error)) return ui_fail(error);
  tell(ui, argv[0]);
  return EX_OK;
}

const Command cmd_backup = {
  .name = "backup",
  .arguments = "FILE",
  .summary = "Copy the ledger to a new file, also while Backstop runs",
  .description = "To go back to it: stop Backstop, make the data folder empty, and put the copy there as ledger.db.",
  .minimum = 1,
  .maximum = 1,
  .run = run,
};
