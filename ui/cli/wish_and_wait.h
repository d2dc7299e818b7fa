/* wish_and_wait.h - what `restore`, `delete` and `undo` share: requests about messages, and the wait for the results.
 */
#pragma once
#include "ui/terminal/selection.h"

typedef struct {
  gboolean for_good; /* of WISH_DELETE: where there is no trash, remove for good */
} WishOptions;

/* argv: ids and ranges; selection_options is filled in. Asks on a terminal where there are several, and before
 * something is removed for good. With a daemon running, waits up to 10 s for the results. 0: all done or queued; 75:
 * the owner said no; else the worst exit status. */
int wish_and_wait(const Ui *ui, WishVerb verb, const WishOptions *options, int argc, char **argv);
/* Waits in the same way for these requests (ids, gint64) about entries (ids, in that order), and tells of them. */
int wish_wait(const Ui *ui, Ledger *ledger, const GArray *entries, const GArray *wishes);
/* A question to be answered by y or yes on standard input; anything else is no. */
gboolean wish_ask(const char *question);
/* Tells what became of requests whose results nobody waited for, and (not with --json) notes that it was told. */
gboolean wish_results(const Ui *ui, Ledger *ledger, GError **error);
