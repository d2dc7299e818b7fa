/* cmd_deny.c - `backstop deny`: whose bounces are never genuine
 * Owns:     its row.
 * Must not: do what listing.c does for both lists.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_cli.py */
#include "ui/cli/own_list.h"

static int run(const Ui *ui, int argc, char **argv) { return own_list_run(ui, NEWSENDER_DENY, FALSE, argc, argv); }

const Command cmd_deny = {
  .name = "deny",
  .arguments = "[add|remove ENTRY...|list]",
  .summary = "Whose bounces are always backscatter",
  .description =
      "ENTRY is an address (a@example.org) or a domain with all below it (example.org). It is held against the address "
      "that a bounce speaks of, and against the domain of the server that wrote it.",
  .maximum = -1,
  .run = run,
};
