/* wish_and_wait.h - what `restore` and `delete` share: a request for each id, and the wait for the result. */
#pragma once
#include "ledger/wish.h"
#include "ui/cli/command.h"

/* argv: ids. With a daemon running, waits up to 10 s for the results. 0: all done or queued; else the worst exit
 * status. */
int wish_and_wait(const Ui *ui, WishVerb verb, int argc, char **argv);
