/* progress.h - how the passes of some accounts go on: a line on the terminal while they run, a summary when they are
 * done.
 */
#pragma once
#include "fetcher/config/config.h"
#include "ui/terminal/ui.h"

/* Remembers the passes made before. account NULL: all of config. config and ui are borrowed. */
typedef struct Progress Progress;
Progress *progress_new(const Ui *ui, const Config *config, const char *account);
/* Prints the line again if the ledger has changed; does nothing when standard error is no terminal. If the ledger does
 * not exist yet or cannot be read now, the next call tries again. */
void progress_look(Progress *progress);
/* Clears the line. */
void progress_hide(Progress *progress);
/* Clears the line and prints, for each account that made a pass since progress_new(), what it did. FALSE with error
 * (LEDGER_ERROR) when the ledger cannot be read. */
gboolean progress_end(Progress *progress, GError **error);
void progress_free(Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Progress, progress_free)
