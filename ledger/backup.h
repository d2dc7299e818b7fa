/* backup.h - a copy of the ledger in one file. */
#pragma once
#include "ledger/error.h"

/* Writes all that the ledger holds now to a new file (mode 0600), while other programs go on using the ledger. The copy
 * is a ledger, too: renamed to ledger.db in an empty data folder, it is opened as one. Durable when this returns.
 * LEDGER_ERROR_REFUSED: there is a file at path already; FULL, OPEN: nothing is left at path. */
gboolean ledger_backup(Ledger *ledger, const char *path, GError **error);
