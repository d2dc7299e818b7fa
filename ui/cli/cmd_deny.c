/* cmd_deny.c - `backstop deny`: whose bounces are never genuine
 * Owns:     its row.
 * Must not: do what own_list.c does for both lists.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/cli/command.h"
#include "ui/cli/own_list.h"

static int run(const Ui *ui, int argc, char **argv) { return own_list_run(ui, NEWSENDER_DENY, FALSE, argc, argv); }

const Command cmd_deny = {
  .name = "deny",
  .arguments = "[add|remove ENTRY...|list]",
  .summary = "People and domains whose bounces are always backscatter",
  .description = "ENTRY is an address (a@example.org) or a domain with all below it (example.org). It is compared with "
                 "the address that a bounce is about, and with the domain of the server that wrote the bounce.",
  .maximum = -1,
  .run = run,
};
