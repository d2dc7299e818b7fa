/* cmd_restore.c - `backstop restore`: put messages back
 * Owns:     its row.
 * Must not: do what wish_and_wait.c does for both verbs.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/cli/command.h"
#include "ui/cli/wish_and_wait.h"

static int run(const Ui *ui, int argc, char **argv)
{
  const WishOptions none = { 0 };
  return wish_and_wait(ui, WISH_RESTORE, &none, argc, argv);
}

const Command cmd_restore = {
  .name = "restore",
  .arguments = "[ID|ID-ID[,...]...]",
  .summary = "Put messages back where they came from, for good",
  .also = selection_entries,
  .maximum = -1,
  .run = run,
};
