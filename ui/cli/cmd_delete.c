/* cmd_delete.c - `backstop delete`: remove messages from quarantine
 * Owns:     its options.
 * Must not: do what wish_and_wait.c does for both verbs.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/cli/command.h"
#include "ui/cli/wish_and_wait.h"

static WishOptions wish_options;

static const GOptionEntry options[] = {
  { "for-good", 0, 0, G_OPTION_ARG_NONE, &wish_options.for_good, "Where there is no trash, remove for good", NULL },
  G_OPTION_ENTRY_NULL,
};

static int run(const Ui *ui, int argc, char **argv)
{
  return wish_and_wait(ui, WISH_DELETE, &wish_options, argc, argv);
}

const Command cmd_delete = {
  .name = "delete",
  .arguments = "[ID|ID-ID[,...]...]",
  .summary = "Move quarantined messages to the trash",
  .options = options,
  .also = selection_entries,
  .maximum = -1,
  .run = run,
};
