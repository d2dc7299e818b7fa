/* cmd_allow.c - `backstop allow`: the newsender allowlist
 * Owns:     its options.
 * Must not: do what own_list.c does for both lists.
 * Fails:    by exit.h.
 * Tests:    tests/ui/cli/test_hands.py */
#include "ui/cli/command.h"
#include "ui/cli/own_list.h"

static gboolean all;

static const GOptionEntry options[] = {
  { "all", 0, 0, G_OPTION_ARG_NONE, &all, "List automatic entries too: everybody you have written to", NULL },
  G_OPTION_ENTRY_NULL,
};

static int run(const Ui *ui, int argc, char **argv) { return own_list_run(ui, NEWSENDER_ALLOW, all, argc, argv); }

const Command cmd_allow = {
  .name = "allow",
  .arguments = "[add|remove ENTRY...|list]",
  .summary = "People and domains whose bounces are always genuine",
  .description = "ENTRY is an address (a@example.org) or a domain with all below it (example.org). It is compared with "
                 "the address that a bounce is about, and with the domain of the server that wrote the bounce.",
  .options = options,
  .maximum = -1,
  .run = run,
};
