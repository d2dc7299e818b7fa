/* cmd_delete.c - `backstop delete`: remove messages from quarantine
 * Owns:     its row.
 * Must not: do what wish_and_wait.c does for both verbs.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cli.py */
#include "ui/cli/wish_and_wait.h"

static int run(const Ui *ui, int argc, char **argv) { return wish_and_wait(ui, WISH_DELETE, argc, argv); }

const Command cmd_delete = {
  .name = "delete",
  .arguments = "ID...",
  .summary = "Move quarantined messages to the trash; without one, remove them",
  .minimum = 1,
  .maximum = -1,
  .run = run,
};
